"""Rules of session tokens: where they are found, and whom they open the door for."""

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
CURE = f'Send the header "Coder-Session-Token: {token_of(BuiltinUser.OWNER)}".'
GOOD = token_of(BuiltinUser.OWNER).encode()

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


def person(number: int) -> User:
    """Make up a member of staff."""
    post = ROLES[number]
    return User("", f"person{number}", "", 0, None, post.status, (), post.roles)


NOTHING = WorldFaults("", WorldsWithFaults())
CAST = {holder: person(holder) for holder in BuiltinUser}
SCENARIOS = {"Empty00000": Credential(BuiltinUser.AUDITOR, "empty")}


def world(name: str, opened: list[str] | None = None) -> World:
    """Stand in for a world by its name, so that a test sees which one was opened."""
    if opened is not None:
        opened.append(name)
    return World(name, "", cast("Store", None), cast("WorldClock", None), CAST, NOTHING)


TOKENS = Tokens(CONTRACT.token_locations, world, lambda _: CAST, SCENARIOS)


def error_of(token: bytes) -> ApiError:
    """Open a token that is refused."""
    with pytest.raises(ApiError) as refused:
        TOKENS.open_session(token)
    return refused.value


@pytest.mark.parametrize(("token", "detail"), MALFORMED.items())
def test_every_bad_token_has_its_own_words(token: str, detail: str) -> None:
    """Each way a token can be wrong is a 401 in Coder's words, and tells a token that works."""
    error = error_of(token.encode())

    assert (error.status, error.message) == (401, SIGNED_OUT)
    assert error.detail == f"{detail} {CURE}"


def test_a_suspended_person_is_not_active() -> None:
    """A good token of a suspended user is a 401 with a message of its own."""
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
def test_bytes_are_counted(token_id: str, detail: str) -> None:
    """A token's parts are as long as their bytes, not their characters."""
    assert error_of(f"{token_id}-{SECRET}".encode()).detail == f"{detail} {CURE}"


@pytest.mark.parametrize("holder", ACTIVE, ids=lambda holder: holder.name)
def test_a_token_opens_its_persons_session(holder: BuiltinUser) -> None:
    """A good token opens a session with the person's number, name, roles and the secret's world."""
    caller = TOKENS.open_session(token_of(holder, SECRET).encode())

    assert caller == Caller(holder, f"person{holder}", frozenset(ROLES[holder].roles), world(SECRET))


@given(names, secrets)
def test_only_known_ids_with_whole_secrets_open(name: str, secret: str) -> None:
    """A session opens for the id of an active person with 22 letters or digits, and for nothing else."""
    well_formed = len(secret) == 22 and set(secret) <= set(ALPHANUMERIC)
    opens = well_formed and name in {TOKEN_IDS[holder] for holder in ACTIVE}

    try:
        opened = bool(TOKENS.open_session(f"{name}-{secret}".encode()))
    except ApiError:
        opened = False

    assert opened == opens


@given(st.binary(max_size=40))
def test_no_bytes_break_the_door(token: bytes) -> None:
    """Any bytes for a token are refused with 401."""
    assert error_of(token).status == 401


def test_a_session_of_the_shared_world_is_opened_once() -> None:
    """Tokens of the shared world are looked at once; other worlds may go, and are asked for each time."""
    opened: list[str] = []
    tokens = Tokens(CONTRACT.token_locations, lambda name: world(name, opened), lambda _: CAST)

    for secret in (SHARED_SECRET, SECRET) * 2:
        tokens.open_session(token_of(BuiltinUser.OWNER, secret).encode())

    assert opened == [SHARED_SECRET, SECRET, SECRET]


@pytest.mark.parametrize("token_id", TOKEN_IDS.values())
def test_every_id_is_ten_letters_or_digits(token_id: str) -> None:
    """The ids have the form of Coder's, and each belongs to one holder."""
    assert len(token_id) == 10
    assert set(token_id) <= set(ALPHANUMERIC)


def test_every_holder_has_an_id() -> None:
    """Each holder has an id of its own."""
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
def test_a_token_is_found_in_each_place(headers: list[tuple[bytes, bytes]], query: bytes) -> None:
    """Cookie, query and header each may carry the token, in the forms their grammars allow."""
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
def test_no_other_place_is_looked_at(headers: list[tuple[bytes, bytes]], query: bytes) -> None:
    """Other names, other letter cases and other headers carry no token."""
    assert TOKENS.find(headers, query) == b""


@pytest.mark.parametrize(
    ("cookie", "query", "header", "found"),
    [
        (b"A", b"B", b"C", b"A"),
        (b"", b"B", b"C", b"B"),
        (b"", b"", b"C", b"C"),
        (b"bad", b"", GOOD, b"bad"),
        (b"", b"bad", GOOD, b"bad"),
    ],
)
def test_the_first_place_that_is_not_empty_counts(
    cookie: bytes, query: bytes, header: bytes, found: bytes
) -> None:
    """Cookie goes before query and that before header; a bad token is not rescued by a later one."""
    headers = [(b"coder-session-token", header), (b"cookie", b"coder_session_token=" + cookie)]

    assert TOKENS.find(headers, b"coder_session_token=" + query) == found


def test_the_order_is_the_contracts() -> None:
    """A contract that looks at the header first is obeyed."""
    tokens = Tokens((*reversed(CONTRACT.token_locations),), world, lambda _: CAST)

    found = tokens.find([(b"coder-session-token", b"header")], b"coder_session_token=query")

    assert found == b"header"


@given(roles, roles)
def test_one_of_the_roles_is_enough(held: frozenset[str], wanted: frozenset[str]) -> None:
    """Whoever has one of the roles that are wanted may go on, and nobody else."""
    try:
        Caller(0, "carol", held, world("")).require_role(wanted)
    except ApiError:
        passed = False
    else:
        passed = True

    assert passed == bool(held & wanted)


@pytest.mark.parametrize(
    ("roles", "held"), [((), "member"), (("user-admin", "auditor"), "auditor and user-admin")]
)
def test_without_a_role_it_is_forbidden(roles: tuple[str, ...], held: str) -> None:
    """Whoever has none of the roles gets 403, and is told which would do and which they have."""
    caller = Caller(0, "carol", frozenset(roles), world(""))

    with pytest.raises(ApiError) as refused:
        caller.require_role(frozenset({"owner"}))

    assert (refused.value.status, refused.value.message) == (403, "Forbidden.")
    assert refused.value.detail == f"This operation requires the role owner; carol has the role {held}."


def test_a_scenarios_token_opens_its_world() -> None:
    """The id of a scenario signs its caller in, in the world of scenario and secret."""
    caller = TOKENS.open_session(f"Empty00000-{SECRET}".encode())

    assert (caller.number, caller.world.name) == (BuiltinUser.AUDITOR, f"empty@{SECRET}")


@pytest.mark.parametrize("name", [SHARED_SECRET, SECRET, f"empty@{SECRET}"])
def test_a_worlds_token_opens_it(name: str) -> None:
    """The token that is written for a world opens the world of that name."""
    assert TOKENS.open_session(TOKENS.token_for_world(name).encode()).world.name == name


def test_a_session_ends_with_its_people() -> None:
    """When the shared world is given other people, a caller is who they are now."""
    shared = world(SHARED_SECRET)
    tokens = Tokens(CONTRACT.token_locations, lambda _: shared, lambda _: shared.users)
    before = tokens.open_session(GOOD)
    shared.users = {BuiltinUser.OWNER: person(BuiltinUser.MEMBER)}

    assert [before.roles, tokens.open_session(GOOD).roles] == [{"owner"}, set()]
