"""Any request gets a response of the contract, and only a 204 writes a log."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from asgi_requests import OWNER, Call, Response, listing, send_request, send_requests, writing
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
"""Fragments of requests."""


def fragments(kind: str) -> st.SearchStrategy[bytes]:
    """Draw one fragment."""
    return st.sampled_from([text.encode() for text in FRAGMENTS[kind]])


def mixtures(kind: str) -> st.SearchStrategy[bytes]:
    """Draw a mix of fragments and random bytes."""
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
    """Make a mock for tests that write."""
    return create_app(Settings(logs=20), lambda: 0)


def is_valid(response: Response, statuses: set[int]) -> bool:
    """Whether the status is in the contract, and an error has the contract's envelope."""
    return response.status in statuses and (response.status < 400 or ENVELOPE.is_valid(response.json()))


@many
@given(queries)
def test_any_query_gets_a_valid_response(shared_app: App, query: bytes) -> None:
    """Any query string gets a response of the contract."""
    assert is_valid(send_request(shared_app, listing("")._replace(query=query)), LISTED)


@many
@given(headers)
def test_any_headers_get_a_valid_response(
    shared_app: App, extra_headers: tuple[tuple[bytes, bytes], ...]
) -> None:
    """Any headers get a response of the contract."""
    call = listing("q=&limit=1")

    assert is_valid(send_request(shared_app, call._replace(headers=(*extra_headers, *call.headers))), LISTED)


def count_of(response: Response) -> int:
    """Return the number of logs."""
    count: int = response.json()["count"]
    return count


@many
@given(bodies, headers)
def test_any_body_gets_a_valid_response(
    written_app: App, body: bytes, extra_headers: tuple[tuple[bytes, bytes], ...]
) -> None:
    """Any body gets a response of the contract; a 204 writes one log, any other status none."""
    own_headers = (SIGNED_IN, (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)))
    call = writing({})._replace(headers=(*extra_headers, *own_headers), parts=(body,))
    before, response, after = send_requests(written_app, [listing("q="), call, listing("q=")])

    assert is_valid(response, WRITTEN)
    assert count_of(after) - count_of(before) == (response.status == 204)


DEPTHS = (*range(600, 1100), *range(1100, 40_000, 1000))
"""Every depth around Python's recursion limit, and some around those of its C code."""


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"time":', "}")], ids=["arrays", "objects"])
def test_deep_nesting_is_a_400(shared_app: App, opening: str, closing: str) -> None:
    """A body nested deeper than Python's recursion limit gets a 400."""
    # With a string inside, Python recurses one level deeper when it writes than when it reads.
    fields = ('{"action":' + opening * depth + '""' + closing * depth + "}" for depth in DEPTHS)
    calls = [writing({})._replace(parts=(field.encode(),)) for field in fields]

    assert {response.status for response in send_requests(shared_app, calls)} == {400}


def test_padded_body_above_the_limit_is_a_413(app: App) -> None:
    """Valid JSON padded beyond 1 MiB gets a 413 and writes nothing."""
    call = writing({"action": "write"})
    large = call._replace(parts=(call.parts[0].ljust(BODY_LIMIT + 1),))
    response, after = send_requests(app, [large, listing("q=")])

    assert (response.status, count_of(after)) == (413, 400)


@pytest.mark.parametrize("zeros", [1, 10, 900])
def test_leading_zeros_are_ignored(shared_app: App, zeros: int) -> None:
    """`limit=007` is `limit=7`."""
    padded, plain = send_requests(shared_app, [listing(f"q=&limit={'0' * zeros}7"), listing("q=&limit=7")])

    assert padded.body == plain.body


def test_long_number_is_rejected_with_our_message(shared_app: App) -> None:
    """A number with more digits than Python parses gets the mock's own message."""
    (problem,) = send_request(shared_app, listing(f"q=&limit={'0' * 5000}7")).json()["validations"]

    assert problem["detail"].startswith(
        'Query param "limit" must be a valid integer from 0 to 2147483647, in digits only; it is "0'
    )


def test_request_without_client_address_is_accepted(app: App) -> None:
    """Without a client address, as over a Unix socket, the `ip` of a log is empty."""

    async def without_client(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "client": None}, receive, send)

    odd: Call = writing({}, content_type="APPLICATION/JSON")
    statuses = [send_request(without_client, call).status for call in (writing({}), odd)]
    logs = send_request(app, listing("q=&limit=2")).json()["audit_logs"]

    assert (statuses, [log["ip"] for log in logs]) == ([204, 204], ["", ""])
