"""The front: what stands before the judge of errors, and is there at once when the server starts."""

from auditmock.access import Access, Stamp
from auditmock.asgi import App
from auditmock.handlers.lane import Lane
from auditmock.mock import Mock


def build_front(mock: Mock, judge: App, stamp: Stamp) -> App:
    """Put the fast lane and the access line before the judge."""
    secret = next(carrier.name for carrier in mock.contract.carriers if carrier.place == "query")
    access = Access(judge, stamp, secret)
    return Lane(access, mock.contract, mock.tokens, mock.operations, access.finish)
