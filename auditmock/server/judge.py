"""The judge: everything behind the fast lane; it decides whatever is not plain, and takes long to import."""

from auditmock.core.asgi import App, Receive, Scope, Send
from auditmock.core.errors import route_not_found
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.handlers.messages.response import error_reply, send_reply
from auditmock.handlers.middleware.control_access import ControlAccess
from auditmock.handlers.middleware.control_auth import ControlAuth
from auditmock.handlers.middleware.cors import CorsMiddleware
from auditmock.handlers.middleware.rate_limit import RateLimiter, RateLimitMiddleware
from auditmock.server.connexion_app import build_connexion_app
from auditmock.server.control_app import build_control_app, load_control_document
from auditmock.server.fork import Fork
from auditmock.server.state import MockState
from auditmock.settings import Settings
from auditmock.web.dashboard import DASHBOARD, sign_in_page
from auditmock.web.site import Site


def build_full_app(mock: MockState, settings: Settings) -> App:
    """Put CORS and the documentation before Connexion, or before nothing where a deployed server judges.

    What is under `/_mock` has a keeper in front, and takes no other origins than those of this machine.
    """
    contract, document = mock.contract, load_control_document()
    judge = not_found if contract.server else build_connexion_app(contract, mock.tokens, mock.operations)
    if mock.limit is not None and not contract.server:
        judge = RateLimitMiddleware(
            judge, RateLimiter(mock.limit, mock.tokens, contract.rate), contract.base_path
        )
    app = Fork(build_control_app(mock, settings, document), judge)
    site = Site(app, contract, token_of(BuiltinUser.OWNER), document)
    lock = ControlAuth(settings.control_token, DASHBOARD, sign_in_page) if settings.control_token else None
    return Fork(ControlAccess(CorsMiddleware(site, ()), lock), CorsMiddleware(site, settings.cors))


async def not_found(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer 404: there is nothing but the API and its documentation."""
    await send_reply(error_reply(route_not_found()), send)
