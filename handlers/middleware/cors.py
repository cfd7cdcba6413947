"""ASGI middleware: CORS, with the rejections as error envelopes."""

from collections.abc import Sequence
from functools import lru_cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import ALL_METHODS, CORSMiddleware
from starlette.responses import Response

from auditmock.core.asgi_types import App, Scope
from auditmock.core.constants import BUILD_VERSION_HEADER, HINT_HEADER, MOCK_REQUEST_HEADER, REQUEST_ID_HEADER
from auditmock.core.errors import cors_method_not_allowed, origin_not_allowed
from auditmock.handlers.messages.request import first_header
from auditmock.handlers.messages.response import Header, Reply, error_reply

LOCAL_ORIGIN = r"https?://(localhost|([a-z0-9-]+\.)+localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?"
_ORIGINS_KEPT = 256
_EXPOSED = (REQUEST_ID_HEADER, BUILD_VERSION_HEADER, HINT_HEADER, MOCK_REQUEST_HEADER, "Allow", "Retry-After")


class CorsMiddleware(CORSMiddleware):
    """Allows local pages, unless other origins are given."""

    def __init__(self, app: App, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_origin_regex=None if origins else LOCAL_ORIGIN,
            allow_methods=ALL_METHODS,
            allow_headers=["*"],
            allow_credentials=True,
            allow_private_network=True,
            expose_headers=_EXPOSED,
        )
        self._headers_for = lru_cache(_ORIGINS_KEPT)(self._make_headers)

    def add_headers(self, scope: Scope, reply: Reply) -> Reply:
        """Add the headers that a reply without `Vary` would get over ASGI."""
        headers = self._headers_for(first_header(scope["headers"], b"origin"))
        return Reply(reply.status, (*reply.headers, *headers), reply.body)

    def _make_headers(self, origin: bytes | None) -> tuple[Header, ...]:
        headers = MutableHeaders()
        name = None if origin is None else origin.decode("latin-1")
        if name is not None:
            headers.update(self.simple_headers)
        if name is not None and self.is_allowed_origin(name):
            self.allow_explicit_origin(headers, name)
        else:
            headers["Vary"] = "Origin"
        return tuple(headers.raw)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Respond to a preflight; an error is an envelope that says what is allowed."""
        response = super().preflight_response(request_headers)
        if response.status_code < 400:  # noqa: PLR2004 - where errors begin
            return response
        origin, method = request_headers["origin"], request_headers["access-control-request-method"]
        allowed = self.is_allowed_origin(origin)
        reply = error_reply(cors_method_not_allowed(method) if allowed else origin_not_allowed(origin))
        return Response(
            reply.body, reply.status, {name.decode(): value.decode() for name, value in reply.headers}
        )
