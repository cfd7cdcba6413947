"""The probes of an identification: requests to which releases respond differently, by their contracts."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from auditmock.checker.core.exchange import Exchange, Pair, Request
from auditmock.openapi.contract import Contract

LIST = "get-audit-logs"
_BUILD_INFO = "/buildinfo"
_FAR = "2147483647"
_UNKNOWN_ID = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"


class Probe(NamedTuple):
    """A request, the response that a contract implies, and how to read the actual one."""

    about: str
    place: str
    """JSON pointer into the contract."""
    query: Sequence[Pair]
    has: Callable[[Contract], str]
    sees: Callable[[Exchange], str]
    headers: Mapping[str, str] = {}
    token: str | None = "header"  # noqa: S105 - a place
    below: str = ""
    """The path after the base path; empty for the list."""
    needs_logs: bool = False
    """Whether it is useless without logs."""

    def request(self, contract: Contract) -> Request:
        path = contract.base_path + self.below if self.below else contract.operations[LIST].path
        return Request("GET", path, self.query, self.headers, None, self.token)


def _status(exchange: Exchange) -> str:
    return str(exchange.status)


def _one_of(rejected: Callable[[Contract], bool], status: str = "400") -> Callable[[Contract], str]:
    return lambda contract: status if rejected(contract) else "200"


def _rule(name: str, way: str, otherwise: str = "") -> Callable[[Contract], bool]:
    return lambda contract: contract.search.rules.get(name, otherwise) == way


def _page(exchange: Exchange) -> Mapping[str, Any]:
    try:
        page = exchange.json()
    except ValueError:
        return {}
    return page if isinstance(page, dict) else {}


def _sees_logs(exchange: Exchange) -> str:
    if exchange.status != HTTPStatus.OK:
        return str(exchange.status)
    return "200 with logs" if _page(exchange).get("audit_logs") else "200 without logs"


def _has_logs(contract: Contract) -> str:
    if contract.parameter("q")["required"]:
        return "400"
    return "200 with logs" if contract.default_limit else "200 without logs"


def _sees_count(exchange: Exchange) -> str:
    return "count 0" if _page(exchange).get("count") == 0 else "a count"


def _sees_members(exchange: Exchange) -> str:
    return ", ".join(_page(exchange))


def _has_members(contract: Contract) -> str:
    return ", ".join(contract.schema("AuditLogResponse")["properties"])


def _sees_fields(exchange: Exchange) -> str:
    log: Mapping[str, Any] = next(iter(_page(exchange).get("audit_logs", ())), {})
    return ", ".join(name for name in log if name != "organization")


def _has_fields(contract: Contract) -> str:
    return ", ".join(name for name in contract.schema("AuditLog")["properties"] if name != "organization")


def _bad_number(status_of: Callable[[Mapping[str, Any]], str]) -> Callable[[Contract], str]:
    return lambda contract: status_of(contract.paging["numbers"]) if "numbers" in contract.paging else "400"


def _sees_header(name: str) -> Callable[[Exchange], str]:
    return lambda exchange: f"a {name} header" if exchange.headers.get(name) else f"no {name} header"


_ANY: Sequence[Pair] = (("q", ""), ("limit", "1"))
_SEARCH = "#/components/parameters/q/x-search"
_PAGING = "#/paths/~1audit/get/x-paging"


def _search(q: str) -> Sequence[Pair]:
    return (("q", q), ("limit", "1"))


def _search_probe(about: str, q: str, rejected: Callable[[Contract], bool]) -> Probe:
    return Probe(about, _SEARCH, _search(q), _one_of(rejected), _status)


PROBES = (
    Probe("list without `q` and `limit`", _PAGING, (), _has_logs, _sees_logs, needs_logs=True),
    Probe("members of a list", "#/components/schemas/AuditLogResponse", _ANY, _has_members, _sees_members),
    Probe(
        "fields of a log",
        "#/components/schemas/AuditLog",
        _search(""),
        _has_fields,
        _sees_fields,
        needs_logs=True,
    ),
    Probe(
        "end of the JSON",
        "#/x-encoding",
        _ANY,
        lambda contract: "a newline" if contract.escapes_html else "a closing brace",
        lambda exchange: "a newline" if exchange.body.endswith(b"\n") else "a closing brace",
    ),
    Probe(
        "unknown parameter",
        "#/paths/~1audit/get/parameters",
        (*_ANY, ("nosuchparameter", "1")),
        _one_of(lambda contract: not contract.server),
        _status,
    ),
    _search_probe("unknown search key", "nosuchkey:x", _rule("unknown", "rejected")),
    _search_probe("unknown action", "action:nosuch", _rule("values", "rejected")),
    _search_probe("repeated key", "action:create action:delete", _rule("duplicates", "rejected")),
    _search_probe(
        "invalid date", "date_from:x", lambda contract: contract.search.rules.get("values") != "ignored"
    ),
    _search_probe(
        "reversed dates", "date_from:2022-02-02 date_to:2022-02-01", _rule("date_order", "rejected")
    ),
    _search_probe("key without a value", "action:", _rule("empty_pieces", "rejected", otherwise="rejected")),
    Probe(
        "negative limit",
        _PAGING,
        (("q", ""), ("limit", "-1")),
        _bad_number(lambda numbers: "500" if isinstance(numbers["negative"], dict) else "400"),
        _status,
    ),
    Probe(
        "repeated limit",
        _PAGING,
        (*_ANY, ("limit", "2")),
        _bad_number(lambda numbers: "400" if numbers["repeated"] == "rejected" else "200"),
        _status,
    ),
    Probe(
        "page past the end",
        _PAGING,
        (*_ANY, ("offset", _FAR)),
        lambda contract: "count 0" if contract.paging["count"] == "of_page" else "a count",
        _sees_count,
        needs_logs=True,
    ),
    Probe(
        "cursor of no log",
        "#/components/parameters/after_id",
        (*_ANY, ("after_id", _UNKNOWN_ID)),
        _one_of(lambda contract: "cursor" in contract.paging, "404"),
        _status,
    ),
    Probe(
        "Accept without JSON",
        "#/paths/~1audit/get/responses",
        _ANY,
        _one_of(lambda contract: "406" in contract.document["paths"]["/audit"]["get"]["responses"], "406"),
        _status,
        headers={"Accept": "text/html"},
    ),
    Probe(
        "bearer token",
        "#/x-token-order",
        _ANY,
        _one_of(lambda contract: all(each.label != "bearer" for each in contract.token_locations), "401"),
        _status,
        token="bearer",  # noqa: S106 - a place
    ),
    Probe(
        "request without a token",
        "#/x-server",
        _ANY,
        lambda contract: (
            "a WWW-Authenticate header" if contract.server.get("challenge") else "no WWW-Authenticate header"
        ),
        _sees_header("WWW-Authenticate"),
        token=None,
    ),
    Probe(
        "build info",
        "#/paths",
        (),
        lambda contract: "200" if _BUILD_INFO in contract.document["paths"] else "404",
        _status,
        token=None,
        below=_BUILD_INFO,
    ),
)
