"""Selection of checks, tokens, commands to paste, and the text, JUnit, JSON and HAR reports."""

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
    "aspect": (("paging",), (), CHECKS[:2]),
    "layer": (("edges",), (), CHECKS[1:2]),
    "name": (("order/newest",), (), CHECKS[2:]),
    "name without its aspect": (("slice",), (), CHECKS[:1]),
    "case": (("paging/edges[limit 0]",), (), CHECKS[1:2]),
    "all but one": ((), ("slice",), CHECKS[1:]),
    "aspect but one": (("paging",), ("edges",), CHECKS[:1]),
}


@pytest.mark.parametrize("choice", CHOICES)
def test_words_select_checks(choice: str) -> None:
    """A word selects a layer, an aspect or a check; `skip` overrides `only`."""
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
def test_unknown_check_gets_a_suggestion(word: str, hint: str) -> None:
    """An unknown word raises an error with the closest known one."""
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
def test_sender_expands_as_in_a_shell(sender: str, token: str) -> None:
    """A sender expands to the same token as in a shell."""
    variables = {"CODER_SESSION_TOKEN": TOKENS.first, "CODER_SECOND_TOKEN": TOKENS.second}
    shell = subprocess.run(
        ["/bin/sh", "-c", f'printf %s "{sender}"'], env=variables, capture_output=True, text=True, check=True
    )

    assert TOKENS.reveal(sender) == token == shell.stdout


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@settings(max_examples=60)
@given(q=texts, body=st.none() | texts.map(str.encode) | st.binary(max_size=20).filter(lambda b: 0 not in b))
def test_curl_command_can_be_pasted(q: str, body: bytes | None) -> None:
    """A shell parses the command into the method, headers, body, query and token that were sent."""
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


def test_text_report_is_complete() -> None:
    """The text has checks, matrix, failures and result, with reasons and rerun commands."""
    text = click.unstyle(
        "\n".join(
            [*describe_checks(RUN), *describe_failures(RUN), *describe_matrix(RUN), *describe_result(RUN)]
        )
    )

    assert "  FAIL  slice  (1 passed; 1 failed)" in text
    assert "  skip  newest  (the deployment has no logs)" in text
    assert "FAIL  paging/slice[two]" in text
    assert "Rerun: auditmock check http://127.0.0.1:8910 --only 'paging/slice[two]' --seed 1" in text
    assert "paging" in text
    assert "1/2" in text
    assert "known failure: order/ties" in text
    assert "1 skipped: the deployment has no logs" in text
    assert f"{URL} violates the contract: 1 of 4 checks failed (7 requests, 1.2 s)" in text


def test_aspect_has_one_heading() -> None:
    """Checks are grouped by aspect, in whatever order they ran."""
    run = results(passed("rows/a"), passed("filters/b"), passed("rows/c"), passed("filters/d"))
    lines = [click.unstyle(line) for line in describe_checks(run)]

    assert lines == ["\nrows", "  ok    a", "  ok    c", "\nfilters", "  ok    b", "  ok    d"]


def test_single_check_is_singular() -> None:
    """One request and one check are written in the singular."""
    run = replace(results(passed("order/newest"), skipped("order/ties", "why")), requests=1)
    text = click.unstyle("\n".join(describe_result(run)))

    assert "conforms: 1 check passed (1 request, " in text
    assert "1 skipped: why" in text


def test_control_characters_are_escaped() -> None:
    """Control characters and line breaks from a server are shown as escapes."""
    run = results(failed("a/b", seen="\x1b[2J\r\n\x07\x9b\u202e"), skipped("a/c", "why\x1b\nnot"))
    lines = [*describe_checks(run), *describe_failures(run), *describe_result(run)]
    text = click.unstyle("\n".join(lines))

    assert r"Seen: \x1b[2J\r\n\x07\x9b\u202e" in text
    assert r"(why\x1b\nnot)" in text
    assert not {*text} & {*"\x1b\r\x07\x9b\u202e"}


ENDED = [
    ([passed("a/b"), skipped("a/c", "why")], "was not checked completely: interrupted after 1 check", None),
    (
        [failed("a/b"), passed("a/c")],
        "violates the contract: 1 of 2 checks failed; interrupted after 2",
        False,
    ),
]


@pytest.mark.parametrize(("found", "summary", "conforms"), ENDED)
def test_incomplete_run_does_not_conform(
    found: list[Result],
    summary: str,
    conforms: bool | None,  # noqa: FBT001 - a parameter
) -> None:
    """An incomplete run does not conform; its failures count."""
    run = replace(results(*found), ended="interrupted")

    assert run.summary.startswith(summary)
    assert run.conforms is conforms


def test_rerun_command_has_the_flags_of_the_run() -> None:
    """The rerun command has the run's flags, quoted for a shell, without defaults and passwords."""
    options = Options(release="documented", seed=1234567, deep=True, rate_limit=0.5, proxy="http://me:pw@p:1")
    run = replace(results(), flags=flags_again(options), is_of_own_mock=True)
    result = failed("a/b", "it's, here")
    command = rerun(result, run)

    assert shlex.split(command) == [
        *("auditmock", "check", "--only", "a/b[it's, here]", "--release", "documented", "--seed", "1234567"),
        *("--deep", "--rate-limit", "0.5", "--proxy", "http://p:1"),
    ]
    assert ONLY.read(f"paging,{result.check.full_name}, order") == ("paging", "a/b[it's, here]", "order")


def test_rerun_of_response_check_includes_its_source() -> None:
    """The rerun of a response check includes the first check that received the faulty response."""
    result = failed("responses/every-response", "the body")

    assert "--only 'a/asks,responses/every-response[the body]'" in rerun(
        result, results(passed("a/asks"), result)
    )


@given(texts)
def test_junit_report_is_valid_xml(seen: str) -> None:
    """The JUnit report is valid XML for any text, with the names of the checks."""
    root = ET.fromstring(write_junit(results(failed("paging/slice", "two", seen), passed("paging/ends"))))  # noqa: S314 - our own

    cases = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert cases == [("auditmock.paging", "slice[two]"), ("auditmock.paging", "ends")]
    assert len(list(root.iter("failure"))) == 1


def test_json_report_has_every_check() -> None:
    """The JSON report has every check with its outcome, and commands for failures."""
    report = json.loads(write_json(RUN))

    assert [check["outcome"] for check in report["checks"]] == ["passed", "failed", "skipped", "known"]
    assert report["conforms"] is False
    assert report["checks"][1]["curl"] == [exchange().request.curl(URL)]


def test_har_report_has_every_exchange() -> None:
    """The HAR report has each exchange with its check, and names the token only by its variable."""
    entries = json.loads(write_har(RUN))["log"]["entries"]

    assert [entry["comment"] for entry in entries] == ["paging/slice[one]", "paging/slice[two]", "order/ties"]
    headers = {header["name"]: header["value"] for header in entries[0]["request"]["headers"]}
    assert headers["Coder-Session-Token"] == "$CODER_SESSION_TOKEN"
    assert entries[0]["response"]["content"]["text"] == '{"audit_logs":[],"count":0}'


def test_every_report_format_is_an_option() -> None:
    """The formats that can be written are those that the option accepts."""
    assert tuple(FORMATS) == REPORTS
