"""The rule of what a request leaves behind."""

import gc
from typing import Any

import pytest
from calls import Call, listing, writing

from auditmock.access import Stamp
from auditmock.editions import list_editions
from auditmock.front import Front
from auditmock.instants import parse_instant
from auditmock.mock import make_mock
from auditmock.settings import Settings

NOW = parse_instant("2026-02-03T04:05:06.789Z")
# A cycle of each request would be this many at least; what other tests' threads drop meanwhile is fewer.
TIMES = 200


async def refuse(*_: Any) -> None:
    """Be asked nothing."""
    raise AssertionError


@pytest.mark.parametrize("edition", list_editions())
@pytest.mark.parametrize("call", [listing("q=action:create&limit=5"), writing({"action": "create"})])
def test_answers_leave_no_litter(edition: str, call: Call) -> None:
    """What is answered at once leaves nothing that only the garbage collector finds."""
    mock = make_mock(Settings(edition=edition, logs=50), lambda: NOW)
    front = Front(mock, refuse, Stamp(mock.ids, mock.version))
    scope: dict[str, Any] = {
        "type": "http",
        "method": call.method,
        "path": call.path,
        "raw_path": call.path.encode(),
        "query_string": call.query,
        "headers": list(call.headers),
        "client": ("127.0.0.1", 1),
    }
    assert front.answer(scope, call.parts[0]) is not None
    gc.collect()
    gc.disable()
    try:
        for _ in range(TIMES):
            front.answer({**scope}, call.parts[0])
        assert gc.collect() < TIMES
    finally:
        gc.enable()
