"""Visibility of logs of resources that the caller may not read."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auditmock.core.models import SearchResult
from auditmock.handlers.auth.visibility import VisibilityFilter
from auditmock.openapi.releases import open_release

VISIBILITY = VisibilityFilter(open_release("v2.35"))

FIELDS = "workspace_owner", "workspace_name"

words = st.text(max_size=12) | st.sampled_from(['"resource_link":"', '","is_deleted":true', "\\"])
logs = st.builds(
    lambda kind, known, extra, link, deleted, name: {
        "resource_type": kind,
        "resource_id": known,
        "additional_fields": extra,
        "resource_link": link,
        "is_deleted": deleted,
        "user": {"name": name},
    },
    st.sampled_from(["user", "workspace", "workspace_build", "workspace_agent", "template"]),
    st.sampled_from(["known", "unknown"]),
    st.dictionaries(words | st.sampled_from(["resource_link", *FIELDS]), words, max_size=4)
    | st.just({"resource_type": "workspace"}),
    words.map("/@carol/{}".format) | st.just(""),
    st.booleans(),
    words,
)
roles = st.frozensets(st.sampled_from(["owner", "auditor", "user-admin"]), min_size=1)


def redact(log: dict[str, Any], held: frozenset[str]) -> Any:
    """Show a log to a caller with these roles."""
    text = json.dumps(log, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
    found = VISIBILITY.redact(
        SearchResult(1, 1, iter([[text]])), held, lambda _, resource_id: resource_id == "known"
    )
    return json.loads(next(found.blocks)[0].decode(errors="surrogatepass"))


@given(logs, roles)
def test_only_link_and_deletion_are_hidden(log: dict[str, Any], held: frozenset[str]) -> None:
    """An auditor sees workspaces as not deleted, and only links that follow from the log itself.

    Unknown resources are shown to everyone alike.
    """
    is_workspace = log["resource_type"].startswith("workspace")
    hidden = held == {"auditor"} and is_workspace and log["resource_id"] == "known"
    owner, name = (log["additional_fields"].get(field) for field in FIELDS)
    link = f"/@{owner}/{name}" if log["resource_type"] == "workspace_agent" and owner and name else ""

    assert redact(log, held) == (log | {"resource_link": link, "is_deleted": False} if hidden else log)


@given(logs, roles)
def test_release_without_the_rule_hides_nothing(log: dict[str, Any], held: frozenset[str]) -> None:
    """A release without the rule shows all logs unchanged."""
    found = SearchResult(1, 1, iter([[json.dumps(log).encode()]]))

    assert VisibilityFilter(open_release("v0.14")).redact(found, held, lambda *_: True) is found
