"""The rule of what a request leaves behind."""

import gc
from typing import Any

import pytest
from asgi_requests import Call, listing, writing

from auditmock.asgi import create_app
from auditmock.core.timestamps import parse_timestamp
from auditmock.openapi.releases import list_releases
from auditmock.settings import Settings

NOW = parse_timestamp("2026-02-03T04:05:06.789Z")
# A cycle of each request would be this many at least; what other tests' threads drop meanwhile is fewer.
TIMES = 200


@pytest.mark.slow
@pytest.mark.parametrize("release", list_releases())
@pytest.mark.parametrize("call", [listing("q=action:create&limit=5"), writing({"action": "create"})])
def test_answers_leave_no_litter(release: str, call: Call) -> None:
    """What is answered at once leaves nothing that only the garbage collector finds."""
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
