"""Rules of posted logs: each field is what Coder's testgenerate stores (reference 12.4)."""

from typing import Any

import pytest
from histories import CONTRACT, NOW, Log, decode, find, make_history, new_log, open_store
from hypothesis import given
from hypothesis import strategies as st
from lifecycle_facts import TODAY

from auditmock.core.constants import NIL_UUID
from auditmock.core.models import Filter, Page
from auditmock.core.timestamps import format_timestamp
from auditmock.fixtures.history.builtin_users import BuiltinUser

HISTORY = make_history(logs=1000)
LOGS = decode(HISTORY)
TODAYS_HISTORY = make_history(logs=3000, contract=TODAY.contract)
TODAYS_LOGS = decode(TODAYS_HISTORY)
OWNER = HISTORY.users.get(BuiltinUser.OWNER)
FOREIGN = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"
LATER = NOW + 1


def posted(**fields: Any) -> Log:
    """Post a log to a fresh store as the owner, and find it."""
    store = open_store(HISTORY)
    store.add(new_log(**fields), BuiltinUser.OWNER)
    known = {log["id"] for log in LOGS}
    return next(log for log in find(store) if log["id"] not in known)


def resource(kind: str, *, is_gone: bool) -> Log:
    """Find a log about a resource of a kind that is gone, or is not."""
    return next(log for log in LOGS if log["resource_type"] == kind and log["is_deleted"] is is_gone)


def test_a_posted_log_has_codes_defaults() -> None:
    """What the caller cannot choose is as in reference 12.4."""
    log = posted(resource_id=FOREIGN)
    log.pop("id")
    user = log.pop("user")

    assert user["id"] == OWNER.id
    assert log == {
        "request_id": NIL_UUID,
        "time": format_timestamp(NOW),
        "organization_id": NIL_UUID,
        "ip": "127.0.0.1",
        "user_agent": "curl/8.5.0",
        "resource_type": "user",
        "resource_id": FOREIGN,
        "resource_target": OWNER.username,
        "resource_icon": "",
        "action": "write",
        "diff": {"foo": {"old": "bar", "new": "baz", "secret": False}},
        "status_code": 200,
        "additional_fields": {},
        "description": "{user} updated user {target}",
        "resource_link": "",
        "is_deleted": True,
    }


def test_a_posted_log_has_its_fields_in_order() -> None:
    """A posted log has the fields of any log, in Coder's order."""
    assert list(posted()) == CONTRACT.schema("AuditLog")["required"]


@pytest.mark.parametrize("action", CONTRACT.enum("AuditAction"))
@pytest.mark.parametrize("kind", CONTRACT.enum("ResourceType"))
def test_any_action_goes_with_any_type(action: str, kind: str) -> None:
    """Action and type are as given, in whatever combination (reference 12.3)."""
    log = posted(action=action, resource_type=kind)

    assert (log["action"], log["resource_type"]) == (action, kind)


@given(
    st.uuids().map(str),
    st.integers(-(10**15), 10**16),
    st.sampled_from(["", "::1", "10.0.0.1"]),
    st.text(max_size=256),
)
def test_what_is_given_is_kept(resource_id: str, time: int, ip: str, agent: str) -> None:
    """Resource, time, address and program come back as they went in."""
    store = open_store(HISTORY)
    store.add(new_log(resource_id=resource_id, time=time, ip=ip, user_agent=agent), BuiltinUser.OWNER)

    (log,) = find(store, Filter((("resource_id", resource_id),)))

    assert (log["resource_id"], log["time"]) == (resource_id, format_timestamp(time))
    assert (log["ip"], log["user_agent"]) == (ip, agent)


def test_unset_resources_are_new_ones() -> None:
    """Each log posted without `resource_id` is about a resource of its own, and found by it."""
    store = open_store(HISTORY)
    for _ in range(100):
        store.add(new_log(time=LATER), BuiltinUser.OWNER)
    new = find(store, Filter(since=LATER))

    assert len({log["resource_id"] for log in new} - {log["resource_id"] for log in LOGS}) == 100
    assert all(find(store, Filter((("resource_id", log["resource_id"]),))) == [log] for log in new)


@pytest.mark.parametrize("kind", ["template", "user", "workspace", "workspace_build"])
@pytest.mark.parametrize("resource_id", [None, FOREIGN, LOGS[0]["id"]])
def test_what_nobody_knows_is_deleted(kind: str, resource_id: str | None) -> None:
    """A resource that never was counts as deleted and has no link (reference 11.5)."""
    log = posted(resource_type=kind, resource_id=resource_id)

    assert (log["is_deleted"], log["resource_link"]) == (True, "")


@pytest.mark.parametrize("kind", ["template", "user", "workspace", "workspace_build"])
def test_what_is_gone_is_deleted(kind: str) -> None:
    """A resource that was deleted in the history is so in a posted log, without a link."""
    log = posted(resource_type=kind, resource_id=resource(kind, is_gone=True)["resource_id"])

    assert (log["is_deleted"], log["resource_link"]) == (True, "")


@pytest.mark.parametrize(
    ("kind", "path"), [("template", "/templates/"), ("user", "/users?filter="), ("workspace", "/@{owner}/")]
)
def test_what_is_there_has_a_link(kind: str, path: str) -> None:
    """A living resource has a link that names the caller, a workspace's also its owner (reference 11.4)."""
    there = resource(kind, is_gone=False)

    log = posted(resource_type=kind, resource_id=there["resource_id"])

    assert not log["is_deleted"]
    assert log["resource_link"] == path.format(owner=there["user"]["username"]) + OWNER.username


def test_a_posted_build_has_no_link() -> None:
    """The link of a build needs what only a real build's log tells."""
    log = posted(
        resource_type="workspace_build",
        resource_id=resource("workspace_build", is_gone=False)["resource_id"],
        action="start",
    )

    assert (log["is_deleted"], log["resource_link"]) == (False, "")
    assert log["description"] == "{user} started build for workspace {target}"


def test_a_resource_goes_by_its_type() -> None:
    """A living workspace, posted about as a template, is no template."""
    log = posted(resource_type="template", resource_id=resource("workspace", is_gone=False)["resource_id"])

    assert log["is_deleted"]


@pytest.mark.parametrize("kind", ["organization", "template_version", "git_ssh_key", "api_key", "group"])
def test_what_is_not_looked_up_is_there(kind: str) -> None:
    """For other types nothing is ever deleted, and nothing has a link."""
    log = posted(resource_type=kind, resource_id=None)

    assert (log["is_deleted"], log["resource_link"]) == (False, "")


def test_a_caller_is_written_down() -> None:
    """User and target of a posted log are whoever posted it."""
    store = open_store(HISTORY)
    store.add(new_log(time=LATER), BuiltinUser.EXPIRED)

    (log,) = find(store, Filter(since=LATER))

    assert log["user"]["username"] == log["resource_target"] == HISTORY.names.username(BuiltinUser.EXPIRED)


@pytest.mark.parametrize(
    ("kind", "is_gone"),
    sorted(
        {
            (log["resource_type"], log["is_deleted"])
            for log in TODAYS_LOGS
            if log["resource_type"] in TODAYS_HISTORY.descriptions.deletable
        }
    ),
)
def test_a_posted_log_links_to_what_there_is_today(kind: str, *, is_gone: bool) -> None:
    """A log about something that is there has the link of its other logs, else it says that it is gone."""
    about = [log for log in TODAYS_LOGS if (log["resource_type"], log["is_deleted"]) == (kind, is_gone)]
    store = open_store(TODAYS_HISTORY, contract=TODAY.contract)
    store.add(new_log(resource_type=kind, resource_id=about[0]["resource_id"]), BuiltinUser.OWNER)
    log = find(store, page=Page(1))[0]

    link = about[0]["resource_link"]
    if kind in {"template", "user", "workspace"}:
        link = link.replace(about[0]["resource_target"], log["resource_target"])
    assert log["is_deleted"] is is_gone
    assert log["resource_link"] == ("" if kind == "workspace_build" else link)


@pytest.mark.parametrize(
    ("kind", "action", "is_found"),
    [
        ("workspace_build", "start", True),
        ("workspace_build", "stop", True),
        ("workspace", "create", True),
        ("workspace", "write", False),
    ],
)
def test_a_posted_log_has_the_reason_of_what_there_is(kind: str, action: str, *, is_found: bool) -> None:
    """A post about a real build, or the creation of a workspace by one, is found by its reason (9.3)."""
    store = open_store(TODAYS_HISTORY, contract=TODAY.contract)
    wanted = Filter((("build_reason builds", "initiator"),))
    about = next(log for log in find(store, wanted) if log["resource_type"] == kind)
    store.add(new_log(resource_type=kind, resource_id=about["resource_id"], action=action), BuiltinUser.OWNER)
    store.add(new_log(resource_type=kind, resource_id=FOREIGN, action=action), BuiltinUser.OWNER)

    found = [log["resource_id"] for log in find(store, wanted) if log["time"] == format_timestamp(NOW)]
    assert found == [about["resource_id"]] * is_found
