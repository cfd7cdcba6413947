"""Scenarios over HTTP: the token selects one."""

import tracemalloc
from pathlib import Path

import pytest
from asgi_requests import listing, send_request, send_requests, writing
from histories import NOW

from auditmock.asgi import create_app
from auditmock.core.models import Filter, Page
from auditmock.fixtures.importing.reader import InputFileError
from auditmock.handlers.auth.tokens import SHARED_SECRET
from auditmock.openapi.releases import list_releases
from auditmock.server.state import make_state
from auditmock.settings import Settings

SECRET = "abcdefghijABCDEFGHIJ01"  # noqa: S105 - a made-up one
ALL = "q=&limit=1000"


@pytest.mark.parametrize("release", list_releases())
def test_token_opens_its_scenario(release: str) -> None:
    """The first half of a token selects the scenario, the second half a private world."""
    app = create_app(Settings(release=release, scenario="busy", logs=30), lambda: NOW)
    tokens = [
        f"{token_id}-{SECRET}"
        for token_id in ("Owner00000", "Busy000000", "Empty00000", "FirstDay00", "Hostile000")
    ]
    # One log only: not every release can show a longer page of `hostile`.
    responses = send_requests(app, [listing("q=&limit=1", token) for token in tokens])

    assert [response.json()["count"] for response in responses] == [30, 30, 0, 12, 11]


def test_worlds_of_a_scenario_are_isolated() -> None:
    """A log posted to one world of a scenario is in no other."""
    app = create_app(Settings(logs=30), lambda: NOW)
    tokens = [f"Empty00000-{secret}" for secret in (SECRET, SHARED_SECRET)]
    send_requests(app, [writing({}, tokens[0])] * 3)

    assert [
        response.json()["count"] for response in send_requests(app, [listing(ALL, token) for token in tokens])
    ] == [3, 0]


@pytest.mark.parametrize("release", list_releases())
def test_members_only_rejects_lists(release: str) -> None:
    """In `members-only` lists get a 403, with its own token and as the server's scenario."""
    app = create_app(Settings(release=release, scenario="members-only"), lambda: NOW)
    responses = send_requests(
        app,
        [
            listing(ALL, f"{token_id}-{SHARED_SECRET}")
            for token_id in ("MembersOnl", "Owner00000", "Auditor000")
        ],
    )

    assert [response.status for response in responses] == [403, 403, 403]


@pytest.mark.parametrize("release", list_releases())
def test_server_starts_with_a_scenario(release: str) -> None:
    """`scenario` is the scenario of users' tokens, and `logs` overrides its length."""
    app = create_app(Settings(release=release, scenario="incident", logs=10), lambda: NOW)

    assert send_request(app, listing(ALL)).json()["count"] == 255


def test_posts_have_the_replaced_user(tmp_path: Path) -> None:
    """A user in place of a built-in user is `me` and the user of posted logs."""
    (tmp_path / "mine.yaml").write_text(
        "summary: x\nhistory: {logs: 0}\n"
        "people: [{in_place_of: owner, username: bob}]\n"
        "logs: [{user: bob}, {}]\n"
    )
    app = create_app(Settings(scenario="mine", scenarios=str(tmp_path)), lambda: NOW)
    send_request(app, writing({}))

    logs = send_request(app, listing("q=username:me")).json()["audit_logs"]
    assert [log["user"]["username"] for log in logs] == ["bob"] * 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("summary: x\nlogs: [{user: zzz}]", 'line 2, column 9, logs.0.user: unknown user "zzz"'),
        ("summary: x\ntoken: Owner00000", "line 2, column 1: Owner00000 is reserved for a built-in user"),
    ],
)
def test_scenarios_of_a_folder_are_checked_at_start(text: str, reason: str, tmp_path: Path) -> None:
    """An invalid scenario of the folder is rejected at the start."""
    (tmp_path / "mine.yaml").write_text(text)

    with pytest.raises(InputFileError) as caught:
        create_app(Settings(scenarios=str(tmp_path)))

    assert reason in str(caught.value)


@pytest.mark.parametrize("scenario", ["", "incident@", "hostile@"])
def test_idle_world_of_a_scenario_is_small(scenario: str) -> None:
    """A world without posts takes at most 10 kB in every scenario."""
    worlds = make_state(Settings(), lambda: NOW).worlds
    tracemalloc.start()
    before = 0
    for number in range(101):
        world = worlds.open(f"{scenario}{number:022}")
        list(world.store.find(Filter(), Page(10)).blocks)
        if not number:  # The first world computes the history.
            before, _ = tracemalloc.get_traced_memory()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (after - before) / 100 <= 10_000


@pytest.mark.parametrize("release", list_releases())
def test_hostile_text_is_sent_unchanged(release: str) -> None:
    """A body with hostile text is valid UTF-8 and JSON with the text of the file."""
    app = create_app(Settings(release=release, scenario="hostile"), lambda: NOW)
    # One log per page: some releases cannot show logs without a user.
    responses = send_requests(app, [listing(f"q=&limit=1&offset={number}") for number in range(11)])
    body = b"".join(response.body for response in responses)
    targets = [
        log["resource_target"] for response in responses for log in response.json().get("audit_logs", ())
    ]

    assert "<img src=x onerror=\"document.title='owned'\">" in targets
    assert (b"<script>" in body) == (release == "documented")
