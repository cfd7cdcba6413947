"""Readers of requests to a Coder server: parameters and bodies (reference 8, 12)."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from typing import Any

from auditmock.core.asgi_types import Scope
from auditmock.core.constants import NIL_UUID, USER_AGENT_LIMIT
from auditmock.core.errors import ApiError, database_error, invalid_parameters
from auditmock.core.models import Filter, NewLog, Page, Validation
from auditmock.fixtures.encoding.additional_fields import AdditionalFields
from auditmock.fixtures.encoding.go_text import parse_integer, parse_uuid, wrap
from auditmock.fixtures.encoding.numbers import JSONB, NumericOverflowError, write_json
from auditmock.handlers.audit import AuditOperations
from auditmock.handlers.auth.tokens import Caller
from auditmock.handlers.coder.body import BodyDecoder
from auditmock.handlers.coder.go_json import Node, plain
from auditmock.handlers.coder.search import NUL_IN_TEXT, CoderSearch
from auditmock.handlers.coder.server import RequestContext, RequestReader, Respond, caller_of, go_json_reply
from auditmock.handlers.messages.query import REPEATED, Values, first_value, read_go_query
from auditmock.handlers.messages.request import NewLogReader
from auditmock.handlers.messages.response import Reply
from auditmock.openapi.contract import Contract

_NUMBERS = ("limit", "offset")
_USER_AGENT_TOO_LONG = f"pq: value too long for type character varying({USER_AGENT_LIMIT})"
_PAIR = r"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(rf"\\(?:(?P<nul>u0000)|{_PAIR}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{{2}})|.)")
"""An escape in JSON; PostgreSQL rejects U+0000 and half of a surrogate pair."""

_BYTES_SHOWN = {0xF8: 1, 0xF0: 4, 0xE0: 3, 0xC0: 2}
"""Number of bytes of an invalid character that PostgreSQL shows, by its least first byte."""

_CACHE_SIZE = 4096
_MAX_CACHED_LENGTH = 300


def make_readers(
    contract: Contract, operations: AuditOperations, organization: Callable[[str], str | None]
) -> Mapping[str, RequestReader]:
    """Make the readers by operation ID; `organization` finds an ID by name."""
    build_info = contract.operations["get-build-info"]
    return {
        "get-audit-logs": _ListRequestReader(contract, operations, organization).read,
        "generate-fake-audit-logs": _WriteRequestReader(contract, operations).read,
        build_info.id: lambda _request: partial(go_json_reply, 200, contract.example(build_info.id)),
    }


class _ListRequestReader:
    def __init__(
        self, contract: Contract, operations: AuditOperations, organization: Callable[[str], str | None]
    ) -> None:
        rules = contract.paging["numbers"]
        self._operations = operations
        self._bits: int = rules["bits"]
        self._function: str = rules["parsed_by"]
        self._problem: str = rules["problem"]
        self._negative: str | Mapping[str, str] = rules["negative"]
        self._rejects_repeated: bool = rules["repeated"] == "rejected"
        self._query = CoderSearch(contract.search, organization)
        # The result depends on nothing else; long queries are not worth the memory.
        self._parse_short = lru_cache(_CACHE_SIZE)(self._parse)

    def read(self, request: RequestContext) -> Respond:
        caller, query = caller_of(request), request.scope["query_string"]
        parse = self._parse_short if len(query) < _MAX_CACHED_LENGTH else self._parse
        wanted, page = parse(query, caller.username)
        if request.organization:
            wanted = wanted._replace(equal=(*wanted.equal, ("organization", request.organization)))
        return partial(self._operations.find_logs, caller, wanted, page)

    def _parse(self, query: bytes, username: str) -> tuple[Filter, Page]:
        """Parse the query of the user with that name; raises ApiError (400, 500)."""
        values = read_go_query(query)
        numbers: dict[str, int] = {}
        problems = list(self._problems(values, numbers))
        if problems:
            raise invalid_parameters(problems)
        wanted = self._query.parse(first_value(values, "q"), username)
        if isinstance(self._negative, Mapping):
            self._check_negative(numbers, self._negative)
        return wanted, Page(numbers["limit"], numbers["offset"])

    def _problems(self, values: Values, numbers: dict[str, int]) -> Iterator[Validation]:
        """Read the parameters into `numbers`; yields problems in Coder's order."""
        try:
            _check_cursor(self._value(values, "after_id"))
        except ValueError as error:
            yield Validation("after_id", f'Query param "after_id" {error}')
        for name in _NUMBERS:
            try:
                numbers[name] = self._number(self._value(values, name))
            except ValueError as error:
                yield Validation(name, f'Query param "{name}" {error}')

    def _value(self, values: Values, name: str) -> str:
        """Return the value of a parameter, empty if it is absent; raises ValueError if it is repeated."""
        times = len(values.get(name, ()))
        if times > 1 and self._rejects_repeated:
            raise ValueError(REPEATED.format(times))
        return first_value(values, name)

    def _number(self, text: str) -> int:
        if not text:
            return 0
        try:
            number = parse_integer(text, self._bits, self._function)
            if number < 0 and isinstance(self._negative, str):
                raise ValueError(self._negative)  # noqa: TRY301 - reported like the others
        except ValueError as error:
            raise ValueError(self._problem.replace("<reason>", str(error))) from None
        return number

    def _check_negative(self, numbers: dict[str, int], negative: Mapping[str, str]) -> None:
        """Check the numbers like the database, the offset first; they have 32 bits."""
        for name in reversed(_NUMBERS):
            numbers[name] = wrap(numbers[name])
            if numbers[name] < 0:
                raise database_error(negative[name])


class _WriteRequestReader:
    def __init__(self, contract: Contract, operations: AuditOperations) -> None:
        self._operations = operations
        self._decoder = BodyDecoder(contract)
        self._new_logs = NewLogReader(contract)
        self._additional_fields = AdditionalFields(contract)
        self._types = frozenset(contract.enum("ResourceType"))
        self._actions = frozenset(contract.enum("AuditAction"))

    def read(self, request: RequestContext) -> Respond:
        values = self._decoder.decode(request.body)
        # no reference to the request: a cycle per post would wait for the garbage collector
        return partial(self._insert, caller_of(request), values, request.scope)

    def _add_additional_fields(self, new: NewLog, written: Node) -> NewLog:
        """Add the additional fields, or their replacement (10.4), and the facts in them.

        Raises ApiError (500) like PostgreSQL.
        """
        _check_escapes(written.text)
        try:
            fields = plain(written)
            kept = write_json(fields, JSONB)
        except RecursionError:
            raise database_error("pq: stack depth limit exceeded") from None
        except NumericOverflowError as error:
            raise database_error(str(error)) from None
        decoded = self._additional_fields.decode(fields)
        return new._replace(
            additional_fields=kept.encode() if decoded.is_valid else self._additional_fields.replacement,
            link_facts=tuple(decoded.facts.items()),
        )

    def _insert(self, caller: Caller, values: Mapping[str, Any], scope: Scope) -> Reply:
        """Validate a log like the database, and insert it (reference 12.3)."""
        new = self._new_logs.read(values, scope)
        _check_encoding(new.user_agent)
        if new.resource_type not in self._types:
            raise _invalid_enum_value("resource_type", new.resource_type)
        if new.action not in self._actions:
            raise _invalid_enum_value("audit_action", new.action)
        if "additional_fields" in values:
            new = self._add_additional_fields(new, values["additional_fields"])
        # last: PostgreSQL reads all values before it checks the length of a column
        if len(new.user_agent) > USER_AGENT_LIMIT:
            raise database_error(_USER_AGENT_TOO_LONG)
        return self._operations.generate_fake_audit_logs(caller, new)


def _check_cursor(after_id: str) -> None:
    try:
        parse_uuid(after_id or NIL_UUID)
    except ValueError:
        raise ValueError("must be a valid uuid") from None


def _check_encoding(text: str) -> None:
    """Raise ApiError (500) for invalid UTF-8, whose bytes are surrogates in the text."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        wrong = text[error.start :].encode(errors="surrogateescape")
        length = next((length for first, length in _BYTES_SHOWN.items() if wrong[0] >= first), 1)
        shown = " ".join(f"0x{byte:02x}" for byte in wrong[:length])
        raise database_error(f'pq: invalid byte sequence for encoding "UTF8": {shown}') from None


def _invalid_enum_value(enum: str, value: str) -> ApiError:
    if "\0" in value:
        return database_error(NUL_IN_TEXT)
    return database_error(f'pq: invalid input value for enum {enum}: "{value}"')


def _check_escapes(text: str) -> None:
    """Raise ApiError (500) for escapes that PostgreSQL rejects (reference 12.3)."""
    for found in _ESCAPE.finditer(text):
        if found["nul"]:
            raise database_error("pq: unsupported Unicode escape sequence")
        if found["half"]:
            raise database_error("pq: invalid input syntax for type json")
