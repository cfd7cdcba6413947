"""Checks of a single POST: it creates one log, with fields from the body, from the request and by default."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from itertools import cycle
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import each, requires
from auditmock.checker.core.exchange import Exchange
from auditmock.checker.expect import expect
from auditmock.checker.log_page import list_logs
from auditmock.checker.posting import (
    NIL,
    PAST,
    USER_AGENT,
    find_by_user_agent,
    new_id,
    post_request,
    unique_user_agent,
    write,
    write_and_find,
)
from auditmock.checker.rules.log_model import Log, description_of, is_address, time_of
from auditmock.contract.support.search_keys import locations
from auditmock.core.clock import current_time
from auditmock.core.timestamps import SECOND, parse_timestamp
from auditmock.openapi.contract import Contract

a_few_draws = settings.get_profile("check of each")
pytestmark = [
    pytest.mark.writes,
    pytest.mark.check("properties", "writes", "#/paths/~1audit~1testgenerate/post"),
]

MINUTE = 60 * SECOND
DIFF = {"foo": {"old": "bar", "new": "baz", "secret": False}}
DEFAULTS = {"action": "write", "resource_type": "user", "diff": DIFF, "status_code": 200, "request_id": NIL}


@pytest.fixture(scope="module")
def written_logs() -> list[Log]:
    """Collect the logs that were written, as first listed."""
    return []


def types_and_actions(contract: Contract) -> list[tuple[str, str]]:
    """Pair all resource types with actions, so that every action occurs."""
    return list(zip(contract.enum("ResourceType"), cycle(contract.enum("AuditAction")), strict=False))


@each("kind, action", types_and_actions)
def test_post_creates_one_log_with_its_fields(
    target: Client, written_logs: list[Log], kind: str, action: str
) -> None:
    """A POST creates one log, visible at once, with the fields that were sent."""
    body = {"resource_id": new_id(), "time": PAST, "action": action, "resource_type": kind}
    log = write_and_find(target, body)
    written_logs.append(log)

    expect_fields(log, DEFAULTS | body | {"time": log["time"], "user_agent": USER_AGENT})
    expect(time_of(log) == parse_timestamp(PAST), PAST, log["time"])
    expect_consistent(log, target.contract)


@pytest.mark.parametrize("given", [{"action": "stop"}, {"resource_type": "group"}], ids=" ".join)
def test_omitted_fields_get_their_defaults(target: Client, given: Mapping[str, str]) -> None:
    """Every field is optional and has a default."""
    body = {"resource_id": new_id(), "time": PAST, **given}

    expect_fields(write_and_find(target, body), {**DEFAULTS, **given})


def expect_fields(log: Log, expected: Mapping[str, Any]) -> None:
    seen = {name: log[name] for name in expected}
    expect(seen == expected, f"{expected}", seen)


def expect_consistent(log: Log, contract: Contract) -> None:
    """Expect the fields of a new log to agree with each other."""
    wanted = description_of(log, contract)
    expect(log["description"] == wanted, repr(wanted), repr(log["description"]))
    expect(bool(log["ip"]) and is_address(log["ip"]), "the address of the client", repr(log["ip"]))
    gone = log["resource_type"] in contract.schema("AuditLog")["properties"]["is_deleted"]["x-deletable"]
    expect(
        log["is_deleted"] == gone, f"is_deleted {gone}, since the resource does not exist", log["is_deleted"]
    )
    expect(log["resource_icon"] == "", "an empty resource_icon", log["resource_icon"])
    expect(log["resource_link"] == "", "an empty resource_link", log["resource_link"])


@a_few_draws
@example(digits="0000006", hours=0)
@example(digits="999999", hours=-23)
@given(digits=st.text("0123456789", min_size=1, max_size=9), hours=st.integers(-23, 23))
def test_time_is_stored_in_utc_to_the_microsecond(target: Client, digits: str, hours: int) -> None:
    """A time with any fraction and UTC offset is stored in UTC, to the microsecond."""
    time = f"2001-02-03T04:05:06.{digits}{hours:+03d}:30"
    log = write_and_find(target, {"resource_id": new_id(), "time": time})

    expect(time_of(log) == parse_timestamp(time), f"the instant {time}", log["time"])


UNUSUAL_TIMES = (
    *(
        "2000-02-29T12:34:56Z",
        "1969-07-20T20:17:40.25Z",
        "2001-12-31T23:59:59Z",
        "2000-12-31T23:59:59.9999996Z",
    ),
    *(
        "2001-04-05T06:07:08.12345649999Z",
        "2001-02-03T04:05:06-00:30",
        "2001-03-01T00:30:00+01:00",
        "2000-06-30T12:00:00-00:00",
    ),
)


def test_unusual_times_are_stored(target: Client) -> None:
    """Leap days, ends of years, times before 1970 and half-hour UTC offsets are stored exactly."""
    resource = new_id()
    for time in UNUSUAL_TIMES:
        write(
            target,
            {"resource_id": resource, "time": time, "resource_type": "organization", "action": "delete"},
        )
    page = list_logs(target, f"resource_id:{resource}")

    wanted = sorted(map(parse_timestamp, UNUSUAL_TIMES), reverse=True)
    seen = [time_of(log) for log in page.logs]
    expect(seen == wanted, f"{sorted(UNUSUAL_TIMES)}", [log["time"] for log in page.logs], page.exchange)


def response_time(exchange: Exchange) -> int:
    """Return the time of a response: its `Date` header, or the local time."""
    date = exchange.headers.get("date")
    moment = parsedate_to_datetime(date) if date else None
    return parse_timestamp(moment.strftime("%Y-%m-%dT%H:%M:%SZ")) if moment else current_time()


def test_empty_object_creates_a_log_of_defaults(target: Client) -> None:
    """An empty object creates a log with the current time, a new resource id and defaults otherwise."""
    own, before = unique_user_agent(), list_logs(target, "", limit=1).total
    for media_type in ("application/json", 'application/json;charset="UTF-8"'):
        headers = {"Content-Type": media_type, "User-Agent": own}
        exchange = target.send(post_request(target, {})._replace(headers=headers))
        expect(exchange.status == HTTPStatus.NO_CONTENT, "204", exchange.status, exchange)
    new = find_by_user_agent(target, own)

    after = list_logs(target, "", limit=1)
    grown = target.contract.count(before + 2, 1)
    expect(len(new) == 2, "both logs among the newest", len(new), exchange)
    expect(after.total >= min(before + 2, grown), f"a count of {grown} at least", after.total, after.exchange)
    for log in new:
        seen = {name: log[name] for name in DEFAULTS}
        expect(seen == DEFAULTS, f"{DEFAULTS}", seen, exchange)
        expect(
            abs(response_time(exchange) - time_of(log)) < 2 * MINUTE,
            "the current time",
            log["time"],
            exchange,
        )
    expect(new[0]["resource_id"] != new[1]["resource_id"], "different resource ids", new[0]["resource_id"])


def test_user_agent_is_stored_unchanged(target: Client) -> None:
    """The `User-Agent` header is stored unchanged, special characters included."""
    resource, name = new_id(), f"{USER_AGENT}/1.0 (X11; <b>&amp;\"'%20 \\ +?#[]{{}}|~^`$@!*=)"
    write(target, {"resource_id": resource, "time": PAST}, name)
    page = list_logs(target, f"resource_id:{resource}")

    expect([log["user_agent"] for log in page.logs] == [name], name, page.logs, page.exchange)


def test_body_may_be_any_equivalent_json(target: Client) -> None:
    """Line breaks, escapes and a capitalized id in the body do not change the log."""
    resource = new_id()
    body = (
        f'\r\n{{ "resource_id" :\t"{resource.upper()}",\n"time": "{PAST}", "\\u0061ction": "st\\u006fp" }} \n'
    )
    write(target, body.encode())
    page = list_logs(target, f"resource_id:{resource}")

    seen = [(log["resource_id"], log["action"]) for log in page.logs]
    expect(seen == [(resource, "stop")], f"a stop of {resource}", seen, page.exchange)


@requires("strict requests")
@each("place", locations)
def test_post_accepts_the_token_in_every_location(target: Client, place: str) -> None:
    """A POST accepts the token in every location that the contract lists."""
    resource = new_id()
    request = post_request(target, {"resource_id": resource, "time": PAST})
    exchange = target.send(request._replace(token=place))
    page = list_logs(target, f"resource_id:{resource}")

    expect(
        len(page.logs) == 1, "the log", f"{exchange.status}, {len(page.logs)} logs", exchange, page.exchange
    )


@requires("strict requests")
def test_long_user_agent_is_truncated(target: Client) -> None:
    """A `User-Agent` of more than 256 characters is truncated to 256."""
    resource, name = new_id(), f"{USER_AGENT}/" + "x" * 300
    write(target, {"resource_id": resource, "time": PAST}, name)
    page = list_logs(target, f"resource_id:{resource}")

    written_logs = [log["user_agent"] for log in page.logs]
    expect(written_logs == [name[:256]], f"{name[:256]}", written_logs, page.exchange)


ZERO_VALUES = {"resource_id": NIL, "time": "0001-01-01T00:00:00Z"}


def test_nil_id_and_zero_time_count_as_absent(target: Client) -> None:
    """The nil UUID and the zero time are replaced by a new id and the current time."""
    own = unique_user_agent()
    exchange = write(target, {**ZERO_VALUES, "action": "delete", "resource_type": "user"}, own)
    new = find_by_user_agent(target, own, "resource_type:user action:delete")

    expect(len(new) == 1, "the new log among the newest", len(new), exchange)
    expect(new[0]["resource_id"] != NIL, "a new resource id", NIL, exchange)
    expect(
        abs(response_time(exchange) - time_of(new[0])) < 2 * MINUTE,
        "the current time",
        new[0]["time"],
        exchange,
    )


def test_written_log_does_not_change(target: Client, written_logs: list[Log]) -> None:
    """A log is the same after others are written; only its user is shown as of now."""
    for log in written_logs[:1]:
        page = list_logs(target, f"resource_id:{log['resource_id']}")
        seen = [{**each, "user": None} for each in page.logs]
        expect(seen == [{**log, "user": None}], f"{log}", page.logs, page.exchange)
