"""Connexion, assembled: the one judge of errors."""

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

from auditmock.asgi import App
from auditmock.errors import Refusal, internal_error
from auditmock.handlers.body import StrictBody
from auditmock.handlers.doorman import Doorman
from auditmock.handlers.endpoints import Endpoints
from auditmock.handlers.gate import Gate
from auditmock.handlers.operations import Operations
from auditmock.handlers.parameters import StrictParameters
from auditmock.handlers.request import NewLogs
from auditmock.handlers.search import SearchLanguage
from auditmock.handlers.security import TokenSecurity
from auditmock.handlers.tokens import Tokens
from auditmock.handlers.wire import refusal_reply
from auditmock.openapi import Contract

_log = logging.getLogger(__name__)


def build_stack(contract: Contract, tokens: Tokens, operations: Operations) -> App:
    """Build the app that routes, checks and answers whatever the lane leaves to it."""
    endpoints = Endpoints(operations, NewLogs(contract))
    return assemble(contract, endpoints.by_id, tokens, SearchLanguage(contract.search))


def assemble(
    contract: Contract,
    by_id: Mapping[str, Callable[..., Any]],
    tokens: Tokens | None = None,
    language: SearchLanguage | None = None,
) -> App:
    """Build the app of a contract whose operations are these; without `tokens` nobody is asked for one.

    Security and operations are found by name here, so that the contract holds no Python path and two
    apps in one process share nothing.
    """
    app = AsyncApp(
        "auditmock",
        middlewares=[
            partial(each, handler=_fail) if each is ServerErrorMiddleware else each
            for each in ConnexionMiddleware.default_middlewares
            # Connexion's own page inlines every $ref, and its routes redirect paths the contract lacks;
            # `auditmock.documentation` serves the contract as written.
            if each is not SwaggerUIMiddleware
        ],
    )
    app.add_middleware(Doorman, position=MiddlewarePosition.BEFORE_ROUTING, contract=contract, tokens=tokens)
    app.add_middleware(Gate, position=MiddlewarePosition.BEFORE_VALIDATION, contract=contract)
    for error in (Refusal, HTTPException, ProblemException, Exception):
        app.add_error_handler(error, _fail if error is not Refusal else _refuse)
    app.add_api(
        contract.document if tokens else {**contract.document, "security": []},
        resolver=Resolver(by_id.__getitem__),
        security_map={"apiKey": partial(TokenSecurity, tokens)} if tokens else {},
        validator_map={
            "parameter": partial(StrictParameters, language=language),
            # a plain key would leave application/merge-patch+json and its like to nobody
            "body": MediaTypeDict({"*/*json": StrictBody}),
        },
    )
    return cast("App", app)


async def _refuse(_request: ConnexionRequest, refusal: Refusal) -> ConnexionResponse:
    reply = refusal_reply(refusal)
    return ConnexionResponse(
        status_code=reply.status,
        body=reply.body,
        headers={name.decode(): value.decode() for name, value in reply.headers},
    )


async def _fail(request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    """Answer a mistake of ours; an error of Connexion's own is one, too, since we judge before it does."""
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return await _refuse(request, internal_error())
