"""Fast path: it handles simple requests exactly as Connexion would."""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

import pytest
from asgi_requests import Call, Response, send_requests

from auditmock.core.asgi_types import App, Receive, Scope, Send
from auditmock.core.timestamps import parse_timestamp
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.handlers.middleware.fast_path import FastPath
from auditmock.server.connexion_app import build_connexion_app
from auditmock.server.state import MockState, make_state
from auditmock.settings import Settings

NOW = parse_timestamp("2026-02-03T04:05:06.789Z")
LIST = "/api/v2/audit"
WRITE = "/api/v2/audit/testgenerate"
OWNER = token_of(BuiltinUser.OWNER).encode()
UNKNOWN_ID = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"
ODD: Mapping[str, list[Any]] = json.loads(
    (Path(__file__).parents[2] / "data" / "odd_requests.json").read_text(encoding="utf-8")
)
"""Unusual parts of requests; text that stands for bytes is Latin-1."""

T = TypeVar("T")


def bytes_of(kind: str) -> list[bytes]:
    """Return the unusual parts of one kind as bytes."""
    return [text.encode("latin-1") for text in ODD[kind]]


def new_mock() -> MockState:
    """Make one of several equal mocks."""
    return make_state(Settings(logs=300), lambda: NOW)


def connexion_app_of(mock: MockState) -> App:
    """Build the Connexion app of a mock, without the fast path."""
    return build_connexion_app(mock.contract, mock.tokens, mock.operations)


class RequestGenerator:
    """Draws requests of every kind: valid, invalid and unusual."""

    def __init__(self, seed: int, mock: MockState) -> None:
        self._rng = random.Random(seed)
        list_all = Call("GET", LIST, b"q=&limit=300", ((b"coder-session-token", OWNER),))
        self._logs = json.loads(send_requests(connexion_app_of(mock), [list_all])[0].body)["audit_logs"]
        self._keys = list(mock.contract.search.keys.values())

    def draw(self) -> Call:
        """Draw a request."""
        writes = self._happens(0.35)
        body = self._body() if writes or self._happens(0.01) else b""
        method, path = ("POST", WRITE) if writes else ("GET", LIST)
        return Call(
            self._pick([method], ODD["methods"], 0.02),
            self._pick([path], ODD["paths"], 0.02),
            self._write_query() if writes else self._list_query(),
            tuple(self._headers(body)),
            self._parts(body),
        )

    def _happens(self, share: float) -> bool:
        return self._rng.random() < share

    def _pick(self, usual: Sequence[T], odd: Sequence[T], share: float = 0.08) -> T:
        return self._rng.choice(odd if self._happens(share) else usual)

    def _headers(self, body: bytes) -> list[tuple[bytes, bytes]]:
        headers = [
            (b"host", b"mock"),
            (b"user-agent", self._pick([b"curl/8"], [b"", b"\xff\xfe", b"x" * 400])),
        ]
        if not self._happens(0.03):
            headers.append((b"coder-session-token", self._token()))
        if self._happens(0.03):
            other_cookies = self._pick([b"a=1; ", b""], [b'coder_session_token="";'])
            headers.append((b"cookie", other_cookies + b"coder_session_token=" + self._token()))
        if self._happens(0.01):
            headers.append((b"coder-session-token", self._token()))
        if self._happens(0.3):
            headers.append((b"accept", self._pick([b"*/*", b"application/json"], bytes_of("accepts"), 0.2)))
        if body or self._happens(0.01):
            media_type = self._pick([b"application/json"], bytes_of("media_types"))
            headers += [(b"content-type", media_type)] * self._pick([1], [0, 2], 0.03)
            length = (b"content-length", b"%d" % len(body))
            headers.append(self._pick([length], [(b"transfer-encoding", b"chunked")]))
        if self._happens(0.01):
            headers.append((b"content-encoding", b"gzip"))
        self._rng.shuffle(headers)
        return headers

    def _token(self) -> bytes:
        others = [token_of(user).encode() for user in BuiltinUser]
        malformed = [b"", b"x", OWNER + b"0", OWNER[:-1], b"-" + OWNER, b"\xc3\xa9" * 17, b" " + OWNER]
        return self._pick([OWNER], others + malformed)

    def _write_query(self) -> bytes:
        return self._pick(
            [b""], [b"q=", b"a=1", b"coder_session_token=" + OWNER, b"&", b"coder_session_token"]
        )

    def _list_query(self) -> bytes:
        pairs = [b"q=" + self._escape(self._search())] if not self._happens(0.02) else []
        pairs += [b"limit=" + self._number()] if self._happens(0.6) else []
        pairs += [b"offset=" + self._number()] if self._happens(0.3) else []
        pairs += [b"after_id=" + self._cursor()] if self._happens(0.15) else []
        pairs += [self._rng.choice(bytes_of("pairs"))] if self._happens(0.04) else []
        self._rng.shuffle(pairs)
        return self._pick([b"&"], [b"&&", b";"], 0.03).join(pairs)

    def _escape(self, text: str) -> bytes:
        return self._rng.choice([quote(text), quote_plus(text), quote(text, safe=':"')]).encode()

    def _number(self) -> bytes:
        usual = [b"0", b"1", b"5", b"25", b"007", b"299", b"300", b"301", b"2147483647"]
        return self._pick(usual, bytes_of("numbers"))

    def _cursor(self) -> bytes:
        log_id: str = self._rng.choice(self._logs)["id"]
        odd = [log_id[:-1], f"{{{log_id}}}", "", log_id.replace("-", ""), UNKNOWN_ID]
        return quote(self._pick([log_id, log_id.upper()], odd)).encode()

    def _search(self) -> str:
        elements = [self._element() for _ in range(self._rng.choice([0, 1, 1, 1, 2, 2, 3]))]
        return self._pick([" "], ["  "]).join(elements)

    def _element(self) -> str:
        key = self._rng.choice(self._keys)
        log = self._rng.choice(self._logs)
        values = {"uuid": [log["resource_id"]], "date": [log["time"][:10]], "enum": list(key.values)}
        value = self._rng.choice(values.get(key.type, [key.value_in(log) or "nobody", "me"]))
        value = self._pick([value], [value.upper(), f'"{value}"', value[:-1], *ODD["values"]])
        name: str = self._pick([key.name], [key.name.upper(), f'"{key.name}"', *ODD["keys"]])
        words: str = self._pick([f"{name}:{value}"], [value, name, f"{name}:", f":{value}"])
        return words

    def _body(self) -> bytes:
        fields = {
            "action": self._pick(["create", "write", "stop"], ODD["actions"]),
            "resource_type": self._pick(["user", "template", "workspace_build"], ODD["resource_types"]),
            "resource_id": self._pick([self._rng.choice(self._logs)["resource_id"], UNKNOWN_ID], ODD["ids"]),
            "time": self._pick(["2022-08-15T14:30:45.0000001Z", "2025-06-01T12:00:00+02:00"], ODD["times"]),
        }
        fields = {name: value for name, value in fields.items() if self._happens(0.5)}
        if self._happens(0.02):
            fields[self._rng.choice(["foo", "Action", "\u00e9"])] = "bar"
        usual = json.dumps(fields, ensure_ascii=self._happens(0.5), indent=self._pick([None], [2]))
        text: str = self._pick([usual], [*ODD["bodies"], "[" * 5000, '{"time":' + "9" * 5000 + "}"], 0.05)
        return self._pick([text.encode()], [text.encode("utf-16"), b"\xff" + text.encode(), b""], 0.05)

    def _parts(self, body: bytes) -> tuple[bytes, ...]:
        cut = self._rng.randrange(len(body) + 1)
        return self._pick([(body,)], [(body[:cut], body[cut:]), (body, b""), (b"", body)])


class Comparison:
    """The same requests, sent through the fast path and directly to Connexion."""

    def __init__(self, count: int) -> None:
        with_fast_path, without = new_mock(), new_mock()
        requests = RequestGenerator(1, new_mock())
        self.forwarded = 0
        connexion = connexion_app_of(with_fast_path)

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            self.forwarded += 1
            await connexion(scope, receive, send)

        self.calls = [requests.draw() for _ in range(count)]
        list_all = Call("GET", LIST, b"q=&limit=2147483647", ((b"coder-session-token", OWNER),))
        fast_path = FastPath(
            counted, with_fast_path.contract, with_fast_path.tokens, with_fast_path.operations
        )
        *self.by_fast_path, self.fast_path_end = send_requests(fast_path, [*self.calls, list_all])
        *self.by_connexion, self.connexion_end = send_requests(
            connexion_app_of(without), [*self.calls, list_all]
        )


@pytest.fixture(scope="module", params=[6_000, pytest.param(20_000, marks=pytest.mark.slow)])
def comparison(request: pytest.FixtureRequest) -> Comparison:
    """Send this many requests both ways."""
    return Comparison(request.param)


def unordered(response: Response) -> tuple[int, dict[bytes, bytes], bytes]:
    """Return a response without the order of its headers."""
    return response.status, dict(response.headers), response.body


def test_responses_are_equal(comparison: Comparison) -> None:
    """Status, headers and body do not depend on the fast path."""
    pairs = zip(comparison.calls, comparison.by_fast_path, comparison.by_connexion, strict=True)

    assert [(call, one, other) for call, one, other in pairs if unordered(one) != unordered(other)] == []


def test_no_response_is_a_5xx(comparison: Comparison) -> None:
    """No request gets a 5xx either way."""
    responses = zip(comparison.calls * 2, comparison.by_fast_path + comparison.by_connexion, strict=True)

    assert [call for call, response in responses if response.status >= 500] == []


def test_logs_are_equal(comparison: Comparison) -> None:
    """Afterwards both mocks have the same logs."""
    assert comparison.fast_path_end.body == comparison.connexion_end.body


def test_fast_path_handles_many_requests(comparison: Comparison) -> None:
    """The fast path handles more than 30% of the requests."""
    assert comparison.forwarded < 0.7 * len(comparison.calls)


def test_many_requests_are_rejected(comparison: Comparison) -> None:
    """More than 30% of the requests are rejected."""
    assert sum(response.status >= 400 for response in comparison.by_connexion) > 0.3 * len(comparison.calls)


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 405, 406, 415])
def test_every_status_occurs(comparison: Comparison, status: int) -> None:
    """The requests cause every status that a small request can get."""
    assert sum(response.status == status for response in comparison.by_connexion) >= 20


async def fail_if_called(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Fail: the fast path should handle the request."""
    raise AssertionError("the fast path forwarded the request")


SIGNED_IN = (b"coder-session-token", OWNER)
JSON_HEADERS = ((b"content-type", b"application/json"), (b"content-length", b"18"))
SIMPLE = [
    Call("GET", LIST, b"q=", (SIGNED_IN,)),
    Call("GET", LIST, b"q=resource_type:workspace+action%3Acreate&limit=25&offset=5", (SIGNED_IN,)),
    Call("GET", LIST, b"q=&coder_session_token=" + OWNER),
    Call("GET", LIST, b"q=string", ((b"cookie", b"a=b; coder_session_token=" + OWNER), (b"accept", b"*/*"))),
    Call("POST", WRITE, b"", (SIGNED_IN, *JSON_HEADERS), (b'{"action":"write"}',)),
]


@pytest.mark.parametrize("call", SIMPLE, ids=lambda call: f"{call.method} {call.query.decode()}")
def test_fast_path_handles_simple_requests(call: Call) -> None:
    """A simple request never reaches Connexion."""
    mock = new_mock()
    fast_path = FastPath(fail_if_called, mock.contract, mock.tokens, mock.operations)

    (response,) = send_requests(fast_path, [call])
    assert response.status in {200, 204}
