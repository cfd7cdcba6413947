"""Two mocks in one process share nothing; equal ones are equal."""

import pytest
from asgi_requests import Answer, Call, ask, drive, listing, writing

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.settings import Settings

EVERYTHING = listing("q=&limit=1000")
BY_CONNEXION = writing({}, content_type="APPLICATION/JSON")
"""A POST that the lane leaves to Connexion."""


def made(logs: int = 50, seed: int = 1) -> App:
    """Make a small mock whose clock stands still."""
    return create_app(Settings(logs=logs, seed=seed), lambda: 0)


@pytest.mark.parametrize("call", [writing({}), BY_CONNEXION], ids=["lane", "Connexion"])
def test_a_post_is_in_one_mock_only(call: Call) -> None:
    """What is written to one mock is in no other, whoever made it last."""
    written, first = made(), made()
    ask(first, call._replace(path="/nowhere"))
    statuses = [answer.status for answer in drive(written, [call, call])]

    assert statuses == [204, 204]
    assert [ask(each, EVERYTHING).json()["count"] for each in (first, written, made())] == [50, 52, 50]


def test_mocks_of_different_settings_live_side_by_side() -> None:
    """Each mock has the history of its own settings, however their requests are mixed."""
    mocks = [made(), made(logs=7), made(seed=2)]
    rounds = [[ask(mock, EVERYTHING) for mock in mocks] for _ in range(2)]
    bodies = [[answer.body for answer in answers] for answers in rounds]

    assert bodies[0] == bodies[1]
    assert len(set(bodies[0])) == 3
    assert [answer.json()["count"] for answer in rounds[0]] == [50, 7, 50]


def test_equal_mocks_answer_alike() -> None:
    """Seed and clock decide every byte of every answer, ids of requests and of new logs included."""
    calls = [EVERYTHING, writing({}), BY_CONNEXION, listing("q=x"), listing("q=&limit=x"), EVERYTHING]
    one: list[Answer] = drive(made(), calls)

    assert one == drive(made(), calls)
    assert one[0].body != one[-1].body


def test_a_mock_has_no_memory_of_readers() -> None:
    """Reading changes nothing: a mock that was read from much answers like a fresh one."""
    read = made()
    drive(read, [listing(f"q=&offset={offset}&limit=3") for offset in range(40)])

    assert ask(read, EVERYTHING).body == ask(made(), EVERYTHING).body
