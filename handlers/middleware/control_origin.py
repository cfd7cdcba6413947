"""The keeper: who may call the control API, and from which pages."""

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
    """An ASGI app in front of another one: 403 to whoever may not come in.

    Without a auth it is open to this machine, by a name that no other machine can give it: a page whose own
    name was pointed here (DNS rebinding) sends that name as `Host`. With a auth everybody opens that.
    """

    def __init__(self, app: App, auth: ControlAuth | None) -> None:
        self._app = app
        self._auth = auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        try:
            reply = await self._answer(scope, receive)
        except ApiError as error:
            reply = error_reply(error)
        if reply is None:
            await self._app(scope, receive, send)
        else:
            await send_reply(reply, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Reply | None:
        """Answer whoever does not come in, or does so just now; None lets a request in."""
        headers = scope["headers"]
        host = (first_header(headers, b"host") or b"").decode("latin-1")
        own = f"{scope['scheme']}://{host}"
        header = first_header(headers, b"origin")
        origin = own if header is None else header.decode("latin-1")
        if not _is_allowed_origin(origin, own):
            raise control_forbidden("Pages of other origins may not call the control API.")
        if self._auth:
            # a browser adds the cookie to what any page of this host asks for, whatever port that is from
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
    """Whether a `Host` names this machine, or is an address; a request without one comes from no browser."""
    parts = _HOST.fullmatch(host)
    name = (parts[1] or parts[2]) if parts else ""
    if not host or _LOCAL_NAME.fullmatch(name):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
