"""Rate limit of each release (reference 6)."""

import pytest
from asgi_requests import LIST, WRITE, Call, Response, listing, send_requests, writing

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.core.timestamps import parse_timestamp
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.settings import Settings

NOW = parse_timestamp("2026-02-03T04:05:06Z")
LIMIT = 3
LIMIT_HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
MESSAGE = "You've been rate limited for sending more than 3 requests in 1m0s."
CODER_RELEASES = ("v0.14", "v2.35")


def make_limited_app(release: str) -> App:
    """Make a mock with a rate limit and a frozen clock."""
    return create_app(Settings(release=release, logs=5, rate_limit=LIMIT), lambda: NOW)


def limit_headers(response: Response) -> list[str | None]:
    """Return the rate limit headers of a response."""
    return [response.header(name) for name in LIMIT_HEADERS]


@pytest.mark.parametrize(
    ("release", "remaining"), [("v0.14", ["3", "2", "1", "0"]), ("v2.35", ["2", "1", "0", "0"])]
)
def test_rate_limit_headers_count_down(release: str, remaining: list[str]) -> None:
    """Each response has the limit, the remaining requests and the second of the reset."""
    responses = send_requests(make_limited_app(release), [listing("limit=1")] * 4)

    assert [limit_headers(response) for response in responses] == [
        ["3", remaining_requests, "1770091560"] for remaining_requests in remaining
    ]


@pytest.mark.parametrize("release", ["documented", *CODER_RELEASES])
def test_request_above_the_limit_is_a_429(release: str) -> None:
    """The first request above the limit gets a 429 with Coder's message and `Retry-After`."""
    *_, last = send_requests(make_limited_app(release), [listing("q=&limit=1")] * (LIMIT + 1))

    assert (last.status, last.json(), last.header("retry-after")) == (429, {"message": MESSAGE}, "60")


@pytest.mark.parametrize("release", ["documented", *CODER_RELEASES])
def test_errors_count(release: str) -> None:
    """Requests with errors count, too."""
    calls = [Call("GET", LIST, b"q="), Call("PUT", LIST), listing("q=&limit=x"), listing("q=")]
    statuses = [response.status for response in send_requests(make_limited_app(release), calls)]

    assert (429 in statuses) == (release == "v0.14")


@pytest.mark.parametrize("release", CODER_RELEASES)
def test_paths_are_counted_separately(release: str) -> None:
    """A path with a trailing slash is counted separately."""
    calls = [Call("GET", path) for path in [LIST] * 3 + [f"{LIST}/", WRITE]]
    statuses = [response.status for response in send_requests(make_limited_app(release), calls)]

    assert 429 not in statuses


@pytest.mark.parametrize(("release", "status"), [("documented", 200), ("v0.14", 429), ("v2.35", 200)])
def test_users_are_counted_separately_if_known(release: str, status: int) -> None:
    """If the release checks the token first, each user has a separate limit."""
    calls = [listing("q=&limit=1")] * LIMIT + [listing("q=&limit=1", token=token_of(BuiltinUser.AUDITOR))]

    assert send_requests(make_limited_app(release), calls)[-1].status == status


def test_owner_can_bypass_the_limit() -> None:
    """In v2.35 owners can bypass the limit; other users get a 428."""
    bypass = {"x_coder_bypass_ratelimit": "true"}
    owner = send_requests(make_limited_app("v2.35"), [listing("limit=1", **bypass)] * (LIMIT + 1))
    (auditor,) = send_requests(
        make_limited_app("v2.35"), [listing("limit=1", token=token_of(BuiltinUser.AUDITOR), **bypass)]
    )

    assert {response.status for response in owner} == {200}
    assert {*map(tuple, map(limit_headers, owner))} == {("3", "2", "1770091560")}
    assert (auditor.status, auditor.header("content-type")) == (428, "text/plain; charset=utf-8")
    assert auditor.body == b'"X-Coder-Bypass-Ratelimit" provided but user is not owner\n'


def test_bypass_is_ignored_before_authentication() -> None:
    """In v0.14 the bypass has no effect."""
    bypass = {"x_coder_bypass_ratelimit": "true"}

    assert (
        send_requests(make_limited_app("v0.14"), [listing("limit=1", **bypass)] * (LIMIT + 1))[-1].status
        == 429
    )


@pytest.mark.parametrize("release", CODER_RELEASES)
def test_unknown_method_is_not_counted(release: str) -> None:
    """A method that the router rejects is not counted and has no rate limit headers."""
    *others, last = send_requests(make_limited_app(release), [Call("FOO", LIST)] * 9 + [listing("limit=1")])

    assert {limit_headers(response)[0] for response in others} == {None}
    assert last.status == 200


@pytest.mark.parametrize("release", ["documented", *CODER_RELEASES])
def test_rate_limit_is_off_by_default(release: str) -> None:
    """By default there is no rate limit and no header."""
    calls = [writing({"action": "stop"})] * 9 + [listing("q=&limit=1")]
    responses = send_requests(create_app(Settings(release=release, logs=5), lambda: NOW), calls)

    assert {response.status for response in responses} == {204, 200}
    assert {limit_headers(response)[0] for response in responses} == {None}
