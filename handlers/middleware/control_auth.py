"""ASGI middleware: restricts the control API to allowed origins, and to local or authenticated clients.

A client authenticates with a bearer token, or with a cookie set after sign-in.
"""

import hmac
import re
import string
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import parse_qs, quote

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from auditmock.core.asgi_types import App, Receive, Scope, Send
from auditmock.core.errors import ApiError, control_forbidden
from auditmock.handlers.messages.request import (
    Headers,
    client_address,
    first_header,
    join_headers,
    read_cookies,
)
from auditmock.handlers.messages.response import Header, Reply, error_reply, send_reply
from auditmock.handlers.middleware.cors import LOCAL_ORIGIN
from auditmock.handlers.middleware.request_checks import read_body

_LOCAL_ORIGIN = re.compile(LOCAL_ORIGIN, re.IGNORECASE)
_LOCAL_NAME = re.compile(r"localhost|([a-z0-9-]+\.)+localhost", re.IGNORECASE)
_HOST = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d+)?|([^:\[\]]*)(?::\d+)?")
_PURPOSE = b"auditmock: the cookie of the control API"
_FORM_LIMIT = 1 << 14
_PORT = re.compile(rb":([0-9]+)$")
_READ_METHODS = ("GET", "HEAD")
_SUGGESTION = (
    'Send the header "Authorization: Bearer" with the value of --control-token, '
    "or sign in at {} in a browser."
)
_REJECTED = "Wrong control token. Check it and try again."


class ControlAuth:
    """Accepts the bearer token, and the cookie that the form at `address` sets for the same token.

    `page` renders that form with an error message, which may be empty.
    """

    def __init__(self, token: str, address: str, page: Callable[[str], Reply]) -> None:
        self._token = token.encode()
        self._cookie_value = hmac.digest(self._token, _PURPOSE, "sha256").hex().encode()
        self._address = address
        self._page = page

    async def answer(self, scope: Scope, receive: Receive, *, by_cookie: bool) -> Reply | None:
        """Return the sign-in page or its result, or None to pass the request on; raises ApiError (403)."""
        headers = scope["headers"]
        if self._has_token(headers):
            return None
        at_sign_in = scope["path"] in (self._address, self._address.rstrip("/"))
        if at_sign_in and scope["method"] == "POST":
            return await self._sign_in(scope, receive)
        if by_cookie and self._has_cookie(headers):
            return None
        if at_sign_in and scope["method"] in _READ_METHODS:
            return self._show_sign_in(headers, "")
        raise control_forbidden(_SUGGESTION.format(self._address))

    def _has_token(self, headers: Headers) -> bool:
        scheme, _, token = (first_header(headers, b"authorization") or b"").partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(token.strip(), self._token)

    def _has_cookie(self, headers: Headers) -> bool:
        name = _cookie_name(headers)
        return any(
            written == name and hmac.compare_digest(value, self._cookie_value)
            for written, value in read_cookies(headers)
        )

    async def _sign_in(self, scope: Scope, receive: Receive) -> Reply:
        form = parse_qs((await read_body(receive, _FORM_LIMIT)).decode("latin-1"))
        token = form.get("token", [""])[0].strip()
        if not hmac.compare_digest(token.encode(), self._token):
            return self._show_sign_in(scope["headers"], _REJECTED)
        # the query says what the dashboard shows, such as a world
        query = quote(scope["query_string"], safe=string.punctuation)
        location = f"{self._address}?{query}" if query else self._address
        headers = [(b"location", location.encode()), self._cookie(scope), (b"content-length", b"0")]
        return Reply(HTTPStatus.SEE_OTHER, headers, b"")

    def _cookie(self, scope: Scope) -> Header:
        name, path = _cookie_name(scope["headers"]), self._address.rstrip("/").encode()
        cookie = b"%b=%b; Path=%b; HttpOnly; SameSite=Strict" % (name, self._cookie_value, path)
        return b"set-cookie", cookie + (b"; Secure" if scope["scheme"] == "https" else b"")

    def _show_sign_in(self, headers: Headers, problem: str) -> Reply:
        """Return the form to browsers; raises ApiError (403) for other clients."""
        if not _wants_page(headers):
            raise control_forbidden(problem or _SUGGESTION.format(self._address))
        return self._page(problem)


def _cookie_name(headers: Headers) -> bytes:
    """Name the cookie by the port, because all servers of a host share cookies (RFC 6265, 8.5)."""
    port = _PORT.search(first_header(headers, b"host") or b"")
    return b"auditmock-control" + (b"-" + port[1] if port else b"")


def _wants_page(headers: Headers) -> bool:
    """Return whether `Accept` names HTML; `*/*` comes from programs."""
    accepted = parse_accept_header(join_headers(headers, b"accept"), MIMEAccept)
    return any(media_type.lower() == "text/html" and quality > 0 for media_type, quality in accepted)


class ControlAccess:
    """Rejects requests with 403 unless they are allowed.

    Without a control token, only local clients are allowed, and only with a local host name: a page whose own
    name resolves to this machine (DNS rebinding) sends that name as `Host`.
    """

    def __init__(self, app: App, auth: ControlAuth | None) -> None:
        self._app = app
        self._auth = auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            reply = await self._answer(scope, receive)
        except ApiError as error:
            reply = error_reply(error)
        if reply is None:
            await self._app(scope, receive, send)
        else:
            await send_reply(reply, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Reply | None:
        """Return the sign-in's response, or None to pass the request on; raises ApiError (403)."""
        headers = scope["headers"]
        host = (first_header(headers, b"host") or b"").decode("latin-1")
        own = f"{scope['scheme']}://{host}"
        header = first_header(headers, b"origin")
        origin = own if header is None else header.decode("latin-1")
        if origin != own and not _LOCAL_ORIGIN.fullmatch(origin):
            raise control_forbidden("Pages of other origins may not call the control API.")
        if self._auth:
            # browsers add the cookie to requests of every page of this host, whatever its port
            return await self._auth.answer(scope, receive, by_cookie=origin == own)
        if not _is_loopback(client_address(scope)):
            raise control_forbidden(
                "To allow clients on other machines, start the server with --control-token."
            )
        if not _is_local_host(host):
            raise control_forbidden(f'Unknown host name "{host}". Use localhost or an IP address.')
        return None


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def _is_local_host(host: str) -> bool:
    """Return whether a `Host` is local, an IP address, or empty, which no browser sends."""
    parts = _HOST.fullmatch(host)
    name = (parts[1] or parts[2]) if parts else ""
    if not host or _LOCAL_NAME.fullmatch(name):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
