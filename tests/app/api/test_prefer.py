"""`Prefer`: a status or a wait that a client asks for by itself (RFC 7240)."""

import pytest
from asgi_requests import Answer, ask, drive, listing, writing

from auditmock.asgi import create_app
from auditmock.core.timestamps import parse_timestamp
from auditmock.handlers.middleware.faults import STATUSES
from auditmock.settings import Settings

NOW = parse_timestamp("2026-02-03T04:05:06Z")
APP = create_app(Settings(logs=5), lambda: NOW)
DEPLOYED = create_app(Settings(release="v2.35", logs=5), lambda: NOW)


def prefer(words: str) -> Answer:
    """Ask for a list, and for something else."""
    return ask(APP, listing("q=", prefer=words))


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_can_be_asked_for(status: int) -> None:
    """It is answered in Coder's envelope, as the contract has it, and says that it was asked for."""
    answer = prefer(f"code={status}")

    assert answer.status == status
    assert answer.json()["message"]
    assert answer.json()["detail"] == "Injected fault."
    assert answer.header("preference-applied") == f"code={status}"
    assert (answer.header("retry-after") is not None) == (status in {429, 503})


def test_a_wait_can_be_asked_for() -> None:
    """The answer is the usual one, and says that it came later."""
    answer = prefer("wait=0.01")

    assert (answer.status, answer.header("preference-applied")) == (200, "wait=0.01")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("code=299", 'Preference "code=299" is ignored. Available: 400, '),
        ("wait=long", 'Preference "wait=long" is ignored. wait accepts seconds, at most 600.'),
        ("wait=601", 'Preference "wait=601" is ignored.'),
        ("example=x", 'Unknown preference "example" is ignored. Available: code, wait.'),
    ],
)
def test_what_cannot_be_followed_is_named(words: str, hint: str) -> None:
    """A wish that makes no sense changes nothing, and is told of in the hint."""
    answer = prefer(words)

    assert (answer.status, answer.header("preference-applied")) == (200, None)
    assert (answer.header("x-mock-hint") or "").startswith(hint)


def test_hints_are_told_together() -> None:
    """A wish that makes no sense is told beside what the search ignores."""
    hint = ask(APP, listing("q=foo:bar", prefer="code=299")).header("x-mock-hint") or ""

    assert 'Unknown search key "foo" is ignored.' in hint
    assert 'Preference "code=299" is ignored.' in hint


def test_several_wishes_are_one_header() -> None:
    """Wishes are divided by commas, and of one given twice the first counts."""
    answer = prefer('wait=0.001, code="503"; x=y, code=500')

    assert (answer.status, answer.header("preference-applied")) == (503, "wait=0.001, code=503")


def test_a_wish_has_no_effect_on_the_logs() -> None:
    """What is answered with a status that was asked for has written nothing."""
    before, refused, after = drive(APP, [listing("q="), writing({}, prefer="code=500"), listing("q=")])

    assert refused.status == 500
    assert before.json()["count"] == after.json()["count"]


def test_deployed_releases_know_no_wishes() -> None:
    """Real servers do not look at the header."""
    answer = ask(DEPLOYED, listing("limit=1", prefer="code=500"))

    assert (answer.status, answer.header("preference-applied")) == (200, None)
