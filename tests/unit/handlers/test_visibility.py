"""Rules of what callers see of logs about resources that are not theirs to look at."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auditmock.core.models import SearchResult
from auditmock.handlers.auth.visibility import VisibilityFilter
from auditmock.openapi.releases import open_release

VEIL = VisibilityFilter(open_release("v2.35"))

FACTS = "workspace_owner", "workspace_name"

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
    st.dictionaries(words | st.sampled_from(["resource_link", *FACTS]), words, max_size=4)
    | st.just({"resource_type": "workspace"}),
    words.map("/@carol/{}".format) | st.just(""),
    st.booleans(),
    words,
)
roles = st.frozensets(st.sampled_from(["owner", "auditor", "user-admin"]), min_size=1)


def seen(log: dict[str, Any], held: frozenset[str]) -> Any:
    """Show a log to somebody of some roles."""
    text = json.dumps(log, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
    found = VEIL.redact(
        SearchResult(1, 1, iter([[text]])), held, lambda _, resource_id: resource_id == "known"
    )
    return json.loads(next(found.blocks)[0].decode(errors="surrogatepass"))


@given(logs, roles)
def test_only_link_and_deletion_are_hidden(log: dict[str, Any], held: frozenset[str]) -> None:
    """Who is no more than an auditor sees workspaces not deleted, and no link but what the log tells.

    What is known to nobody is shown to everybody alike.
    """
    is_workspace = log["resource_type"].startswith("workspace")
    hidden = held == {"auditor"} and is_workspace and log["resource_id"] == "known"
    owner, name = (log["additional_fields"].get(fact) for fact in FACTS)
    link = f"/@{owner}/{name}" if log["resource_type"] == "workspace_agent" and owner and name else ""

    assert seen(log, held) == (log | {"resource_link": link, "is_deleted": False} if hidden else log)


@given(logs, roles)
def test_an_release_may_hide_nothing(log: dict[str, Any], held: frozenset[str]) -> None:
    """Without such a rule everybody sees everything."""
    found = SearchResult(1, 1, iter([[json.dumps(log).encode()]]))

    assert VisibilityFilter(open_release("v0.14")).redact(found, held, lambda *_: True) is found
