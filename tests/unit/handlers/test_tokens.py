"""Session tokens: where they are read, and which sessions they open."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.core.errors import SIGNED_OUT, ApiError
from auditmock.core.models import User
from auditmock.fixtures.faults import WorldFaults, WorldsWithFaults
from auditmock.fixtures.history.builtin_users import ROLES, BuiltinUser
from auditmock.fixtures.store.store import Store
from auditmock.fixtures.store.world_clock import WorldClock
from auditmock.fixtures.worlds import World
from auditmock.handlers.auth.tokens import SHARED_SECRET, TOKEN_IDS, Caller, Credential, Tokens, token_of
from auditmock.openapi.contract import load_contract

CONTRACT = load_contract()
SECRET = "abcdefghijABCDEFGHIJ01"  # noqa: S105 - a made-up one
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ACTIVE = (BuiltinUser.OWNER, BuiltinUser.AUDITOR, BuiltinUser.MEMBER, BuiltinUser.USER_ADMIN)
SUGGESTION = f'Send the header "Coder-Session-Token: {token_of(BuiltinUser.OWNER)}".'
VALID = token_of(BuiltinUser.OWNER).encode()

FORMAT = "Invalid API key format: "
MALFORMED = {
    "": 'Cookie "coder_session_token" or query parameter must be provided.',
    "x": f"{FORMAT}incorrect amount of API key parts, expected 2 got 1.",
    "test-wow-hello": f"{FORMAT}incorrect amount of API key parts, expected 2 got 3.",
    "-": f"{FORMAT}invalid API key ID length, expected 10 got 0.",
    "test-wow": f"{FORMAT}invalid API key ID length, expected 10 got 4.",
    f"Owner000000-{SHARED_SECRET}": f"{FORMAT}invalid API key ID length, expected 10 got 11.",
    "Owner00000-": f"{FORMAT}invalid API key secret length, expected 22 got 0.",
    f"Owner00000-{SHARED_SECRET}0": f"{FORMAT}invalid API key secret length, expected 22 got 23.",
    f"Nobody0000-{SHARED_SECRET}": "API key is invalid.",
    f"owner00000-{SHARED_SECRET}": "API key is invalid.",
    f"Owner00000-{SHARED_SECRET[:-1]}!": "API key secret is invalid.",
    f"Expired000-{SHARED_SECRET}": 'API key expired at "2023-01-05 10:00:00.123456 +0000 UTC".',
}

names = st.sampled_from(list(TOKEN_IDS.values())) | st.text(ALPHANUMERIC, min_size=9, max_size=11)
roles = st.frozensets(st.sampled_from(["owner", "auditor", "user-admin", "template-admin"]))
secrets = st.text(ALPHANUMERIC, min_size=22, max_size=22) | st.text(st.characters(max_codepoint=255))


def make_user(number: int) -> User:
    """Make a built-in user."""
    entry = ROLES[number]
    return User("", f"person{number}", "", 0, None, entry.status, (), entry.roles)


NO_FAULTS = WorldFaults("", WorldsWithFaults())
USERS = {builtin: make_user(builtin) for builtin in BuiltinUser}
SCENARIOS = {"Empty00000": Credential(BuiltinUser.AUDITOR, "empty")}


def make_world(name: str, opened: list[str] | None = None) -> World:
    """Make a world and record its name."""
    if opened is not None:
        opened.append(name)
    return World(name, "", cast("Store", None), cast("WorldClock", None), USERS, NO_FAULTS)


TOKENS = Tokens(CONTRACT.token_locations, make_world, lambda _: USERS, SCENARIOS)


def error_of(token: bytes) -> ApiError:
    """Open a session with an invalid token and return the error."""
    with pytest.raises(ApiError) as caught:
        TOKENS.open_session(token)
    return caught.value


@pytest.mark.parametrize(("token", "detail"), MALFORMED.items())
def test_invalid_token_has_coders_message(token: str, detail: str) -> None:
    """An invalid token is a 401 with Coder's message and a valid token."""
    error = error_of(token.encode())

    assert (error.status, error.message) == (401, SIGNED_OUT)
    assert error.detail == f"{detail} {SUGGESTION}"


def test_suspended_user_is_rejected() -> None:
    """A valid token of a suspended user is a 401 with its own message."""
    error = error_of(token_of(BuiltinUser.SUSPENDED).encode())

    assert error.status == 401
    assert error.message == (
        'User is not active (status = "suspended"). Contact an admin to reactivate your account.'
    )


@pytest.mark.parametrize(
    ("token_id", "detail"),
    [
        ("Own\N{LATIN SMALL LETTER E WITH ACUTE}r0000", "API key is invalid."),
        ("\N{GRINNING FACE}", f"{FORMAT}invalid API key ID length, expected 10 got 4."),
    ],
)
def test_lengths_are_in_bytes(token_id: str, detail: str) -> None:
    """The parts of a token are measured in bytes, not characters."""
    assert error_of(f"{token_id}-{SECRET}".encode()).detail == f"{detail} {SUGGESTION}"


@pytest.mark.parametrize("builtin", ACTIVE, ids=lambda builtin: builtin.name)
def test_valid_token_opens_a_session(builtin: BuiltinUser) -> None:
    """A session has the user's number, name and roles, and the world of the secret."""
    caller = TOKENS.open_session(token_of(builtin, SECRET).encode())

    assert caller == Caller(builtin, f"person{builtin}", frozenset(ROLES[builtin].roles), make_world(SECRET))


@given(names, secrets)
def test_only_active_users_with_valid_secrets_have_sessions(name: str, secret: str) -> None:
    """A session needs the id of an active user and a secret of 22 letters or digits."""
    well_formed = len(secret) == 22 and set(secret) <= set(ALPHANUMERIC)
    opens = well_formed and name in {TOKEN_IDS[builtin] for builtin in ACTIVE}

    try:
        opened = bool(TOKENS.open_session(f"{name}-{secret}".encode()))
    except ApiError:
        opened = False

    assert opened == opens


@given(st.binary(max_size=40))
def test_any_bytes_are_rejected(token: bytes) -> None:
    """Any other bytes are a 401."""
    assert error_of(token).status == 401


def test_session_of_the_shared_world_is_cached() -> None:
    """The shared world is looked up once per token, other worlds every time."""
    opened: list[str] = []
    tokens = Tokens(CONTRACT.token_locations, lambda name: make_world(name, opened), lambda _: USERS)

    for secret in (SHARED_SECRET, SECRET) * 2:
        tokens.open_session(token_of(BuiltinUser.OWNER, secret).encode())

    assert opened == [SHARED_SECRET, SECRET, SECRET]


@pytest.mark.parametrize("token_id", TOKEN_IDS.values())
def test_token_ids_have_coders_form(token_id: str) -> None:
    """A token id has ten letters or digits."""
    assert len(token_id) == 10
    assert set(token_id) <= set(ALPHANUMERIC)


def test_every_builtin_user_has_a_token_id() -> None:
    """Each built-in user has a unique token id."""
    assert len(set(TOKEN_IDS.values())) == len(TOKEN_IDS) == len(BuiltinUser)


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ([(b"cookie", b"coder_session_token=T")], b""),
        ([(b"cookie", b'a=b; coder_session_token="T" ; c=d')], b""),
        ([(b"cookie", b"a=b"), (b"cookie", b"coder_session_token=T")], b""),
        ([], b"q=&coder_session_token=T"),
        ([], b"coder_session_token=%54"),
        ([], b"coder%5Fsession_token=T&coder_session_token=U"),
        ([(b"coder-session-token", b"T")], b""),
    ],
)
def test_token_is_found_in_each_location(headers: list[tuple[bytes, bytes]], query: bytes) -> None:
    """The token is read from cookie, query and header in each valid form."""
    assert TOKENS.find(headers, query) == b"T"


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ([], b""),
        ([(b"authorization", b"Bearer T")], b""),
        ([(b"cookie", b"coder_session_tokens=T; xcoder_session_token=T; Coder_Session_Token=T")], b""),
        ([], b"Coder_Session_Token=T&coder_session_token&access_token=T"),
        ([(b"cookie", b"")], b"coder_session_token="),
    ],
)
def test_other_locations_are_ignored(headers: list[tuple[bytes, bytes]], query: bytes) -> None:
    """Other names, other letter cases and other headers are ignored."""
    assert TOKENS.find(headers, query) == b""


@pytest.mark.parametrize(
    ("cookie", "query", "header", "found"),
    [
        (b"A", b"B", b"C", b"A"),
        (b"", b"B", b"C", b"B"),
        (b"", b"", b"C", b"C"),
        (b"bad", b"", VALID, b"bad"),
        (b"", b"bad", VALID, b"bad"),
    ],
)
def test_first_nonempty_location_wins(cookie: bytes, query: bytes, header: bytes, found: bytes) -> None:
    """Cookie overrides query, query overrides header, even with an invalid token."""
    headers = [(b"coder-session-token", header), (b"cookie", b"coder_session_token=" + cookie)]

    assert TOKENS.find(headers, b"coder_session_token=" + query) == found


def test_precedence_follows_the_contract() -> None:
    """The order of locations is the contract's."""
    tokens = Tokens((*reversed(CONTRACT.token_locations),), make_world, lambda _: USERS)

    found = tokens.find([(b"coder-session-token", b"header")], b"coder_session_token=query")

    assert found == b"header"


@given(roles, roles)
def test_one_of_the_roles_is_sufficient(held: frozenset[str], wanted: frozenset[str]) -> None:
    """A caller with any of the required roles is accepted, others are rejected."""
    try:
        Caller(0, "carol", held, make_world("")).require_role(wanted)
    except ApiError:
        accepted = False
    else:
        accepted = True

    assert accepted == bool(held & wanted)


@pytest.mark.parametrize(
    ("roles", "held"), [((), "member"), (("user-admin", "auditor"), "auditor and user-admin")]
)
def test_missing_role_is_a_403(roles: tuple[str, ...], held: str) -> None:
    """A caller without a required role gets a 403 with the required and own roles."""
    caller = Caller(0, "carol", frozenset(roles), make_world(""))

    with pytest.raises(ApiError) as caught:
        caller.require_role(frozenset({"owner"}))

    assert (caught.value.status, caught.value.message) == (403, "Forbidden.")
    assert caught.value.detail == f"This operation requires the role owner; carol has the role {held}."


def test_token_of_a_scenario_opens_its_world() -> None:
    """The token id of a scenario opens the world of scenario and secret."""
    caller = TOKENS.open_session(f"Empty00000-{SECRET}".encode())

    assert (caller.number, caller.world.name) == (BuiltinUser.AUDITOR, f"empty@{SECRET}")


@pytest.mark.parametrize("name", [SHARED_SECRET, SECRET, f"empty@{SECRET}"])
def test_token_for_a_world_opens_it(name: str) -> None:
    """`token_for_world` returns a token that opens the world."""
    assert TOKENS.open_session(TOKENS.token_for_world(name).encode()).world.name == name


def test_session_follows_changed_users() -> None:
    """If the users of the shared world change, so does the caller."""
    shared = make_world(SHARED_SECRET)
    tokens = Tokens(CONTRACT.token_locations, lambda _: shared, lambda _: shared.users)
    before = tokens.open_session(VALID)
    shared.users = {BuiltinUser.OWNER: make_user(BuiltinUser.MEMBER)}

    assert [before.roles, tokens.open_session(VALID).roles] == [{"owner"}, set()]
