"""Writes all logs of the shared world as JSON, NDJSON or CSV."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, BinaryIO

from auditmock.core.models import Filter, Page
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import SHARED_SECRET, Caller
from auditmock.server.state import MockState

_USER = "user"


def write_export(mock: MockState, form: str, output: BinaryIO) -> None:
    output.writelines(FORMATS[form](mock))


def _write_body(mock: MockState) -> Iterator[bytes]:
    """Write the body of a GET response with all logs."""
    world = mock.worlds.open(SHARED_SECRET)
    caller = Caller(BuiltinUser.OWNER, world.users[BuiltinUser.OWNER].username, frozenset({"owner"}), world)
    page = Page(max(1, len(world.store)))
    if mock.contract.server:
        reply = mock.operations.render_page(caller, Filter(), page)
    else:
        reply = mock.operations.get_audit_logs(caller, "", page)
    yield from (reply.body,) if isinstance(reply.body, bytes) else reply.body


def _write_lines(mock: MockState) -> Iterator[bytes]:
    for row in _rows(mock):
        yield row + b"\n"


def _write_table(mock: MockState) -> Iterator[bytes]:
    """Write CSV: strings as they are, null empty, other values as JSON; one column per user field."""
    names = [name for name in mock.contract.schema("AuditLog")["properties"] if name != _USER]
    user_names = list(mock.contract.schema("User")["properties"])
    yield _write_row([*names, *(f"{_USER}.{name}" for name in user_names)])
    for row in _rows(mock):
        log = json.loads(row)
        yield _write_row([*_cells(log, names), *_cells(log[_USER] or {}, user_names)])


FORMATS: Mapping[str, Callable[[MockState], Iterator[bytes]]] = {
    "json": _write_body,
    "ndjson": _write_lines,
    "csv": _write_table,
}


def _rows(mock: MockState) -> Iterator[bytes]:
    store = mock.worlds.open(SHARED_SECRET).store
    return chain.from_iterable(store.find(Filter(), Page(len(store))).blocks)


def _cells(values: Mapping[str, Any], names: list[str]) -> list[str]:
    return [_write_cell(values.get(name)) for name in names]


def _write_cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _write_row(cells: list[str]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()
