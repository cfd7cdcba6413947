"""Explanations of searches agree with the server, in every release."""

from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from asgi_requests import Call, listing, send_request
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
    """Explain a search."""
    query = urlencode({"q": q, "username": "vernon-doyle"}).encode()
    return send_request(app_of(release), Call("GET", f"{CONTROL}/explain", query, HOST)).json()


def is_accepted(release: str, q: str) -> bool:
    """Whether the server accepts a search."""
    return send_request(app_of(release), listing(urlencode({"q": q, "limit": 1}))).status == 200


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
    """The terms are in order at their positions, with only spaces between them."""
    terms = explain(release, q)["terms"]
    positions = [position for term in terms for position in range(term["start"], term["end"])]

    assert all(q[term["start"] : term["end"]] == term["text"] for term in terms)
    assert positions == sorted(set(positions))
    assert not "".join(letter for position, letter in enumerate(q) if position not in set(positions)).strip(
        " "
    )


@every_release
@settings(max_examples=150)
@given(q=searches)
def test_valid_searches_are_accepted(release: str, q: str) -> None:
    """A search is explained as valid exactly if the server accepts it and no term is rejected."""
    explanation = explain(release, q)

    assert explanation["valid"] == is_accepted(release, q)
    assert explanation["valid"] == all(term["effect"] != "rejected" for term in explanation["terms"])


@every_release
@settings(max_examples=150)
@given(q=searches)
def test_suggestion_is_accepted(release: str, q: str) -> None:
    """The server accepts the suggestion; a valid search has none."""
    explanation = explain(release, q)

    assert explanation["suggestion"] == "" or not explanation["valid"]
    assert is_accepted(release, explanation["suggestion"])


@every_release
@settings(max_examples=150)
@given(q=searches)
def test_filtering_terms_have_no_problem(release: str, q: str) -> None:
    """A term has a problem exactly if it does not filter; a term that filters is in the filter."""
    explanation = explain(release, q)

    assert all((term["effect"] == "filters") == (term["problem"] == "") for term in explanation["terms"])
    if explanation["valid"]:
        filters = any(term["effect"] == "filters" for term in explanation["terms"])
        assert filters == (explanation["filter"] != "all logs")


SUGGESTIONS = [
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


@pytest.mark.parametrize(("release", "q", "suggestion"), SUGGESTIONS)
def test_suggestion_repairs_the_search(release: str, q: str, suggestion: str) -> None:
    """A suggestion repairs terms or removes them."""
    assert explain(release, q)["suggestion"] == suggestion


IGNORED = [
    ("v0.14", "foo:bar", 'Unknown search key "foo" is ignored. '),
    ("v0.14", "action:creat", 'Unknown action "creat" is ignored. Did you mean "create"?'),
    ("v0.14", "date_from:soon", '"date_from:soon" is ignored: '),
    ("v0.14", "action:create action:write", 'Search key "action" is repeated. The last value wins: "write".'),
    ("documented", "foo:bar", 'Unknown search key "foo" is ignored. '),
]


@pytest.mark.parametrize(("release", "q", "hint"), IGNORED)
def test_ignored_terms_have_a_hint(release: str, q: str, hint: str) -> None:
    """A term that a release ignores has a hint, though its server says nothing."""
    assert explain(release, q)["hints"][0].startswith(hint)


FILTERS = [
    ("documented", "action:create username:me", "action = create and user.username = vernon-doyle"),
    ("documented", "", "all logs"),
    ("documented", "date_from:2025-12-24", "time >= 2025-12-24T00:00:00Z"),
    ("v0.14", "date_to:2025-12-24", "time <= 2025-12-24T23:59:59Z"),
    ("v2.35", "organization:coder x:y", ""),
]


@pytest.mark.parametrize(("release", "q", "text"), FILTERS)
def test_filter_is_described(release: str, q: str, text: str) -> None:
    """The filter names fields of logs; a rejected search has none."""
    assert explain(release, q)["filter"] == text
