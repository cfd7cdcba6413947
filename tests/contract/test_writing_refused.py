"""Laws of refused writing: what the contract forbids is told, and leaves no log."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

import pytest

from auditmock.contract.exchange import Exchange, Request
from auditmock.contract.people import READERS, SHARED, STRANGERS
from auditmock.contract.promises import promised
from auditmock.contract.refusals import expect_refusal
from auditmock.contract.target import Target
from auditmock.contract.verdict import expect
from auditmock.contract.writing import expect_unwritten, mark, post, posting

pytestmark = [
    pytest.mark.writes,
    pytest.mark.law("laws", "writes", "#/paths/~1audit~1testgenerate/post"),
]

REFUSED_MARK = mark()
REFUSED: Mapping[str, tuple[bytes, tuple[str, ...] | None]] = {
    "no JSON": (b"{", None),
    "nothing": (b"", None),
    "null": (b"null", None),
    "an array": (b"[]", None),
    "no UTF-8": (b'{"action":"\xff"}', None),
    "half a surrogate pair": (b'{"action":"\\ud800"}', None),
    "NaN": (b'{"action":NaN}', None),
    "an unknown action": (b'{"action":"dance"}', ("action",)),
    "an action in capitals": (b'{"action":"WRITE"}', ("action",)),
    "an unknown type": (b'{"resource_type":"spaceship"}', ("resource_type",)),
    "an id that is none": (b'{"resource_id":"xyz"}', ("resource_id",)),
    "a time that is none": (b'{"time":"yesterday"}', ("time",)),
    "an empty time": (b'{"time":""}', ("time",)),
    "an empty id": (b'{"resource_id":""}', ("resource_id",)),
    "an empty action": (b'{"action":""}', ("action",)),
    "no action": (b'{"action":null}', ("action",)),
    "an id in braces": (b'{"resource_id":"{3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25}"}', ("resource_id",)),
    "an id without dashes": (b'{"resource_id":"3f9d2c6158ab4f0e9d476b1e0a9c7d25"}', ("resource_id",)),
    "a time without a zone": (b'{"time":"2001-02-03T04:05:06"}', ("time",)),
    "a day for a time": (b'{"time":"2001-02-03"}', ("time",)),
    "a day in no calendar": (b'{"time":"2001-02-29T04:05:06Z"}', ("time",)),
    "a number for a time": (b'{"time":981173106}', ("time",)),
    "a name twice": (b'{"action":"stop","action":"stop"}', None),
    "more behind it": (b'{"action":"stop"} {}', None),
    "a time before year 1": (b'{"time":"0001-01-01T00:00:00+23:59"}', ("time",)),
    "a time after year 9999": (b'{"time":"9999-12-31T23:59:59-23:59"}', ("time",)),
    "a field nobody knows": (b'{"acton":"write"}', ("acton",)),
    "a number for a word": (b'{"action":5}', ("action",)),
    "every field": (
        b'{"action":1,"resource_type":2,"resource_id":3,"time":4}',
        ("action", "resource_type", "resource_id", "time"),
    ),
}


@pytest.fixture(scope="module")
def refused(target: Target) -> Mapping[str, Exchange]:
    """Send every bad body once, all under one mark.

    Only a server that promises to refuse them gets them: one that keeps a time after year 9999 may be unable
    to list any log from then on.
    """
    return {case: post(target, body, REFUSED_MARK) for case, (body, _) in REFUSED.items()}


@promised("strict requests")
@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_body_is_refused(refused: Mapping[str, Exchange], case: str) -> None:
    """A body the contract forbids is answered with 400 and the fields at fault."""
    expect_refusal(refused[case], 400, REFUSED[case][1])


@promised("strict requests")
def test_what_is_refused_is_not_written(target: Target, refused: Mapping[str, Exchange]) -> None:
    """Whatever is wrong with a body, it leaves no log behind."""
    expect_unwritten(target, REFUSED_MARK, *refused.values())


@promised("strict requests")
def test_a_body_may_be_too_large(target: Target) -> None:
    """A body of more than 1 MiB is answered with 413 and writes nothing."""
    own = mark()
    exchange = post(target, b'{"action":"write"' + b" " * (1 << 20) + b"}", own)

    expect_refusal(exchange, 413)
    expect_unwritten(target, own, exchange)


@promised("strict requests")
@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", ""])
def test_only_json_is_taken(target: Target, media_type: str) -> None:
    """A body that is not declared as JSON is answered with 415."""
    own = mark()
    headers = {"Content-Type": media_type, "User-Agent": own} if media_type else {"User-Agent": own}
    exchange = target.send(posting(target, b"{}")._replace(headers=headers))

    expect_refusal(exchange, 415)
    expect_unwritten(target, own, exchange)


BAD_TOKENS = {"no token": None, "an unknown token": "Nobody0000-0123456789012345678901"}


@pytest.mark.parametrize("kind", BAD_TOKENS)
def test_a_bad_token_writes_nothing(target: Target, kind: str) -> None:
    """Nobody writes without a good token."""
    own, token = mark(), BAD_TOKENS[kind]
    request = posting(target, {}, own)._replace(token="header" if token else None, sender=token or "")
    exchange = target.send(request)

    expect_refusal(exchange, 401)
    expect_unwritten(target, own, exchange)


UNKNOWN = {"an unknown path": ("GET", "/nowhere"), "a wrong method": ("PUT", "")}


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_token_is_looked_at_first(target: Target, case: str) -> None:
    """Whoever has no token is answered with 401, whether there is such a path or method or not."""
    method, path = UNKNOWN[case]
    request = Request(method, target.path("get-audit-logs") + path, token=None)

    expect_refusal(target.send(request), 401)


def test_a_member_writes_nothing(target: Target, member: str) -> None:
    """Whoever may not write is answered with 403."""
    own = mark()
    exchange = target.send(posting(target, {}, own)._replace(sender=member))

    expect_refusal(exchange, 403)
    expect_unwritten(target, own, exchange)


@pytest.mark.parametrize("name", sorted({*STRANGERS, *READERS}))
def test_the_mocks_own_people_write_nothing(target: Target, name: str) -> None:
    """The tokens a mock shows to everybody write nothing anywhere, but its owner's."""
    own = mark()
    exchange = target.send(posting(target, {}, own)._replace(sender=f"{name}-{SHARED}"))

    statuses = {401, 403, target.contract.denial.get("status", 403)}
    expect(exchange.status in statuses, f"one of {sorted(statuses)}", exchange.status, exchange)
    expect_unwritten(target, own, exchange)


ELSEWHERE: Mapping[str, Callable[[str], str]] = {
    "below": lambda path: f"{path}/nowhere",
    "with a slash": lambda path: f"{path}/",
    "in capitals": str.upper,
}


@promised("strict requests")
@pytest.mark.parametrize("where", ELSEWHERE)
def test_there_is_nothing_elsewhere(target: Target, where: str) -> None:
    """A path that is not exactly one of the contract's is answered with 404."""
    path = target.path("get-audit-logs")
    base = target.contract.base_path

    exchange = target.send(Request("GET", base + ELSEWHERE[where](path.removeprefix(base)), [("q", "")]))

    expect_refusal(exchange, 404)


@promised("strict requests")
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "OPTIONS", "HEAD"])
def test_logs_cannot_be_changed(target: Target, method: str) -> None:
    """The list has no other method than GET, and says so."""
    exchange = target.send(Request(method, target.path("get-audit-logs"), (), {}, b""))

    expect(exchange.status == HTTPStatus.METHOD_NOT_ALLOWED, "405", exchange.status, exchange)
    if method != "HEAD":
        expect_refusal(exchange, 405)
    expect(exchange.headers.get("allow") == "GET", "Allow: GET", exchange.headers.get("allow"), exchange)
