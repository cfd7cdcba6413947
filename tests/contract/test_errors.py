"""Checks of errors: what the contract forbids is answered with 400 and every problem named."""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from itertools import cycle
from urllib.parse import quote

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.core.exchange import Exchange, Request
from auditmock.checker.expect import Violation, expect, while_unchanged
from auditmock.checker.page import expect_logs, listed
from auditmock.contract.support.errors import expect_error, expect_message
from auditmock.contract.support.sample import Sample

pytestmark = pytest.mark.check("edges", "errors", "#/components/parameters")

STRANGER = "3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25"
PLAIN = STRANGER.replace("-", "")

STRANGE = (
    *("limt", "LIMIT", "limit[]", " limit", "page", "sort", "before_id", "_", "utm_source", "", "action"),
    *("resource_type", "after", "cursor", "fields", "callback", "access_token"),
)
"""Names that no parameter has."""

REFUSED: Mapping[str, tuple[str, Collection[str]]] = {
    "a tab between elements": ("q=action:create%09resource_type:user", ["q"]),
    "two problems of one field": ("q=a:b:c+d:e:f", ["q", "q"]),
    "U+0000": ("q=%00", ["q"]),
    "no UTF-8": ("q=%ff+%ED%A0%80", ["q"]),
    "a cursor that is no id": ("q=&after_id=xyz", ["after_id"]),
    "no q": (f"limit=1&after_id={STRANGER}", ["q"]),
    "parameters nobody knows": (
        "&".join(["q=", *(f"{quote(name)}=1" for name in STRANGE)]),
        STRANGE,
    ),
    "parameters twice": (
        f"q=user&q=user&limit=1&limit=1&offset=0&offset=0&after_id={STRANGER}&after_id={STRANGER}",
        ["q", "limit", "offset", "after_id"],
    ),
}


@requires("strict requests")
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_forbidden_is_refused(target: Client, case: str) -> None:
    """A query the contract forbids is answered with 400 and the fields at fault."""
    query, fields = REFUSED[case]

    expect_error(send(target, query), 400, fields)


@requires("strict requests")
def test_a_error_is_forgotten(target: Client, sample: Sample) -> None:
    """Two problems are both told, and the next question is answered as if nothing had been."""
    expect_error(target.ask("a:b:c resource_id:xyz"), 400, ["q", "resource_id"])

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(listed(target, sample.q, limit=1), sample.logs[:1], len(sample.logs)),
    )


def send(target: Client, query: str) -> Exchange:
    """Send a query as it is written."""
    return target.send(Request("GET", f"{target.path('get-audit-logs')}?{query}"))


NO_NUMBERS = (
    *("ten", "", "-1", "2147483648", "1.5", "1_0", "%2B5", "-0", "%205", "5%20", "0x10", "5%0A", "1e1"),
    *("4294967297", "5abc", "%3Cb%3E", "%22%5C", "%D9%A3"),
)
"""What is no limit and no offset."""
NO_CURSORS = (
    *("", "xyz", PLAIN, f"%7B{STRANGER}%7D", f"urn:uuid:{STRANGER}", STRANGER[:-1], f"{STRANGER}0"),
    *(
        f"{STRANGER}%0A",
        f"%20{STRANGER}",
        STRANGER.replace("f", "g"),
        STRANGER.replace("-", "_"),
        "0",
        "null",
    ),
    *("%22%5C", "%3Cb%3E"),
)
NO_SEARCHES = ("a:b:c", "resource_target:%22a%00b%22")


def bad_queries() -> list[Mapping[str, str]]:
    """Write queries that have nothing right in them, by parameter; each number is a limit and an offset."""
    offsets = (*NO_NUMBERS[1:], NO_NUMBERS[0])
    rows = zip(cycle(NO_SEARCHES), NO_NUMBERS, offsets, cycle(NO_CURSORS), strict=False)
    return [dict(zip(("q", "limit", "offset", "after_id"), row, strict=True)) for row in rows]


@requires("strict requests")
@pytest.mark.parametrize("number", range(len(NO_NUMBERS)))
def test_everything_wrong_is_told(target: Client, number: int) -> None:
    """A parameter that is not of its form is refused, and all are told at once, under their own message."""
    query = bad_queries()[number]
    try:
        exchange = send(target, "&".join(f"{name}={value}" for name, value in query.items()))
        expect_error(exchange, 400, query)
        expect_message(exchange, "parameter", target.contract)
    except Violation:
        for name, value in query.items():
            start = "" if name == "q" else "q=&"
            expect_error(send(target, f"{start}{name}={value}"), 400, [name])
        raise


NO_DAYS = (
    *("2023-02-29", "1900-02-29", "2025-04-31", "2025-06-31", "2025-09-31", "2025-11-31", "2025-01-32"),
    *(
        "0000-01-01",
        "10000-01-01",
        "2023-00-10",
        "2023-13-01",
        "2023-01-00",
        "2023-1-5",
        "2023-01-5",
        "23-01-05",
    ),
    *(
        "20230105",
        "2023/01/05",
        "05-01-2023",
        "2023-W01-1",
        "2023-005",
        "+2023-01-05",
        "-2023-01-05",
        "2023-01",
    ),
    *('" 2023-01-05"', '"2023-01-05 "', '"2023-01-05T00:00:00Z"', "2023-01-05t00", "\uff12023-01-05"),
    *("today", "0", "1672876800"),
)
"""What is no day of the calendar in the one form there is."""

NO_IDS = (
    *(PLAIN, f"{{{STRANGER}}}", f'"urn:uuid:{STRANGER}"', f'"{STRANGER} "', STRANGER[:-1], f"{STRANGER}0"),
    *(STRANGER.replace("f", "g"), STRANGER.replace("-", "_"), f"{PLAIN[:4]}-{PLAIN[4:]}", "0", "xyz", "me"),
)
NO_ELEMENTS = (
    "a:b:c",
    ":value",
    "action:",
    ":",
    "::",
    "resource_target:",
    "nosuchkey:",
    "action:create:",
    "resource_target:https://x",
)
NO_QUOTED_ELEMENTS = ('""', 'action:""', 'resource_target:""', '"":a', '"a":"b":"c"', 'action:"')

MALFORMED: Mapping[str, tuple[str, Sequence[str]]] = {
    "first days": ("date_from", [f"date_from:{day}" for day in NO_DAYS]),
    "last days": ("date_to", [f"Date_To:{day}" for day in NO_DAYS]),
    "ids": ("resource_id", [f"resource_id:{text}" for text in NO_IDS]),
    "elements": ("q", NO_ELEMENTS),
    "quoted elements": ("q", NO_QUOTED_ELEMENTS),
}


@requires("strict requests")
@pytest.mark.parametrize("kind", MALFORMED)
def test_everything_malformed_is_told(target: Client, kind: str) -> None:
    """Each element that has not the form of its kind is refused, and all are told at once."""
    field, elements = MALFORMED[kind]
    try:
        exchange = target.ask(" ".join(elements), limit=1)
        expect_error(exchange, 400, [field] * len(elements))
        expect_message(exchange, "search", target.contract)
    except Violation:
        for element in elements:
            expect_error(target.ask(element, limit=1), 400, [field])
        raise


UNREADABLE: Mapping[str, Collection[str]] = {
    "q=&limit=ten&offset=ten": ["limit", "offset"],
    "q=&limit=1.5": ["limit"],
    "q=&after_id=xyz": ["after_id"],
    "q=a:b:c": ["q"],
}


@requires("lenient requests")
@pytest.mark.parametrize("query", UNREADABLE)
def test_what_cannot_be_read_is_refused(target: Client, query: str) -> None:
    """A number, an id or a search that cannot be read at all is answered with 400 by every server."""
    path = f"{target.path('get-audit-logs')}?{query}"

    expect_error(target.send(Request("GET", path)), 400, UNREADABLE[query])


IGNORED = ("limt=1", "LIMIT=1", "utm_source=x")


@requires("lenient requests")
@pytest.mark.parametrize("query", IGNORED)
def test_what_nobody_knows_is_ignored(target: Client, query: str) -> None:
    """A parameter that no server knows changes nothing."""
    exchange = target.send(Request("GET", f"{target.path('get-audit-logs')}?limit=1&{query}"))

    expect(exchange.status == HTTPStatus.OK, "200", exchange.status, exchange)


@requires("cursor")
@pytest.mark.parametrize("cursor", [STRANGER, "00000000-0000-0000-0000-000000000000"])
def test_a_cursor_of_nobody_is_not_found(target: Client, cursor: str) -> None:
    """An `after_id` that names no log is answered with 404."""
    expect_error(target.ask("", after_id=cursor), 404, ["after_id"])


ALLOWED: Mapping[str, str] = {
    "nothing but spaces": "   ",
    "10 kB of words": "word " * 2000 + f"{'k' * 50}:v",
    "10 kB in quotes": f'resource_target:"{"x" * 10_000}"',
    "letters of everywhere": "resource_target:héßøя日本語🦀\ufffd\uffff username:İßŉΐ",
    "a quote left open": 'username:dom\\user resource_target:"<script>a -- b\\',
    "marks of all kinds": "resource_target:100%+o'clock\\x*.?^$|#&;<=>(a)[b]{c}~`@!,/-_ username:a\\",
    "marks that are not seen": 'resource_target:"\n\x1b\x7f\x85\xa0\u0301\u200d\u2028\u202e\ufeff\U0010ffff"',
    "every key": (
        "date_from:2024-02-29 date_to:2024-02-29 username:me email:x resource_target:42 action:create "
        f"resource_type:user resource_id:{STRANGER} build_reason:nobodys"
    ),
    "a space and long names": f'resource_target:" " username:{"u" * 300} email:{"e" * 300}',
}


@requires("lenient search")
@pytest.mark.parametrize("case", ALLOWED)
def test_what_is_unusual_is_allowed(target: Client, sample: Sample, case: str) -> None:
    """A query the contract allows is answered as any other, however odd it is: with all logs, or none."""
    asks = any(f"{name}:" in ALLOWED[case] for name in target.contract.search.keys)
    found, q = [] if asks else sample.logs, sample.within(ALLOWED[case])

    while_unchanged(
        target, sample.scope, lambda: expect_logs(listed(target, q, limit=1), found[:1], len(found))
    )


NO_JSON = {
    "other types": ("", "application/xml, application/vnd.api+json, text/html;q=0.5, application/json;q=0"),
    "no type, for a bad question": ("a:b:c", "*/*;q=0"),
}


@requires("one media type")
@pytest.mark.parametrize("case", NO_JSON)
def test_only_json_is_to_be_had(target: Client, case: str) -> None:
    """Whoever takes no JSON is answered with 406, in JSON, before the question is looked at."""
    q, accept = NO_JSON[case]
    request = Request("GET", target.path("get-audit-logs"), [("q", q), ("limit", "1")], {"Accept": accept})

    expect_error(target.send(request), 406)


def test_the_token_is_looked_at_first(target: Client) -> None:
    """Whoever has no token is answered with 401, whatever else is wrong with the question."""
    query = [("q", "a:b:c"), ("limit", "x")]
    request = Request("GET", target.path("get-audit-logs"), query, {"Accept": "text/html"}, token=None)

    expect_error(target.send(request), 401)


CLIENTS: Mapping[str, Mapping[str, str]] = {
    "a long name": {"User-Agent": "x" * 300, "Accept": "application/*"},
    "a name in capitals": {"Accept": "APPLICATION/JSON; charset=utf-8"},
    "a browser": {
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Origin": "https://elsewhere.example.com",
        "If-None-Match": '"x"',
        "If-Modified-Since": "Wed, 01 Jan 2031 00:00:00 GMT",
        "Range": "bytes=0-9",
    },
}


@pytest.mark.parametrize("client", CLIENTS)
def test_every_client_will_do(target: Client, client: str) -> None:
    """A client may have any name, and need not ask for JSON alone."""
    query = [("q", ""), ("limit", "1")]
    exchange = target.send(Request("GET", target.path("get-audit-logs"), query, CLIENTS[client]))

    expect(exchange.status == HTTPStatus.OK, "200", exchange.status, exchange)
    expect("audit_logs" in exchange.json(), "a list of audit logs", exchange.body[:200], exchange)
