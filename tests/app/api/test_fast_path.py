"""The fast lane: it takes what is plain, and answers exactly as Connexion would."""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, quote_plus

import pytest
from asgi_requests import Answer, Call, drive

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
STRANGER = "cff22a7b-bb6f-43d8-83e1-eefe0a1f5197"
ODD: Mapping[str, list[Any]] = json.loads(
    (Path(__file__).parents[2] / "data" / "odd_requests.json").read_text(encoding="utf-8")
)
"""Parts of requests that need judging; text that stands for bytes is Latin-1."""

T = TypeVar("T")


def bytes_of(kind: str) -> list[bytes]:
    """Give the odd parts of one kind as bytes."""
    return [text.encode("latin-1") for text in ODD[kind]]


def new_mock() -> MockState:
    """Make one of several equal mocks."""
    return make_state(Settings(logs=300), lambda: NOW)


def stack_of(mock: MockState) -> App:
    """Build Connexion over a mock, nothing before it."""
    return build_connexion_app(mock.contract, mock.tokens, mock.operations)


class Requests:
    """Draws requests of every kind: valid, invalid and odd."""

    def __init__(self, seed: int, mock: MockState) -> None:
        self._rng = random.Random(seed)
        everything = Call("GET", LIST, b"q=&limit=300", ((b"coder-session-token", OWNER),))
        self._logs = json.loads(drive(stack_of(mock), [everything])[0].body)["audit_logs"]
        self._keys = list(mock.contract.search.keys.values())

    def draw(self) -> Call:
        """Draw one."""
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
            crumbs = self._pick([b"a=1; ", b""], [b'coder_session_token="";'])
            headers.append((b"cookie", crumbs + b"coder_session_token=" + self._token()))
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
        others = [token_of(holder).encode() for holder in BuiltinUser]
        misshapen = [b"", b"x", OWNER + b"0", OWNER[:-1], b"-" + OWNER, b"\xc3\xa9" * 17, b" " + OWNER]
        return self._pick([OWNER], others + misshapen)

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
        odd = [log_id[:-1], f"{{{log_id}}}", "", log_id.replace("-", ""), STRANGER]
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
            "resource_id": self._pick([self._rng.choice(self._logs)["resource_id"], STRANGER], ODD["ids"]),
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


class Differential:
    """The same requests, sent through the lane and around it."""

    def __init__(self, count: int) -> None:
        with_lane, without = new_mock(), new_mock()
        requests = Requests(1, new_mock())
        self.passed_on = 0
        judge = stack_of(with_lane)

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            self.passed_on += 1
            await judge(scope, receive, send)

        self.calls = [requests.draw() for _ in range(count)]
        everything = Call("GET", LIST, b"q=&limit=2147483647", ((b"coder-session-token", OWNER),))
        lane = FastPath(counted, with_lane.contract, with_lane.tokens, with_lane.operations)
        *self.by_lane, self.lane_end = drive(lane, [*self.calls, everything])
        *self.by_judge, self.judge_end = drive(stack_of(without), [*self.calls, everything])


@pytest.fixture(scope="module", params=[6_000, pytest.param(20_000, marks=pytest.mark.slow)])
def differential(request: pytest.FixtureRequest) -> Differential:
    """Send this many requests both ways."""
    return Differential(request.param)


def plain(answer: Answer) -> tuple[int, dict[bytes, bytes], bytes]:
    """Give an answer without the order of its headers."""
    return answer.status, dict(answer.headers), answer.body


def test_every_answer_is_the_same(differential: Differential) -> None:
    """Status, headers and body do not depend on the lane."""
    pairs = zip(differential.calls, differential.by_lane, differential.by_judge, strict=True)

    assert [(call, one, other) for call, one, other in pairs if plain(one) != plain(other)] == []


def test_no_answer_is_a_failure(differential: Differential) -> None:
    """Neither way answers any request with a 5xx."""
    answers = zip(differential.calls * 2, differential.by_lane + differential.by_judge, strict=True)

    assert [call for call, answer in answers if answer.status >= 500] == []


def test_every_log_is_the_same(differential: Differential) -> None:
    """Afterwards both mocks hold the same logs."""
    assert differential.lane_end.body == differential.judge_end.body


def test_the_lane_takes_a_good_share(differential: Differential) -> None:
    """Of the requests drawn the lane answers more than three in ten by itself."""
    assert differential.passed_on < 0.7 * len(differential.calls)


def test_the_judge_has_much_to_refuse(differential: Differential) -> None:
    """Of the requests drawn more than three in ten are refused."""
    assert sum(answer.status >= 400 for answer in differential.by_judge) > 0.3 * len(differential.calls)


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 405, 406, 415])
def test_every_status_occurs(differential: Differential, status: int) -> None:
    """The requests drawn bring about every status a small request can."""
    assert sum(answer.status == status for answer in differential.by_judge) >= 20


async def no_judge(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Fail, since nothing should come this far."""
    raise AssertionError("the lane passed it on")


SIGNED_IN = (b"coder-session-token", OWNER)
TYPED = ((b"content-type", b"application/json"), (b"content-length", b"18"))
PLAIN = [
    Call("GET", LIST, b"q=", (SIGNED_IN,)),
    Call("GET", LIST, b"q=resource_type:workspace+action%3Acreate&limit=25&offset=5", (SIGNED_IN,)),
    Call("GET", LIST, b"q=&coder_session_token=" + OWNER),
    Call("GET", LIST, b"q=string", ((b"cookie", b"a=b; coder_session_token=" + OWNER), (b"accept", b"*/*"))),
    Call("POST", WRITE, b"", (SIGNED_IN, *TYPED), (b'{"action":"write"}',)),
]


@pytest.mark.parametrize("call", PLAIN, ids=lambda call: f"{call.method} {call.query.decode()}")
def test_the_lane_takes_what_is_plain(call: Call) -> None:
    """A plain request never reaches Connexion."""
    mock = new_mock()
    lane = FastPath(no_judge, mock.contract, mock.tokens, mock.operations)

    (answer,) = drive(lane, [call])
    assert answer.status in {200, 204}
