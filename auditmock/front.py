"""The front: what stands before the judge of errors, outermost last."""

from auditmock.access import Access, Stamp
from auditmock.asgi import App
from auditmock.crossing import Crossing
from auditmock.documentation import Site
from auditmock.fixtures.people import Holder
from auditmock.handlers.lane import Lane
from auditmock.handlers.tokens import token_of
from auditmock.mock import Mock
from auditmock.settings import Settings


def build_front(mock: Mock, settings: Settings, judge: App, stamp: Stamp) -> App:
    """Put the fast lane, the documentation, CORS and the access line before the judge."""
    lane = Lane(judge, mock.contract, mock.tokens, mock.operations)
    site = Site(lane, mock.contract, token_of(Holder.OWNER))
    secret = next(carrier.name for carrier in mock.contract.carriers if carrier.place == "query")
    return Access(Crossing(site, settings.cors), stamp, secret)
