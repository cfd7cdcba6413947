"""Rules of what callers see of logs about resources that are not theirs to look at."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auditmock.handlers.veil import Veil
from auditmock.models import Found

VEIL = Veil({"by": ["auditor"], "resource_types": ["workspace", "workspace_build"]})

words = st.text(max_size=12) | st.sampled_from(['"resource_link":"', '","is_deleted":true', "\\"])
logs = st.builds(
    lambda kind, extra, link, deleted, name: {
        "resource_type": kind,
        "additional_fields": extra,
        "resource_link": link,
        "is_deleted": deleted,
        "user": {"name": name},
    },
    st.sampled_from(["user", "workspace", "workspace_build", "template"]),
    st.dictionaries(words | st.just("resource_link"), words, max_size=3),
    st.sampled_from(["", "/@carol/dev", "/@carol/dev/builds/3"]),
    st.booleans(),
    words,
)
roles = st.frozensets(st.sampled_from(["owner", "auditor", "user-admin"]), min_size=1)


def seen(log: dict[str, Any], held: frozenset[str]) -> Any:
    """Show a log to somebody of some roles."""
    text = json.dumps(log, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
    found = VEIL.cover(Found(1, 1, iter([[text]])), held)
    return json.loads(next(found.blocks)[0].decode(errors="surrogatepass"))


@given(logs, roles)
def test_only_link_and_deletion_are_hidden(log: dict[str, Any], held: frozenset[str]) -> None:
    """Who is no more than an auditor sees workspaces without link and not deleted, and all else as it is."""
    hidden = held == {"auditor"} and log["resource_type"].startswith("workspace")

    assert seen(log, held) == (log | {"resource_link": "", "is_deleted": False} if hidden else log)


@given(logs, roles)
def test_an_edition_may_hide_nothing(log: dict[str, Any], held: frozenset[str]) -> None:
    """Without such a rule everybody sees everything."""
    found = Found(1, 1, iter([[json.dumps(log).encode()]]))

    assert Veil({}).cover(found, held) is found
