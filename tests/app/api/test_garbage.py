"""Garbage: requests on the fast path leave no reference cycles."""

import gc
from typing import Any

import pytest
from asgi_requests import Call, listing, writing

from auditmock.asgi import create_app
from auditmock.core.timestamps import parse_timestamp
from auditmock.openapi.releases import list_releases
from auditmock.settings import Settings

NOW = parse_timestamp("2026-02-03T04:05:06.789Z")
# One cycle per request would be at least this many objects; other tests' threads leave fewer.
TIMES = 200


@pytest.mark.slow
@pytest.mark.parametrize("release", list_releases())
@pytest.mark.parametrize("call", [listing("q=action:create&limit=5"), writing({"action": "create"})])
def test_requests_leave_no_cycles(release: str, call: Call) -> None:
    """A request on the fast path leaves no object for the garbage collector."""
    app = create_app(Settings(release=release, logs=50), lambda: NOW)
    scope: dict[str, Any] = {
        "type": "http",
        "method": call.method,
        "path": call.path,
        "raw_path": call.path.encode(),
        "query_string": call.query,
        "headers": list(call.headers),
        "client": ("127.0.0.1", 1),
    }
    assert app.answer(scope, call.parts[0]) is not None
    gc.collect()
    gc.disable()
    try:
        for _ in range(TIMES):
            app.answer({**scope}, call.parts[0])
        assert gc.collect() < TIMES
    finally:
        gc.enable()
