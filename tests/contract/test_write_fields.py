"""Checks of one POST: it is one log, whose fields are those given, those of the request, or the defaults."""

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
from auditmock.checker.page import listed
from auditmock.checker.posting import MARKER, NIL, PAST, fresh, mark, marked, posting, write, written
from auditmock.checker.rules.logs import Log, description_of, instant, is_address
from auditmock.contract.support.search_keys import places
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
DEFAULTS = {
    "action": "write",
    "resource_type": "user",
    "diff": DIFF,
    "status_code": 200,
    "request_id": NIL,
}


@pytest.fixture(scope="module")
def kept() -> list[Log]:
    """Collect the logs that were written, as they were shown first."""
    return []


def kinds(contract: Contract) -> list[tuple[str, str]]:
    """List all types, each with an action, so that all actions are among them."""
    return list(zip(contract.enum("ResourceType"), cycle(contract.enum("AuditAction")), strict=False))


@each("kind, action", kinds)
def test_a_post_is_one_log_with_its_fields(target: Client, kept: list[Log], kind: str, action: str) -> None:
    """The log is there at once, once, with the fields given."""
    body = {"resource_id": fresh(), "time": PAST, "action": action, "resource_type": kind}
    log = written(target, body)
    kept.append(log)

    expect_fields(log, DEFAULTS | body | {"time": log["time"], "user_agent": MARKER})
    expect(instant(log) == parse_timestamp(PAST), PAST, log["time"])
    expect_agreement(log, target.contract)


@pytest.mark.parametrize("given", [{"action": "stop"}, {"resource_type": "group"}], ids=" ".join)
def test_what_is_left_out_is_by_default(target: Client, given: Mapping[str, str]) -> None:
    """Each field may be left out, and has its default then."""
    body = {"resource_id": fresh(), "time": PAST, **given}

    expect_fields(written(target, body), {**DEFAULTS, **given})


def expect_fields(log: Log, expected: Mapping[str, Any]) -> None:
    """Go on if a log has these fields."""
    seen = {name: log[name] for name in expected}
    expect(seen == expected, f"{expected}", seen)


def expect_agreement(log: Log, contract: Contract) -> None:
    """Go on if the fields of a new log agree with each other."""
    wanted = description_of(log, contract)
    expect(log["description"] == wanted, repr(wanted), repr(log["description"]))
    expect(bool(log["ip"]) and is_address(log["ip"]), "the address of the client", repr(log["ip"]))
    gone = log["resource_type"] in contract.schema("AuditLog")["properties"]["is_deleted"]["x-deletable"]
    expect(log["is_deleted"] == gone, f"is_deleted {gone}: nobody knows the resource", log["is_deleted"])
    expect(log["resource_icon"] == "", "no icon", log["resource_icon"])
    expect(log["resource_link"] == "", "no link to what is not there", log["resource_link"])


@a_few_draws
@example(digits="0000006", hours=0)
@example(digits="999999", hours=-23)
@given(digits=st.text("0123456789", min_size=1, max_size=9), hours=st.integers(-23, 23))
def test_a_time_is_kept_in_utc(target: Client, digits: str, hours: int) -> None:
    """A time with any fraction and offset is shown in UTC, to the microsecond."""
    time = f"2001-02-03T04:05:06.{digits}{hours:+03d}:30"
    log = written(target, {"resource_id": fresh(), "time": time})

    expect(instant(log) == parse_timestamp(time), f"the instant {time}", log["time"])


OF_ALL_TIMES = (
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


def test_every_time_is_kept(target: Client) -> None:
    """Leap days, ends of years, noon, what was before 1970, offsets of half an hour: all are kept."""
    resource = fresh()
    for time in OF_ALL_TIMES:
        write(
            target,
            {"resource_id": resource, "time": time, "resource_type": "organization", "action": "delete"},
        )
    page = listed(target, f"resource_id:{resource}")

    wanted = sorted(map(parse_timestamp, OF_ALL_TIMES), reverse=True)
    seen = [instant(log) for log in page.logs]
    expect(seen == wanted, f"{sorted(OF_ALL_TIMES)}", [log["time"] for log in page.logs], page.exchange)


def told_time(exchange: Exchange) -> int:
    """Tell when the server answered: by its own clock if it says so, else by ours."""
    told = exchange.headers.get("date")
    moment = parsedate_to_datetime(told) if told else None
    return parse_timestamp(moment.strftime("%Y-%m-%dT%H:%M:%SZ")) if moment else current_time()


def test_nothing_given_is_all_defaults(target: Client) -> None:
    """An empty object writes a log of now, about a new resource, every other field as by default."""
    own, before = mark(), listed(target, "", limit=1).total
    for media_type in ("application/json", 'application/json;charset="UTF-8"'):
        headers = {"Content-Type": media_type, "User-Agent": own}
        exchange = target.send(posting(target, {})._replace(headers=headers))
        expect(exchange.status == HTTPStatus.NO_CONTENT, "204", exchange.status, exchange)
    new = marked(target, own)

    after = listed(target, "", limit=1)
    grown = target.contract.count(before + 2, 1)
    expect(len(new) == 2, "both logs, among the newest", len(new), exchange)
    expect(after.total >= min(before + 2, grown), f"a count of {grown} at least", after.total, after.exchange)
    for log in new:
        seen = {name: log[name] for name in DEFAULTS}
        expect(seen == DEFAULTS, f"{DEFAULTS}", seen, exchange)
        expect(abs(told_time(exchange) - instant(log)) < 2 * MINUTE, "now", log["time"], exchange)
    expect(new[0]["resource_id"] != new[1]["resource_id"], "a new resource each", new[0]["resource_id"])


def test_a_user_agent_is_kept(target: Client) -> None:
    """A user agent of any marks is kept letter by letter."""
    resource, name = fresh(), f"{MARKER}/1.0 (X11; <b>&amp;\"'%20 \\ +?#[]{{}}|~^`$@!*=)"
    write(target, {"resource_id": resource, "time": PAST}, name)
    page = listed(target, f"resource_id:{resource}")

    expect([log["user_agent"] for log in page.logs] == [name], name, page.logs, page.exchange)


def test_a_body_may_be_written_in_any_way(target: Client) -> None:
    """Line breaks, escapes and capital letters of an id do not matter."""
    resource = fresh()
    body = (
        f'\r\n{{ "resource_id" :\t"{resource.upper()}",\n"time": "{PAST}", "\\u0061ction": "st\\u006fp" }} \n'
    )
    write(target, body.encode())
    page = listed(target, f"resource_id:{resource}")

    seen = [(log["resource_id"], log["action"]) for log in page.logs]
    expect(seen == [(resource, "stop")], f"a stop of {resource}", seen, page.exchange)


@requires("strict requests")
@each("place", places)
def test_the_token_may_be_in_each_place(target: Client, place: str) -> None:
    """Who writes may bring the token in each place the contract names."""
    resource = fresh()
    request = posting(target, {"resource_id": resource, "time": PAST})
    exchange = target.send(request._replace(token=place))
    page = listed(target, f"resource_id:{resource}")

    expect(
        len(page.logs) == 1, "the log", f"{exchange.status}, {len(page.logs)} logs", exchange, page.exchange
    )


@requires("strict requests")
def test_a_long_user_agent_is_cut(target: Client) -> None:
    """A user agent of more than 256 characters is kept as far as that."""
    resource, name = fresh(), f"{MARKER}/" + "x" * 300
    write(target, {"resource_id": resource, "time": PAST}, name)
    page = listed(target, f"resource_id:{resource}")

    kept = [log["user_agent"] for log in page.logs]
    expect(kept == [name[:256]], f"{name[:256]}", kept, page.exchange)


UNSET = {"resource_id": NIL, "time": "0001-01-01T00:00:00Z"}


def test_nil_and_zero_count_as_absent(target: Client) -> None:
    """The nil UUID and the zero time are replaced by a new id and the present."""
    own = mark()
    exchange = write(target, {**UNSET, "action": "delete", "resource_type": "user"}, own)
    new = marked(target, own, "resource_type:user action:delete")

    expect(len(new) == 1, "the log written just now, among the newest", len(new), exchange)
    expect(new[0]["resource_id"] != NIL, "a new resource id", NIL, exchange)
    expect(abs(told_time(exchange) - instant(new[0])) < 2 * MINUTE, "now", new[0]["time"], exchange)


def test_what_is_written_stays(target: Client, kept: list[Log]) -> None:
    """A log is the same after many others were written; its user is shown as he is then."""
    for log in kept[:1]:
        page = listed(target, f"resource_id:{log['resource_id']}")
        seen = [{**each, "user": None} for each in page.logs]
        expect(seen == [{**log, "user": None}], f"{log}", page.logs, page.exchange)
