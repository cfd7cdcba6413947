"""Rules for every response, applied to all responses of a run."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs

from auditmock.checker.core.exchange import Exchange
from auditmock.checker.rules import log_rules
from auditmock.checker.rules.database_errors import is_explained
from auditmock.checker.rules.log_model import Log, time_of
from auditmock.core.timestamps import parse_timestamp
from auditmock.openapi.contract import Contract

_MEDIA_TYPE = "application/json"
_CHARSET = "charset=utf-8"
_SERVER_ERROR = 500
_LONGEST = 200
_PAGES = 3
_OTHER_PATHS = (401, 403, 404, 405)
"""Statuses for paths outside the contract."""
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CONSTANT = (
    "time",
    "request_id",
    "organization_id",
    "ip",
    "user_agent",
    "resource_type",
    "resource_id",
    "resource_target",
    "resource_icon",
    "action",
    "diff",
    "status_code",
    "additional_fields",
    "description",
)
"""Fields of a log that never change."""

Responses = Mapping[int, Mapping[str, Any]]


class ResponseViolation(NamedTuple):
    expected: str
    seen: str
    exchange: Exchange


class _Observed(NamedTuple):
    """A response with the contract's responses of its operation, and its own among them, if any."""

    exchange: Exchange
    responses: Responses
    response: Mapping[str, Any]
    logs: Sequence[Log]
    total: int | None


class ResponseChecker:
    """Applies the rules to every response; keeps the first violation of each."""

    def __init__(self, contract: Contract) -> None:
        self._responses = _responses(contract)
        listing = self._responses["GET", contract.operations["get-audit-logs"].path]
        self._elsewhere = {status: listing[status] for status in _OTHER_PATHS if status in listing}
        self._validators = {
            name: jsonschema_rs.Draft202012Validator(
                contract.json_schema(name), validate_formats=True, formats={"date-time": _is_time}
            )
            for name in contract.document["components"]["schemas"]
        }
        self._counts = contract.paging["count"] == "exact" and "count_cap" not in contract.paging
        self._denial = contract.denial.get("status")
        self._contract = contract
        self._request_ids: set[str] = set()
        self._rules: Mapping[str, Callable[[_Observed], tuple[str, str] | None]] = {
            "no server error": self._check_failure,
            "listed status": _check_status,
            "media type": _check_media_type,
            "headers": _check_headers,
            "unique request id": self._check_request_id,
            "body": self._check_body,
            "page order": _check_order,
            "page size": self._check_size,
            "unchanged logs": self._check_constancy,
            "consistent logs": self._check_logs,
        }
        self._sound: set[tuple[str, bool, str]] = set()
        self._logs: dict[str, Mapping[str, int]] = {}
        self._pages: dict[str, Exchange] = {}
        self._largest = 0
        self.largest_page: Sequence[Exchange] = ()
        self.violations: dict[str, ResponseViolation] = {}

    def check_response(self, exchange: Exchange) -> None:
        path = exchange.request.path.partition("?")[0]
        method = exchange.request.method
        responses = self._responses.get((method, path)) or self._responses.get(("", path), self._elsewhere)
        logs, total = _page_of(exchange)
        self._note_page(exchange, logs)
        observed = _Observed(exchange, responses, responses.get(exchange.status, {}), logs, total)
        for rule, apply in self._rules.items():
            violation = None if rule in self.violations else apply(observed)
            if violation:
                self.violations[rule] = ResponseViolation(*violation, exchange)

    def pages_of(self, text: str) -> Sequence[Exchange]:
        """Return the first pages with the logs whose ids occur in a text; at most a few."""
        pages = (self._pages[name] for name in _ID.findall(text) if name in self._pages)
        return list({repr(page.request): page for page in pages}.values())[:_PAGES]

    def _note_page(self, exchange: Exchange, logs: Sequence[Log]) -> None:
        page = exchange.brief()
        for log in logs:
            self._pages.setdefault(str(log.get("id")), page)
        if len(logs) > self._largest:
            self._largest, self.largest_page = len(logs), (page,)

    def _check_request_id(self, observed: _Observed) -> tuple[str, str] | None:
        request_id = observed.exchange.headers.get("x-coder-request-id", "")
        if not request_id or request_id not in self._request_ids:
            self._request_ids.add(request_id)
            return None
        return "a different X-Coder-Request-Id for each request", f"{request_id} again"

    def _check_size(self, observed: _Observed) -> tuple[str, str] | None:
        """Compare the number of logs with `limit` and, if counts are exact, with `count`."""
        asked = dict(parse_qsl(urlsplit(observed.exchange.request.target).query))
        limit, offset = (_read_number(asked.get(name, "0")) for name in ("limit", "offset"))
        if not limit or offset is None or observed.total is None:
            return None
        behind = max(observed.total - offset, 0)
        if len(observed.logs) > limit:
            return f"at most {limit} logs", str(len(observed.logs))
        if self._counts and "after_id" not in asked and len(observed.logs) != min(limit, behind):
            return f"{min(limit, behind)} logs, since the count is {observed.total}", str(len(observed.logs))
        return None

    def _check_failure(self, observed: _Observed) -> tuple[str, str] | None:
        exchange = observed.exchange
        denied = exchange.request.method != "GET" and exchange.status == self._denial
        if exchange.status < _SERVER_ERROR or denied or is_explained(exchange, self._contract):
            return None
        return "a status below 500", f"{exchange.status}: {exchange.body[:_LONGEST]!r}"

    def _check_constancy(self, observed: _Observed) -> tuple[str, str] | None:
        for log in observed.logs:
            facts = {name: hash(json.dumps(log.get(name), sort_keys=True)) for name in _CONSTANT}
            facts["user"] = hash(str((log.get("user") or {}).get("id")))
            known = self._logs.setdefault(str(log.get("id")), facts)
            changed = [name for name in facts if known[name] != facts[name]]
            if changed:
                return (
                    f"the same {changed[0]} of log {log.get('id')} on every page",
                    f"{log.get(changed[0])!r}",
                )
        return None

    def _check_logs(self, observed: _Observed) -> tuple[str, str] | None:
        try:
            # everything else of a log is the same on every page
            new = {(log["id"], log["is_deleted"], log["resource_link"]): log for log in observed.logs}
            logs = [log for key, log in new.items() if key not in self._sound]
            self._sound |= new.keys()
            found = (rule(log, self._contract) for log in logs for rule in log_rules.RULES)
            violation = next(filter(None, found), None)
        except (KeyError, TypeError, AttributeError, ValueError, StopIteration):
            return None  # the rule of the body tells
        return (violation[0], repr(violation[1])[:_LONGEST]) if violation else None

    def _check_body(self, observed: _Observed) -> tuple[str, str] | None:
        exchange = observed.exchange
        if not observed.response or exchange.request.method == "HEAD":
            return None
        if "content" not in observed.response:
            return (
                (f"no body with {exchange.status}", repr(exchange.body[:_LONGEST])) if exchange.body else None
            )
        name = observed.response["content"][_MEDIA_TYPE]["schema"]["$ref"].rpartition("/")[2]
        try:
            error = next(self._validators[name].iter_errors(exchange.json()), None)
        except ValueError:
            return "JSON in UTF-8", repr(exchange.body[:_LONGEST])
        if error is None:
            return None
        where = ".".join(str(step) for step in error.instance_path)
        return f"a body that matches the schema {name}", f"{where}: {error.message[:_LONGEST]}"


RULES = (
    "no server error",
    "listed status",
    "media type",
    "headers",
    "unique request id",
    "body",
    "page order",
    "page size",
    "unchanged logs",
    "consistent logs",
)
"""The names of the rules, in report order."""


def _check_status(observed: _Observed) -> tuple[str, str] | None:
    if observed.response or not observed.responses:
        return None
    return f"one of the statuses {', '.join(map(str, observed.responses))}", str(observed.exchange.status)


def _check_media_type(observed: _Observed) -> tuple[str, str] | None:
    if "content" not in observed.response:
        return None
    content_type = observed.exchange.headers.get("content-type", "")
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    if media_type == _MEDIA_TYPE and parameters == [_CHARSET]:
        return None
    return f"{_MEDIA_TYPE}; {_CHARSET}", content_type or "no Content-Type"


def _check_order(observed: _Observed) -> tuple[str, str] | None:
    try:
        places = [(-time_of(log), log["id"]) for log in observed.logs]
    except (KeyError, TypeError, ValueError):
        return None  # the rule of the body tells
    for one, other in pairwise(places):
        if one >= other:
            return "logs sorted newest first, then by id, none repeated", f"{other[1]} after {one[1]}"
    return None


def _read_number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() else None


def _page_of(exchange: Exchange) -> tuple[Sequence[Log], int | None]:
    """Read the logs and the count of a page; empty for other responses."""
    if exchange.status != HTTPStatus.OK or exchange.request.method != "GET":
        return (), None
    try:
        page = exchange.json()
        logs, total = page["audit_logs"], page["count"]
    except (ValueError, KeyError, TypeError):
        return (), None
    sound = isinstance(logs, list) and all(isinstance(log, dict) for log in logs) and isinstance(total, int)
    return (logs, total) if sound else ((), None)


def _check_headers(observed: _Observed) -> tuple[str, str] | None:
    for name, header in observed.response.get("headers", {}).items():
        value = observed.exchange.headers.get(name)
        if value is None and header.get("required"):
            return f"the header {name} on status {observed.exchange.status}", "no such header"
        if value is not None and not _keeps(value, header["schema"]):
            return f"a header {name} that matches {header['schema']}", value
    return None


def _responses(contract: Contract) -> Mapping[tuple[str, str], Responses]:
    """Map method and path to responses; an empty method stands for all others."""
    found: dict[tuple[str, str], Responses] = {}
    for operation in contract.operations.values():
        spec = contract.document["paths"][operation.path.removeprefix(contract.base_path)]
        responses = {
            int(status): _resolve(contract, response)
            for status, response in spec[operation.method.lower()]["responses"].items()
        }
        found[operation.method, operation.path] = responses
        found.setdefault(("", operation.path), responses)
    return found


def _resolve(contract: Contract, response: Mapping[str, Any]) -> Mapping[str, Any]:
    whole = contract.resolve(response)
    headers = {name: contract.resolve(header) for name, header in whole.get("headers", {}).items()}
    return {**whole, "headers": headers}


def _keeps(value: str, schema: Mapping[str, Any]) -> bool:
    instance: Any = int(value) if schema["type"] == "integer" and value.isdecimal() else value
    return jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True).is_valid(instance)


def _is_time(text: str) -> bool:
    try:
        parse_timestamp(text)
    except ValueError:
        return False
    return True
