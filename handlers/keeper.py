"""The keeper: who may call the control API, and from which pages."""

import hmac
import re
from ipaddress import ip_address

from auditmock.asgi import App, Receive, Scope, Send
from auditmock.errors import Refusal, control_closed
from auditmock.handlers.request import first_header
from auditmock.handlers.wire import refusal_reply, send_reply

LOCAL_ORIGIN = r"https?://(localhost|([a-z0-9-]+\.)+localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?"
"""Origins of pages that this machine served."""

_LOCAL_ORIGIN = re.compile(LOCAL_ORIGIN, re.IGNORECASE)
_LOCAL_NAME = re.compile(r"localhost|([a-z0-9-]+\.)+localhost", re.IGNORECASE)
_HOST = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d+)?|([^:\[\]]*)(?::\d+)?")


class Keeper:
    """An ASGI app in front of another one: 403 to whoever may not come in.

    Without a token it is open to this machine, by a name that no other machine can give it: a page whose own
    name was pointed here (DNS rebinding) sends that name as `Host`. With a token everybody brings it.
    """

    def __init__(self, app: App, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        try:
            self._check(scope)
        except Refusal as refusal:
            await send_reply(refusal_reply(refusal), send)
        else:
            await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        headers = scope["headers"]
        host = (first_header(headers, b"host") or b"").decode("latin-1")
        origin = first_header(headers, b"origin")
        if origin is not None and not _is_ours(origin.decode("latin-1"), f"{scope['scheme']}://{host}"):
            raise control_closed("Pages of other origins may not call it.")
        if self._token:
            scheme, _, token = (first_header(headers, b"authorization") or b"").partition(b" ")
            if scheme.lower() != b"bearer" or not hmac.compare_digest(token.strip(), self._token):
                raise control_closed('Send the header "Authorization: Bearer" with the --control-token.')
        elif not _is_loopback((scope["client"] or ("",))[0]):
            raise control_closed("Beyond loopback the server must be started with --control-token.")
        elif not _is_unmistakable(host):
            raise control_closed(f'"{host}" is no name of this machine; call it by localhost or its address.')


def _is_ours(origin: str, own: str) -> bool:
    return origin == own or _LOCAL_ORIGIN.fullmatch(origin) is not None


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def _is_unmistakable(host: str) -> bool:
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
