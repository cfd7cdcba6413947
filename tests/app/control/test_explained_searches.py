"""Searches explained: the explanation and the server agree, in every release, whatever is asked."""

from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from asgi_requests import Call, ask, listing
from hypothesis import given, settings
from hypothesis import strategies as st

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.openapi.releases import list_releases, open_release
from auditmock.settings import Settings

CONTROL = "/_mock"
HOST = ((b"host", b"localhost"),)
every_release = pytest.mark.parametrize("release", list_releases())


@cache
def app_of(release: str) -> App:
    """Make a mock of a release."""
    return create_app(Settings(release=release, logs=200), lambda: 0)


def explain(release: str, q: str) -> Any:
    """Ask how a search is understood."""
    query = urlencode({"q": q, "username": "vernon-doyle"}).encode()
    return ask(app_of(release), Call("GET", f"{CONTROL}/explain", query, HOST)).json()


def is_taken(release: str, q: str) -> bool:
    """Send a search, and tell whether the server answers it."""
    return ask(app_of(release), listing(urlencode({"q": q, "limit": 1}))).status == 200


KEYS = sorted({key for release in list_releases() for key in open_release(release).search.keys})
VALUES = (
    "create",
    "workspace",
    "2025-12-24",
    "2025-02-30",
    "2025-1-5",
    "me",
    "x",
    "",
    '"a b"',
    "a:b",
    "Ü",
    "coder",
)
UUIDS = ("cff22a7b-bb6f-43d8-83e1-eefe0a1f5197", "00000000-0000-0000-0000-000000000000", "cff22a7b")
elements = st.builds(
    "{}{}{}".format,
    st.sampled_from([*KEYS, *VALUES, "actio", '"action"', "ACTION"]),
    st.sampled_from([":", ":", ":", "", "::"]),
    st.sampled_from([*VALUES, *UUIDS]),
)
searches = (
    st.lists(elements, max_size=5).map(" ".join)
    | st.text(st.sampled_from('ab:" \tİ'), max_size=12)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
)


@every_release
@settings(max_examples=150)
@given(q=searches)
def test_terms_cover_the_text(release: str, q: str) -> None:
    """The terms stand in their order where they say, and nothing but spaces is between them."""
    terms = explain(release, q)["terms"]
    places = [place for term in terms for place in range(term["start"], term["end"])]

    assert all(q[term["start"] : term["end"]] == term["text"] for term in terms)
    assert places == sorted(set(places))
    assert not "".join(letter for place, letter in enumerate(q) if place not in set(places)).strip(" ")


@every_release
@settings(max_examples=150)
@given(q=searches)
def test_valid_is_what_the_server_takes(release: str, q: str) -> None:
    """A search is told to be valid if, and only if, the server answers it and no term is refused."""
    told = explain(release, q)

    assert told["valid"] == is_taken(release, q)
    assert told["valid"] == all(term["effect"] != "rejected" for term in told["terms"])


@every_release
@settings(max_examples=150)
@given(q=searches)
def test_the_suggestion_is_taken(release: str, q: str) -> None:
    """The nearest valid search is one that the server answers; a valid one needs none."""
    told = explain(release, q)

    assert told["suggestion"] == "" or not told["valid"]
    assert is_taken(release, told["suggestion"])


@every_release
@settings(max_examples=150)
@given(q=searches)
def test_what_filters_has_no_problem(release: str, q: str) -> None:
    """A term has a problem told if, and only if, it does not filter; one that does shows in the filter."""
    told = explain(release, q)

    assert all((term["effect"] == "filters") == (term["problem"] == "") for term in told["terms"])
    if told["valid"]:
        filters = any(term["effect"] == "filters" for term in told["terms"])
        assert filters == (told["filter"] != "all logs")


CURES = [
    ("documented", "action:a:b", 'action:"a:b"'),
    ("documented", "date_from:2025-1-5", "date_from:2025-01-05"),
    ("documented", "date_to:2025-02-30 action:create", "date_to:2025-02-28 action:create"),
    ("documented", ":workspace", "workspace"),
    (
        "documented",
        "resource_id:{CFF22A7B-BB6F-43D8-83E1-EEFE0A1F5197}",
        "resource_id:cff22a7b-bb6f-43d8-83e1-eefe0a1f5197",
    ),
    ("documented", "action:create resource_id:x", "action:create"),
    ("v2.35", "resource_type:workspac", "resource_type:workspace"),
    ("v2.35", "actoin:create", "action:create"),
    ("v2.35", "action:create action:delete", "action:create"),
    ("v0.14", "date_from:2025-12-24 date_to:2025-12-23", "date_from:2025-12-24"),
]


@pytest.mark.parametrize(("release", "q", "suggestion"), CURES)
def test_a_suggestion_is_near(release: str, q: str, suggestion: str) -> None:
    """A suggestion repairs what can be guessed, and leaves out the rest."""
    assert explain(release, q)["suggestion"] == suggestion


IGNORED = [
    ("v0.14", "foo:bar", 'Unknown search key "foo" is ignored. '),
    ("v0.14", "action:creat", 'Unknown action "creat" is ignored. Did you mean "create"?'),
    ("v0.14", "date_from:soon", '"date_from:soon" is ignored: '),
    ("v0.14", "action:create action:write", 'Search key "action" is repeated. The last value wins: "write".'),
    ("documented", "foo:bar", 'Unknown search key "foo" is ignored. '),
]


@pytest.mark.parametrize(("release", "q", "hint"), IGNORED)
def test_what_is_ignored_is_told(release: str, q: str, hint: str) -> None:
    """What a lenient release leaves out of account has a hint, although its server says nothing."""
    assert explain(release, q)["hints"][0].startswith(hint)


FILTERS = [
    ("documented", "action:create username:me", "action = create and user.username = vernon-doyle"),
    ("documented", "", "all logs"),
    ("documented", "date_from:2025-12-24", "time >= 2025-12-24T00:00:00Z"),
    ("v0.14", "date_to:2025-12-24", "time <= 2025-12-24T23:59:59Z"),
    ("v2.35", "organization:coder x:y", ""),
]


@pytest.mark.parametrize(("release", "q", "words"), FILTERS)
def test_the_filter_in_words(release: str, q: str, words: str) -> None:
    """The filter names fields of logs; a search that is refused has none."""
    assert explain(release, q)["filter"] == words
