"""Posted logs: each field has the value that Coder's testgenerate stores (reference 12.4)."""

from typing import Any

import pytest
from histories import CONTRACT, NOW, Log, decode, find, make_history, new_log, open_store
from hypothesis import given
from hypothesis import strategies as st
from lifecycle_facts import CURRENT

from auditmock.core.constants import NIL_UUID
from auditmock.core.models import Filter, Page
from auditmock.core.timestamps import format_timestamp
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.openapi.releases import list_releases, open_release

HISTORY = make_history(logs=1000)
LOGS = decode(HISTORY)
CURRENT_HISTORY = make_history(logs=3000, contract=CURRENT.contract)
CURRENT_LOGS = decode(CURRENT_HISTORY)
OWNER = HISTORY.users.get(BuiltinUser.OWNER)
FOREIGN = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"
LATER = NOW + 1


def posted(**fields: Any) -> Log:
    """Post a log to a new store as the owner, and find it."""
    store = open_store(HISTORY)
    store.add(new_log(**fields), BuiltinUser.OWNER)
    known = {log["id"] for log in LOGS}
    return next(log for log in find(store) if log["id"] not in known)


def find_resource(kind: str, *, is_gone: bool) -> Log:
    """Find a log of a resource of this type, deleted or not."""
    return next(log for log in LOGS if log["resource_type"] == kind and log["is_deleted"] is is_gone)


def test_posted_log_has_coders_defaults() -> None:
    """Fields that the caller cannot set are as in reference 12.4."""
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


def test_posted_log_has_fields_in_coders_order() -> None:
    """A posted log has all fields in Coder's order."""
    assert list(posted()) == CONTRACT.schema("AuditLog")["required"]


@pytest.mark.parametrize("action", CONTRACT.enum("AuditAction"))
@pytest.mark.parametrize("kind", CONTRACT.enum("ResourceType"))
def test_any_action_and_type_are_stored(action: str, kind: str) -> None:
    """Any combination of action and type is stored (reference 12.3)."""
    log = posted(action=action, resource_type=kind)

    assert (log["action"], log["resource_type"]) == (action, kind)


@given(
    st.uuids().map(str),
    st.integers(-(10**15), 10**16),
    st.sampled_from(["", "::1", "10.0.0.1"]),
    st.text(max_size=256),
)
def test_given_fields_are_stored(resource_id: str, time: int, ip: str, agent: str) -> None:
    """Resource id, time, address and user agent are stored unchanged."""
    store = open_store(HISTORY)
    store.add(new_log(resource_id=resource_id, time=time, ip=ip, user_agent=agent), BuiltinUser.OWNER)

    (log,) = find(store, Filter((("resource_id", resource_id),)))

    assert (log["resource_id"], log["time"]) == (resource_id, format_timestamp(time))
    assert (log["ip"], log["user_agent"]) == (ip, agent)


def test_default_resource_id_is_new() -> None:
    """A log without `resource_id` gets a new one and is found by it."""
    store = open_store(HISTORY)
    for _ in range(100):
        store.add(new_log(time=LATER), BuiltinUser.OWNER)
    new = find(store, Filter(since=LATER))

    assert len({log["resource_id"] for log in new} - {log["resource_id"] for log in LOGS}) == 100
    assert all(find(store, Filter((("resource_id", log["resource_id"]),))) == [log] for log in new)


@pytest.mark.parametrize("kind", ["template", "user", "workspace", "workspace_build"])
@pytest.mark.parametrize("resource_id", [None, FOREIGN, LOGS[0]["id"]])
def test_unknown_resource_is_deleted(kind: str, resource_id: str | None) -> None:
    """An unknown resource counts as deleted and has no link (reference 11.5)."""
    log = posted(resource_type=kind, resource_id=resource_id)

    assert (log["is_deleted"], log["resource_link"]) == (True, "")


@pytest.mark.parametrize("kind", ["template", "user", "workspace", "workspace_build"])
def test_deleted_resource_is_deleted(kind: str) -> None:
    """A resource that the history deletes is deleted in a posted log, without a link."""
    log = posted(resource_type=kind, resource_id=find_resource(kind, is_gone=True)["resource_id"])

    assert (log["is_deleted"], log["resource_link"]) == (True, "")


@pytest.mark.parametrize(
    ("kind", "path"), [("template", "/templates/"), ("user", "/users?filter="), ("workspace", "/@{owner}/")]
)
def test_existing_resource_has_a_link(kind: str, path: str) -> None:
    """An existing resource's link has the caller's name, a workspace's the owner's (reference 11.4)."""
    existing = find_resource(kind, is_gone=False)

    log = posted(resource_type=kind, resource_id=existing["resource_id"])

    assert not log["is_deleted"]
    assert log["resource_link"] == path.format(owner=existing["user"]["username"]) + OWNER.username


def test_posted_build_has_no_link() -> None:
    """A posted build has no link: it lacks the additional fields of real builds."""
    log = posted(
        resource_type="workspace_build",
        resource_id=find_resource("workspace_build", is_gone=False)["resource_id"],
        action="start",
    )

    assert (log["is_deleted"], log["resource_link"]) == (False, "")
    assert log["description"] == "{user} started build for workspace {target}"


def test_resource_of_another_type_is_deleted() -> None:
    """The id of a workspace, posted as a template, is an unknown template."""
    log = posted(
        resource_type="template", resource_id=find_resource("workspace", is_gone=False)["resource_id"]
    )

    assert log["is_deleted"]


@pytest.mark.parametrize("kind", ["organization", "template_version", "git_ssh_key", "api_key", "group"])
def test_other_types_are_never_deleted(kind: str) -> None:
    """For other types nothing is deleted, and nothing has a link."""
    log = posted(resource_type=kind, resource_id=None)

    assert (log["is_deleted"], log["resource_link"]) == (False, "")


def test_user_and_target_are_the_caller() -> None:
    """User and target of a posted log are the caller."""
    store = open_store(HISTORY)
    store.add(new_log(time=LATER), BuiltinUser.EXPIRED)

    (log,) = find(store, Filter(since=LATER))

    assert log["user"]["username"] == log["resource_target"] == HISTORY.names.username(BuiltinUser.EXPIRED)


@pytest.mark.parametrize(
    ("kind", "is_gone"),
    sorted(
        {
            (log["resource_type"], log["is_deleted"])
            for log in CURRENT_LOGS
            if log["resource_type"] in CURRENT_HISTORY.descriptions.deletable
        }
    ),
)
def test_posted_log_links_to_existing_resources(kind: str, *, is_gone: bool) -> None:
    """A log of an existing resource has the link of its other logs; otherwise it is deleted."""
    about = [log for log in CURRENT_LOGS if (log["resource_type"], log["is_deleted"]) == (kind, is_gone)]
    store = open_store(CURRENT_HISTORY, contract=CURRENT.contract)
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
def test_posted_log_has_the_build_reason_of_its_resource(kind: str, action: str, *, is_found: bool) -> None:
    """A log of a real build, or of the creation of its workspace, is found by its reason (9.3)."""
    store = open_store(CURRENT_HISTORY, contract=CURRENT.contract)
    wanted = Filter((("build_reason builds", "initiator"),))
    about = next(log for log in find(store, wanted) if log["resource_type"] == kind)
    store.add(new_log(resource_type=kind, resource_id=about["resource_id"], action=action), BuiltinUser.OWNER)
    store.add(new_log(resource_type=kind, resource_id=FOREIGN, action=action), BuiltinUser.OWNER)

    found = [log["resource_id"] for log in find(store, wanted) if log["time"] == format_timestamp(NOW)]
    assert found == [about["resource_id"]] * is_found


@pytest.mark.parametrize("release", list_releases())
def test_every_search_key_finds_posted_logs(release: str) -> None:
    """Each search key, except dates, finds a posted log by its value."""
    contract = open_release(release)
    store = open_store(make_history(contract=contract), contract=contract)
    store.add(new_log(request_id=FOREIGN, organization_id=FOREIGN), BuiltinUser.OWNER)
    (log,) = find(store, Filter(since=NOW))
    searches = {
        key.lookup: key.value_in(log).lower()
        for key in contract.search.keys.values()
        if key.type != "date" and key.value_in(log)
    }

    assert [search for search in searches.items() if log not in find(store, Filter((search,)))] == []
