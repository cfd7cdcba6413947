"""HTML report: its content, no network requests, and escaping."""

import re
from collections.abc import Iterable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from check_results import LIST, URL, check, exchange, failed, passed, results, skipped
from hypothesis import given, settings
from hypothesis import strategies as st

from auditmock.checker.core.exchange import Exchange, Request
from auditmock.checker.core.rate import BUDGET_HINT
from auditmock.checker.core.results import Outcome, Result, Results
from auditmock.checker.reports.coverage import OTHER_PATHS, Group, measure_coverage, terms
from auditmock.checker.reports.html_report import write_page
from auditmock.checker.reports.text import rerun
from auditmock.openapi.contract import load_contract

CONTRACT = load_contract()
POST = CONTRACT.operations["generate-fake-audit-logs"].path


class Markup(HTMLParser):
    """A parsed page: its tags with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record a tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Record text."""
        self.text += data

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """The tags with the names of their attributes."""
        return [(tag, tuple(attributes)) for tag, attributes in self.tags]


def known_failure(name: str) -> Result:
    """Make a known failure."""
    return replace(failed(name), outcome=Outcome.KNOWN)


RUN = results(
    *(passed("paging/slice", f"{number} logs") for number in range(300)),
    *(failed("paging/slice", f"page {number}", "x" * 5000) for number in range(30)),
    failed("order/newest"),
    known_failure("order/ties"),
    replace(passed("order/length"), outcome=Outcome.FIXED),
    skipped("writes/lands", "needs `--allow-writes`"),
)


def make_failed_run(*exchanges: Exchange) -> Results:
    """Make a run with one failed check and these exchanges."""
    return results(replace(failed("paging/slice"), shown=exchanges[:1], exchanges=exchanges))


def parse_report(run: Results) -> Markup:
    """Write the report of a run and parse it."""
    return Markup(write_page(run, CONTRACT))


def test_report_makes_no_network_requests() -> None:
    """The report has no script, no external URL, and a policy that forbids both."""
    page = write_page(RUN, CONTRACT)
    markup = Markup(page)
    urls = [
        value
        for _, attributes in markup.tags
        for name, value in attributes.items()
        if name in {"href", "src", "srcset"}
    ]
    policies = [attributes["content"] for _, attributes in markup.tags if "http-equiv" in attributes]

    assert all(str(url).startswith(("data:", "#")) for url in urls)
    assert not {tag for tag, _ in markup.tags} & {"script", "iframe", "object", "embed", "base", "form"}
    assert not re.search(r"@import|url\(", page)
    assert len(policies) == 1
    assert str(policies[0]).startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")


def make_run_with_text(text: str) -> Results:
    """Make a run in which every external value is this text."""
    shown = exchange(
        Request("POST", f"{LIST}/{text}", [("q", text)], {"X-Odd": text}, text.encode()),
        body=text.encode(),
        headers={"x-odd": text},
    )
    case = check("paging/slice", text, sentence=text)
    found = Result(case, Outcome.FAILED, "", text, text, (shown,), (shown,))
    run = results(found, found, replace(found, outcome=Outcome.SKIPPED, reason=text, shown=(), exchanges=()))
    return replace(run, base_url=text, server_version=text, release=text, started=text)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "</style><b>",
        "</pre></details></title>",
        "\"'><img src=x onerror=alert(1)>",
        "<!--",
        "{{ 7 * 7 }}{% raw %}",
        '{"a": "</pre><script>"}',
    ],
)
def test_text_is_escaped(text: str) -> None:
    """Text in URLs, headers, bodies, names and values never adds a tag."""
    markup = parse_report(make_run_with_text(text))

    assert markup.shape == parse_report(make_run_with_text("plain")).shape
    assert text in markup.text


@settings(max_examples=20, deadline=None)
@given(st.text(min_size=1))
def test_unprintable_characters_are_escaped(seen: str) -> None:
    """Surrogates, control and bidirectional characters are shown as escapes."""
    page = write_page(results(failed("paging/slice", seen=f"\ud800\0\u202e{seen}")), CONTRACT)

    assert "\\ud800\\u0000\\u202e" in page
    assert page.encode().decode() == page
    assert not re.search("[\0\x1b\u202e]", page)


@pytest.mark.parametrize(
    ("found", "css_class", "sentence"),
    [
        (
            [failed("a/b"), passed("a/c")],
            "failed",
            "The deployment violates the contract: 1 of 2 checks failed.",
        ),
        (
            [known_failure("a/b"), passed("a/c")],
            "known",
            "The deployment conforms except for 1 known failure: 1 check passed",
        ),
        ([skipped("a/b", "why"), passed("a/c")], "passed", "The deployment conforms: 1 check passed."),
        (
            [passed("a/c"), skipped("a/b", f"the budget of 9 requests is spent; {BUDGET_HINT}")],
            "known",
            "The deployment conforms so far: 1 check passed, 1 skipped",
        ),
        ([skipped("a/b", "why")], "skipped", "Nothing could be checked."),
        ([], "skipped", "Nothing could be checked."),
    ],
)
def test_result_has_the_colour_of_the_worst_outcome(
    found: list[Result], css_class: str, sentence: str
) -> None:
    """The report starts with the result, in the colour of the worst outcome."""
    markup = parse_report(results(*found))

    assert ("header", {"class": css_class}) in markup.tags
    assert sentence in markup.text


def test_failure_has_its_details() -> None:
    """A failure has sentence, expected and seen values, commands, contract location and request id."""
    found = replace(
        failed("order/newest", "it's", "another"), check=check("order/newest", "it's", sentence="It is.")
    )
    run = results(found)
    text = parse_report(run).text

    assert all(part in text for part in ("It is.", "it's", "one", "another", "openapi.yaml #/paths"))
    assert found.shown[0].request.curl(URL) in text
    assert rerun(found, run) in text
    assert found.exchanges[0].headers["x-coder-request-id"] in text


def test_cases_are_grouped_by_check() -> None:
    """A check with hundreds of cases is one entry, and only two of its failures are unfolded."""
    markup = parse_report(RUN)
    unfolded = [
        attributes
        for tag, attributes in markup.tags
        if tag == "details" and attributes.get("class") == "case" and "open" in attributes
    ]

    assert len([attributes for tag, attributes in markup.tags if tag == "article"]) == 3
    assert len(unfolded) == 3
    assert "300 passed · 30 failed" in markup.text
    assert "needs --allow-writes" in markup.text


def test_matrix_has_text() -> None:
    """Each cell of the matrix has its counts as text."""
    cells = re.sub(r"\s+", " ", parse_report(RUN).text)

    assert "paging no checks 300/330 300 passed 30 failed" in cells
    assert "order no checks 1/3 0 passed 1 failed 1 known 1 fixed" in cells


def test_durations_of_each_operation_are_shown() -> None:
    """Median, 95th percentile and maximum are the label of the chart."""
    slow = [exchange()._replace(seconds=number / 1000) for number in range(1, 101)]
    labels = [
        attributes["aria-label"]
        for tag, attributes in parse_report(make_failed_run(*slow)).tags
        if tag == "svg"
    ]

    assert labels == [f"GET {LIST}: p50 50.0 ms, p95 95.0 ms, max 100 ms"]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"a":[1,{}],"a":"x,y"}', '{\n  "a": [\n    1,\n    {}\n  ],\n  "a": "x,y"\n}'),
        (b'{"a":  1', '{"a":  1'),
        (b"\xff<p>", "\ufffd<p>"),
        (b"x" * 4096 + b"yz", "x" * 4096 + "\n… (4,098 bytes)"),
    ],
)
def test_body_is_formatted_and_truncated(body: bytes, shown: str) -> None:
    """JSON is indented, other bodies are unchanged, and at most 4 kB are shown."""
    text = parse_report(make_failed_run(exchange(body=body))).text

    assert shown in text
    assert "xyz" not in text


def test_long_request_lists_are_truncated() -> None:
    """Of thousands of requests only the last 2000 are shown, with a note."""
    many = [exchange(Request("GET", LIST, [("offset", str(number))])) for number in range(2500)]
    page = write_page(make_failed_run(*many), CONTRACT)

    assert "The last 2000 requests" in page
    assert "offset=499" not in page
    assert "offset=2499" in page


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("", []),
        ("workspace", [("", "workspace")]),
        ('Action:"CREATE"  "resource_type":user', [("action", "create"), ("resource_type", "user")]),
        ('resource_target:"a b:c" action:"stop', [("resource_target", "a b:c"), ("action", "stop")]),
        ("a:b:c action: :create", []),
    ],
)
def test_searches_are_parsed(q: str, expected: list[tuple[str, str]]) -> None:
    """Spaces separate terms and colons separate keys from values, outside quotes, ignoring case."""
    assert list(terms(q)) == expected


def count_uses(groups: Iterable[Group], title: str) -> dict[str, int]:
    """Return how often each word of a group was used, without unused ones."""
    group = next(group for group in groups if group.title == title)
    return {word.name: word.times for word in group.words if word.times}


def test_coverage_counts_requests_and_responses() -> None:
    """Parameters, keys, enum values, token locations and statuses are counted."""
    reading, writing, other = measure_coverage(
        make_failed_run(
            exchange(Request("GET", LIST, [("q", "user action:create"), ("limit", "1")])),
            exchange(Request("GET", f"{LIST}?q=Action%3Awrite+build_reason:nonsense&odd=1"), 400),
            exchange(Request("GET", LIST, [("q", "username:me")], token=None), 418),
            exchange(Request("PUT", LIST), 405),
            exchange(Request("POST", POST, body=b'{"action": "stop"}', token="cookie"), 204),  # noqa: S106 - a place
            exchange(Request("POST", POST, body=b"[")),
        ),
        CONTRACT,
    )

    assert count_uses(reading.groups, "parameters") == {"q": 3, "limit": 1}
    assert count_uses(reading.groups, "search keys") == {
        "resource_type": 1,
        "action": 2,
        "build_reason": 1,
        "username": 1,
    }
    assert count_uses(reading.groups, "search by resource_type") == {"user": 1}
    assert count_uses(reading.groups, "search by action") == {"create": 1, "write": 1}
    assert count_uses(reading.groups, "search by build_reason") == {}
    assert count_uses(reading.groups, "search by username") == {"me": 1}
    assert count_uses(reading.groups, "token location") == {"header": 2}
    assert count_uses(reading.groups, "statuses") == {"200": 1, "400": 1, "405": 1, "418": 1}
    assert [word.name for word in reading.groups[-1].words if not word.listed] == ["418"]
    assert count_uses(writing.groups, "body fields") == {"action": 1}
    assert count_uses(writing.groups, "body field action") == {"stop": 1}
    assert count_uses(writing.groups, "token location") == {"cookie": 1, "header": 1}
    assert (other.name, count_uses(other.groups, "statuses")) == (OTHER_PATHS, {"405": 1})
