"""CORS: which origins' pages may call the mock from a browser."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import ALL_METHODS, CORSMiddleware
from starlette.responses import Response

from auditmock.core.asgi import App
from auditmock.core.constants import (
    BUILD_VERSION_HEADER,
    HINT_HEADER,
    MOCK_REQUEST_HEADER,
    REQUEST_ID_HEADER,
)
from auditmock.core.errors import cors_method_not_allowed, origin_not_allowed
from auditmock.handlers.messages.response import error_reply
from auditmock.handlers.middleware.control_access import LOCAL_ORIGIN

_SHOWN = (
    REQUEST_ID_HEADER,
    BUILD_VERSION_HEADER,
    HINT_HEADER,
    MOCK_REQUEST_HEADER,
    "Allow",
    "Retry-After",
)


class CorsMiddleware(CORSMiddleware):
    """An ASGI app in front of another one: localhost's pages may call, unless other origins are named."""

    def __init__(self, app: App, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_origin_regex=None if origins else LOCAL_ORIGIN,
            allow_methods=ALL_METHODS,
            allow_headers=["*"],
            allow_credentials=True,
            allow_private_network=True,
            expose_headers=_SHOWN,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a preflight; a error says what would be right."""
        response = super().preflight_response(request_headers)
        if response.status_code < 400:  # noqa: PLR2004 - where errors begin
            return response
        origin, method = request_headers["origin"], request_headers["access-control-request-method"]
        allowed = self.is_allowed_origin(origin)
        reply = error_reply(cors_method_not_allowed(method) if allowed else origin_not_allowed(origin))
        return Response(
            reply.body, reply.status, {name.decode(): value.decode() for name, value in reply.headers}
        )
