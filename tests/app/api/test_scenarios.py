"""Scenarios over HTTP: a token is enough to be in one."""

import tracemalloc
from pathlib import Path

import pytest
from asgi_requests import ask, drive, listing, writing
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
def test_a_token_opens_its_scenario(release: str) -> None:
    """The first half of a token names the scenario, the second one's own world of it."""
    app = create_app(Settings(release=release, scenario="busy", logs=30), lambda: NOW)
    tokens = [
        f"{half}-{SECRET}" for half in ("Owner00000", "Busy000000", "Empty00000", "FirstDay00", "Hostile000")
    ]
    # one log: a longer page of the hostile one is none that all releases can show
    answers = drive(app, [listing("q=&limit=1", token) for token in tokens])

    assert [answer.json()["count"] for answer in answers] == [30, 30, 0, 12, 11]


def test_a_scenarios_worlds_are_apart() -> None:
    """What is posted in one world of a scenario is seen in no other."""
    app = create_app(Settings(logs=30), lambda: NOW)
    tokens = [f"Empty00000-{secret}" for secret in (SECRET, SHARED_SECRET)]
    drive(app, [writing({}, tokens[0])] * 3)

    assert [answer.json()["count"] for answer in drive(app, [listing(ALL, token) for token in tokens])] == [
        3,
        0,
    ]


@pytest.mark.parametrize("release", list_releases())
def test_nobody_may_look_in_members_only(release: str) -> None:
    """By its own token, and by the owner's where it is the scenario of the server, lists are refused."""
    app = create_app(Settings(release=release, scenario="members-only"), lambda: NOW)
    answers = drive(
        app, [listing(ALL, f"{half}-{SHARED_SECRET}") for half in ("MembersOnl", "Owner00000", "Auditor000")]
    )

    assert [answer.status for answer in answers] == [403, 403, 403]


@pytest.mark.parametrize("release", list_releases())
def test_the_server_begins_with_a_scenario(release: str) -> None:
    """`scenario` is what tokens of people open, and `logs` goes before what it says."""
    app = create_app(Settings(release=release, scenario="incident", logs=10), lambda: NOW)

    assert ask(app, listing(ALL)).json()["count"] == 255


def test_posts_are_in_the_name_of_the_cast(tmp_path: Path) -> None:
    """Who takes a holder's place is who `me` is, and whose name is on what they post."""
    (tmp_path / "mine.yaml").write_text(
        "summary: x\nhistory: {logs: 0}\n"
        "people: [{in_place_of: owner, username: bob}]\n"
        "logs: [{user: bob}, {}]\n"
    )
    app = create_app(Settings(scenario="mine", scenarios=str(tmp_path)), lambda: NOW)
    ask(app, writing({}))

    logs = ask(app, listing("q=username:me")).json()["audit_logs"]
    assert [log["user"]["username"] for log in logs] == ["bob"] * 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("summary: x\nlogs: [{user: zzz}]", 'line 2, column 9, logs.0.user: "zzz" is nobody'),
        ("summary: x\ntoken: Owner00000", "line 2, column 1: Owner00000 is reserved for a built-in user"),
    ],
)
def test_a_folders_scenarios_are_checked_at_the_start(text: str, reason: str, tmp_path: Path) -> None:
    """What could not be opened later is refused at once."""
    (tmp_path / "mine.yaml").write_text(text)

    with pytest.raises(InputFileError) as refused:
        create_app(Settings(scenarios=str(tmp_path)))

    assert reason in str(refused.value)


@pytest.mark.parametrize("scenario", ["", "incident@", "hostile@"])
def test_an_idle_world_of_a_scenario_is_small(scenario: str) -> None:
    """A world that was looked at and not written to takes at most 10 kB, whatever it begins with."""
    worlds = make_state(Settings(), lambda: NOW).worlds
    tracemalloc.start()
    before = 0
    for number in range(101):
        world = worlds.open(f"{scenario}{number:022}")
        list(world.store.find(Filter(), Page(10)).blocks)
        if not number:  # the first one tells the history
            before, _ = tracemalloc.get_traced_memory()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (after - before) / 100 <= 10_000


@pytest.mark.parametrize("release", list_releases())
def test_hostile_text_crosses_the_wire(release: str) -> None:
    """A body with hostile text is UTF-8 and JSON, and reads as what the file says."""
    app = create_app(Settings(release=release, scenario="hostile"), lambda: NOW)
    # log by log: some release cannot show those of nobody
    answers = drive(app, [listing(f"q=&limit=1&offset={number}") for number in range(11)])
    body = b"".join(answer.body for answer in answers)
    targets = [log["resource_target"] for answer in answers for log in answer.json().get("audit_logs", ())]

    assert "<img src=x onerror=\"document.title='owned'\">" in targets
    assert (b"<script>" in body) == (release == "documented")
