"""Connexion's endpoints, by operation ID."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from connexion.context import scope as current_scope
from starlette.responses import Response

from auditmock.core.asgi_types import Receive, Scope, Send
from auditmock.core.models import Page
from auditmock.core.timestamps import parse_timestamp
from auditmock.handlers.audit import AuditOperations
from auditmock.handlers.auth.tokens import Caller
from auditmock.handlers.messages.request import NewLogReader
from auditmock.handlers.messages.response import Reply, json_reply, send_reply


class ReplyResponse(Response):
    """A reply as a Starlette response, which Connexion passes on unchanged."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(status_code=reply.status)
        self._reply = reply

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send_reply(self._reply, send)


def json_response(value: Any) -> Response:
    return ReplyResponse(json_reply(200, orjson.dumps(value)))


class Endpoints:
    def __init__(self, operations: AuditOperations, new_logs: NewLogReader) -> None:
        self._operations = operations
        self._new_logs = new_logs
        self.by_id: Mapping[str, Callable[..., Any]] = {
            "get-audit-logs": self.get_audit_logs,
            "generate-fake-audit-logs": self.generate_fake_audit_logs,
        }

    async def get_audit_logs(
        self, user: Caller, q: str, limit: int, offset: int, after_id: str | None = None
    ) -> Response:
        return ReplyResponse(self._operations.get_audit_logs(user, q, Page(limit, offset, after_id)))

    async def generate_fake_audit_logs(self, user: Caller, body: Mapping[str, Any]) -> Response:
        values = dict(body)
        if "time" in values:
            values["time"] = parse_timestamp(values["time"])
        new = self._new_logs.read(values, current_scope)
        return ReplyResponse(self._operations.generate_fake_audit_logs(user, new))
