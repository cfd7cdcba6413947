"""The judge: everything behind the fast lane; it decides whatever is not plain, and takes long to import."""

from auditmock.asgi import App
from auditmock.crossing import Crossing
from auditmock.documentation import Site
from auditmock.fixtures.people import Holder
from auditmock.handlers.tokens import token_of
from auditmock.mock import Mock
from auditmock.settings import Settings
from auditmock.stack import build_stack


def build_judge(mock: Mock, settings: Settings) -> App:
    """Put CORS and the documentation before Connexion."""
    stack = build_stack(mock.contract, mock.tokens, mock.operations)
    return Crossing(Site(stack, mock.contract, token_of(Holder.OWNER)), settings.cors)
