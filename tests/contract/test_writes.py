"""Laws of testgenerate, for runs that may write: one POST is one log, and everything else stays."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditmock.clock import present_instant
from auditmock.contract.exchange import Exchange, Request
from auditmock.contract.logs import Log, element, instant
from auditmock.contract.page import expect_logs, listed
from auditmock.contract.people import READERS, SHARED, STRANGERS
from auditmock.contract.refusals import expect_refusal
from auditmock.contract.sample import Sample
from auditmock.contract.target import Target
from auditmock.contract.verdict import expect, undisturbed
from auditmock.instants import DAY, parse_instant
from auditmock.openapi import load_contract

draws = settings.get_profile("writing law")
pytestmark = [
    pytest.mark.writes,
    pytest.mark.law("laws", "writes", "#/paths/~1audit~1testgenerate/post"),
]

CONTRACT = load_contract()
MARKER = "auditmock-contract-suite"
"""The user agent of every log the suite writes."""

PAST = "2001-02-03T04:05:06Z"
"""When everything the suite writes is said to have happened."""

LARGEST = 1000
NEWEST = 200
"""How many of the newest logs are looked through, since others may write meanwhile."""

NIL = "00000000-0000-0000-0000-000000000000"
DIFF = {"foo": {"old": "bar", "new": "baz", "secret": False}}
DEFAULTS = {
    "action": "write",
    "resource_type": "user",
    "diff": DIFF,
    "status_code": 200,
    "request_id": NIL,
}


def fresh() -> str:
    """Make the id of a resource nobody knows, whoever else is testing."""
    return str(uuid4())


def mark() -> str:
    """Make a user agent nobody else has, by which a log is known to be one's own."""
    return f"{MARKER}/{fresh()}"


def posting(target: Target, body: bytes | Mapping[str, Any], user_agent: str = MARKER) -> Request:
    """Make a request that writes a log."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "User-Agent": user_agent}
    return Request("POST", target.path("generate-fake-audit-logs"), (), headers, content)


def post(target: Target, body: bytes | Mapping[str, Any], user_agent: str = MARKER) -> Exchange:
    """Send a body to testgenerate."""
    return target.send(posting(target, body, user_agent))


def marked(target: Target, user_agent: str, q: str = "username:me") -> list[Log]:
    """Find the logs of a mark among the newest."""
    return [log for log in listed(target, q, limit=NEWEST).logs if log["user_agent"] == user_agent]


def expect_unwritten(target: Target, user_agent: str, *exchanges: Exchange) -> None:
    """Go on if no log has this mark."""
    found = [log["id"] for log in marked(target, user_agent, "")]
    expect(not found, "no new log", found, *exchanges)


def written(target: Target, body: Mapping[str, Any]) -> Log:
    """Write a log about a fresh resource and find it, alone."""
    exchange = post(target, body)
    expect(exchange.status == HTTPStatus.NO_CONTENT, "204", exchange.status, exchange)
    page = listed(target, f"resource_id:{body['resource_id']}")
    expect(page.total == len(page.logs) == 1, "one log", f"{page.total}: {page.ids}", exchange, page.exchange)
    return page.logs[0]


@draws
@given(st.data())
def test_a_post_is_one_log_with_its_fields(target: Target, data: st.DataObject) -> None:
    """The log is there at once, once, with the fields given and the defaults of the others."""
    given_fields = {
        "resource_id": fresh(),
        "time": PAST,
        "action": data.draw(st.sampled_from(CONTRACT.enum("AuditAction"))),
        "resource_type": data.draw(st.sampled_from(CONTRACT.enum("ResourceType"))),
    }
    left_out = data.draw(st.sets(st.sampled_from(["action", "resource_type"])), "left out")
    body = {name: value for name, value in given_fields.items() if name not in left_out}
    log = written(target, body)

    given_time = {"time": log["time"]} if instant(log) == parse_instant(PAST) else {}
    expected = {**DEFAULTS, **body, **given_time, "user_agent": MARKER}
    seen = {name: log[name] for name in expected}
    expect(seen == expected, f"{expected}", seen)


@draws
@given(digits=st.text("0123456789", min_size=1, max_size=9), hours=st.integers(-23, 23))
def test_a_time_is_kept_in_utc(target: Target, digits: str, hours: int) -> None:
    """A time with any fraction and offset is shown in UTC, to the microsecond."""
    time = f"2001-02-03T04:05:06.{digits}{hours:+03d}:30"
    log = written(target, {"resource_id": fresh(), "time": time})

    expect(instant(log) == parse_instant(time), f"the instant {time}", log["time"])


@draws
@given(seconds=st.lists(st.integers(0, 59), min_size=3, max_size=5))
def test_a_post_takes_its_place(target: Target, seconds: list[int]) -> None:
    """Logs written in any order of time are listed in the order of time, about one resource as about many."""
    resource = fresh()
    for second in seconds:
        post(target, {"resource_id": resource, "time": f"2001-02-03T04:05:{second:02d}Z"})
    page = listed(target, f"resource_id:{resource}")

    order = sorted(page.logs, key=lambda log: (-instant(log), log["id"]))
    expect(len(page.logs) == len(seconds), f"{len(seconds)} logs", len(page.logs), page.exchange)
    expect(page.ids == [log["id"] for log in order], f"the order {order}", page.ids, page.exchange)


def test_nothing_given_is_all_defaults(target: Target) -> None:
    """An empty object writes a log of now, about a new resource, every other field as by default."""
    own = mark()
    for _ in range(2):
        exchange = post(target, {}, own)
        expect(exchange.status == HTTPStatus.NO_CONTENT, "204", exchange.status, exchange)
    new = marked(target, own, "")

    expect(len(new) == 2, "both logs, among the newest", len(new), exchange)
    for log in new:
        seen = {name: log[name] for name in DEFAULTS}
        expect(seen == DEFAULTS, f"{DEFAULTS}", seen, exchange)
        age = present_instant() - instant(log)
        expect(abs(age) < DAY, "the time of writing", log["time"], exchange)
    expect(new[0]["resource_id"] != new[1]["resource_id"], "a new resource each", new[0]["resource_id"])


def test_a_day_has_its_first_and_its_last_instant(target: Target) -> None:
    """`date_from` and `date_to` find what happened in the very first and last microsecond of a day."""
    resource = fresh()
    inside = ["2001-02-03T00:00:00Z", "2001-02-03T23:59:59.999999Z"]
    for time in ["2001-02-02T23:59:59.999999Z", *inside, "2001-02-04T00:00:00Z"]:
        post(target, {"resource_id": resource, "time": time})
    page = listed(target, f"resource_id:{resource} date_from:2001-02-03 date_to:2001-02-03")

    found = sorted(instant(log) for log in page.logs)
    expect(found == [parse_instant(time) for time in inside], f"{inside}", found, page.exchange)


def test_a_new_log_is_searched_as_all_are(target: Target) -> None:
    """Each search key finds a log just written by its value, and not by another."""
    log = written(target, {"resource_id": fresh(), "time": PAST, "action": "stop", "resource_type": "group"})
    scope = f"resource_id:{log['resource_id']}"
    for key in CONTRACT.search.keys.values():
        value = key.value_in(log)
        if key.type != "date" and value:
            page = listed(target, f"{element(key, value.upper())} {scope}")
            expect(page.ids == [log["id"]], f"the log, by {element(key, value)}", page.ids, page.exchange)
    for other in ("action:start", "resource_type:user", "email:nobody@example.com", "username:nobody"):
        page = listed(target, f"{other} {scope}")
        expect_logs(page, [], 0)


def test_what_was_there_stays(target: Target, sample: Sample) -> None:
    """A new log changes no other: past days show what they showed, and as many logs as before."""
    older = f"date_from:2001-02-05 {sample.past}"

    def look() -> None:
        before = listed(target, older, limit=1).total
        written(target, {"resource_id": fresh(), "time": PAST})
        after = listed(target, older, limit=1).total
        expect(after == before, f"{before} logs of later days", after)
        expect_logs(listed(target, sample.q, limit=LARGEST), sample.logs, len(sample.logs))

    undisturbed(target, sample.scope, look)


def test_a_long_user_agent_is_cut(target: Target) -> None:
    """A user agent of more than 256 characters is kept as far as that."""
    resource, name = fresh(), f"{MARKER}/" + "x" * 300
    post(target, {"resource_id": resource, "time": PAST}, name)
    page = listed(target, f"resource_id:{resource}")

    kept = [log["user_agent"] for log in page.logs]
    expect(kept == [name[:256]], f"{name[:256]}", kept, page.exchange)


def test_a_body_may_be_too_large(target: Target) -> None:
    """A body of more than 1 MiB is answered with 413 and writes nothing."""
    own = mark()
    exchange = post(target, b'{"action":"write"' + b" " * (1 << 20) + b"}", own)

    expect_refusal(exchange, 413)
    expect_unwritten(target, own, exchange)


UNSET = {"resource_id": NIL, "time": "0001-01-01T00:00:00Z"}


def test_nil_and_zero_count_as_absent(target: Target) -> None:
    """The nil UUID and the zero time are replaced by a new id and the present."""
    own = mark()
    exchange = post(target, {**UNSET, "action": "stop", "resource_type": "group"}, own)
    expect(exchange.status == HTTPStatus.NO_CONTENT, "204", exchange.status, exchange)
    new = marked(target, own, "username:me action:stop resource_type:group")

    expect(len(new) == 1, "the log written just now, among the newest", len(new), exchange)
    expect(new[0]["resource_id"] != NIL, "a new resource id", NIL, exchange)


def test_the_target_is_the_caller(target: Target) -> None:
    """The user is the caller, and `resource_target` the caller's name."""
    log = written(target, {"resource_id": fresh(), "time": PAST})
    mine = listed(target, f"username:me resource_id:{log['resource_id']}")

    expect(mine.total == 1, "the log, by username:me", mine.total, mine.exchange)
    expect(log["resource_target"] == log["user"]["username"], log["user"]["username"], log["resource_target"])


TOGETHER = 4


def test_two_at_once_are_two(target: Target) -> None:
    """POSTs that are sent together are both there."""
    resource = fresh()
    requests = [posting(target, {"resource_id": resource, "time": PAST})] * TOGETHER
    statuses = [exchange.status for exchange in target.send_together(requests)]
    page = listed(target, f"resource_id:{resource}")

    expect(page.total == statuses.count(204) == TOGETHER, f"{TOGETHER} logs", page.total, page.exchange)
    expect(len(set(page.ids)) == TOGETHER, "an id each", page.ids, page.exchange)


def test_a_cursor_survives_writing(target: Target) -> None:
    """Pages walked by `after_id` while logs are written show every older log, each once."""
    resource = fresh()
    for second in range(4):
        post(target, {"resource_id": resource, "time": f"2001-02-03T04:05:{second:02d}Z"})
    before = listed(target, f"resource_id:{resource}").ids
    first = listed(target, f"resource_id:{resource}", limit=2)
    post(target, {"resource_id": resource, "time": "2001-02-03T04:06:00Z"})
    second_page = listed(target, f"resource_id:{resource}", limit=2, after_id=first.ids[-1])

    expect([*first.ids, *second_page.ids] == before, f"{before}", [*first.ids, *second_page.ids])


REFUSED_MARK = mark()
REFUSED: Mapping[str, tuple[bytes, tuple[str, ...]]] = {
    "no JSON": (b"{", ()),
    "nothing": (b"", ()),
    "null": (b"null", ()),
    "an array": (b"[]", ()),
    "no UTF-8": (b'{"action":"\xff"}', ()),
    "half a surrogate pair": (b'{"action":"\\ud800"}', ()),
    "NaN": (b'{"action":NaN}', ()),
    "an unknown action": (b'{"action":"dance"}', ("action",)),
    "an action in capitals": (b'{"action":"WRITE"}', ("action",)),
    "an unknown type": (b'{"resource_type":"spaceship"}', ("resource_type",)),
    "an id that is none": (b'{"resource_id":"xyz"}', ("resource_id",)),
    "a time that is none": (b'{"time":"yesterday"}', ("time",)),
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
    """Send every bad body once, all under one mark."""
    return {case: post(target, body, REFUSED_MARK) for case, (body, _) in REFUSED.items()}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_body_is_refused(refused: Mapping[str, Exchange], case: str) -> None:
    """A body the contract forbids is answered with 400 and the fields at fault."""
    expect_refusal(refused[case], 400, REFUSED[case][1])


def test_what_is_refused_is_not_written(target: Target, refused: Mapping[str, Exchange]) -> None:
    """Whatever is wrong with a body, it leaves no log behind."""
    expect_unwritten(target, REFUSED_MARK, *refused.values())


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

    expect(exchange.status in {401, 403}, "401 or 403", exchange.status, exchange)
    expect_unwritten(target, own, exchange)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_logs_cannot_be_changed(target: Target, method: str) -> None:
    """The list has no other method than GET, and says so."""
    exchange = target.send(Request(method, target.path("get-audit-logs"), (), {}, b""))

    expect_refusal(exchange, 405)
    expect(exchange.headers.get("allow") == "GET", "Allow: GET", exchange.headers.get("allow"), exchange)
