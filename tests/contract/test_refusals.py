"""Laws of refusals: what the contract forbids is answered with 400 and every problem named."""

from collections.abc import Collection, Mapping
from http import HTTPStatus

import pytest

from auditmock.contract.exchange import Request
from auditmock.contract.page import listed
from auditmock.contract.promises import promised
from auditmock.contract.refusals import expect_refusal
from auditmock.contract.target import Target
from auditmock.contract.verdict import expect

pytestmark = pytest.mark.law("edges", "refusals", "#/components/parameters")

STRANGER = "3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25"

REFUSED: Mapping[str, tuple[str, Collection[str]]] = {
    "two colons": ("q=a:b:c", ["q"]),
    "no key": ("q=:value", ["q"]),
    "no value": ("q=action:", ["q"]),
    "nothing but quotes": ("q=%22%22", ["q"]),
    "an id that is none": ("q=resource_id:xyz", ["resource_id"]),
    "an id without dashes": ("q=resource_id:3F9D2C6158AB4F0E9D476B1E0A9C7D25", ["resource_id"]),
    "a day in no calendar": ("q=date_from:2023-02-29", ["date_from"]),
    "a day of year 0": ("q=date_from:0000-01-01", ["date_from"]),
    "a day with slashes": ("q=date_to:2023/01/05", ["date_to"]),
    "a day with a time": ("q=date_to:%222023-01-01T00:00:00Z%22", ["date_to"]),
    "a day of month 13": ("q=date_to:2023-13-01", ["date_to"]),
    "a day without zeros": ("q=date_from:2023-1-5", ["date_from"]),
    "a tab between elements": ("q=action:create%09resource_type:user", ["q"]),
    "two problems": ("q=a:b:c+resource_id:xyz", ["q", "resource_id"]),
    "two problems of one field": ("q=a:b:c+d:e:f", ["q", "q"]),
    "U+0000": ("q=%00", ["q"]),
    "no UTF-8": ("q=%ff%fe", ["q"]),
    "half a surrogate pair": ("q=%ED%A0%80", ["q"]),
    "no q": ("limit=1", ["q"]),
    "numbers that are words": ("q=&limit=1_0&offset=ten", ["limit", "offset"]),
    "numbers below 0": ("q=&limit=-1&offset=-1", ["limit", "offset"]),
    "numbers of 32 bits": ("q=&limit=2147483648&offset=2147483648", ["limit", "offset"]),
    "numbers with a fraction": ("q=&limit=1.5&offset=1.5", ["limit", "offset"]),
    "an empty limit": ("q=&limit=", ["limit"]),
    "a cursor that is no id": ("q=&after_id=xyz", ["after_id"]),
    "a parameter nobody knows": ("q=&limt=1", ["limt"]),
    "a parameter in capitals": ("q=&LIMIT=1", ["LIMIT"]),
    "a parameter twice": ("q=&limit=1&limit=2", ["limit"]),
    "three parameters": ("q=&limit=x&offset=y&after_id=z", ["limit", "offset", "after_id"]),
}


@promised("strict requests")
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_forbidden_is_refused(target: Target, case: str) -> None:
    """A query the contract forbids is answered with 400 and the fields at fault."""
    query, fields = REFUSED[case]
    path = f"{target.path('get-audit-logs')}?{query}"

    expect_refusal(target.send(Request("GET", path)), 400, fields)


UNREADABLE: Mapping[str, Collection[str]] = {
    "q=&limit=ten&offset=ten": ["limit", "offset"],
    "q=&limit=1.5": ["limit"],
    "q=&after_id=xyz": ["after_id"],
    "q=a:b:c": ["q"],
}


@promised("lenient requests")
@pytest.mark.parametrize("query", UNREADABLE)
def test_what_cannot_be_read_is_refused(target: Target, query: str) -> None:
    """A number, an id or a search that cannot be read at all is answered with 400 by every server."""
    path = f"{target.path('get-audit-logs')}?{query}"

    expect_refusal(target.send(Request("GET", path)), 400, UNREADABLE[query])


IGNORED = ("limt=1", "LIMIT=1", "utm_source=x")


@promised("lenient requests")
@pytest.mark.parametrize("query", IGNORED)
def test_what_nobody_knows_is_ignored(target: Target, query: str) -> None:
    """A parameter that no server knows changes nothing."""
    exchange = target.send(Request("GET", f"{target.path('get-audit-logs')}?limit=1&{query}"))

    expect(exchange.status == HTTPStatus.OK, "200", exchange.status, exchange)


@promised("cursor")
@pytest.mark.parametrize("cursor", [STRANGER, "00000000-0000-0000-0000-000000000000"])
def test_a_cursor_of_nobody_is_not_found(target: Target, cursor: str) -> None:
    """An `after_id` that names no log is answered with 404."""
    expect_refusal(target.ask("", after_id=cursor), 404, ["after_id"])


ALLOWED: Mapping[str, str] = {
    "nothing but spaces": "   ",
    "10 kB of words": "word " * 2000,
    "10 kB in quotes": f'resource_target:"{"x" * 10_000}"',
    "letters of everywhere": "resource_target:héßøя日本語🦀",
    "a quote left open": 'resource_target:"a b',
    "marks of all kinds": "resource_target:100%+o'clock\\x*.?^$|#&;<=>(a)[b]{c}~`@!,/-_",
    "marks that are not seen": 'resource_target:"\n\x1b\x7f\x85\xa0\u0301\u200d\u2028\u202e\ufeff\U0010ffff"',
    "letters that change their length": "username:İßŉΐ",
    "a number and a letter": "resource_target:42 username:x",
    "a leap day": "date_from:2024-02-29",
    "the first and the last day": "date_from:0001-01-01 date_to:9999-12-31",
}


@promised("lenient search")
@pytest.mark.parametrize("case", ALLOWED)
def test_what_is_unusual_is_allowed(target: Target, case: str) -> None:
    """A query the contract allows is answered, however odd it is."""
    listed(target, ALLOWED[case], limit=1)


@promised("one media type")
@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0, text/html"])
def test_only_json_is_to_be_had(target: Target, accept: str) -> None:
    """Whoever takes no JSON is answered with 406, in JSON."""
    request = Request("GET", target.path("get-audit-logs"), [("q", ""), ("limit", "1")], {"Accept": accept})

    expect_refusal(target.send(request), 406)


CLIENTS: Mapping[str, Mapping[str, str]] = {
    "a long name": {"User-Agent": "x" * 300, "Accept": "application/*"},
    "a browser": {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
}


@pytest.mark.parametrize("client", CLIENTS)
def test_every_client_will_do(target: Target, client: str) -> None:
    """A client may have any name, and need not ask for JSON alone."""
    query = [("q", ""), ("limit", "1")]
    exchange = target.send(Request("GET", target.path("get-audit-logs"), query, CLIENTS[client]))

    expect(exchange.status == HTTPStatus.OK, "200", exchange.status, exchange)
    expect("audit_logs" in exchange.json(), "a list of audit logs", exchange.body[:200], exchange)
