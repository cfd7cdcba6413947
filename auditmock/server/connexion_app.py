"""Builds Connexion apps with our security, validation and error handling."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

from connexion import AsyncApp, ConnexionMiddleware
from connexion.datastructures import MediaTypeDict
from connexion.exceptions import ProblemException
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.middleware import MiddlewarePosition
from connexion.middleware.server_error import ServerErrorMiddleware
from connexion.middleware.swagger_ui import SwaggerUIMiddleware
from connexion.resolver import Resolver
from starlette.exceptions import HTTPException

from auditmock.core.asgi_types import App
from auditmock.core.errors import ApiError, internal_error
from auditmock.handlers.audit import AuditOperations
from auditmock.handlers.auth.connexion_security import TokenSecurity
from auditmock.handlers.auth.tokens import Tokens
from auditmock.handlers.endpoints import Endpoints
from auditmock.handlers.messages.request import NewLogReader
from auditmock.handlers.messages.response import error_reply
from auditmock.handlers.middleware.request_checks import RequestCheck, RouteCheck
from auditmock.handlers.search import SearchLanguage
from auditmock.handlers.validation.body import StrictBody
from auditmock.handlers.validation.parameters import StrictParameters
from auditmock.openapi.contract import Contract

_log = logging.getLogger(__name__)


def build_connexion_app(contract: Contract, tokens: Tokens, operations: AuditOperations) -> App:
    """Build the app that answers all requests the fast path does not."""
    endpoints = Endpoints(operations, NewLogReader(contract))
    return assemble(contract, endpoints.by_id, tokens, SearchLanguage(contract.search))


def assemble(
    contract: Contract,
    by_id: Mapping[str, Callable[..., Any]],
    tokens: Tokens | None = None,
    language: SearchLanguage | None = None,
) -> App:
    """Build the app of a contract from its operations, by id; without `tokens`, no operation needs one.

    Operations and security functions are passed by name: the contract contains no Python paths, and two
    apps in one process share no state.
    """
    app = AsyncApp(
        "auditmock",
        middlewares=[
            partial(each, handler=_fail) if each is ServerErrorMiddleware else each
            for each in ConnexionMiddleware.default_middlewares
            # Connexion's own page inlines every $ref, and its routes redirect paths the contract lacks;
            # `auditmock.web.routes` serves the contract as written.
            if each is not SwaggerUIMiddleware
        ],
    )
    app.add_middleware(
        RouteCheck, position=MiddlewarePosition.BEFORE_ROUTING, contract=contract, tokens=tokens
    )
    app.add_middleware(RequestCheck, position=MiddlewarePosition.BEFORE_VALIDATION, contract=contract)
    for error in (ApiError, HTTPException, ProblemException, Exception):
        app.add_error_handler(error, _fail if error is not ApiError else _send_error)
    app.add_api(
        contract.document if tokens else {**contract.document, "security": []},
        resolver=Resolver(by_id.__getitem__),
        security_map={"apiKey": partial(TokenSecurity, tokens)} if tokens else {},
        validator_map={
            "parameter": partial(StrictParameters, language=language),
            # a plain key would not match application/merge-patch+json and similar types
            "body": MediaTypeDict({"*/*json": StrictBody}),
        },
    )
    return cast("App", app)


async def _send_error(_request: ConnexionRequest, error: ApiError) -> ConnexionResponse:
    reply = error_reply(error)
    return ConnexionResponse(
        status_code=reply.status,
        body=reply.body,
        headers={name.decode(): value.decode() for name, value in reply.headers},
    )


async def _fail(request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    """Answer an internal error with 500; we validate before Connexion, so its own errors are internal too."""
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return await _send_error(request, internal_error())
