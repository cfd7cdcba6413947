"""The control API's operations on the request_log and on searches, and what the mock is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from starlette.responses import Response

from auditmock.core.errors import request_not_found
from auditmock.fixtures.worlds import Worlds
from auditmock.handlers.control.server import json_response
from auditmock.handlers.endpoints import ReplyResponse
from auditmock.handlers.explain.request import Explainer
from auditmock.handlers.explain.search import SearchExplainer
from auditmock.handlers.messages.response import NO_CONTENT
from auditmock.handlers.recording.request_log import RequestLog

_EXACT_FIELDS = ("world", "operation", "method", "status")
"""What a request must have to be one of those wanted."""

_BOUNDS = {"exactly": "exactly", "at_least": "at least", "at_most": "at most"}


class ServerInfo(NamedTuple):
    """What a mock is: that part of its health which never changes, and what lists its scenarios."""

    health: Mapping[str, Any]
    list_scenarios: Callable[[], Sequence[Mapping[str, Any]]]


class RequestOperations:
    """Answers what was asked of one mock, and how it was understood."""

    def __init__(
        self,
        request_log: RequestLog,
        explainer: Explainer,
        searches: SearchExplainer,
        worlds: Worlds,
        server: ServerInfo,
    ) -> None:
        """Take what answers."""
        self._request_log = request_log
        self._explainer = explainer
        self._searches = searches
        self._worlds = worlds
        self._server = server

    async def get_health(self) -> Response:
        """Tell that it is there, and what it is."""
        counts = {"worlds": len(self._worlds), "requests": len(self._request_log)}
        return json_response({"status": "ok", **self._server.health, **counts})

    async def list_scenarios(self) -> Response:
        """List the scenarios there are."""
        return json_response(self._server.list_scenarios())

    async def explain_search(self, q: str = "", username: str = "") -> Response:
        """Say how a search is understood."""
        return json_response(self._searches.explain(q, username))

    async def list_requests(self, limit: int, **wanted: Any) -> Response:
        """List what was asked, newest first."""
        found = list(self._find(wanted))
        return json_response({"requests": found[:limit], "count": len(found)})

    async def clear_requests(self) -> Response:
        """Empty the request_log."""
        self._request_log.clear()
        return ReplyResponse(NO_CONTENT)

    async def verify_requests(self, body: Mapping[str, Any]) -> Response:
        """Tell whether what was expected was asked."""
        found = list(self._find(body))
        expected = {name: body[name] for name in _BOUNDS if name in body} or {"at_least": 1}
        count = len(found)
        verified = count == expected.get("exactly", count) and expected.get(
            "at_least", 0
        ) <= count <= expected.get("at_most", count)
        expectation = " and ".join(f"{_BOUNDS[name]} {number}" for name, number in expected.items())
        return json_response(
            {
                "verified": verified,
                "count": count,
                "detail": f"Expected {expectation}, found {count}.",
                "requests": [request["id"] for request in found],
            }
        )

    async def explain_request(self, id: int) -> Response:  # noqa: A002 - the name in the document
        """Say how the server understood a request."""
        entry = self._request_log.find(id)
        if entry is None:
            raise request_not_found(id)
        return json_response(self._explainer.explain(entry))

    def _find(self, wanted: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        for entry in self._request_log:
            if entry.number <= wanted.get("since", 0):
                continue
            request = self._explainer.summarize(entry)
            if all(request[name] == wanted[name] for name in _EXACT_FIELDS if name in wanted) and wanted.get(
                "contains", ""
            ) in unquote_plus(request["target"]):
                yield request
