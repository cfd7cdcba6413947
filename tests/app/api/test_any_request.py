"""Whatever bytes a request is made of, its answer is one of the contract's, and only a 204 makes a log."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from asgi_requests import OWNER, Answer, Call, ask, drive, listing, writing
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from auditmock.asgi import create_app
from auditmock.core.asgi_types import App
from auditmock.handlers.messages.request import BODY_LIMIT
from auditmock.openapi.contract import load_contract
from auditmock.settings import Settings

CONTRACT = load_contract()
ENVELOPE = Draft4Validator({**CONTRACT.schema("Response"), "components": CONTRACT.document["components"]})
PATHS: Mapping[str, Any] = CONTRACT.document["paths"]
LISTED = {int(status) for status in PATHS["/audit"]["get"]["responses"]}
WRITTEN = {int(status) for status in PATHS["/audit/testgenerate"]["post"]["responses"]}
SIGNED_IN = (b"coder-session-token", OWNER.encode())

FRAGMENTS: Mapping[str, list[str]] = json.loads(
    (Path(__file__).parents[2] / "data" / "fragments.json").read_text(encoding="utf-8")
)
"""What requests are put together from."""


def fragments(kind: str) -> st.SearchStrategy[bytes]:
    """Draw one fragment."""
    return st.sampled_from([text.encode() for text in FRAGMENTS[kind]])


def mixtures(kind: str) -> st.SearchStrategy[bytes]:
    """Put fragments and noise together."""
    return st.lists(fragments(kind) | st.binary(max_size=3), max_size=5).map(b"".join)


queries = st.lists(st.tuples(fragments("names"), mixtures("values")).map(b"=".join), max_size=4).map(
    b"&".join
)
headers = st.lists(st.tuples(fragments("header_names"), mixtures("header_values")), max_size=4).map(tuple)
words = st.text(st.characters(), max_size=5) | st.sampled_from(FRAGMENTS["words"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
)
bodies = st.binary(max_size=20) | json_values.map(
    lambda value: json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")
)
many = settings(max_examples=400)


@pytest.fixture(scope="module")
def written_app() -> App:
    """Give a mock that may be written to."""
    return create_app(Settings(logs=20), lambda: 0)


def is_kept(answer: Answer, statuses: set[int]) -> bool:
    """Tell whether an answer keeps the contract: a status it lists, and from 400 up its envelope."""
    return answer.status in statuses and (answer.status < 400 or ENVELOPE.is_valid(answer.json()))


@many
@given(queries)
def test_any_query_is_answered(shared_app: App, query: bytes) -> None:
    """No query, however it is written, gets an answer the contract does not have."""
    assert is_kept(ask(shared_app, listing("")._replace(query=query)), LISTED)


@many
@given(headers)
def test_any_headers_are_answered(shared_app: App, others: tuple[tuple[bytes, bytes], ...]) -> None:
    """No header that is looked at can break a list."""
    call = listing("q=&limit=1")

    assert is_kept(ask(shared_app, call._replace(headers=(*others, *call.headers))), LISTED)


def count_of(answer: Answer) -> int:
    """Read how many logs there are."""
    count: int = answer.json()["count"]
    return count


@many
@given(bodies, headers)
def test_any_body_is_answered(written_app: App, body: bytes, others: tuple[tuple[bytes, bytes], ...]) -> None:
    """No body breaks a write; answered with 204 it makes one log, with anything else none."""
    typed = (SIGNED_IN, (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)))
    call = writing({})._replace(headers=(*others, *typed), parts=(body,))
    before, answer, after = drive(written_app, [listing("q="), call, listing("q=")])

    assert is_kept(answer, WRITTEN)
    assert count_of(after) - count_of(before) == (answer.status == 204)


DEPTHS = (*range(600, 1100), *range(1100, 40_000, 1000))
"""Every one around Python's usual limit, and some around those of its C code."""


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"time":', "}")], ids=["arrays", "objects"])
def test_no_depth_is_too_deep_to_be_refused(shared_app: App, opening: str, closing: str) -> None:
    """A field nested so deep that Python is at its end somewhere on the way is 400 like any other."""
    # a string innermost: Python goes one step further into it when it writes than when it reads
    fields = ('{"action":' + opening * depth + '""' + closing * depth + "}" for depth in DEPTHS)
    calls = [writing({})._replace(parts=(field.encode(),)) for field in fields]

    assert {answer.status for answer in drive(shared_app, calls)} == {400}


def test_spaces_make_a_body_large(app: App) -> None:
    """Good JSON that is padded beyond 1 MiB is 413, in however few messages it comes, and writes nothing."""
    call = writing({"action": "write"})
    large = call._replace(parts=(call.parts[0].ljust(BODY_LIMIT + 1),))
    answer, after = drive(app, [large, listing("q=")])

    assert (answer.status, count_of(after)) == (413, 400)


@pytest.mark.parametrize("zeros", [1, 10, 900])
def test_zeros_before_a_number_say_nothing(shared_app: App, zeros: int) -> None:
    """`limit=007` is `limit=7`."""
    padded, plain = drive(shared_app, [listing(f"q=&limit={'0' * zeros}7"), listing("q=&limit=7")])

    assert padded.body == plain.body


def test_a_number_is_refused_in_our_words(shared_app: App) -> None:
    """More digits than Python itself would read are told what a number looks like here."""
    (problem,) = ask(shared_app, listing(f"q=&limit={'0' * 5000}7")).json()["validations"]

    assert problem["detail"].startswith(
        'Query param "limit" must be a valid integer from 0 to 2147483647, in digits only; it is "0'
    )


def test_a_request_may_have_no_client(app: App) -> None:
    """Without an address of the caller, as over a Unix socket, a log's `ip` is empty."""

    async def without_client(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "client": None}, receive, send)

    odd: Call = writing({}, content_type="APPLICATION/JSON")
    statuses = [ask(without_client, call).status for call in (writing({}), odd)]
    logs = ask(app, listing("q=&limit=2")).json()["audit_logs"]

    assert (statuses, [log["ip"] for log in logs]) == ([204, 204], ["", ""])
