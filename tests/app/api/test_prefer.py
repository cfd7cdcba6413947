"""`Prefer`: a status or a delay that the client requests (RFC 7240)."""

import pytest
from asgi_requests import Response, listing, send_request, send_requests, writing

from auditmock.asgi import create_app
from auditmock.core.timestamps import parse_timestamp
from auditmock.handlers.middleware.faults import STATUSES
from auditmock.settings import Settings

NOW = parse_timestamp("2026-02-03T04:05:06Z")
APP = create_app(Settings(logs=5), lambda: NOW)
CODER_APP = create_app(Settings(release="v2.35", logs=5), lambda: NOW)


def prefer(value: str) -> Response:
    """List logs with a preference."""
    return send_request(APP, listing("q=", prefer=value))


@pytest.mark.parametrize("status", STATUSES)
def test_status_can_be_requested(status: int) -> None:
    """The requested status has Coder's envelope and `Preference-Applied`."""
    response = prefer(f"code={status}")

    assert response.status == status
    assert response.json()["message"]
    assert response.json()["detail"] == "Injected fault."
    assert response.header("preference-applied") == f"code={status}"
    assert (response.header("retry-after") is not None) == (status in {429, 503})


def test_delay_can_be_requested() -> None:
    """The response is the usual one with `Preference-Applied`."""
    response = prefer("wait=0.01")

    assert (response.status, response.header("preference-applied")) == (200, "wait=0.01")


@pytest.mark.parametrize(
    ("preference", "hint"),
    [
        ("code=299", 'Preference "code=299" is ignored. Available: 400, '),
        ("wait=long", 'Preference "wait=long" is ignored. wait accepts seconds, at most 600.'),
        ("wait=601", 'Preference "wait=601" is ignored.'),
        ("example=x", 'Unknown preference "example" is ignored. Available: code, wait.'),
    ],
)
def test_invalid_preference_gives_a_hint(preference: str, hint: str) -> None:
    """An invalid preference has no effect and gives a hint."""
    response = prefer(preference)

    assert (response.status, response.header("preference-applied")) == (200, None)
    assert (response.header("x-mock-hint") or "").startswith(hint)


def test_hints_are_combined() -> None:
    """The hints of preferences and search are in one header."""
    hint = send_request(APP, listing("q=foo:bar", prefer="code=299")).header("x-mock-hint") or ""

    assert 'Unknown search key "foo" is ignored.' in hint
    assert 'Preference "code=299" is ignored.' in hint


def test_preferences_are_separated_by_commas() -> None:
    """Preferences are separated by commas; if one is repeated, the first wins."""
    response = prefer('wait=0.001, code="503"; x=y, code=500')

    assert (response.status, response.header("preference-applied")) == (503, "wait=0.001, code=503")


def test_requested_error_writes_nothing() -> None:
    """A POST with a requested error writes no log."""
    before, rejected, after = send_requests(
        APP, [listing("q="), writing({}, prefer="code=500"), listing("q=")]
    )

    assert rejected.status == 500
    assert before.json()["count"] == after.json()["count"]


def test_coder_releases_ignore_preferences() -> None:
    """Coder's releases ignore the header."""
    response = send_request(CODER_APP, listing("limit=1", prefer="code=500"))

    assert (response.status, response.header("preference-applied")) == (200, None)
