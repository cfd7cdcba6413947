"""What requests to a deployed server say: parameters and bodies, read as Coder does (reference 8, 12)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from auditmock.errors import database_error, invalid_parameters
from auditmock.handlers.audit_query import AuditQuery
from auditmock.handlers.decoding import Decoding
from auditmock.handlers.deployment import Contents, Visit
from auditmock.handlers.goquery import Values, first_value, read_query
from auditmock.handlers.gotext import parse_integer, parse_uuid, wrap
from auditmock.handlers.operations import Operations
from auditmock.handlers.request import first_header
from auditmock.handlers.tokens import Caller
from auditmock.handlers.wire import Reply
from auditmock.instants import parse_instant
from auditmock.models import NewLog, Page, Validation
from auditmock.openapi import Contract
from auditmock.vocabulary import NIL_UUID, USER_AGENT_LIMIT, ZERO_TIME

Act = Callable[[Caller], Reply]

_NUMBERS = ("limit", "offset")
_TOO_LONG = f"pq: value too long for type character varying({USER_AGENT_LIMIT})"
_ZERO_TIME = parse_instant(ZERO_TIME)


def read_contents(
    contract: Contract, operations: Operations, organization: Callable[[str], str | None]
) -> Mapping[str, Contents]:
    """Make, by operation id, what reads a request; `organization` finds an id by its name."""
    listing = _Listing(contract, operations, organization)
    return {"get-audit-logs": listing.read, "generate-fake-audit-logs": _Writing(contract, operations).read}


class _Listing:
    def __init__(
        self, contract: Contract, operations: Operations, organization: Callable[[str], str | None]
    ) -> None:
        rules = contract.paging["numbers"]
        self._operations = operations
        self._bits: int = rules["bits"]
        self._function: str = rules["parsed_by"]
        self._problem: str = rules["problem"]
        self._negative: str | Mapping[str, str] = rules["negative"]
        self._once: bool = rules["repeated"] == "refused"
        self._query = AuditQuery(contract.search, organization)

    def read(self, visit: Visit) -> Act:
        values = read_query(visit.scope["query_string"])
        numbers: dict[str, int] = {}
        problems = list(self._problems(values, numbers))
        if problems:
            raise invalid_parameters(problems)
        username = visit.caller.username if visit.caller else ""
        wanted = self._query.parse(first_value(values, "q"), username)
        if isinstance(self._negative, Mapping):
            self._check_signs(numbers, self._negative)
        page = Page(numbers["limit"], numbers["offset"])
        return lambda caller: self._operations.find(caller, wanted, page)

    def _problems(self, values: Values, numbers: dict[str, int]) -> Iterator[Validation]:
        """Read the parameters; tells what is wrong, in the order of the server."""
        if after_id := first_value(values, "after_id"):
            try:
                parse_uuid(after_id)
            except ValueError:
                yield Validation("after_id", 'Query param "after_id" must be a valid uuid')
        for name in _NUMBERS:
            try:
                numbers[name] = self._number(values, name)
            except ValueError as error:
                yield Validation(name, f'Query param "{name}" {error}')

    def _number(self, values: Values, name: str) -> int:
        given = values.get(name, ())
        if len(given) > 1 and self._once:
            raise ValueError(
                f"provided more than once, found {len(given)} times. Only provide 1 instance of this query "
                "param."
            )
        if not given or not given[0]:
            return 0
        try:
            number = parse_integer(given[0], self._bits, self._function)
            if number < 0 and isinstance(self._negative, str):
                raise ValueError(self._negative)  # noqa: TRY301 - told like all others
        except ValueError as error:
            raise ValueError(self._problem.replace("<reason>", str(error))) from None
        return number

    def _check_signs(self, numbers: dict[str, int], negative: Mapping[str, str]) -> None:
        """Let the database look at the numbers, the offset first; it has 32 bits for each."""
        for name in reversed(_NUMBERS):
            numbers[name] = wrap(numbers[name])
            if numbers[name] < 0:
                raise database_error(negative[name])


class _Writing:
    def __init__(self, contract: Contract, operations: Operations) -> None:
        fields = contract.schema("CreateTestAuditLogRequest")["properties"]
        self._operations = operations
        self._decoding = Decoding(contract)
        self._defaults = {name: fields[name]["default"] for name in ("action", "resource_type")}
        self._enums = {
            "resource_type": ("resource_type", contract.enum("ResourceType")),
            "action": ("audit_action", contract.enum("AuditAction")),
        }

    def read(self, visit: Visit) -> Act:
        values = self._decoding.decode(visit.body)
        new = self._new_log(values, visit)
        return lambda caller: self._insert(caller, new)

    def _new_log(self, values: Mapping[str, Any], visit: Visit) -> NewLog:
        resource_id, time = values.get("resource_id"), values.get("time")
        user_agent = first_header(visit.scope["headers"], b"user-agent") or b""
        return NewLog(
            action=values.get("action") or self._defaults["action"],
            resource_type=values.get("resource_type") or self._defaults["resource_type"],
            resource_id=None if resource_id == NIL_UUID else resource_id,
            time=None if time == _ZERO_TIME else time,
            ip=(visit.scope["client"] or ("",))[0],
            user_agent=user_agent.decode(errors="replace"),
        )

    def _insert(self, caller: Caller, new: NewLog) -> Reply:
        """Write a log as the database takes it (reference 12.3)."""
        for field, (enum, known) in self._enums.items():
            value = getattr(new, field)
            if value not in known:
                raise database_error(f'pq: invalid input value for enum {enum}: "{value}"')
        if len(new.user_agent) > USER_AGENT_LIMIT:
            raise database_error(_TOO_LONG)
        return self._operations.generate_fake_audit_logs(caller, new)
