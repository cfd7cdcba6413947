"""Client of the checker: retries, rate limits, timeouts and redaction."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from auditmock.checker.client.client import Client, ConnectionLostError, LockedOutError, UnreachableError
from auditmock.checker.core.exchange import Request
from auditmock.checker.core.rate import RateLimiter, read_wait
from auditmock.checker.core.tokens import Tokens
from auditmock.checker.rules.response_rules import ResponseChecker
from auditmock.core.timestamps import parse_timestamp
from auditmock.openapi.contract import load_contract

CONTRACT = load_contract()
PAGE = b'{"audit_logs":[],"count":0}'
Respond = Callable[[httpx.Request], httpx.Response]


class Clock:
    """A clock that advances only during sleep and records each duration."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Return the current time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Advance the time."""
        self.now += seconds
        self.slept.append(seconds)


def make_client(responses: list[Respond], clock: Clock, retries: int = 2) -> Client:
    """Make a client that gets these responses in turn, then pages for ever."""
    remaining = iter(responses)

    def handle(request: httpx.Request) -> httpx.Response:
        respond = next(remaining, None)
        return respond(request) if respond else httpx.Response(200, content=PAGE)

    return Client(
        contract=CONTRACT,
        base_url="http://coder.test",
        tokens=Tokens("0123456789-abcdefghijklmnopqrstuv"),
        pace=RateLimiter(0, 100, clock, clock.sleep),
        client=httpx.Client(transport=httpx.MockTransport(handle)),
        response_checker=ResponseChecker(CONTRACT),
        retries=retries,
    )


def respond_429(_: httpx.Request) -> httpx.Response:
    """Respond with 429 and a short `Retry-After`."""
    return httpx.Response(429, headers={"Retry-After": "17"}, content=b'{"message":"Wait."}')


def drop_connection(request: httpx.Request) -> httpx.Response:
    """Drop the connection."""
    raise httpx.RemoteProtocolError("Server disconnected", request=request)


def time_out(request: httpx.Request) -> httpx.Response:
    """Time out."""
    raise httpx.ReadTimeout("timed out", request=request)


def test_retry_after_is_obeyed() -> None:
    """After a 429 the client waits for `Retry-After` and then retries."""
    clock = Clock()
    client = make_client([respond_429], clock)

    assert client.search().status == 200
    assert clock.slept == [17]


NOW = "Wed, 21 Oct 2026 07:28:00 GMT"
RETRY_AFTER = {
    "seconds": ({"Retry-After": "17"}, 17),
    "date": ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": NOW}, 30),
    "date in the past": ({"Retry-After": NOW, "Date": "Wed, 21 Oct 2026 07:29:00 GMT"}, 0),
    "missing": ({}, 1),
    "text": ({"Retry-After": "soon"}, 1),
    "non-ASCII digit": ({"Retry-After": "\u00b2"}, 1),
}


@pytest.mark.parametrize("case", RETRY_AFTER)
def test_retry_after_is_parsed(case: str) -> None:
    """`Retry-After` is a number of seconds or a date, compared with the server's clock."""
    headers, seconds = RETRY_AFTER[case]

    assert read_wait(httpx.Headers(headers, encoding="latin-1"), 0) == seconds


def test_retry_after_date_uses_local_clock_without_date_header() -> None:
    """Without a `Date` header the date is compared with the local clock."""
    now = parse_timestamp("2026-10-21T07:28:00Z")

    assert read_wait({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}, now) == 30


def respond_429_for_an_hour(_: httpx.Request) -> httpx.Response:
    """Respond with 429 and an hour of `Retry-After`."""
    return httpx.Response(429, headers={"Retry-After": "3600"})


@pytest.mark.parametrize("retries", [0, 2])
def test_long_retry_after_ends_the_run(retries: int) -> None:
    """A `Retry-After` beyond the limit ends the run; no further request is sent."""
    client = make_client([respond_429_for_an_hour], Clock(), retries)

    with pytest.raises(LockedOutError, match=r"asks to wait 3,600 s"):
        client.search()
    with pytest.raises(LockedOutError):
        client.send_together([POST] * 2)
    assert client.pace.spent == 1


def test_repeated_429_is_returned() -> None:
    """If every retry gets a 429, the client returns it."""
    client = make_client([respond_429] * 3, Clock())

    assert client.search().status == 429


@pytest.mark.parametrize("value", ["\u00b2", "soon", "", "-1", "1e400", "nan"])
def test_invalid_retry_after_waits_a_second(value: str) -> None:
    """If `Retry-After` is invalid, the client waits one second and retries."""
    clock = Clock()
    headers = [(b"Retry-After", value.encode("latin-1"))]
    limited = httpx.Response(429, headers=headers, content=b'{"message":"Wait."}')

    assert make_client([lambda _: limited], clock).search().status == 200
    assert clock.slept == [1]


def test_dropped_get_is_retried() -> None:
    """A GET whose connection drops is sent again."""
    assert make_client([drop_connection, drop_connection], Clock()).search().status == 200


POST = Request("POST", CONTRACT.operations["generate-fake-audit-logs"].path, body=b"{}")


def test_dropped_post_is_not_retried() -> None:
    """A POST whose connection drops is not sent again: it may have been written."""
    client = make_client([drop_connection], Clock())

    with pytest.raises(UnreachableError, match="Server disconnected"):
        client.send(POST)
    assert client.pace.spent == 1


def test_timeout_is_not_retried() -> None:
    """A GET that times out is not sent again."""
    client = make_client([time_out], Clock())

    with pytest.raises(UnreachableError, match="no response within 10 s"):
        client.search()
    assert client.pace.spent == 1


def respond_late(_: httpx.Request) -> httpx.Response:
    """Respond after the timeout."""
    time.sleep(0.5)
    return httpx.Response(200, content=PAGE)


def test_timeout_covers_the_whole_request() -> None:
    """The timeout covers connection, headers and body, and is not retried."""
    client = make_client([respond_late], Clock())
    client.timeout = 0.1

    with pytest.raises(UnreachableError, match=r"no response within 0\.1 s"):
        client.search()
    assert client.pace.spent == 1


def test_third_lost_response_ends_the_run() -> None:
    """The third request in a row without a response ends the run."""
    client = make_client([time_out] * 3, Clock())
    for _ in range(2):
        with pytest.raises(UnreachableError):
            client.search()

    with pytest.raises(ConnectionLostError, match=r"http://coder\.test stopped responding"):
        client.search()


def test_echoed_token_is_redacted() -> None:
    """A token that the server echoes is replaced by its variable."""

    def echo(request: httpx.Request) -> httpx.Response:
        token = request.headers["Coder-Session-Token"]
        return httpx.Response(401, headers={"X-Echo": token}, content=f'{{"message":"{token}"}}'.encode())

    exchange = make_client([echo], Clock()).search()

    assert "abcdefghijklmnopqrstuv" not in f"{exchange}"
    assert exchange.json()["message"] == "$CODER_SESSION_TOKEN"


def test_concurrent_requests_are_sent_once() -> None:
    """Concurrent requests are sent once each and count against the budget."""
    client = make_client([], Clock())

    assert [exchange.status for exchange in client.send_together([POST] * 4)] == [200] * 4
    assert client.pace.spent == 4


def test_retry_after_is_obeyed_concurrently() -> None:
    """Of concurrent requests only the one with a 429 waits and is sent again."""
    clock = Clock()
    client = make_client([respond_429], clock)

    assert [exchange.status for exchange in client.send_together([POST] * 4)] == [200] * 4
    assert client.pace.spent == 5
    assert clock.slept == [17]


def respond_401(_: httpx.Request) -> httpx.Response:
    """Reject the token."""
    return httpx.Response(401, content=b'{"message":"You are signed out."}')


def test_expired_token_ends_the_run() -> None:
    """A token that was valid and is rejected twice ends the run; no further request is sent."""
    client = make_client([respond_401, respond_401], Clock())
    client.begin()

    for _ in range(2):
        with pytest.raises(LockedOutError, match="the token is no longer accepted"):
            client.search()
    assert client.pace.spent == 2


def test_single_401_is_returned() -> None:
    """If the token is valid again at the next request, the 401 is returned to the check."""
    client = make_client([respond_401], Clock())
    client.begin()

    assert client.search("action:write").status == 401


OTHER_TOKENS = [
    {"headers": {"Cookie": "coder_session_token=x"}},
    {"sender": "Nobody0000-x"},
    {"token": "query"},
]


@pytest.mark.parametrize("change", OTHER_TOKENS, ids=str)
def test_401_for_an_unusual_token_does_not_end_the_run(change: dict[str, Any]) -> None:
    """A 401 for another token, or one in another location, ends no run whose token is still accepted."""
    client = make_client([respond_401], Clock())
    client.begin()
    request = Request("GET", CONTRACT.operations["get-audit-logs"].path)

    assert client.send(request._replace(**change)).status == 401
    assert client.locked_out == ""


def test_token_in_another_location_can_expire() -> None:
    """The run ends when the token gets 401 in the query and then also in the header."""
    client = make_client([respond_401, respond_401], Clock())
    client.begin()

    with pytest.raises(LockedOutError, match="the token is no longer accepted"):
        client.search(token="query")  # noqa: S106 - a place


def test_remembered_responses_are_reused() -> None:
    """After a failure the client answers repeated requests from memory."""
    client = make_client([], Clock())
    first = client.search("action:write")
    client.remember()

    assert client.search("action:write") is first
    assert client.pace.spent == 1
