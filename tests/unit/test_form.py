"""Rules of logs on the wire, as deployed servers write them."""

from typing import Any

from auditmock.editions import open_edition
from auditmock.fixtures.form import go_json, make_form
from auditmock.instants import parse_instant
from auditmock.models import Person

EXAMPLE = (
    rb'{"id":"b618e6fe-355b-4c1e-b155-6cf896b07198","request_id":"00000000-0000-0000-0000-000000000000",'
    rb'"time":"2026-11-23T04:58:09.442204Z","organization_id":"00000000-0000-0000-0000-000000000000",'
    rb'"ip":"127.0.0.1","user_agent":"Mozilla/5.0 \u003cb\u003e\u0026\"x","resource_type":"user",'
    rb'"resource_id":"69461a17-d700-41b9-9f5f-1aeba21474b2","resource_target":"alice","resource_icon":"",'
    rb'"action":"write","diff":{"foo":{"old":"bar","new":"baz","secret":false}},"status_code":200,'
    rb'"additional_fields":{},"description":"{user} updated user {target}","resource_link":"",'
    rb'"is_deleted":true,"user":{"id":"8b3f0a10-0000-4000-8000-000000000001","username":"alice",'
    rb'"email":"alice@example.com","created_at":"2023-01-05T10:00:00.5Z",'
    rb'"last_seen_at":"0001-01-01T00:00:00Z","status":"active","organization_ids":null,'
    rb'"roles":[{"name":"owner","display_name":"Owner"}],"avatar_url":""}}'
)
"""The log of reference 10.5."""


def test_the_example_of_the_reference() -> None:
    """The log that a real v0.14 server sent is written byte for byte."""
    form = make_form(open_edition("v0.14"))
    joined = parse_instant("2023-01-05T10:00:00.5Z")
    alice = Person(
        "8b3f0a10-0000-4000-8000-000000000001",
        "alice",
        "alice@example.com",
        joined,
        joined,
        "active",
        ("organization",),
        ("owner",),
    )
    facts: dict[str, Any] = {
        "id": "b618e6fe-355b-4c1e-b155-6cf896b07198",
        "request_id": "00000000-0000-0000-0000-000000000000",
        "time": "2026-11-23T04:58:09.442204Z",
        "organization_id": "00000000-0000-0000-0000-000000000000",
        "ip": "127.0.0.1",
        "user_agent": 'Mozilla/5.0 <b>&"x',
        "resource_type": "user",
        "resource_id": "69461a17-d700-41b9-9f5f-1aeba21474b2",
        "resource_target": "alice",
        "resource_icon": "",
        "action": "write",
        "diff": {"foo": {"old": "bar", "new": "baz", "secret": False}},
        "status_code": 200,
        "additional_fields": {},
        "description": "{user} updated user {target}",
        "resource_link": "",
        "is_deleted": True,
    }

    assert form.log(facts, form.user(alice), "") == EXAMPLE


def test_html_is_escaped() -> None:
    """What means something in HTML or JavaScript is escaped, all other text is UTF-8."""
    assert go_json("<ö>&\u2028\u2029") == '"\\u003cö\\u003e\\u0026\\u2028\\u2029"'.encode()
