"""ASGI middleware: restricts the control API to local or authenticated clients and allowed origins."""

import re
from ipaddress import ip_address

from auditmock.core.asgi_types import App, Receive, Scope, Send
from auditmock.core.errors import ApiError, control_forbidden
from auditmock.handlers.messages.request import client_address, first_header
from auditmock.handlers.messages.response import Reply, error_reply, send_reply
from auditmock.handlers.middleware.control_token import ControlAuth
from auditmock.handlers.middleware.cors import LOCAL_ORIGIN

_LOCAL_ORIGIN = re.compile(LOCAL_ORIGIN, re.IGNORECASE)
_LOCAL_NAME = re.compile(r"localhost|([a-z0-9-]+\.)+localhost", re.IGNORECASE)
_HOST = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d+)?|([^:\[\]]*)(?::\d+)?")


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
        if not _is_allowed_origin(origin, own):
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


def _is_allowed_origin(origin: str, own: str) -> bool:
    return origin == own or _LOCAL_ORIGIN.fullmatch(origin) is not None


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
