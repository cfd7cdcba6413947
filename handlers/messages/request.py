"""Parts of requests that several handlers read: headers, cookies, parameters, simple bodies, new logs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from auditmock.core.asgi_types import Message, Receive, Scope
from auditmock.core.constants import NIL_UUID, USER_AGENT_LIMIT, ZERO_TIME
from auditmock.core.models import NewLog
from auditmock.core.timestamps import parse_timestamp
from auditmock.handlers.messages.hints import clip, wrong_uuid
from auditmock.openapi.contract import Contract

Headers = Sequence[tuple[bytes, bytes]]

BODY_LIMIT = 1 << 20
"""Bytes a body may have."""

FAST_PATH_TRIED = "auditmock.fast_path_tried"
"""Scope key: the rate limit and the fast path have already passed the request on."""

QUERY_PROBLEMS = "auditmock.query_problems"
"""Scope key: problems of the query, reported together with those of the body."""

UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
"""The form of a UUID in the contract (`format: uuid`)."""

_NUMBER = re.compile(r"[0-9]{1,1000}")
"""A whole number in a query: ASCII digits, no more than `int` accepts."""

_QUOTES_PER_MEMBER = 4
"""In an object of strings without quotes in them; more quotes mean a repeated key."""
_NOT_STRING_OBJECT = "not an object of strings"


def first_header(headers: Headers, name: bytes) -> bytes | None:
    """Find the first header with a name (in lower case)."""
    for key, value in headers:
        if key == name:
            return value
    return None


def join_headers(headers: Headers, name: bytes) -> str:
    return ", ".join(value.decode("latin-1") for key, value in headers if key == name)


def read_cookies(headers: Headers) -> Iterator[tuple[bytes, bytes]]:
    for header, line in headers:
        if header == b"cookie":
            for cookie in line.split(b";"):
                name, _, value = cookie.strip(b" \t").partition(b"=")
                yield name.strip(b" \t"), value


def check_text(schema: Mapping[str, Any], text: str) -> None:
    """Validate a path or query parameter by its schema; raises ValueError with the reason."""
    if "\0" in text:
        raise ValueError("cannot contain the character U+0000")
    if schema.get("type") == "integer":
        low, high = schema["minimum"], schema["maximum"]
        if not _NUMBER.fullmatch(text) or not low <= int(text) <= high:
            raise ValueError(
                f'must be a valid integer from {low} to {high}, in digits only; it is "{clip(text)}"'
            )
    if schema.get("format") == "uuid" and not UUID.fullmatch(text):
        raise ValueError(wrong_uuid(text))
    if "pattern" in schema and not re.fullmatch(schema["pattern"], text):
        raise ValueError(f'must match {schema["pattern"]}; it is "{clip(text)}"')
    if "maxLength" in schema and len(text) > schema["maxLength"]:
        raise ValueError(f"must have at most {schema['maxLength']} characters; it has {len(text)}")


def client_address(scope: Scope) -> str:
    """Give the IP address of the client; empty on a Unix socket."""
    return str((scope["client"] or ("",))[0])


def replay(message: Message, receive: Receive) -> Receive:
    """Make a `receive` that returns a message again, then the following ones."""
    waiting = [message]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


class ReceivedRequest(NamedTuple):
    """When a request arrived (`perf_counter`), and its body."""

    started: float
    body: bytes = b""


def read_string_object(body: bytes) -> dict[str, str]:
    """Read an object of strings, without repeated keys or quotes in a string, as nearly all clients send it.

    Raises ValueError for any other body.
    """
    values = orjson.loads(body)
    if not isinstance(values, dict) or body.count(b'"') != _QUOTES_PER_MEMBER * len(values):
        raise ValueError(_NOT_STRING_OBJECT)
    if not {type(text) for text in values.values()} <= {str}:
        raise ValueError(_NOT_STRING_OBJECT)
    return values


class NewLogReader:
    """Turns a valid body of testgenerate into a log to write (reference 12.1, 12.4)."""

    def __init__(self, contract: Contract) -> None:
        fields = contract.schema("CreateTestAuditLogRequest")["properties"]
        self._action: str = fields["action"]["default"]
        self._resource_type: str = fields["resource_type"]["default"]
        self._zero_time = parse_timestamp(ZERO_TIME)
        self._repairs_user_agent = not contract.server

    def read(self, values: Mapping[str, Any], scope: Scope) -> NewLog:
        """Fill in the defaults of all but the additional fields; `time` is an instant.

        The nil UUID, the zero time and an empty enum value count as absent. Coder's database rejects a user
        agent that is too long or not UTF-8, so it is passed on, with surrogates for invalid bytes.
        """
        resource_id: str = values.get("resource_id", NIL_UUID).lower()
        time = values.get("time", self._zero_time)
        user_agent = first_header(scope["headers"], b"user-agent") or b""
        return NewLog(
            action=values.get("action") or self._action,
            resource_type=values.get("resource_type") or self._resource_type,
            resource_id=None if resource_id == NIL_UUID else resource_id,
            time=None if time == self._zero_time else time,
            ip=client_address(scope),
            user_agent=user_agent.decode(errors="replace")[:USER_AGENT_LIMIT]
            if self._repairs_user_agent
            else user_agent.decode(errors="surrogateescape"),
            request_id=values.get("request_id", NIL_UUID),
            organization_id=values.get("organization_id", NIL_UUID),
        )
