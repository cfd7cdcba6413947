"""The rate limit, as each release tells of it (reference 6)."""

import pytest
from asgi_requests import LIST, WRITE, Answer, Call, drive, listing, writing

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.core.timestamps import parse_timestamp
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.settings import Settings

NOW = parse_timestamp("2026-02-03T04:05:06Z")
LIMIT = 3
TELLING = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
MESSAGE = "You've been rate limited for sending more than 3 requests in 1m0s."
DEPLOYED = ("v0.14", "v2.35")


def limited(release: str) -> App:
    """Make a mock with a limit, its clock standing still."""
    return create_app(Settings(release=release, logs=5, rate_limit=LIMIT), lambda: NOW)


def told(answer: Answer) -> list[str | None]:
    """Give what an answer tells of the limit."""
    return [answer.header(name) for name in TELLING]


@pytest.mark.parametrize(
    ("release", "remaining"), [("v0.14", ["3", "2", "1", "0"]), ("v2.35", ["2", "1", "0", "0"])]
)
def test_every_answer_tells_what_is_left(release: str, remaining: list[str]) -> None:
    """The limit, what is left before or after the request, and the second in which the minute ends."""
    answers = drive(limited(release), [listing("limit=1")] * 4)

    assert [told(answer) for answer in answers] == [["3", left, "1770091560"] for left in remaining]


@pytest.mark.parametrize("release", ["documented", *DEPLOYED])
def test_one_too_many_is_refused(release: str) -> None:
    """It is a 429 in Coder's words, with the time to wait."""
    *_, last = drive(limited(release), [listing("q=&limit=1")] * (LIMIT + 1))

    assert (last.status, last.json(), last.header("retry-after")) == (429, {"message": MESSAGE}, "60")


@pytest.mark.parametrize("release", ["documented", *DEPLOYED])
def test_errors_count(release: str) -> None:
    """A 401 and a 405 are requests like others."""
    calls = [Call("GET", LIST, b"q="), Call("PUT", LIST), listing("q=&limit=x"), listing("q=")]
    statuses = [answer.status for answer in drive(limited(release), calls)]

    assert (429 in statuses) == (release == "v0.14")


@pytest.mark.parametrize("release", DEPLOYED)
def test_paths_count_apart(release: str) -> None:
    """A path with a slash behind it is another one."""
    calls = [Call("GET", path) for path in [LIST] * 3 + [f"{LIST}/", WRITE]]
    statuses = [answer.status for answer in drive(limited(release), calls)]

    assert 429 not in statuses


@pytest.mark.parametrize(("release", "status"), [("documented", 200), ("v0.14", 429), ("v2.35", 200)])
def test_people_count_apart_where_they_are_known(release: str, status: int) -> None:
    """Where the caller is looked at first, somebody else of the same address has a limit of their own."""
    calls = [listing("q=&limit=1")] * LIMIT + [listing("q=&limit=1", token=token_of(BuiltinUser.AUDITOR))]

    assert drive(limited(release), calls)[-1].status == status


def test_an_owner_may_pass() -> None:
    """Today's owners may ask not to be counted, and stand as if new; others are refused by a line of text."""
    asked = {"x_coder_bypass_ratelimit": "true"}
    owner = drive(limited("v2.35"), [listing("limit=1", **asked)] * (LIMIT + 1))
    (auditor,) = drive(limited("v2.35"), [listing("limit=1", token=token_of(BuiltinUser.AUDITOR), **asked)])

    assert {answer.status for answer in owner} == {200}
    assert {*map(tuple, map(told, owner))} == {("3", "2", "1770091560")}
    assert (auditor.status, auditor.header("content-type")) == (428, "text/plain; charset=utf-8")
    assert auditor.body == b'"X-Coder-Bypass-Ratelimit" provided but user is not owner\n'


def test_yesterdays_owners_may_not() -> None:
    """Before anybody is known the wish has no effect."""
    asked = {"x_coder_bypass_ratelimit": "true"}

    assert drive(limited("v0.14"), [listing("limit=1", **asked)] * (LIMIT + 1))[-1].status == 429


@pytest.mark.parametrize("release", DEPLOYED)
def test_a_method_that_is_none_meets_no_limit(release: str) -> None:
    """What the root router refuses is neither counted nor told of."""
    *others, last = drive(limited(release), [Call("FOO", LIST)] * 9 + [listing("limit=1")])

    assert {told(answer)[0] for answer in others} == {None}
    assert last.status == 200


@pytest.mark.parametrize("release", ["documented", *DEPLOYED])
def test_without_a_limit_nothing_is_told(release: str) -> None:
    """It is off unless it is asked for."""
    calls = [writing({"action": "stop"})] * 9 + [listing("q=&limit=1")]
    answers = drive(create_app(Settings(release=release, logs=5), lambda: NOW), calls)

    assert {answer.status for answer in answers} == {204, 200}
    assert {told(answer)[0] for answer in answers} == {None}
