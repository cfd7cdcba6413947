"""Checks of the search syntax: the result does not depend on how a search is written."""

from collections.abc import Callable, Mapping

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.expect import while_unchanged
from auditmock.checker.log_page import expect_logs, list_logs
from auditmock.checker.rules.log_model import Log, term
from auditmock.contract.support.errors import expect_error
from auditmock.contract.support.sample import Sample

pytestmark = pytest.mark.check("properties", "syntax", "#/components/parameters/q")

QUOTE = '"'
NAMES = ("resource_type", "action")
SPELLINGS: Mapping[str, Callable[[str, str], str]] = {
    "unchanged": lambda one, other: f"{one} {other}",
    "reversed": lambda one, other: f"{other} {one}",
    "uppercase, extra spaces": lambda one, other: f"  {one.upper()}{' ' * 300}{other.upper()} ",
    "quoted": lambda one, other: f"{quoted(one, '')} {quoted(other, QUOTE)}",
}
REPETITIONS: Mapping[str, Callable[[str, str], str]] = {
    "same term twice": lambda one, other: f"{one} {other} {one}",
    "another value first": lambda one, other: (
        f"action:stop resource_type:group {one} {other.partition(':')[2]}"
    ),
}


def quoted(words: str, around_key: str) -> str:
    """Quote the value of a term and surround its key."""
    key, _, value = words.partition(":")
    return f'{around_key}{key}{around_key}:"{value}"'


def chosen(target: Client, sample: Sample) -> Log:
    """Choose a searchable log of the sample, preferably with a resource type of two words."""
    keys = target.contract.search.keys
    logs = [log for log in sample.logs if all(log[name] in keys[name].values for name in NAMES)]
    if not logs:
        pytest.skip("no log of the sample has a type and an action that can be searched for")
    return next((log for log in logs if "_" in log["resource_type"]), logs[0])


@pytest.mark.parametrize("rewriting", SPELLINGS)
def test_equivalent_searches_find_the_same_logs(target: Client, sample: Sample, rewriting: str) -> None:
    """The order of terms, letter case, spaces and quotes do not change the result."""
    expect_the_same(target, sample, SPELLINGS[rewriting])


@requires("last value wins")
@pytest.mark.parametrize("repetition", REPETITIONS)
def test_repeated_key_uses_its_last_value(target: Client, sample: Sample, repetition: str) -> None:
    """A key may be repeated, with the same value or another; the last value wins."""
    expect_the_same(target, sample, REPETITIONS[repetition])


def expect_the_same(target: Client, sample: Sample, rewrite: Callable[[str, str], str]) -> None:
    """Expect that a rewritten search finds the same logs."""
    log = chosen(target, sample)
    keys = target.contract.search.keys
    one = term(keys["action"], log["action"])
    other = term(keys["resource_type"], log["resource_type"])
    found = [
        each
        for each in sample.logs
        if (each["action"], each["resource_type"]) == (log["action"], log["resource_type"])
    ]

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(
            list_logs(target, sample.within(rewrite(one, other)), limit=1000), found, len(found)
        ),
    )


NOTHING = ("",)
ALIASES = (
    *(
        "user",
        "owner",
        "name",
        "target",
        "resource",
        "type",
        "id",
        "uuid",
        "request_id",
        "organization",
        "ip",
    ),
    *(
        "time",
        "date",
        "since",
        "until",
        "before",
        "after",
        "from",
        "to",
        "status",
        "status_code",
        "limit",
        "q",
    ),
    *("description", "is_deleted", "user_agent", "diff", "usernam", "date_fro", "x-action"),
    *("resource-type", "build_number", "workspace_name", "build"),
)
BESIDES = (",", ";", "|", "+", "/", "\n", "\r", "\v", "\u00a0", "\u2003", "\u3000")
"""Separators of other search languages."""
UNKNOWN = (
    " ".join(
        [*(f"{name}:create" for name in ALIASES), "create 3 a@b.c me", "action:'create' resource_type:!user"]
    ),
    " ".join(
        [
            *(f"x{number}:a{mark}user" for number, mark in enumerate(BESIDES)),
            "since:9999-12-31 build_number:0 id:3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25 -user action:create*",
        ]
    ),
    'string user,template action:create,delete nosuchkey:"a:b" -action:create resource_type:ship -- OR # NOT',
)
BEHIND = ("", "user\u00a0", '"user template')
"""Text at the end of the search; an unclosed quote extends to the end."""


@pytest.mark.check("edges", "syntax", "#/components/parameters/q")
@pytest.mark.parametrize(
    ("words", "behind"),
    [
        *((words, "") for words in NOTHING),
        *(
            pytest.param(*each, marks=requires("lenient search"))
            for each in zip(UNKNOWN, BEHIND, strict=True)
        ),
    ],
    ids=["empty", "names of fields", "separators", "operators"],
)
def test_unknown_terms_filter_nothing(target: Client, sample: Sample, words: str, behind: str) -> None:
    """An empty search, an unknown key and an unknown enum value do not change the list."""
    q = f"{sample.within(words)} {behind}" if behind else sample.within(words)

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(list_logs(target, q, limit=1000), sample.logs, len(sample.logs)),
    )


STRICT: Mapping[str, str] = {
    "nosuchkey:value": "nosuchkey",
    "spaceship": "resource_type",
    "action:dance": "action",
    "date_from:yesterday": "date_from",
    "email:a email:b": "email",
}


@requires("strict search")
@pytest.mark.check("edges", "syntax", "#/components/parameters/q")
@pytest.mark.parametrize("words", STRICT)
def test_unknown_terms_are_rejected(target: Client, words: str) -> None:
    """An unknown key, an unknown enum value and a repeated key are rejected with 400."""
    expect_error(target.search(words, limit=1), 400, [STRICT[words]])


@requires("last value wins")
@pytest.mark.parametrize("last", ["dance", "delete"])
def test_last_value_wins_even_if_unknown(target: Client, sample: Sample, last: str) -> None:
    """If a key is repeated, the last value wins, even if it is unknown."""
    first = chosen(target, sample)["action"]
    found = [log for log in sample.logs if log["action"] == last] if last != "dance" else sample.logs
    q = sample.within(f"action:{first} action:{last}")

    while_unchanged(
        target, sample.scope, lambda: expect_logs(list_logs(target, q, limit=1000), found, len(found))
    )


@requires("reversed dates")
def test_reversed_dates_find_nothing(target: Client) -> None:
    """`date_from` after `date_to` gives an empty result, not an error."""
    expect_logs(list_logs(target, "date_from:2025-01-02 date_to:2025-01-01"), [], 0)
