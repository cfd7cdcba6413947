"""Two mocks in one process are independent; equal settings give equal mocks."""

import pytest
from asgi_requests import Call, Response, listing, send_request, send_requests, writing

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.settings import Settings

LIST_ALL = listing("q=&limit=1000")
BY_CONNEXION = writing({}, content_type="APPLICATION/JSON")
"""A POST that the fast path leaves to Connexion."""


def make_app(logs: int = 50, seed: int = 1) -> App:
    """Make a small mock with a frozen clock."""
    return create_app(Settings(logs=logs, seed=seed), lambda: 0)


@pytest.mark.parametrize("call", [writing({}), BY_CONNEXION], ids=["fast path", "Connexion"])
def test_post_is_in_one_mock_only(call: Call) -> None:
    """A log written to one mock is in no other."""
    written, first = make_app(), make_app()
    send_request(first, call._replace(path="/nowhere"))
    statuses = [response.status for response in send_requests(written, [call, call])]

    assert statuses == [204, 204]
    assert [send_request(each, LIST_ALL).json()["count"] for each in (first, written, make_app())] == [
        50,
        52,
        50,
    ]


def test_mocks_with_different_settings_coexist() -> None:
    """Each mock has the history of its own settings, with interleaved requests."""
    mocks = [make_app(), make_app(logs=7), make_app(seed=2)]
    rounds = [[send_request(mock, LIST_ALL) for mock in mocks] for _ in range(2)]
    bodies = [[response.body for response in responses] for responses in rounds]

    assert bodies[0] == bodies[1]
    assert len(set(bodies[0])) == 3
    assert [response.json()["count"] for response in rounds[0]] == [50, 7, 50]


def test_equal_mocks_give_equal_responses() -> None:
    """Seed and clock determine every byte of every response, including ids."""
    calls = [LIST_ALL, writing({}), BY_CONNEXION, listing("q=x"), listing("q=&limit=x"), LIST_ALL]
    one: list[Response] = send_requests(make_app(), calls)

    assert one == send_requests(make_app(), calls)
    assert one[0].body != one[-1].body


def test_reads_change_nothing() -> None:
    """A mock that was read from gives the same responses as a new one."""
    read = make_app()
    send_requests(read, [listing(f"q=&offset={offset}&limit=3") for offset in range(40)])

    assert send_request(read, LIST_ALL).body == send_request(make_app(), LIST_ALL).body
