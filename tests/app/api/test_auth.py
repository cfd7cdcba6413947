"""Session tokens over HTTP: who may do what, and what a bad token is told (reference 4, 5)."""

from urllib.parse import quote

import pytest
from asgi_requests import LIST, OWNER, Call, ask, listing, writing

from auditmock.core.asgi_types import App
from auditmock.core.errors import SIGNED_OUT
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

MEMBER = token_of(BuiltinUser.MEMBER)
SECRET = "0" * 22
MAY = {
    BuiltinUser.OWNER: (200, 204),
    BuiltinUser.AUDITOR: (200, 403),
    BuiltinUser.MEMBER: (403, 403),
    BuiltinUser.USER_ADMIN: (403, 403),
    BuiltinUser.SUSPENDED: (401, 401),
    BuiltinUser.EXPIRED: (401, 401),
}
"""What each person is answered: for the list, for a new log."""

SHAPE = "Invalid API key format: "
MISSHAPEN = {
    "": 'Cookie "coder_session_token" or query parameter must be provided.',
    "x": SHAPE + "incorrect amount of API key parts, expected 2 got 1.",
    "Owner00000-0-0": SHAPE + "incorrect amount of API key parts, expected 2 got 3.",
    "-": SHAPE + "invalid API key ID length, expected 10 got 0.",
    f"Owner0000-{SECRET}": SHAPE + "invalid API key ID length, expected 10 got 9.",
    "é" * 10 + "-" + SECRET: SHAPE + "invalid API key ID length, expected 10 got 20.",
    "Owner00000-": SHAPE + "invalid API key secret length, expected 22 got 0.",
    f"Owner00000-{SECRET}0": SHAPE + "invalid API key secret length, expected 22 got 23.",
    f"Nobody0000-{SECRET}": "API key is invalid.",
    f"owner00000-{SECRET}": "API key is invalid.",
    "Owner00000-" + "_" * 22: "API key secret is invalid.",
    token_of(BuiltinUser.EXPIRED): 'API key expired at "2023-01-05 10:00:00.123456 +0000 UTC".',
}
"""By token, what is wrong with it."""


@pytest.mark.parametrize("holder", BuiltinUser)
def test_everybody_may_what_their_role_may(app: App, holder: BuiltinUser) -> None:
    """Owners read and write, auditors read, nobody else does either."""
    token = token_of(holder)
    statuses = ask(app, listing("q=", token)).status, ask(app, writing({}, token)).status

    assert statuses == MAY[holder]


@pytest.mark.parametrize("holder", [holder for holder in BuiltinUser if MAY[holder][1] != 204])
def test_who_may_not_write_does_not(app: App, holder: BuiltinUser) -> None:
    """A refused POST leaves no log."""
    ask(app, writing({}, token_of(holder)))

    assert ask(app, listing("q=")).json()["count"] == 400


def test_the_forbidden_are_told_why(shared_app: App) -> None:
    """A 403 names the role it takes and the one there is."""
    envelope = ask(shared_app, writing({}, token_of(BuiltinUser.AUDITOR))).json()

    assert envelope["message"] == "Forbidden."
    assert "requires the role owner" in envelope["detail"]
    assert envelope["detail"].endswith("has the role auditor.")


@pytest.mark.parametrize("token", MISSHAPEN)
def test_each_bad_token_has_its_own_reason(shared_app: App, token: str) -> None:
    """The detail says in Coder's words what is wrong, then names header and token that work."""
    answer = ask(shared_app, listing("q=", token))

    suggestion = f' Send the header "Coder-Session-Token: {OWNER}".'
    assert answer.status == 401
    assert answer.json() == {"message": SIGNED_OUT, "detail": MISSHAPEN[token] + suggestion}


def test_the_suspended_are_told_so(shared_app: App) -> None:
    """A user who is not active is told the status and whom to ask."""
    answer = ask(shared_app, listing("q=", token_of(BuiltinUser.SUSPENDED)))

    message = 'User is not active (status = "suspended"). Contact an admin to reactivate your account.'
    assert answer.json()["message"] == message


def test_the_suggestion_suggestions(shared_app: App) -> None:
    """The header that a 401 names opens a session."""
    detail = ask(shared_app, listing("q=", "")).json()["detail"]
    name, token = detail.split('"')[-2].split(": ")

    assert ask(shared_app, listing("q=", "", **{name.lower(): token})).status == 200


def carried(cookie: str | None, query: str | None, header: str | None) -> Call:
    """Make a request with a token in some of the three places."""
    places = (b"cookie", cookie), (b"coder-session-token", header)
    crumb = {b"cookie": b"coder_session_token=", b"coder-session-token": b""}
    headers = tuple((name, crumb[name] + token.encode()) for name, token in places if token is not None)
    pairs = ["q="] + ([f"coder_session_token={quote(query)}"] if query is not None else [])
    return Call("GET", LIST, "&".join(pairs).encode(), headers)


@pytest.mark.parametrize(
    ("places", "status"),
    [
        ((OWNER, None, None), 200),
        ((None, OWNER, None), 200),
        ((None, None, OWNER), 200),
        ((OWNER, MEMBER, "x"), 200),
        ((MEMBER, OWNER, OWNER), 403),
        (("x", OWNER, OWNER), 401),
        ((None, OWNER, MEMBER), 200),
        ((None, MEMBER, OWNER), 403),
        ((None, "x", OWNER), 401),
        (("", OWNER, "x"), 200),
        (("", "", OWNER), 200),
        (('""', None, OWNER), 200),
        (("", "", ""), 401),
    ],
)
def test_the_first_place_counts(
    shared_app: App, places: tuple[str | None, str | None, str | None], status: int
) -> None:
    """Cookie, query, header: the first that is not empty decides, good or bad."""
    assert ask(shared_app, carried(*places)).status == status


@pytest.mark.parametrize(
    "cookie",
    [
        f"a=b; coder_session_token={OWNER}; c=d",
        f'coder_session_token="{OWNER}"',
        f"a;coder_session_token={OWNER}",
    ],
)
def test_a_cookie_stands_among_others(shared_app: App, cookie: str) -> None:
    """The cookie is found between others, in quotes or without."""
    assert ask(shared_app, listing("q=", "", cookie=cookie)).status == 200


def test_a_bearer_is_no_token(shared_app: App) -> None:
    """Coder of that release does not look at `Authorization`."""
    assert ask(shared_app, listing("q=", "", authorization=f"Bearer {OWNER}")).status == 401


def test_a_write_takes_its_token_from_the_query(app: App) -> None:
    """POST knows no parameter but the token."""
    call = writing({}, "")._replace(query=b"coder_session_token=" + OWNER.encode())

    assert ask(app, call).status == 204
