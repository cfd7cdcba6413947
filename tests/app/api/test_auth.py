"""Session tokens: permissions, and the messages for invalid tokens (reference 4, 5)."""

from urllib.parse import quote

import pytest
from asgi_requests import LIST, OWNER, Call, listing, send_request, writing

from auditmock.core.asgi_types import App
from auditmock.core.errors import SIGNED_OUT
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of

MEMBER = token_of(BuiltinUser.MEMBER)
SECRET = "0" * 22
STATUSES = {
    BuiltinUser.OWNER: (200, 204),
    BuiltinUser.AUDITOR: (200, 403),
    BuiltinUser.MEMBER: (403, 403),
    BuiltinUser.USER_ADMIN: (403, 403),
    BuiltinUser.SUSPENDED: (401, 401),
    BuiltinUser.EXPIRED: (401, 401),
}
"""The statuses of each built-in user: for a list and for a write."""

SHAPE = "Invalid API key format: "
INVALID_TOKENS = {
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
"""The message for each invalid token."""


@pytest.mark.parametrize("user", BuiltinUser)
def test_permissions_follow_the_role(app: App, user: BuiltinUser) -> None:
    """Owners read and write, auditors read, other users do neither."""
    token = token_of(user)
    statuses = send_request(app, listing("q=", token)).status, send_request(app, writing({}, token)).status

    assert statuses == STATUSES[user]


@pytest.mark.parametrize("user", [user for user in BuiltinUser if STATUSES[user][1] != 204])
def test_rejected_write_is_not_stored(app: App, user: BuiltinUser) -> None:
    """A rejected POST writes no log."""
    send_request(app, writing({}, token_of(user)))

    assert send_request(app, listing("q=")).json()["count"] == 400


def test_forbidden_names_the_roles(shared_app: App) -> None:
    """A 403 names the required role and the user's role."""
    envelope = send_request(shared_app, writing({}, token_of(BuiltinUser.AUDITOR))).json()

    assert envelope["message"] == "Forbidden."
    assert "requires the role owner" in envelope["detail"]
    assert envelope["detail"].endswith("has the role auditor.")


@pytest.mark.parametrize("token", INVALID_TOKENS)
def test_invalid_token_has_coders_message(shared_app: App, token: str) -> None:
    """The detail has Coder's message and then a header with a valid token."""
    response = send_request(shared_app, listing("q=", token))

    suggestion = f' Send the header "Coder-Session-Token: {OWNER}".'
    assert response.status == 401
    assert response.json() == {"message": SIGNED_OUT, "detail": INVALID_TOKENS[token] + suggestion}


def test_suspended_user_has_coders_message(shared_app: App) -> None:
    """A suspended user gets a 401 with the status and whom to contact."""
    response = send_request(shared_app, listing("q=", token_of(BuiltinUser.SUSPENDED)))

    message = 'User is not active (status = "suspended"). Contact an admin to reactivate your account.'
    assert response.json()["message"] == message


def test_suggested_header_works(shared_app: App) -> None:
    """The header that a 401 suggests is valid."""
    detail = send_request(shared_app, listing("q=", "")).json()["detail"]
    name, token = detail.split('"')[-2].split(": ")

    assert send_request(shared_app, listing("q=", "", **{name.lower(): token})).status == 200


def request_with_tokens(cookie: str | None, query: str | None, header: str | None) -> Call:
    """Make a request with tokens in some of the three locations."""
    locations = (b"cookie", cookie), (b"coder-session-token", header)
    prefixes = {b"cookie": b"coder_session_token=", b"coder-session-token": b""}
    headers = tuple((name, prefixes[name] + token.encode()) for name, token in locations if token is not None)
    pairs = ["q="] + ([f"coder_session_token={quote(query)}"] if query is not None else [])
    return Call("GET", LIST, "&".join(pairs).encode(), headers)


@pytest.mark.parametrize(
    ("locations", "status"),
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
def test_first_location_wins(
    shared_app: App, locations: tuple[str | None, str | None, str | None], status: int
) -> None:
    """Of cookie, query and header, the first that is not empty decides."""
    assert send_request(shared_app, request_with_tokens(*locations)).status == status


@pytest.mark.parametrize(
    "cookie",
    [
        f"a=b; coder_session_token={OWNER}; c=d",
        f'coder_session_token="{OWNER}"',
        f"a;coder_session_token={OWNER}",
    ],
)
def test_cookie_is_found_among_others(shared_app: App, cookie: str) -> None:
    """The cookie is found among others, with or without quotes."""
    assert send_request(shared_app, listing("q=", "", cookie=cookie)).status == 200


def test_authorization_header_is_ignored(shared_app: App) -> None:
    """`Authorization` is ignored."""
    assert send_request(shared_app, listing("q=", "", authorization=f"Bearer {OWNER}")).status == 401


def test_write_accepts_the_token_in_the_query(app: App) -> None:
    """POST accepts the token as a query parameter."""
    call = writing({}, "")._replace(query=b"coder_session_token=" + OWNER.encode())

    assert send_request(app, call).status == 204
