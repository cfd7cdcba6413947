"""Names: each is valid in Coder, and a search finds every code with that name."""

import base64
import re
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.fixtures.history.builtin_users import BUILTIN_USERS
from auditmock.fixtures.history.names import KEYS_PER_PERSON, SPACE_SIZES, Names, Space, name_code
from auditmock.fixtures.history.pools import POOL
from auditmock.fixtures.history.rng import Rng
from auditmock.fixtures.history.stored_pools import fill_pools

NAMES = Names(Rng(1), fill_pools(1))
USERS = 200_000
CODER_NAME = re.compile(r"[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*")
CODER_VERSION_NAME = re.compile(r"[a-zA-Z0-9]+([_.-][a-zA-Z0-9]+)*")

users = st.integers(0, USERS)


def codes_of(space: Space) -> st.SearchStrategy[int]:
    """Draw codes of a space."""
    return st.integers(0, SPACE_SIZES.get(space, USERS) - 1).map(partial(name_code, space))


# The name of a chat is its id, which only a history can look up.
codes = st.sampled_from([space for space in Space if space is not Space.CHAT]).flatmap(codes_of)


def codes_for(text: str) -> list[int]:
    """Look a name up like a search."""
    return NAMES.codes(text.lower())


@given(codes)
def test_name_finds_its_code(code: int) -> None:
    """The code of a name is among the codes found for it."""
    assert code in codes_for(NAMES.text(code))


@given(codes)
def test_name_finds_equal_names_only(code: int) -> None:
    """Every code found for a name has that name."""
    name = NAMES.text(code).lower()

    assert {NAMES.text(found).lower() for found in NAMES.codes(name)} == {name}


@given(st.one_of(st.text(min_size=1), st.from_regex(r"[a-z]*[-_ @.]?[a-z]*[0-9]*", fullmatch=True)))
def test_any_text_finds_equal_names_only(text: str) -> None:
    """Every code found for any text has that text as its name."""
    assert all(NAMES.text(code).lower() == text for code in NAMES.codes(text))


def test_empty_name_has_a_code() -> None:
    """The empty name, the target of builds, has the code 0."""
    assert NAMES.codes("") == [0]


@pytest.mark.parametrize("space", [Space.WORKSPACE, Space.TEMPLATE, Space.GROUP])
def test_names_are_valid_in_coder(space: Space) -> None:
    """Every name of a workspace, template or group is valid in Coder."""
    names = [NAMES.text(name_code(space, value)) for value in range(SPACE_SIZES[space])]

    assert all(CODER_NAME.fullmatch(name) and len(name) <= 32 for name in names)


@pytest.mark.parametrize("space", SPACE_SIZES)
def test_names_of_a_space_differ(space: Space) -> None:
    """No two codes of a space have the same name."""
    size = SPACE_SIZES[space]

    assert len({NAMES.text(name_code(space, value)) for value in range(size)}) == size


@given(st.integers(0, SPACE_SIZES[Space.TEMPLATE_VERSION] - 1))
def test_version_names_are_valid_in_coder(value: int) -> None:
    """Every name of a template version is valid in Coder."""
    name = NAMES.text(name_code(Space.TEMPLATE_VERSION, value))

    assert CODER_VERSION_NAME.fullmatch(name)


@given(users)
def test_user_is_found_by_username_and_email(user: int) -> None:
    """A user is found by username and by email."""
    found = NAMES.user_number(NAMES.username(user)), NAMES.user_number_by_email(NAMES.email(user))

    assert found == (user, user)


def test_usernames_are_unique_and_valid() -> None:
    """Usernames are unique and valid in Coder."""
    names = {NAMES.username(user) for user in range(3 * POOL * POOL)}

    assert len(names) == 3 * POOL * POOL
    assert all(CODER_NAME.fullmatch(name) and len(name) <= 32 for name in names)


@pytest.mark.parametrize("suffix", ["1", "0", "02", "2x", "1000", " ", "-"])
def test_unused_username_finds_no_user(suffix: str) -> None:
    """A username with an unused number finds no user."""
    assert NAMES.user_number(NAMES.username(0) + suffix) is None


@pytest.mark.parametrize("email", ["", "@", "x@example.com", NAMES.username(0), NAMES.email(0) + "x"])
def test_unused_email_finds_no_user(email: str) -> None:
    """An unused email finds no user."""
    assert NAMES.user_number_by_email(email) is None


@given(users, st.integers(0, KEYS_PER_PERSON - 1))
def test_ssh_key_is_valid(user: int, number: int) -> None:
    """An SSH key is an ssh-ed25519 key of 32 bytes with its user's name."""
    kind, key, comment = NAMES.text(name_code(Space.SSH_KEY, user * KEYS_PER_PERSON + number)).split(" ")

    assert (kind, comment) == ("ssh-ed25519", NAMES.username(user))
    assert base64.b64decode(key)[:-32] == b"\0\0\0\x0bssh-ed25519\0\0\0\x20"


def test_builtin_usernames_have_no_digits() -> None:
    """Usernames of built-in users have no digits, so they are easy to type."""
    assert all(re.fullmatch("[a-z]+-[a-z]+", NAMES.username(user)) for user in range(BUILTIN_USERS))
