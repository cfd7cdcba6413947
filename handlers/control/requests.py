"""Operations of the control API: health, scenarios, request log and searches."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from starlette.responses import Response

from auditmock.core.errors import request_not_found
from auditmock.fixtures.worlds import Worlds
from auditmock.handlers.endpoints import ReplyResponse, json_response
from auditmock.handlers.explain.request import Explainer
from auditmock.handlers.messages.response import NO_CONTENT
from auditmock.handlers.recording.request_log import RequestLog

_EXACT_FIELDS = ("world", "operation", "method", "status")
"""Fields of a request that must be equal to the given ones."""

_BOUNDS = {"exactly": "exactly", "at_least": "at least", "at_most": "at most"}


class ServerInfo(NamedTuple):
    """The constant part of a mock's health, and a function that lists its scenarios."""

    health: Mapping[str, Any]
    list_scenarios: Callable[[], Sequence[Mapping[str, Any]]]


class RequestOperations:
    def __init__(
        self, request_log: RequestLog, explainer: Explainer, worlds: Worlds, server: ServerInfo
    ) -> None:
        self._request_log = request_log
        self._explainer = explainer
        self._worlds = worlds
        self._server = server

    async def get_health(self) -> Response:
        counts = {"worlds": len(self._worlds), "requests": len(self._request_log)}
        return json_response({"status": "ok", **self._server.health, **counts})

    async def list_scenarios(self) -> Response:
        return json_response(self._server.list_scenarios())

    async def explain_search(self, q: str = "", username: str = "") -> Response:
        return json_response(self._explainer.searches.explain(q, username))

    async def list_requests(self, limit: int, **wanted: Any) -> Response:
        """Newest first."""
        found = list(self._find(wanted))
        return json_response({"requests": found[:limit], "count": len(found)})

    async def clear_requests(self) -> Response:
        self._request_log.clear()
        return ReplyResponse(NO_CONTENT)

    async def verify_requests(self, body: Mapping[str, Any]) -> Response:
        found = list(self._find(body))
        expected = {name: body[name] for name in _BOUNDS if name in body} or {"at_least": 1}
        count = len(found)
        in_bounds = expected.get("at_least", 0) <= count <= expected.get("at_most", count)
        expectation = " and ".join(f"{_BOUNDS[name]} {number}" for name, number in expected.items())
        return json_response(
            {
                "verified": in_bounds and count == expected.get("exactly", count),
                "count": count,
                "detail": f"Expected {expectation}, found {count}.",
                "requests": [request["id"] for request in found],
            }
        )

    async def explain_request(self, id: int) -> Response:  # noqa: A002 - the name in the document
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
