"""Rules of the deployment under test: what is asked again, what is waited for, and when it is given up."""

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
Answer = Callable[[httpx.Request], httpx.Response]


class Clock:
    """A clock that moves only when somebody sleeps, and remembers for how long."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Tell the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.slept.append(seconds)


def make_target(answers: list[Answer], clock: Clock, retries: int = 2) -> Client:
    """Make a target that gives these answers, one after another, and then a page for ever."""
    waiting = iter(answers)

    def handle(request: httpx.Request) -> httpx.Response:
        answer = next(waiting, None)
        return answer(request) if answer else httpx.Response(200, content=PAGE)

    return Client(
        contract=CONTRACT,
        base_url="http://coder.test",
        tokens=Tokens("0123456789-abcdefghijklmnopqrstuv"),
        pace=RateLimiter(0, 100, clock, clock.sleep),
        client=httpx.Client(transport=httpx.MockTransport(handle)),
        response_checker=ResponseChecker(CONTRACT),
        retries=retries,
    )


def limited(_: httpx.Request) -> httpx.Response:
    """Ask for patience."""
    return httpx.Response(429, headers={"Retry-After": "17"}, content=b'{"message":"Wait."}')


def lost(request: httpx.Request) -> httpx.Response:
    """Break the connection."""
    raise httpx.RemoteProtocolError("Server disconnected", request=request)


def silent(request: httpx.Request) -> httpx.Response:
    """Do not answer in time."""
    raise httpx.ReadTimeout("timed out", request=request)


def test_a_rate_limit_is_obeyed() -> None:
    """After a 429 nothing is sent for as long as `Retry-After` says; then it is asked again."""
    clock = Clock()
    target = make_target([limited], clock)

    assert target.search().status == 200
    assert clock.slept == [17]


NOW = "Wed, 21 Oct 2026 07:28:00 GMT"
WAITS = {
    "seconds": ({"Retry-After": "17"}, 17),
    "a date": ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": NOW}, 30),
    "a date that is past": ({"Retry-After": NOW, "Date": "Wed, 21 Oct 2026 07:29:00 GMT"}, 0),
    "nothing": ({}, 1),
    "no number": ({"Retry-After": "soon"}, 1),
    "no digits": ({"Retry-After": "\u00b2"}, 1),
}


@pytest.mark.parametrize("asked", WAITS)
def test_retry_after_is_read(asked: str) -> None:
    """It may be seconds or a date, which is held against the server's clock."""
    headers, seconds = WAITS[asked]

    assert read_wait(httpx.Headers(headers, encoding="latin-1"), 0) == seconds


def test_a_date_is_held_against_our_clock_if_need_be() -> None:
    """A server that does not tell the time is taken to share ours."""
    now = parse_timestamp("2026-10-21T07:28:00Z")

    assert read_wait({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}, now) == 30


def far(_: httpx.Request) -> httpx.Response:
    """Ask for more patience than anybody has."""
    return httpx.Response(429, headers={"Retry-After": "3600"})


@pytest.mark.parametrize("retries", [0, 2])
def test_nobody_asks_earlier_than_told(retries: int) -> None:
    """A wait that is too long ends the run: nothing more is sent, alone or together."""
    target = make_target([far], Clock(), retries)

    with pytest.raises(LockedOutError, match=r"asks to wait 3,600 s"):
        target.search()
    with pytest.raises(LockedOutError):
        target.send_together([POST] * 2)
    assert target.pace.spent == 1


def test_a_rate_limit_that_stays_is_the_answer() -> None:
    """When the server asks to wait again and again, that is what it answers."""
    target = make_target([limited] * 3, Clock())

    assert target.search().status == 429


@pytest.mark.parametrize("told", ["\u00b2", "soon", "", "-1", "1e400", "nan"])
def test_a_wait_that_is_no_number_is_short(told: str) -> None:
    """When `Retry-After` is nothing that can be obeyed, the suite waits a second and asks again."""
    clock = Clock()
    headers = [(b"Retry-After", told.encode("latin-1"))]
    answer = httpx.Response(429, headers=headers, content=b'{"message":"Wait."}')

    assert make_target([lambda _: answer], clock).search().status == 200
    assert clock.slept == [1]


def test_a_lost_read_is_repeated() -> None:
    """A GET whose connection breaks is sent again."""
    assert make_target([lost, lost], Clock()).search().status == 200


POST = Request("POST", CONTRACT.operations["generate-fake-audit-logs"].path, body=b"{}")


def test_a_lost_write_is_not_repeated() -> None:
    """A POST whose connection breaks may have been written: it is not sent twice."""
    target = make_target([lost], Clock())

    with pytest.raises(UnreachableError, match="Server disconnected"):
        target.send(POST)
    assert target.pace.spent == 1


def test_what_takes_too_long_is_not_repeated() -> None:
    """A GET that is not answered in time would not be the next time either."""
    target = make_target([silent], Clock())

    with pytest.raises(UnreachableError, match="no response within 10 s"):
        target.search()
    assert target.pace.spent == 1


def slow(_: httpx.Request) -> httpx.Response:
    """Answer well, and too late."""
    time.sleep(0.5)
    return httpx.Response(200, content=PAGE)


def test_a_whole_request_has_the_timeout() -> None:
    """However an answer spends its time, it is not waited for any longer, nor asked for again."""
    target = make_target([slow], Clock())
    target.timeout = 0.1

    with pytest.raises(UnreachableError, match=r"no response within 0\.1 s"):
        target.search()
    assert target.pace.spent == 1


def test_a_deployment_that_is_gone_is_given_up() -> None:
    """The third request in a row without an answer is the last one."""
    target = make_target([silent] * 3, Clock())
    for _ in range(2):
        with pytest.raises(UnreachableError):
            target.search()

    with pytest.raises(ConnectionLostError, match=r"http://coder\.test stopped responding"):
        target.search()


def test_a_token_is_kept_from_errors_and_answers() -> None:
    """Whatever echoes the token, it is shown by its variable only."""

    def echo(request: httpx.Request) -> httpx.Response:
        token = request.headers["Coder-Session-Token"]
        return httpx.Response(401, headers={"X-Echo": token}, content=f'{{"message":"{token}"}}'.encode())

    exchange = make_target([echo], Clock()).search()

    assert "abcdefghijklmnopqrstuv" not in f"{exchange}"
    assert exchange.json()["message"] == "$CODER_SESSION_TOKEN"


def test_together_is_at_once() -> None:
    """Requests sent together are all sent, each once, and count against the budget."""
    target = make_target([], Clock())

    assert [exchange.status for exchange in target.send_together([POST] * 4)] == [200] * 4
    assert target.pace.spent == 4


def test_a_rate_limit_is_obeyed_together() -> None:
    """One of several that is told to wait is asked again when the time has come; the others are not."""
    clock = Clock()
    target = make_target([limited], clock)

    assert [exchange.status for exchange in target.send_together([POST] * 4)] == [200] * 4
    assert target.pace.spent == 5
    assert clock.slept == [17]


def refused(_: httpx.Request) -> httpx.Response:
    """Take the token no more."""
    return httpx.Response(401, content=b'{"message":"You are signed out."}')


def test_a_token_that_expires_ends_the_run() -> None:
    """When the token that was good is refused, twice, nothing is asked any more."""
    target = make_target([refused, refused], Clock())
    target.begin()

    for _ in range(2):
        with pytest.raises(LockedOutError, match="the token is no longer accepted"):
            target.search()
    assert target.pace.spent == 2


def test_a_error_without_a_reason_is_an_answer() -> None:
    """A 401 for a token that is good the next moment is what a check judges."""
    target = make_target([refused], Clock())
    target.begin()

    assert target.search("action:write").status == 401


BAD = [{"headers": {"Cookie": "coder_session_token=x"}}, {"sender": "Nobody0000-x"}, {"token": "query"}]


@pytest.mark.parametrize("odd", BAD, ids=str)
def test_a_401_for_an_unusual_token_does_not_end_the_run(odd: dict[str, Any]) -> None:
    """A 401 for another token, or one in another location, ends no run whose token is still accepted."""
    target = make_target([refused], Clock())
    target.begin()
    request = Request("GET", CONTRACT.operations["get-audit-logs"].path)

    assert target.send(request._replace(**odd)).status == 401
    assert target.locked_out == ""


def test_a_token_in_another_location_may_expire() -> None:
    """The run ends when the token gets 401 in the query and then also in the header."""
    target = make_target([refused, refused], Clock())
    target.begin()

    with pytest.raises(LockedOutError, match="the token is no longer accepted"):
        target.search(token="query")  # noqa: S106 - a place


def test_a_broken_check_is_looked_for_in_memory() -> None:
    """Once a check is broken the same question is answered from memory, and few new ones are asked."""
    target = make_target([], Clock())
    first = target.search("action:write")
    target.remember()

    assert target.search("action:write") is first
    assert target.pace.spent == 1
