"""Checks of refused writing: what the contract forbids is told, and leaves no log."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from itertools import zip_longest
from typing import Any

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.core.exchange import Exchange
from auditmock.checker.core.tokens import READERS, SHARED, UNKNOWN_TOKENS
from auditmock.checker.expect import Violation, expect
from auditmock.checker.page import listed
from auditmock.checker.posting import MARKER, PAST, expect_unwritten, fresh, mark, post, posting
from auditmock.contract.support.errors import expect_error

pytestmark = [
    pytest.mark.writes,
    pytest.mark.check("properties", "writes", "#/paths/~1audit~1testgenerate/post"),
]

REFUSED_MARK = mark()
STRANGER = "3f9d2c61-58ab-4f0e-9d47-6b1e0a9c7d25"
WRONG: Mapping[str, Sequence[Any]] = {
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
        *("xyz", "", STRANGER.replace("-", ""), f"{{{STRANGER}}}", f"urn:uuid:{STRANGER}", STRANGER[:-1]),
        *(f"{STRANGER}0", f" {STRANGER}", STRANGER.replace("f", "g"), STRANGER.replace("-", "_"), 3, None),
        *(f"{STRANGER}\n", f"{STRANGER[:8]}{STRANGER[9:13]}--{STRANGER[13:]}"),
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
"""By field, what it does not take."""

NO_FIELDS: Mapping[str, Any] = {
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
"""Names that other places have, or other spellings."""

REFUSED: Mapping[str, tuple[bytes, tuple[str, ...] | None]] = {
    "no JSON": (b"{", None),
    "nothing": (b"", None),
    "null": (b"null", None),
    "an array": (b"[]", None),
    "no UTF-8": (b'{"action":"\xff"}', None),
    "half a surrogate pair": (b'{"action":"\\ud800"}', None),
    "NaN": (b'{"action":NaN}', None),
    "a name twice": (b'{"action":"stop","action":"stop"}', None),
    "more behind it": (b'{"action":"stop"} {}', None),
    "a field nobody knows": (b'{"acton":"write"}', ("acton",)),
    "names of other places": (
        json.dumps(NO_FIELDS).encode(),
        tuple(NO_FIELDS),
    ),
    "a comma too many": (b'{"action":"stop",}', None),
    "a byte order mark": (b'\xef\xbb\xbf{"action":"stop"}', None),
    "marks of another kind": (b"{'action':'stop'}", None),
    "names without marks": (b'{action:"stop"}', None),
    "a comment": (b'{"action":"stop"/* as ever */}', None),
    "spaces alone": (b" \n ", None),
    "an array of one": (b'[{"action":"stop"}]', None),
    "brackets without end": (b'{"acton":' + b"[" * 900 + b"]" * 900 + b"}", None),
    "a number without end": (b'{"action":' + b"9" * 400 + b"}", None),
}


@pytest.fixture(scope="module")
def refused(target: Client) -> Mapping[str, Exchange]:
    """Send every bad body once, all under one mark.

    Only a server that promises to refuse them gets them: one that keeps a time after year 9999 may be unable
    to list any log from then on.
    """
    return {case: post(target, body, REFUSED_MARK) for case, (body, _) in REFUSED.items()}


@requires("strict requests")
@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_body_is_refused(refused: Mapping[str, Exchange], case: str) -> None:
    """A body the contract forbids is answered with 400 and the fields at fault."""
    expect_error(refused[case], 400, REFUSED[case][1])


def wrong_bodies() -> list[Mapping[str, Any]]:
    """Write bodies that have nothing right in them: of every field a wrong value, while there is one."""
    rows = zip_longest(*WRONG.values(), fillvalue=...)
    return [{name: value for name, value in zip(WRONG, row, strict=True) if value is not ...} for row in rows]


@requires("strict requests")
@pytest.mark.parametrize("number", range(len(wrong_bodies())))
def test_every_wrong_value_is_told(target: Client, number: int) -> None:
    """A value that is not of its field's form is refused, and those of all fields are told at once."""
    body = wrong_bodies()[number]
    try:
        expect_error(post(target, body, REFUSED_MARK), 400, [*body])
    except Violation:
        for name, value in body.items():
            expect_error(post(target, {name: value}, REFUSED_MARK), 400, [name])
        raise


@requires("strict requests")
def test_what_is_refused_is_not_written(
    target: Client, refused: Mapping[str, Exchange], untaken: Mapping[str, Exchange]
) -> None:
    """Whatever is wrong with a body or its type, it leaves no log behind."""
    expect_unwritten(target, REFUSED_MARK, *refused.values(), *untaken.values())


@requires("strict requests")
def test_a_body_may_be_too_large(target: Client) -> None:
    """A body of more than 1 MiB is answered with 413 and writes nothing."""
    own = mark()
    exchange = post(target, b'{"action":"write"' + b" " * (1 << 20) + b"}", own)

    expect_error(exchange, 413)
    expect_unwritten(target, own, exchange)


@requires("strict requests")
def test_a_body_may_be_as_large_as_that(target: Client) -> None:
    """A body of 1 MiB to the byte is taken, whatever letters its media type is written in."""
    start = json.dumps({"resource_id": fresh(), "time": PAST}).encode()
    headers = {"Content-Type": "Application/JSON; charset=UTF-8", "User-Agent": MARKER}
    exchange = target.send(posting(target, start.ljust(1 << 20))._replace(headers=headers))

    expect(exchange.status == HTTPStatus.NO_CONTENT, "204", exchange.status, exchange)


NOT_TAKEN: Mapping[str, tuple[int, Mapping[str, str]]] = {
    "text": (415, {"Content-Type": "text/plain"}),
    "text that is called JSON": (415, {"Content-Type": "text/json"}),
    "anything": (415, {"Content-Type": "*/*"}),
    "letters of two bytes": (415, {"Content-Type": "application/json; charset=utf-16"}),
    "a form": (415, {"Content-Type": "application/x-www-form-urlencoded"}),
    "a name that begins alike": (415, {"Content-Type": "application/jsonx"}),
    "a name that ends alike": (415, {"Content-Type": "application/merge-patch+json"}),
    "other letters": (415, {"Content-Type": "application/json; charset=latin1"}),
    "nothing": (415, {}),
    "what is packed": (415, {"Content-Type": "application/json", "Content-Encoding": "gzip"}),
    "an answer in HTML": (406, {"Content-Type": "application/json", "Accept": "text/html"}),
}


@pytest.fixture(scope="module")
def untaken(target: Client) -> Mapping[str, Exchange]:
    """Send a body of every type once, all under the mark of what is refused."""
    exchanges = {}
    for case, (_, headers) in NOT_TAKEN.items():
        request = posting(target, b"{" if case == "text" else b"{}")
        exchanges[case] = target.send(request._replace(headers={**headers, "User-Agent": REFUSED_MARK}))
    return exchanges


@requires("strict requests")
@pytest.mark.parametrize("case", NOT_TAKEN)
def test_only_json_is_taken(untaken: Mapping[str, Exchange], case: str) -> None:
    """A body that is not declared as JSON, plain and in UTF-8, is answered with 415, unread."""
    expect_error(untaken[case], NOT_TAKEN[case][0])


@requires("strict requests")
def test_writing_has_no_parameters(target: Client) -> None:
    """A parameter beside a body is answered with 400, and writes nothing."""
    own = mark()
    exchange = target.send(posting(target, {}, own)._replace(query=[("action", "stop"), ("limit", "1")]))

    expect_error(exchange, 400, ["action", "limit"])
    expect_unwritten(target, own, exchange)


BAD_TOKENS = {"no token": None, "an unknown token": "Nobody0000-0123456789012345678901"}


@pytest.mark.parametrize("kind", BAD_TOKENS)
def test_a_bad_token_writes_nothing(target: Client, kind: str) -> None:
    """Nobody writes without a good token, and nobody is told of anything else before."""
    own, token = mark(), BAD_TOKENS[kind]
    request = posting(target, {} if token else b"{", own)._replace(
        token="header" if token else None, sender=token or ""
    )
    exchange = target.send(request)

    expect_error(exchange, 401)
    expect_unwritten(target, own, exchange)


def test_a_member_writes_nothing(target: Client, member: str) -> None:
    """Whoever may not write is answered with 403."""
    own = mark()
    exchange = target.send(posting(target, {}, own)._replace(sender=member))

    expect_error(exchange, 403)
    expect_unwritten(target, own, exchange)


@requires("me")
def test_a_refused_caller_signs_nothing(target: Client, member: str) -> None:
    """What is written right after a refused request is its own caller's."""
    refused = target.send(posting(target, {})._replace(sender=member))
    body = {"resource_id": fresh(), "time": PAST}
    exchange = post(target, body)
    mine = listed(target, f"username:me resource_id:{body['resource_id']}")

    authors = [log["user"]["username"] for log in mine.logs]
    names = [log["resource_target"] for log in mine.logs]
    shown = (refused, exchange, mine.exchange)
    expect(len(authors) == 1 and authors == names, "the log, as one's own", f"{authors}, {names}", *shown)


@pytest.mark.parametrize("name", sorted({*UNKNOWN_TOKENS, *READERS}))
def test_the_mocks_own_people_write_nothing(target: Client, name: str) -> None:
    """The tokens a mock shows to everybody write nothing anywhere, but its owner's."""
    own = mark()
    exchange = target.send(posting(target, {}, own)._replace(sender=f"{name}-{SHARED}"))

    statuses = {401, 403, target.contract.denial.get("status", 403)}
    expect(exchange.status in statuses, f"one of {sorted(statuses)}", exchange.status, exchange)
    expect_unwritten(target, own, exchange)
