"""Rules of names: each fits Coder, and a search for one finds every code that is written so."""

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
PEOPLE = 200_000
CODER_NAME = re.compile(r"[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*")
CODER_VERSION_NAME = re.compile(r"[a-zA-Z0-9]+([_.-][a-zA-Z0-9]+)*")

people = st.integers(0, PEOPLE)


def codes_of(space: Space) -> st.SearchStrategy[int]:
    """Draw codes of a space."""
    return st.integers(0, SPACE_SIZES.get(space, PEOPLE) - 1).map(partial(name_code, space))


# A chat is called by its id, which only a history can find.
codes = st.sampled_from([space for space in Space if space is not Space.CHAT]).flatmap(codes_of)


def code_of(text: str) -> list[int]:
    """Look a name up as a search does."""
    return NAMES.codes(text.lower())


@given(codes)
def test_a_name_is_found(code: int) -> None:
    """The code of a name is among the codes found for it."""
    assert code in code_of(NAMES.text(code))


@given(codes)
def test_only_names_written_alike_are_found(code: int) -> None:
    """Every code found for a name is written like it."""
    name = NAMES.text(code).lower()

    assert {NAMES.text(found).lower() for found in NAMES.codes(name)} == {name}


@given(st.one_of(st.text(min_size=1), st.from_regex(r"[a-z]*[-_ @.]?[a-z]*[0-9]*", fullmatch=True)))
def test_a_foreign_name_is_not_found(text: str) -> None:
    """A text is found as a name only if that name is written so."""
    assert all(NAMES.text(code).lower() == text for code in NAMES.codes(text))


def test_no_name_is_a_name() -> None:
    """The empty name is what builds are logged with."""
    assert NAMES.codes("") == [0]


@pytest.mark.parametrize("space", [Space.WORKSPACE, Space.TEMPLATE, Space.GROUP])
def test_names_fit_coder(space: Space) -> None:
    """Every name of a workspace, template or group is one that Coder takes."""
    names = [NAMES.text(name_code(space, value)) for value in range(SPACE_SIZES[space])]

    assert all(CODER_NAME.fullmatch(name) and len(name) <= 32 for name in names)


@pytest.mark.parametrize("space", SPACE_SIZES)
def test_names_of_a_space_differ(space: Space) -> None:
    """No two codes of a space are written alike."""
    size = SPACE_SIZES[space]

    assert len({NAMES.text(name_code(space, value)) for value in range(size)}) == size


@given(st.integers(0, SPACE_SIZES[Space.TEMPLATE_VERSION] - 1))
def test_version_names_look_like_coders(value: int) -> None:
    """A template version is named by a word, a scholar and a digit."""
    name = NAMES.text(name_code(Space.TEMPLATE_VERSION, value))

    assert CODER_VERSION_NAME.fullmatch(name)


@given(people)
def test_a_person_is_found_by_name_and_address(person: int) -> None:
    """A person is found by username and by email."""
    found = NAMES.user_number(NAMES.username(person)), NAMES.user_number_by_email(NAMES.email(person))

    assert found == (person, person)


def test_usernames_differ_and_fit_coder() -> None:
    """No two people have the same name, and Coder takes each."""
    names = {NAMES.username(person) for person in range(3 * POOL * POOL)}

    assert len(names) == 3 * POOL * POOL
    assert all(CODER_NAME.fullmatch(name) and len(name) <= 32 for name in names)


@pytest.mark.parametrize("suffix", ["1", "0", "02", "2x", "1000", " ", "-"])
def test_a_name_written_otherwise_is_nobodys(suffix: str) -> None:
    """A number that no namesake bears makes a name nobody's."""
    assert NAMES.user_number(NAMES.username(0) + suffix) is None


@pytest.mark.parametrize("email", ["", "@", "x@example.com", NAMES.username(0), NAMES.email(0) + "x"])
def test_a_foreign_address_is_nobodys(email: str) -> None:
    """An address that was not written here is nobody's."""
    assert NAMES.user_number_by_email(email) is None


@given(people, st.integers(0, KEYS_PER_PERSON - 1))
def test_a_public_key_is_one(person: int, number: int) -> None:
    """A key is an ssh-ed25519 key of 32 bytes with its owner's name."""
    kind, key, comment = NAMES.text(name_code(Space.SSH_KEY, person * KEYS_PER_PERSON + number)).split(" ")

    assert (kind, comment) == ("ssh-ed25519", NAMES.username(person))
    assert base64.b64decode(key)[:-32] == b"\0\0\0\x0bssh-ed25519\0\0\0\x20"


def test_staff_need_no_numbers() -> None:
    """The names of the staff, whom people type, have no digits."""
    assert all(re.fullmatch("[a-z]+-[a-z]+", NAMES.username(person)) for person in range(BUILTIN_USERS))
