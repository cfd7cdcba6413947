"""Checks of rejected POSTs: every problem is reported, and no log is created."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from itertools import zip_longest
from typing import Any

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.core.exchange import Exchange
from auditmock.checker.core.tokens import DENIED_IDS, READER_IDS, SHARED
from auditmock.checker.expect import Violation, expect
from auditmock.checker.log_page import list_logs
from auditmock.checker.posting import (
    PAST,
    USER_AGENT,
    expect_not_written,
    new_id,
    post,
    post_request,
    unique_user_agent,
)
from auditmock.contract.support.errors import expect_error

pytestmark = [
    pytest.mark.writes,
    pytest.mark.check("properties", "writes", "#/paths/~1audit~1testgenerate/post"),
]

REJECTED_USER_AGENT = unique_user_agent()
SOME_ID = "3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25"
INVALID_VALUES: Mapping[str, Sequence[Any]] = {
    "action": (
        "dance",
        "WRITE",
        "Stop",
        "write ",
        " write",
        "login",
        "writes",
        "wri",
        "update",
        "",
        5,
        None,
        True,
        ["write"],
    ),
    "resource_type": (
        "spaceship",
        "User",
        "users",
        "user ",
        "license",
        "workspace_agent",
        "api-key",
        "",
        2,
        None,
        {},
        False,
    ),
    "resource_id": (
        *("xyz", "", SOME_ID.replace("-", ""), f"{{{SOME_ID}}}", f"urn:uuid:{SOME_ID}", SOME_ID[:-1]),
        *(f"{SOME_ID}0", f" {SOME_ID}", SOME_ID.replace("f", "g"), SOME_ID.replace("-", "_"), 3, None),
        *(f"{SOME_ID}\n", f"{SOME_ID[:8]}{SOME_ID[9:13]}--{SOME_ID[13:]}"),
    ),
    "time": (
        *("yesterday", "", "2001-02-03", "2001-02-03T04:05:06", "2001-02-03 04:05:06Z", "2001-02-03T04:05Z"),
        *(
            "2001-02-03T24:00:00Z",
            "2001-02-03T04:60:06Z",
            "2001-02-03T04:05:06,5Z",
            "2001-02-03T04:05:06+0200",
        ),
        *("2001-02-29T04:05:06Z", "2001-13-03T04:05:06Z", "20010203T040506Z", "2001-02-03T4:05:06Z"),
        *("2001-02-03T04:05:06+24:00", " 2001-02-03T04:05:06Z", "0001-01-01T00:00:00+23:59"),
        *("9999-12-31T23:59:59-23:59", 981173106, 4.5, None, "981173106", "0000-06-01T00:00:00Z"),
        "9999-12-31T23:59:59.9999999Z",
        *(
            "2001-02-03T04:05:06+02",
            "2001-02-03T04:05:06+02:60",
            "2001-02-03T04:05:06.Z",
            "2001-02-03T04:05:06Z\n",
        ),
    ),
}
"""Invalid values by field."""

UNKNOWN_FIELDS: Mapping[str, Any] = {
    "Action": "stop",
    "resourceType": "user",
    "additional_fields": {},
    "request_id": "",
    "build_reason": None,
    "id": 1,
    "limit": 1,
    "__proto__": {},
    "": 1,
}
"""Fields of other objects, and other spellings."""

INVALID_BODIES: Mapping[str, tuple[bytes, tuple[str, ...] | None]] = {
    "malformed JSON": (b"{", None),
    "empty body": (b"", None),
    "null": (b"null", None),
    "array": (b"[]", None),
    "invalid UTF-8": (b'{"action":"\xff"}', None),
    "lone surrogate": (b'{"action":"\\ud800"}', None),
    "NaN": (b'{"action":NaN}', None),
    "repeated field": (b'{"action":"stop","action":"stop"}', None),
    "trailing data": (b'{"action":"stop"} {}', None),
    "unknown field": (b'{"acton":"write"}', ("acton",)),
    "unknown fields": (json.dumps(UNKNOWN_FIELDS).encode(), tuple(UNKNOWN_FIELDS)),
    "trailing comma": (b'{"action":"stop",}', None),
    "byte order mark": (b'\xef\xbb\xbf{"action":"stop"}', None),
    "single quotes": (b"{'action':'stop'}", None),
    "unquoted names": (b'{action:"stop"}', None),
    "comment": (b'{"action":"stop"/* as ever */}', None),
    "spaces only": (b" \n ", None),
    "array of one object": (b'[{"action":"stop"}]', None),
    "deeply nested arrays": (b'{"acton":' + b"[" * 900 + b"]" * 900 + b"}", None),
    "very long number": (b'{"action":' + b"9" * 400 + b"}", None),
}


@pytest.fixture(scope="module")
def rejected(target: Client) -> Mapping[str, Exchange]:
    """Send every invalid body once, with the same user agent.

    Only sent to releases that reject them: a server that stores a time after the year 9999 may be unable
    to list any log from then on.
    """
    return {case: post(target, body, REJECTED_USER_AGENT) for case, (body, _) in INVALID_BODIES.items()}


@requires("strict requests")
@pytest.mark.parametrize("case", INVALID_BODIES)
def test_invalid_body_is_rejected(rejected: Mapping[str, Exchange], case: str) -> None:
    """A body the contract forbids is rejected with 400 and the names of the invalid fields."""
    expect_error(rejected[case], 400, INVALID_BODIES[case][1])


def invalid_bodies() -> list[Mapping[str, Any]]:
    """Combine invalid values of all fields, until every value is used."""
    rows = zip_longest(*INVALID_VALUES.values(), fillvalue=...)
    return [
        {name: value for name, value in zip(INVALID_VALUES, row, strict=True) if value is not ...}
        for row in rows
    ]


@requires("strict requests")
@pytest.mark.parametrize("number", range(len(invalid_bodies())))
def test_all_invalid_values_are_reported(target: Client, number: int) -> None:
    """Invalid values are rejected with 400, and those of all fields are reported at once."""
    body = invalid_bodies()[number]
    try:
        expect_error(post(target, body, REJECTED_USER_AGENT), 400, [*body])
    except Violation:
        for name, value in body.items():
            expect_error(post(target, {name: value}, REJECTED_USER_AGENT), 400, [name])
        raise


@requires("strict requests")
def test_rejected_post_creates_no_log(
    target: Client, rejected: Mapping[str, Exchange], rejected_media_types: Mapping[str, Exchange]
) -> None:
    """A POST with an invalid body or media type creates no log."""
    expect_not_written(target, REJECTED_USER_AGENT, *rejected.values(), *rejected_media_types.values())


@requires("strict requests")
def test_body_over_1_mib_is_rejected(target: Client) -> None:
    """A body of more than 1 MiB is rejected with 413 and creates no log."""
    own = unique_user_agent()
    exchange = post(target, b'{"action":"write"' + b" " * (1 << 20) + b"}", own)

    expect_error(exchange, 413)
    expect_not_written(target, own, exchange)


@requires("strict requests")
def test_body_of_exactly_1_mib_is_accepted(target: Client) -> None:
    """A body of exactly 1 MiB is accepted, whatever the letter case of its media type."""
    start = json.dumps({"resource_id": new_id(), "time": PAST}).encode()
    headers = {"Content-Type": "Application/JSON; charset=UTF-8", "User-Agent": USER_AGENT}
    exchange = target.send(post_request(target, start.ljust(1 << 20))._replace(headers=headers))

    expect(exchange.status == HTTPStatus.NO_CONTENT, "204", exchange.status, exchange)


MEDIA_TYPES: Mapping[str, tuple[int, Mapping[str, str]]] = {
    "text": (415, {"Content-Type": "text/plain"}),
    "text/json": (415, {"Content-Type": "text/json"}),
    "any type": (415, {"Content-Type": "*/*"}),
    "UTF-16": (415, {"Content-Type": "application/json; charset=utf-16"}),
    "form": (415, {"Content-Type": "application/x-www-form-urlencoded"}),
    "jsonx": (415, {"Content-Type": "application/jsonx"}),
    "merge-patch+json": (415, {"Content-Type": "application/merge-patch+json"}),
    "Latin-1": (415, {"Content-Type": "application/json; charset=latin1"}),
    "no media type": (415, {}),
    "gzip": (415, {"Content-Type": "application/json", "Content-Encoding": "gzip"}),
    "accepts only HTML": (406, {"Content-Type": "application/json", "Accept": "text/html"}),
}


@pytest.fixture(scope="module")
def rejected_media_types(target: Client) -> Mapping[str, Exchange]:
    """Send a body of every media type once, with the user agent of rejected bodies."""
    exchanges = {}
    for case, (_, headers) in MEDIA_TYPES.items():
        request = post_request(target, b"{" if case == "text" else b"{}")
        exchanges[case] = target.send(
            request._replace(headers={**headers, "User-Agent": REJECTED_USER_AGENT})
        )
    return exchanges


@requires("strict requests")
@pytest.mark.parametrize("case", MEDIA_TYPES)
def test_media_types_other_than_json_are_rejected(
    rejected_media_types: Mapping[str, Exchange], case: str
) -> None:
    """A body not declared as uncompressed UTF-8 JSON is rejected with 415, before it is parsed.

    A request that does not accept JSON is rejected with 406.
    """
    expect_error(rejected_media_types[case], MEDIA_TYPES[case][0])


@requires("strict requests")
def test_testgenerate_rejects_query_parameters(target: Client) -> None:
    """A POST with query parameters is rejected with 400 and creates no log."""
    own = unique_user_agent()
    exchange = target.send(post_request(target, {}, own)._replace(query=[("action", "stop"), ("limit", "1")]))

    expect_error(exchange, 400, ["action", "limit"])
    expect_not_written(target, own, exchange)


BAD_TOKENS = {"no token": None, "unknown token": "Nobody0000-0123456789012345678901"}


@pytest.mark.parametrize("kind", BAD_TOKENS)
def test_post_without_a_valid_token_is_rejected(target: Client, kind: str) -> None:
    """A POST without a valid token is rejected with 401, before other checks, and creates no log."""
    own, token = unique_user_agent(), BAD_TOKENS[kind]
    request = post_request(target, {} if token else b"{", own)._replace(
        token="header" if token else None, sender=token or ""
    )
    exchange = target.send(request)

    expect_error(exchange, 401)
    expect_not_written(target, own, exchange)


def test_member_cannot_write(target: Client, member_token: str) -> None:
    """A member's POST is rejected with 403 and creates no log."""
    own = unique_user_agent()
    exchange = target.send(post_request(target, {}, own)._replace(sender=member_token))

    expect_error(exchange, 403)
    expect_not_written(target, own, exchange)


@requires("me")
def test_rejected_caller_does_not_own_the_next_log(target: Client, member_token: str) -> None:
    """A log written right after another caller's rejected request belongs to its own caller."""
    rejected = target.send(post_request(target, {})._replace(sender=member_token))
    body = {"resource_id": new_id(), "time": PAST}
    exchange = post(target, body)
    mine = list_logs(target, f"username:me resource_id:{body['resource_id']}")

    authors = [log["user"]["username"] for log in mine.logs]
    names = [log["resource_target"] for log in mine.logs]
    shown = (rejected, exchange, mine.exchange)
    expect(len(authors) == 1 and authors == names, "one log of the caller", f"{authors}, {names}", *shown)


@pytest.mark.parametrize("name", sorted({*DENIED_IDS, *READER_IDS}))
def test_public_mock_tokens_cannot_write(target: Client, name: str) -> None:
    """The mock's public tokens, except its owner's, are rejected and create no log."""
    own = unique_user_agent()
    exchange = target.send(post_request(target, {}, own)._replace(sender=f"{name}-{SHARED}"))

    statuses = {401, 403, target.contract.denial.get("status", 403)}
    expect(exchange.status in statuses, f"one of {sorted(statuses)}", exchange.status, exchange)
    expect_not_written(target, own, exchange)
