"""The apps behind the fast path: Connexion, the documentation and the control API. Slow to import."""

import warnings
from typing import NamedTuple

with warnings.catch_warnings():
    # Connexion imports Starlette's test client, which announces its move to another HTTP library, and
    # jsonschema's old resolver. Callers of `AuditMock` see no warning of that, nor an error made from it.
    warnings.filterwarnings("ignore", "Using `httpx` with `starlette.testclient` is deprecated")
    warnings.filterwarnings("ignore", r"jsonschema\.(exceptions\.)?Ref\w+ is deprecated", DeprecationWarning)
    from connexion import AsyncApp  # noqa: F401 - loads Connexion ahead of the modules below that use it

from auditmock.core.asgi_types import App, Receive, Scope, Send
from auditmock.core.errors import route_not_found
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.handlers.messages.response import error_reply, send_reply
from auditmock.handlers.middleware.control_auth import ControlAccess, ControlAuth
from auditmock.handlers.middleware.cors import CorsMiddleware
from auditmock.server.connexion_app import build_connexion_app
from auditmock.server.control_app import build_control_app, load_control_document
from auditmock.server.state import MockState
from auditmock.settings import Settings
from auditmock.web.dashboard import DASHBOARD, sign_in_page
from auditmock.web.routes import CONTROL_REDIRECTS, DOCS_REDIRECTS, Site, control_pages, docs_pages


class BuiltBackends(NamedTuple):
    api: App
    own_pages: App

    def start(self) -> None:
        """Do nothing: the apps are built."""


def build_backends(state: MockState, settings: Settings) -> BuiltBackends:
    """Build the apps; for a Coder release, the emulated server answers instead of Connexion."""
    contract, document = state.contract, load_control_document()
    connexion = (
        not_found if contract.server else build_connexion_app(contract, state.tokens, state.operations)
    )
    api = Site(connexion, docs_pages(contract, token_of(BuiltinUser.OWNER)), DOCS_REDIRECTS)
    control = Site(build_control_app(state, settings, document), control_pages(document), CONTROL_REDIRECTS)
    auth = ControlAuth(settings.control_token, DASHBOARD, sign_in_page) if settings.control_token else None
    return BuiltBackends(api, ControlAccess(CorsMiddleware(control, ()), auth))


async def not_found(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send_reply(error_reply(route_not_found()), send)
