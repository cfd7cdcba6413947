"""Rules of the suite's own parts: choosing checks, pace, tokens, commands to paste, baseline and reports."""

import json
import os
import shlex
import subprocess
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET

import click
import pytest
from check_results import URL, check, exchange, failed, passed, results, skipped
from hypothesis import given, settings
from hypothesis import strategies as st

from auditmock.checker.baseline import compare
from auditmock.checker.core.checks import UnknownCheckError, choose
from auditmock.checker.core.exchange import Request
from auditmock.checker.core.options import OPTIONS, REPORTS, Options, flags_again
from auditmock.checker.core.results import Result
from auditmock.checker.core.tokens import Tokens
from auditmock.checker.reports.formats import FORMATS
from auditmock.checker.reports.har import write_har
from auditmock.checker.reports.json_report import write_json
from auditmock.checker.reports.junit import write_junit
from auditmock.checker.reports.text import (
    describe_checks,
    describe_failures,
    describe_matrix,
    describe_result,
    rerun,
)

ONLY = next(option for option in OPTIONS if option.name == "only")
CHECKS = [check("paging/slice"), check("paging/edges", "limit 0", "edges"), check("order/newest")]
CHOICES = {
    "all": ((), (), CHECKS),
    "an aspect": (("paging",), (), CHECKS[:2]),
    "a layer": (("edges",), (), CHECKS[1:2]),
    "a name": (("order/newest",), (), CHECKS[2:]),
    "a name without its aspect": (("slice",), (), CHECKS[:1]),
    "a case": (("paging/edges[limit 0]",), (), CHECKS[1:2]),
    "all but one": ((), ("slice",), CHECKS[1:]),
    "an aspect but one": (("paging",), ("edges",), CHECKS[:1]),
}


@pytest.mark.parametrize("choice", CHOICES)
def test_checks_are_chosen_by_words(choice: str) -> None:
    """A word means a layer, an aspect or a check, and `skip` goes before `only`."""
    only, skip, expected = CHOICES[choice]

    assert choose(CHECKS, only, skip) == set(expected)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("pagin", 'did you mean "paging"?'),
        ("PAGING", 'did you mean "paging"?'),
        ("order/NEWEST_", 'did you mean "order/newest"?'),
        ("xyz", "aspects: "),
    ],
)
def test_a_word_that_means_nothing_is_refused(word: str, hint: str) -> None:
    """A word nobody knows is named, and the nearest one."""
    with pytest.raises(UnknownCheckError) as caught:
        choose(CHECKS, (word,), ())

    assert hint in str(caught.value)


TOKENS = Tokens("0123456789-abcdefghijklmnopqrstuv", "9876543210-zyxwvutsrqponmlkjihgfe")


@pytest.mark.parametrize(
    ("sender", "token"),
    [
        ("$CODER_SESSION_TOKEN", TOKENS.first),
        ("$CODER_SECOND_TOKEN", TOKENS.second),
        ("${CODER_SESSION_TOKEN}x", TOKENS.first + "x"),
        ("${CODER_SESSION_TOKEN%%-*}-x", "0123456789-x"),
        ("x-${CODER_SESSION_TOKEN#*-}", "x-abcdefghijklmnopqrstuv"),
        ("Nobody0000-x", "Nobody0000-x"),
    ],
)
def test_a_sender_is_revealed_as_a_shell_does(sender: str, token: str) -> None:
    """What a sender stands for is what a shell makes of it."""
    variables = {"CODER_SESSION_TOKEN": TOKENS.first, "CODER_SECOND_TOKEN": TOKENS.second}
    shell = subprocess.run(
        ["/bin/sh", "-c", f'printf %s "{sender}"'], env=variables, capture_output=True, text=True, check=True
    )

    assert TOKENS.reveal(sender) == token == shell.stdout


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@settings(max_examples=60)
@given(q=texts, body=st.none() | texts.map(str.encode) | st.binary(max_size=20).filter(lambda b: 0 not in b))
def test_a_command_can_be_pasted(q: str, body: bytes | None) -> None:
    """A shell makes of the command what was sent: method, headers, body, query, and the token."""
    method = "GET" if body is None else "POST"
    request = Request(method, "/api/v2/audit", [("q", q)], {"X-Odd": "it's $HOME"}, body)
    script = 'curl() { for word in "$@"; do printf "%s\\0" "$word"; done; }; ' + request.curl(URL)
    words = subprocess.run(
        ["/bin/bash", "-c", script],
        env={"CODER_SESSION_TOKEN": "the-token", "PATH": os.environ["PATH"]},
        capture_output=True,
        check=True,
    ).stdout.split(b"\0")[:-1]

    assert dict(parse_qsl(urlsplit(words[-1].decode()).query, keep_blank_values=True)) == {"q": q}
    assert b"X-Odd: it's $HOME" in words
    assert b"Coder-Session-Token: the-token" in words
    assert (words[words.index(b"--data-binary") + 1] if body is not None else None) == body


RUN = results(
    passed("paging/slice", "one"),
    failed("paging/slice", "two"),
    skipped("order/newest", "the deployment has no logs"),
    compare(failed("order/ties"), {"order/ties"}),
)


def test_a_run_is_told() -> None:
    """Checks, matrix, failures and verdict say what holds, what does not, why, and how to see it again."""
    told = click.unstyle(
        "\n".join(
            [*describe_checks(RUN), *describe_failures(RUN), *describe_matrix(RUN), *describe_result(RUN)]
        )
    )

    assert "  FAIL  slice  (1 passed; 1 failed)" in told
    assert "  skip  newest  (the deployment has no logs)" in told
    assert "FAIL  paging/slice[two]" in told
    assert "Rerun: auditmock check http://127.0.0.1:8910 --only 'paging/slice[two]' --seed 1" in told
    assert "paging" in told
    assert "1/2" in told
    assert "known failure: order/ties" in told
    assert "1 skipped: the deployment has no logs" in told
    assert f"{URL} violates the contract: 1 of 4 checks failed (7 requests, 1.2 s)" in told


def test_an_aspect_has_one_heading() -> None:
    """Checks stand under their aspect, in whatever order they were judged."""
    run = results(passed("rows/a"), passed("filters/b"), passed("rows/c"), passed("filters/d"))
    lines = [click.unstyle(line) for line in describe_checks(run)]

    assert lines == ["\nrows", "  ok    a", "  ok    c", "\nfilters", "  ok    b", "  ok    d"]


def test_one_is_told_as_one() -> None:
    """A single request or check is none in the plural."""
    run = replace(results(passed("order/newest"), skipped("order/ties", "why")), requests=1)
    told = click.unstyle("\n".join(describe_result(run)))

    assert "conforms: 1 check passed (1 request, " in told
    assert "1 skipped: why" in told


def test_nothing_that_is_told_steers_a_terminal() -> None:
    """What a server sent is told in one line, its controls and line breaks as escapes."""
    run = results(failed("a/b", seen="\x1b[2J\r\n\x07\x9b\u202e"), skipped("a/c", "why\x1b\nnot"))
    lines = [*describe_checks(run), *describe_failures(run), *describe_result(run)]
    told = click.unstyle("\n".join(lines))

    assert r"Seen: \x1b[2J\r\n\x07\x9b\u202e" in told
    assert r"(why\x1b\nnot)" in told
    assert not {*told} & {*"\x1b\r\x07\x9b\u202e"}


ENDED = [
    ([passed("a/b"), skipped("a/c", "why")], "was not checked completely: interrupted after 1 check", None),
    (
        [failed("a/b"), passed("a/c")],
        "violates the contract: 1 of 2 checks failed; interrupted after 2",
        False,
    ),
]


@pytest.mark.parametrize(("found", "verdict", "conforms"), ENDED)
def test_a_run_that_ended_early_is_no_good_one(
    found: list[Result],
    verdict: str,
    conforms: bool | None,  # noqa: FBT001 - a case
) -> None:
    """What ended early conforms to nothing; what failed until then did fail."""
    run = replace(results(*found), ended="interrupted")

    assert run.summary.startswith(verdict)
    assert run.conforms is conforms


def test_a_command_that_judges_again_has_what_was_given() -> None:
    """The flags of a run are in it as a shell takes them: no defaults, no password, no check's name cut."""
    options = Options(release="documented", seed=1234567, deep=True, rate_limit=0.5, proxy="http://me:pw@p:1")
    run = replace(results(), flags=flags_again(options), is_of_own_mock=True)
    result = failed("a/b", "it's, here")
    command = rerun(result, run)

    assert shlex.split(command) == [
        *("auditmock", "check", "--only", "a/b[it's, here]", "--release", "documented", "--seed", "1234567"),
        *("--deep", "--rate-limit", "0.5", "--proxy", "http://p:1"),
    ]
    assert ONLY.read(f"paging,{result.check.full_name}, order") == ("paging", "a/b[it's, here]", "order")


def test_an_answer_is_judged_again_with_the_check_that_asked_for_it() -> None:
    """A check of all answers sends nothing; the first check that got the faulty one is named beside it."""
    result = failed("responses/every-response", "the body")

    assert "--only 'a/asks,responses/every-response[the body]'" in rerun(
        result, results(passed("a/asks"), result)
    )


@given(texts)
def test_junit_is_xml_whatever_is_seen(seen: str) -> None:
    """JUnit's report can be parsed, and its names are those of the checks."""
    root = ET.fromstring(write_junit(results(failed("paging/slice", "two", seen), passed("paging/ends"))))  # noqa: S314 - our own

    cases = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert cases == [("auditmock.paging", "slice[two]"), ("auditmock.paging", "ends")]
    assert len(list(root.iter("failure"))) == 1


def test_json_tells_every_check() -> None:
    """The report for programs has every check with its outcome, and commands for what failed."""
    report = json.loads(write_json(RUN))

    assert [check["outcome"] for check in report["checks"]] == ["passed", "failed", "skipped", "known"]
    assert report["conforms"] is False
    assert report["checks"][1]["curl"] == [exchange().request.curl(URL)]


def test_har_has_every_exchange() -> None:
    """The archive has each exchange, its check beside it, and names the token only by its variable."""
    entries = json.loads(write_har(RUN))["log"]["entries"]

    assert [entry["comment"] for entry in entries] == ["paging/slice[one]", "paging/slice[two]", "order/ties"]
    headers = {header["name"]: header["value"] for header in entries[0]["request"]["headers"]}
    assert headers["Coder-Session-Token"] == "$CODER_SESSION_TOKEN"
    assert entries[0]["response"]["content"]["text"] == '{"audit_logs":[],"count":0}'


def test_each_report_can_be_asked_for() -> None:
    """The reports that are written are those the option knows."""
    assert tuple(FORMATS) == REPORTS
