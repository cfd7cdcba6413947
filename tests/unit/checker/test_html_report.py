"""Rules of the report for people: what it says, that it asks nothing of a network, that text stays text."""

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
    """What a browser makes of a page: its tags with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """The tags with the names of their attributes."""
        return [(tag, tuple(attributes)) for tag, attributes in self.tags]


def known(name: str) -> Result:
    """Make a check that is known to be broken."""
    return replace(failed(name), outcome=Outcome.KNOWN)


RUN = results(
    *(passed("paging/slice", f"{number} logs") for number in range(300)),
    *(failed("paging/slice", f"page {number}", "x" * 5000) for number in range(30)),
    failed("order/newest"),
    known("order/ties"),
    replace(passed("order/length"), outcome=Outcome.FIXED),
    skipped("writes/lands", "needs `--allow-writes`"),
)


def of_exchanges(*exchanges: Exchange) -> Results:
    """Make a run with one check that is broken, and these exchanges."""
    return results(replace(failed("paging/slice"), shown=exchanges[:1], exchanges=exchanges))


def written(run: Results) -> Markup:
    """Read the page of a run as a browser does."""
    return Markup(write_page(run, CONTRACT))


def test_the_page_asks_nothing_of_a_network() -> None:
    """No script, no address but in the page itself, and a policy that would forbid any."""
    page = write_page(RUN, CONTRACT)
    markup = Markup(page)
    addresses = [
        value for _, told in markup.tags for name, value in told.items() if name in {"href", "src", "srcset"}
    ]
    policies = [told["content"] for _, told in markup.tags if "http-equiv" in told]

    assert all(str(address).startswith(("data:", "#")) for address in addresses)
    assert not {tag for tag, _ in markup.tags} & {"script", "iframe", "object", "embed", "base", "form"}
    assert not re.search(r"@import|url\(", page)
    assert len(policies) == 1
    assert str(policies[0]).startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")


def run_about(text: str) -> Results:
    """Make a run in which everything that comes from elsewhere is some text."""
    told = exchange(
        Request("POST", f"{LIST}/{text}", [("q", text)], {"X-Odd": text}, text.encode()),
        body=text.encode(),
        headers={"x-odd": text},
    )
    case = check("paging/slice", text, sentence=text)
    found = Result(case, Outcome.FAILED, "", text, text, (told,), (told,))
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
def test_text_is_never_markup(text: str) -> None:
    """The page has the same tags whatever stands in addresses, headers, bodies, names and values."""
    markup = written(run_about(text))

    assert markup.shape == written(run_about("plain")).shape
    assert text in markup.text


@settings(max_examples=20, deadline=None)
@given(st.text(min_size=1))
def test_the_page_can_be_written_whatever_is_seen(seen: str) -> None:
    """Half characters, controls, and what turns text about are told by their escapes."""
    page = write_page(results(failed("paging/slice", seen=f"\ud800\0\u202e{seen}")), CONTRACT)

    assert "\\ud800\\u0000\\u202e" in page
    assert page.encode().decode() == page
    assert not re.search("[\0\x1b\u202e]", page)


@pytest.mark.parametrize(
    ("found", "tone", "sentence"),
    [
        (
            [failed("a/b"), passed("a/c")],
            "failed",
            "The deployment violates the contract: 1 of 2 checks failed.",
        ),
        (
            [known("a/b"), passed("a/c")],
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
def test_the_verdict_is_told_in_its_colour(found: list[Result], tone: str, sentence: str) -> None:
    """The page starts with the verdict, in the colour of the worst that was found."""
    markup = written(results(*found))

    assert ("header", {"class": tone}) in markup.tags
    assert sentence in markup.text


def test_a_failure_is_told_with_all_that_shows_it() -> None:
    """A failure has sentence, expected and seen, the commands that show it again, and its place."""
    found = replace(
        failed("order/newest", "it's", "another"), check=check("order/newest", "it's", sentence="It is.")
    )
    run = results(found)
    text = written(run).text

    assert all(part in text for part in ("It is.", "it's", "one", "another", "openapi.yaml #/paths"))
    assert found.shown[0].request.curl(URL) in text
    assert rerun(found, run) in text
    assert found.exchanges[0].headers["x-coder-request-id"] in text


def test_cases_are_grouped_by_check() -> None:
    """A check with hundreds of cases is one entry, and only two of its failures are unfolded."""
    markup = written(RUN)
    unfolded = [
        told
        for tag, told in markup.tags
        if tag == "details" and told.get("class") == "case" and "open" in told
    ]

    assert len([told for tag, told in markup.tags if tag == "article"]) == 3
    assert len(unfolded) == 3
    assert "300 passed · 30 failed" in markup.text
    assert "needs --allow-writes" in markup.text


def test_the_matrix_is_text_too() -> None:
    """Each cell tells its counts in words."""
    cells = re.sub(r"\s+", " ", written(RUN).text)

    assert "paging no checks 300/330 300 passed 30 failed" in cells
    assert "order no checks 1/3 0 passed 1 failed 1 known 1 fixed" in cells


def test_durations_are_told_of_each_operation() -> None:
    """Median, 95th percentile and maximum stand beside the picture."""
    slow = [exchange()._replace(seconds=number / 1000) for number in range(1, 101)]
    labels = [told["aria-label"] for tag, told in written(of_exchanges(*slow)).tags if tag == "svg"]

    assert labels == [f"GET {LIST}: p50 50.0 ms, p95 95.0 ms, max 100 ms"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"a":[1,{}],"a":"x,y"}', '{\n  "a": [\n    1,\n    {}\n  ],\n  "a": "x,y"\n}'),
        (b'{"a":  1', '{"a":  1'),
        (b"\xff<p>", "\ufffd<p>"),
        (b"x" * 4096 + b"yz", "x" * 4096 + "\n… (4,098 bytes)"),
    ],
)
def test_a_body_is_laid_out_and_cut(body: bytes, told: str) -> None:
    """JSON has a line for each value and loses none; what is no JSON is left alone; 4 kB are shown."""
    text = written(of_exchanges(exchange(body=body))).text

    assert told in text
    assert "xyz" not in text


def test_thousands_of_requests_are_not_all_told() -> None:
    """The last requests of a failure are told, and where the others are."""
    many = [exchange(Request("GET", LIST, [("offset", str(number))])) for number in range(2500)]
    page = write_page(of_exchanges(*many), CONTRACT)

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
def test_searches_are_read_as_the_contract_says(q: str, expected: list[tuple[str, str]]) -> None:
    """Spaces divide elements and a colon its key from its value, outside quotes, letter case aside."""
    assert list(terms(q)) == expected


def words(groups: Iterable[Group], title: str) -> dict[str, int]:
    """Tell how often the things of a group were exercised, if they were."""
    group = next(group for group in groups if group.title == title)
    return {word.name: word.times for word in group.words if word.times}


def test_what_was_exercised_is_told() -> None:
    """Parameters, keys, listed values, places of tokens and statuses count where they were sent or seen."""
    reading, writing, other = measure_coverage(
        of_exchanges(
            exchange(Request("GET", LIST, [("q", "user action:create"), ("limit", "1")])),
            exchange(Request("GET", f"{LIST}?q=Action%3Awrite+build_reason:nonsense&odd=1"), 400),
            exchange(Request("GET", LIST, [("q", "username:me")], token=None), 418),
            exchange(Request("PUT", LIST), 405),
            exchange(Request("POST", POST, body=b'{"action": "stop"}', token="cookie"), 204),  # noqa: S106 - a place
            exchange(Request("POST", POST, body=b"[")),
        ),
        CONTRACT,
    )

    assert words(reading.groups, "parameters") == {"q": 3, "limit": 1}
    assert words(reading.groups, "search keys") == {
        "resource_type": 1,
        "action": 2,
        "build_reason": 1,
        "username": 1,
    }
    assert words(reading.groups, "search by resource_type") == {"user": 1}
    assert words(reading.groups, "search by action") == {"create": 1, "write": 1}
    assert words(reading.groups, "search by build_reason") == {}
    assert words(reading.groups, "search by username") == {"me": 1}
    assert words(reading.groups, "token location") == {"header": 2}
    assert words(reading.groups, "statuses") == {"200": 1, "400": 1, "405": 1, "418": 1}
    assert [word.name for word in reading.groups[-1].words if not word.listed] == ["418"]
    assert words(writing.groups, "body fields") == {"action": 1}
    assert words(writing.groups, "body field action") == {"stop": 1}
    assert words(writing.groups, "token location") == {"cookie": 1, "header": 1}
    assert (other.name, words(other.groups, "statuses")) == (OTHER_PATHS, {"405": 1})
