"""Parser of the search query of Coder servers (reference 9)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from auditmock.core.constants import ME, NIL_UUID, ZERO_TIME
from auditmock.core.errors import ApiError, database_error, invalid_parameters
from auditmock.core.models import Filter, Validation
from auditmock.core.timestamps import DAY, SECOND, format_any_year, parse_timestamp
from auditmock.fixtures.encoding.go_text import lower_case, parse_date, parse_uuid, quote
from auditmock.handlers.messages.query import REPEATED
from auditmock.openapi.contract import Search, SearchKey

_ZERO_DAY = parse_timestamp(ZERO_TIME)
_LAST_SECOND = DAY - SECOND
NUL_IN_TEXT = 'pq: invalid byte sequence for encoding "UTF8": 0x00'
_PAIR = 2


class _InvalidValueError(ValueError):
    """A value is invalid; the message is Coder's."""


class CoderSearch:
    def __init__(self, search: Search, organization: Callable[[str], str | None]) -> None:
        """`organization` finds the ID of an organization by its name."""
        self._keys = search.keys
        self._bare_term = search.bare_term
        self._rules = search.rules
        self._organization = organization
        self._readers: Mapping[str, Callable[[SearchKey, str], Any]] = {
            "enum": self._read_enum,
            "uuid": _read_uuid,
            "text": lambda _key, text: text,
            "date": self._read_date,
            "organization": self._read_organization,
        }

    def parse(self, text: str, username: str) -> Filter:
        """Parse the search of the user with that name; raises ApiError (400, 500)."""
        if not text:
            return Filter()
        values, unknown = self._collect(lower_case(text))
        problems: list[Validation] = []
        read: dict[str, Any] = {}
        for name, given in values.items():
            try:
                read[name] = self._read(self._keys[name], given)
            except _InvalidValueError as problem:
                problems.append(Validation(name, str(problem)))
        since, until = read.pop("date_from", None), read.pop("date_to", None)
        since = None if since == _ZERO_DAY else since
        if self._rules["date_order"] == "rejected" and until is not None and since is not None:
            _check_order(since, until + _LAST_SECOND)
        if problems or unknown:
            raise _bad_search(*problems, *unknown)
        equal = {name: value for name, value in read.items() if value not in ("", None, NIL_UUID)}
        if any("\0" in value for value in equal.values()):
            raise database_error(NUL_IN_TEXT)
        if equal.get("username") == ME and self._keys["username"].me:
            equal["username"] = username
        if self._rules["date_order"] != "rejected" and until == _ZERO_DAY:
            until = None
        wanted = tuple((self._keys[name].lookup, value) for name, value in equal.items())
        return Filter(wanted, since, None if until is None else until + _LAST_SECOND)

    def _read(self, key: SearchKey, given: list[str]) -> Any:
        if len(given) > 1 and self._rules["duplicates"] == "rejected":
            raise _InvalidValueError(f'Query param "{key.name}" {REPEATED.format(len(given))}')
        return self._readers[key.type](key, given[-1]) if given[-1] else None

    def _collect(self, text: str) -> tuple[Mapping[str, list[str]], list[Validation]]:
        """Return the values by key, and the problems of unknown keys."""
        given: dict[str, list[str]] = {}
        bare: list[str] = []
        joined = self._rules["bare_terms"] == "joined"
        for element in split(text, " "):
            pieces = self.split_element(element)
            if len(pieces) > 1:
                given.setdefault(pieces[0], []).append(pieces[1])
            elif joined and ":" not in element:
                bare.append(element)
            else:
                given.setdefault(self._bare_term, []).append(element if joined else pieces[0])
        if bare:
            given.setdefault(self._bare_term, []).append(" ".join(bare))
        known = {name: given[name] for name in self._keys if name in given}
        unknown = (
            [name for name in given if name not in known] if self._rules["unknown"] == "rejected" else []
        )
        return known, [Validation(name, f"{quote(name)} is not a valid query param") for name in unknown]

    def split_element(self, element: str) -> list[str]:
        """Split an element at its colons; raises ApiError (400) with that problem alone."""
        if self._rules["empty_pieces"] == "rejected" and (element[0] == ":" or element[-1] == ":"):
            raise _bad_search(Validation("q", f"Query element {quote(element)} cannot start or end with ':'"))
        pieces = [piece.strip('"') for piece in split(element, ":")]
        if len(pieces) not in (1, _PAIR):
            raise _bad_search(Validation("q", f"Query element {quote(element)} can only contain 1 ':'"))
        return pieces

    def _read_enum(self, key: SearchKey, text: str) -> str | None:
        if text in key.values:
            return text
        if self._rules["values"] == "ignored":
            return None
        raise _InvalidValueError(
            f'Query param "{key.name}" has invalid value: {quote(text)} is not a valid value'
        )

    def _read_date(self, key: SearchKey, text: str) -> int | None:
        try:
            return parse_date(text)
        except ValueError as error:
            if self._rules["values"] == "ignored":
                # an invalid date is the zero time, which only an upper bound uses
                return _ZERO_DAY if key.match != "not_before" else None
            detail = f'Query param "{key.name}" must be a valid date format (2006-01-02): {error}'
            raise _InvalidValueError(detail) from None

    def _read_organization(self, key: SearchKey, text: str) -> str:
        try:
            return parse_uuid(text)
        except ValueError:
            found = self._organization(text)
        if found is None:
            raise _InvalidValueError(
                f'Query param "{key.name}" has invalid value: organization {quote(text)} either does not '
                "exist, or you are unauthorized to view it"
            )
        return found


def split(text: str, delimiter: str) -> list[str]:
    """Split a text at a delimiter outside quotes; empty pieces are dropped (reference 9.1)."""
    if '"' in text:
        return [piece for _, piece in split_with_positions(text, delimiter)]
    return [piece for piece in text.split(delimiter) if piece]


def split_with_positions(text: str, delimiter: str) -> Iterator[tuple[int, str]]:
    """Split likewise; yields each piece with its position."""
    start, quoted = 0, False
    for place, character in enumerate(text):
        quoted ^= character == '"'
        if character == delimiter and not quoted:
            if place > start:
                yield start, text[start:place]
            start = place + 1
    if start < len(text):
        yield start, text[start:]


def _read_uuid(key: SearchKey, text: str) -> str:
    try:
        return parse_uuid(text)
    except ValueError:
        raise _InvalidValueError(f'Query param "{key.name}" must be a valid uuid') from None


def _check_order(since: int, until: int) -> None:
    if until < since:
        shown = format_any_year(until).replace("T", " ").replace("Z", " +0000 UTC")
        raise _bad_search(Validation("q", f'DateTo value "{shown}" cannot be before than DateFrom'))


def _bad_search(*problems: Validation) -> ApiError:
    return invalid_parameters(problems, only_search=True)
