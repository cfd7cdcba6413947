"""The judge: everything behind the fast lane; it decides whatever is not plain, and takes long to import."""

from auditmock.asgi import App, Receive, Scope, Send
from auditmock.crossing import Crossing
from auditmock.documentation import Site
from auditmock.errors import route_not_found
from auditmock.fixtures.people import Holder
from auditmock.fork import Fork
from auditmock.handlers.keeper import Keeper
from auditmock.handlers.limits import Toll, TollGate
from auditmock.handlers.lock import Lock
from auditmock.handlers.tokens import token_of
from auditmock.handlers.wire import refusal_reply, send_reply
from auditmock.mock import Mock
from auditmock.settings import Settings
from auditmock.stack import build_stack
from auditmock.steering import build_control, load_control
from auditmock.window import WINDOW, sign_in_page


def build_judge(mock: Mock, settings: Settings) -> App:
    """Put CORS and the documentation before Connexion, or before nothing where a deployed server judges.

    What is under `/_mock` has a keeper in front, and takes no other origins than those of this machine.
    """
    contract, document = mock.contract, load_control()
    judge = nowhere if contract.server else build_stack(contract, mock.tokens, mock.operations)
    if mock.limit is not None and not contract.server:
        judge = TollGate(judge, Toll(mock.limit, mock.tokens, contract.rate), contract.base_path)
    app = Fork(build_control(mock, settings, document), judge)
    site = Site(app, contract, token_of(Holder.OWNER), document)
    lock = Lock(settings.control_token, WINDOW, sign_in_page) if settings.control_token else None
    return Fork(Keeper(Crossing(site, ()), lock), Crossing(site, settings.cors))


async def nowhere(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer 404: there is nothing but the API and its documentation."""
    await send_reply(refusal_reply(route_not_found()), send)
