"""Checks of errors: invalid requests are rejected with every problem named, unusual ones accepted."""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from itertools import cycle
from urllib.parse import quote

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.core.exchange import Exchange, Request
from auditmock.checker.expect import Violation, expect, while_unchanged
from auditmock.checker.log_page import expect_logs, list_logs
from auditmock.contract.support.errors import expect_error, expect_message
from auditmock.contract.support.sample import Sample

pytestmark = pytest.mark.check("edges", "errors", "#/components/parameters")

SOME_ID = "3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25"
DASHLESS_ID = SOME_ID.replace("-", "")

UNKNOWN_PARAMETERS = (
    *("limt", "LIMIT", "limit[]", " limit", "page", "sort", "before_id", "_", "utm_source", "", "action"),
    *("resource_type", "after", "cursor", "fields", "callback", "access_token"),
)
"""Unknown parameter names."""

INVALID_QUERIES: Mapping[str, tuple[str, Collection[str]]] = {
    "tab between terms": ("q=action:create%09resource_type:user", ["q"]),
    "two problems in one field": ("q=a:b:c+d:e:f", ["q", "q"]),
    "NUL character": ("q=%00", ["q"]),
    "invalid UTF-8": ("q=%ff+%ED%A0%80", ["q"]),
    "malformed cursor": ("q=&after_id=xyz", ["after_id"]),
    "missing q": (f"limit=1&after_id={SOME_ID}", ["q"]),
    "unknown parameters": (
        "&".join(["q=", *(f"{quote(name)}=1" for name in UNKNOWN_PARAMETERS)]),
        UNKNOWN_PARAMETERS,
    ),
    "repeated parameters": (
        f"q=user&q=user&limit=1&limit=1&offset=0&offset=0&after_id={SOME_ID}&after_id={SOME_ID}",
        ["q", "limit", "offset", "after_id"],
    ),
}


@requires("strict requests")
@pytest.mark.parametrize("case", INVALID_QUERIES)
def test_invalid_query_is_rejected(target: Client, case: str) -> None:
    """A query the contract forbids is rejected with 400 and the names of the invalid parameters."""
    query, fields = INVALID_QUERIES[case]

    expect_error(send_query(target, query), 400, fields)


@requires("strict requests")
def test_error_does_not_affect_the_next_request(target: Client, sample: Sample) -> None:
    """Two problems are both reported, and the next request is answered as usual."""
    expect_error(target.search("a:b:c resource_id:xyz"), 400, ["q", "resource_id"])

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(list_logs(target, sample.q, limit=1), sample.logs[:1], len(sample.logs)),
    )


def send_query(target: Client, query: str) -> Exchange:
    return target.send(Request("GET", f"{target.path('get-audit-logs')}?{query}"))


INVALID_NUMBERS = (
    *("ten", "", "-1", "2147483648", "1.5", "1_0", "%2B5", "-0", "%205", "5%20", "0x10", "5%0A", "1e1"),
    *("4294967297", "5abc", "%3Cb%3E", "%22%5C", "%D9%A3"),
)
"""Invalid values of `limit` and `offset`."""
INVALID_CURSORS = (
    *("", "xyz", DASHLESS_ID, f"%7B{SOME_ID}%7D", f"urn:uuid:{SOME_ID}", SOME_ID[:-1], f"{SOME_ID}0"),
    *(f"{SOME_ID}%0A", f"%20{SOME_ID}", SOME_ID.replace("f", "g"), SOME_ID.replace("-", "_"), "0", "null"),
    *("%22%5C", "%3Cb%3E"),
)
INVALID_SEARCHES = ("a:b:c", "resource_target:%22a%00b%22")


def invalid_queries() -> list[Mapping[str, str]]:
    """Combine invalid values of all parameters; every number is tried as limit and as offset."""
    offsets = (*INVALID_NUMBERS[1:], INVALID_NUMBERS[0])
    rows = zip(cycle(INVALID_SEARCHES), INVALID_NUMBERS, offsets, cycle(INVALID_CURSORS), strict=False)
    return [dict(zip(("q", "limit", "offset", "after_id"), row, strict=True)) for row in rows]


@requires("strict requests")
@pytest.mark.parametrize("number", range(len(INVALID_NUMBERS)))
def test_all_invalid_parameters_are_reported(target: Client, number: int) -> None:
    """Malformed parameters are rejected and all reported at once, with the message for parameters."""
    query = invalid_queries()[number]
    try:
        exchange = send_query(target, "&".join(f"{name}={value}" for name, value in query.items()))
        expect_error(exchange, 400, query)
        expect_message(exchange, "parameter", target.contract)
    except Violation:
        for name, value in query.items():
            start = "" if name == "q" else "q=&"
            expect_error(send_query(target, f"{start}{name}={value}"), 400, [name])
        raise


INVALID_DATES = (
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
"""Invalid dates, and valid ones in another format."""

INVALID_IDS = (
    *(DASHLESS_ID, f"{{{SOME_ID}}}", f'"urn:uuid:{SOME_ID}"', f'"{SOME_ID} "', SOME_ID[:-1], f"{SOME_ID}0"),
    *(
        SOME_ID.replace("f", "g"),
        SOME_ID.replace("-", "_"),
        f"{DASHLESS_ID[:4]}-{DASHLESS_ID[4:]}",
        "0",
        "xyz",
        "me",
    ),
)
MALFORMED_TERMS = (
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
MALFORMED_QUOTED_TERMS = ('""', 'action:""', 'resource_target:""', '"":a', '"a":"b":"c"', 'action:"')

MALFORMED: Mapping[str, tuple[str, Sequence[str]]] = {
    "date_from": ("date_from", [f"date_from:{day}" for day in INVALID_DATES]),
    "date_to": ("date_to", [f"Date_To:{day}" for day in INVALID_DATES]),
    "resource_id": ("resource_id", [f"resource_id:{text}" for text in INVALID_IDS]),
    "terms": ("q", MALFORMED_TERMS),
    "quoted terms": ("q", MALFORMED_QUOTED_TERMS),
}


@requires("strict requests")
@pytest.mark.parametrize("kind", MALFORMED)
def test_all_malformed_terms_are_reported(target: Client, kind: str) -> None:
    """Malformed terms are rejected and all reported at once, with the message for searches."""
    field, elements = MALFORMED[kind]
    try:
        exchange = target.search(" ".join(elements), limit=1)
        expect_error(exchange, 400, [field] * len(elements))
        expect_message(exchange, "search", target.contract)
    except Violation:
        for element in elements:
            expect_error(target.search(element, limit=1), 400, [field])
        raise


UNPARSABLE: Mapping[str, Collection[str]] = {
    "q=&limit=ten&offset=ten": ["limit", "offset"],
    "q=&limit=1.5": ["limit"],
    "q=&after_id=xyz": ["after_id"],
    "q=a:b:c": ["q"],
}


@requires("lenient requests")
@pytest.mark.parametrize("query", UNPARSABLE)
def test_unparsable_values_are_rejected(target: Client, query: str) -> None:
    """A number, an id or a search that cannot be parsed is rejected with 400 in every release."""
    path = f"{target.path('get-audit-logs')}?{query}"

    expect_error(target.send(Request("GET", path)), 400, UNPARSABLE[query])


UNKNOWN_PARAMETERS_IGNORED = ("limt=1", "LIMIT=1", "utm_source=x")


@requires("lenient requests")
@pytest.mark.parametrize("query", UNKNOWN_PARAMETERS_IGNORED)
def test_unknown_parameters_are_ignored(target: Client, query: str) -> None:
    """An unknown parameter changes nothing."""
    exchange = target.send(Request("GET", f"{target.path('get-audit-logs')}?limit=1&{query}"))

    expect(exchange.status == HTTPStatus.OK, "200", exchange.status, exchange)


@requires("cursor")
@pytest.mark.parametrize("cursor", [SOME_ID, "00000000-0000-0000-0000-000000000000"])
def test_unknown_cursor_is_not_found(target: Client, cursor: str) -> None:
    """An `after_id` that names no log gets 404."""
    expect_error(target.search("", after_id=cursor), 404, ["after_id"])


UNUSUAL_SEARCHES: Mapping[str, str] = {
    "spaces only": "   ",
    "10 kB of words": "word " * 2000 + f"{'k' * 50}:v",
    "10 kB in quotes": f'resource_target:"{"x" * 10_000}"',
    "international letters": "resource_target:héßøя日本語🦀\ufffd\uffff username:İßŉΐ",
    "unclosed quote": 'username:dom\\user resource_target:"<script>a -- b\\',
    "punctuation": "resource_target:100%+o'clock\\x*.?^$|#&;<=>(a)[b]{c}~`@!,/-_ username:a\\",
    "invisible characters": 'resource_target:"\n\x1b\x7f\x85\xa0\u0301\u200d\u2028\u202e\ufeff\U0010ffff"',
    "every key": (
        "date_from:2024-02-29 date_to:2024-02-29 username:me email:x resource_target:42 action:create "
        f"resource_type:user resource_id:{SOME_ID} build_reason:nobodys"
    ),
    "space and long names": f'resource_target:" " username:{"u" * 300} email:{"e" * 300}',
}


@requires("lenient search")
@pytest.mark.parametrize("case", UNUSUAL_SEARCHES)
def test_unusual_searches_are_accepted(target: Client, sample: Sample, case: str) -> None:
    """A valid search is accepted, however unusual, and finds all logs or none."""
    filters = any(f"{name}:" in UNUSUAL_SEARCHES[case] for name in target.contract.search.keys)
    found, q = [] if filters else sample.logs, sample.within(UNUSUAL_SEARCHES[case])

    while_unchanged(
        target, sample.scope, lambda: expect_logs(list_logs(target, q, limit=1), found[:1], len(found))
    )


ACCEPT_WITHOUT_JSON = {
    "other types": ("", "application/xml, application/vnd.api+json, text/html;q=0.5, application/json;q=0"),
    "no type, malformed search": ("a:b:c", "*/*;q=0"),
}


@requires("content negotiation")
@pytest.mark.parametrize("case", ACCEPT_WITHOUT_JSON)
def test_request_that_accepts_no_json_is_rejected(target: Client, case: str) -> None:
    """A request that accepts no JSON is rejected with 406, in JSON, before its query is checked."""
    q, accept = ACCEPT_WITHOUT_JSON[case]
    request = Request("GET", target.path("get-audit-logs"), [("q", q), ("limit", "1")], {"Accept": accept})

    expect_error(target.send(request), 406)


def test_missing_token_is_rejected_before_the_query(target: Client) -> None:
    """A missing token is rejected before query and `Accept` are checked (401 before 400 and 406)."""
    query = [("q", "a:b:c"), ("limit", "x")]
    request = Request("GET", target.path("get-audit-logs"), query, {"Accept": "text/html"}, token=None)

    expect_error(target.send(request), 401)


CLIENTS: Mapping[str, Mapping[str, str]] = {
    "long user agent": {"User-Agent": "x" * 300, "Accept": "application/*"},
    "uppercase media type": {"Accept": "APPLICATION/JSON; charset=utf-8"},
    "browser": {
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Origin": "https://elsewhere.example.com",
        "If-None-Match": '"x"',
        "If-Modified-Since": "Wed, 01 Jan 2031 00:00:00 GMT",
        "Range": "bytes=0-9",
    },
}


@pytest.mark.parametrize("kind", CLIENTS)
def test_every_client_is_accepted(target: Client, kind: str) -> None:
    """A client may send any user agent and the headers of a browser, and may accept other types than JSON."""
    query = [("q", ""), ("limit", "1")]
    exchange = target.send(Request("GET", target.path("get-audit-logs"), query, CLIENTS[kind]))

    expect(exchange.status == HTTPStatus.OK, "200", exchange.status, exchange)
    expect("audit_logs" in exchange.json(), "a list of audit logs", exchange.body[:200], exchange)
