"""Checks of the search language: what a query means does not depend on how it is written."""

from collections.abc import Callable, Mapping

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.expect import while_unchanged
from auditmock.checker.page import expect_logs, listed
from auditmock.checker.rules.logs import Log, element
from auditmock.contract.support.errors import expect_error
from auditmock.contract.support.sample import Sample

pytestmark = pytest.mark.check("properties", "language", "#/components/parameters/q")

QUOTE = '"'
NAMES = ("resource_type", "action")
REWRITINGS: Mapping[str, Callable[[str, str], str]] = {
    "as it is": lambda one, other: f"{one} {other}",
    "the other way round": lambda one, other: f"{other} {one}",
    "in capital letters, with more spaces": lambda one, other: f"  {one.upper()}{' ' * 300}{other.upper()} ",
    "in quotes": lambda one, other: f"{quoted(one, '')} {quoted(other, QUOTE)}",
}
REPETITIONS: Mapping[str, Callable[[str, str], str]] = {
    "an element said twice": lambda one, other: f"{one} {other} {one}",
    "the last of two values counting": lambda one, other: (
        f"action:stop resource_type:group {one} {other.partition(':')[2]}"
    ),
}


def quoted(words: str, around_key: str) -> str:
    """Put the value of an element in quotes, and something around its key."""
    key, _, value = words.partition(":")
    return f'{around_key}{key}{around_key}:"{value}"'


def chosen(target: Client, sample: Sample) -> Log:
    """Take a log of the sample that a search can be made of, one with a type of two words if there is any."""
    keys = target.contract.search.keys
    logs = [log for log in sample.logs if all(log[name] in keys[name].values for name in NAMES)]
    if not logs:
        pytest.skip("no log of the sample has a type and an action that can be searched for")
    return next((log for log in logs if "_" in log["resource_type"]), logs[0])


@pytest.mark.parametrize("rewriting", REWRITINGS)
def test_the_same_search_in_other_words(target: Client, sample: Sample, rewriting: str) -> None:
    """Order of elements, letter case, spaces and quotes do not matter."""
    expect_the_same(target, sample, REWRITINGS[rewriting])


@requires("the last value")
@pytest.mark.parametrize("repetition", REPETITIONS)
def test_the_same_search_with_repetitions(target: Client, sample: Sample, repetition: str) -> None:
    """A key may be given twice, with the same value or with others before it."""
    expect_the_same(target, sample, REPETITIONS[repetition])


def expect_the_same(target: Client, sample: Sample, rewrite: Callable[[str, str], str]) -> None:
    """Go on if a search finds the same in other words."""
    log = chosen(target, sample)
    keys = target.contract.search.keys
    one = element(keys["action"], log["action"])
    other = element(keys["resource_type"], log["resource_type"])
    found = [
        each
        for each in sample.logs
        if (each["action"], each["resource_type"]) == (log["action"], log["resource_type"])
    ]

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(
            listed(target, sample.within(rewrite(one, other)), limit=1000), found, len(found)
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
"""What divides words elsewhere."""
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
"""What stands behind all else, with no more to say; a quote left open reaches to the end."""


@pytest.mark.check("edges", "language", "#/components/parameters/q")
@pytest.mark.parametrize(
    ("words", "behind"),
    [
        *((words, "") for words in NOTHING),
        *(
            pytest.param(*each, marks=requires("lenient search"))
            for each in zip(UNKNOWN, BEHIND, strict=True)
        ),
    ],
    ids=lambda words: words[:20],
)
def test_what_says_nothing_filters_nothing(target: Client, sample: Sample, words: str, behind: str) -> None:
    """No element, an unknown key, and an unknown value of a list leave the list as it is."""
    q = f"{sample.within(words)} {behind}" if behind else sample.within(words)

    while_unchanged(
        target,
        sample.scope,
        lambda: expect_logs(listed(target, q, limit=1000), sample.logs, len(sample.logs)),
    )


STRICT: Mapping[str, str] = {
    "nosuchkey:value": "nosuchkey",
    "spaceship": "resource_type",
    "action:dance": "action",
    "date_from:yesterday": "date_from",
    "email:a email:b": "email",
}


@requires("strict search")
@pytest.mark.check("edges", "language", "#/components/parameters/q")
@pytest.mark.parametrize("words", STRICT)
def test_what_means_nothing_is_refused(target: Client, words: str) -> None:
    """An unknown key, an unknown value of a list, and a key given twice are answered with 400."""
    expect_error(target.ask(words, limit=1), 400, [STRICT[words]])


@requires("the last value")
@pytest.mark.parametrize("last", ["dance", "delete"])
def test_the_last_of_two_values_counts(target: Client, sample: Sample, last: str) -> None:
    """Of a key given twice the last one counts, even if it is unknown."""
    first = chosen(target, sample)["action"]
    found = [log for log in sample.logs if log["action"] == last] if last != "dance" else sample.logs
    q = sample.within(f"action:{first} action:{last}")

    while_unchanged(
        target, sample.scope, lambda: expect_logs(listed(target, q, limit=1000), found, len(found))
    )


@requires("days in any order")
def test_days_the_wrong_way_round_find_nothing(target: Client) -> None:
    """`date_from` after `date_to` is an empty result, not a mistake."""
    expect_logs(listed(target, "date_from:2025-01-02 date_to:2025-01-01"), [], 0)
