"""The deployed releases: every case of `tests/data/releases`, over a real socket.

What is `given` is posted before, by whoever asks. The mock has no history, but for cases that ask for one
(`history: true`) or for a world that begins with a scenario: that of some token (`scenario: DeletedUse`), one
that ships or one of the release's own folder `scenarios`, or the case's own (`scenario: {logs: [...]}`).
`earlier: 3` sends the same request three times before; `apart: true` sends each from an address of its own.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from hashlib import sha256
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
import yaml
from asgi_requests import LIST, WRITE, Answer, Call
from raw_requests import send

from auditmock.core.timestamps import parse_timestamp
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import SECRET_LENGTH, token_of
from auditmock.openapi.releases import find_overlays
from auditmock.settings import Settings
from auditmock.testing import AuditMock

NOW = parse_timestamp("2026-02-03T04:05:06.789Z")
DATA = Path(__file__).parents[2] / "data"
CASES = DATA / "releases"
RELEASES = tuple(find_overlays())
LEAST = 300
"""Cases there are at least."""
LOGS = 2000
"""Logs of a history."""

Serve = Callable[[str, int, int], str]
"""Serves the mock of a release, of so many requests a minute (0 is no limit) and so many logs."""
Words = Mapping[str, Mapping[str, str]]
"""What cases say of people and things: what stands in their texts as `<owner.id>` or `<build.number>`."""


def read_cases(release: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Read the cases of a release, each with its name: file, section of the reference, and what it shows."""
    for path in sorted((CASES / release).glob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield f"{release} {path.stem} {case['section']} {case['case']}", case


CASES_OF = {release: dict(read_cases(release)) for release in RELEASES}


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Give a function that serves the one mock of a release; each case writes to a world of its own."""
    folders = {
        release: _write_scenarios(tmp_path_factory.mktemp("scenarios"), release) for release in RELEASES
    }

    def make(release: str, limit: int, logs: int) -> str:
        folder = folders.get(release, "")
        settings = Settings(release=release, logs=logs, rate_limit=limit, scenarios=folder)
        return servers.enter_context(AuditMock(settings, lambda: NOW)).url

    with ExitStack() as servers:
        yield cache(make)


def _write_scenarios(folder: Path, release: str) -> str:
    """Write the scenarios of a release's folder and those that are cases' own; gives where they are."""
    for path in (CASES / release / "scenarios").glob("*.yaml"):
        copy(path, folder)
    for name, case in CASES_OF[release].items():
        if isinstance(case.get("scenario"), dict):
            scenario = {"summary": "x", "token": _token(name), "history": {"logs": 0}, **case["scenario"]}
            (folder / f"case-{_digest(name)}.yaml").write_text(json.dumps(scenario))
    return str(folder)


def _digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:SECRET_LENGTH]


def _token(name: str) -> str:
    """Give the first half of the token that opens a case's own scenario."""
    return _digest(name)[:10]


@pytest.fixture(scope="session")
def people(serve: Serve) -> Words:
    """Give what cases say of people."""
    secret = "p" * SECRET_LENGTH
    calls: list[Mapping[str, Any]] = [{"when": f"POST {WRITE}", "body": {}}, {"when": f"GET {LIST}?limit=1"}]
    _, answer = send(serve(RELEASES[0], 0, 0), [_call(each, secret) for each in calls])
    user = answer.json()["audit_logs"][0]["user"]
    return {"owner": {"id": user["id"], "username": user["username"], "email": user["email"]}}


@pytest.fixture(scope="session")
def things_of(serve: Serve) -> Callable[[str], Words]:
    """Give a function that gives what cases say of a release's history: what is left of it, and is gone."""

    def look(release: str) -> Words:
        call = _call({"when": f"GET {LIST}?limit={LOGS}"}, "t" * SECRET_LENGTH)
        logs = send(serve(release, 0, LOGS), [call])[0].json()["audit_logs"]
        return {f"{'gone-' if log['is_deleted'] else ''}{log['resource_type']}": _tell(log) for log in logs}

    return cache(look)


def _tell(log: Mapping[str, Any]) -> Mapping[str, str]:
    """Tell what cases say of a thing: its id, and who owns it, where that is whoever acts."""
    return {"id": log["resource_id"], "owner": (log["user"] or {}).get("username", "")}


def _call(case: Mapping[str, Any], secret: str) -> Call:
    method, target = case["when"].split(" ", 1)
    path, _, query = target.partition("?")
    who = case.get("as", "owner")
    headers = {name.lower(): value for name, value in case.get("headers", {}).items()}
    if who != "nobody":
        headers.setdefault(
            "coder-session-token", token_of(BuiltinUser[who.upper().replace("-", "_")], secret)
        )
    body = case.get("body", "")
    return Call(
        method,
        path,
        query.encode(),
        tuple((name.encode(), str(value).encode()) for name, value in headers.items()),
        ((body if isinstance(body, str) else json.dumps(body)).encode(),),
    )


def _fill(value: Any, words: Words) -> Any:
    """Fill in what is written as `<owner.id>`, anywhere in a case."""
    if isinstance(value, str):
        return re.sub(r"<([a-z_-]+)\.(\w+)>", lambda found: words[found[1]][found[2]], value)
    if isinstance(value, dict):
        return {name: _fill(each, words) for name, each in value.items()}
    return [_fill(each, words) for each in value] if isinstance(value, list) else value


def _look_at_headers(answer: Answer, wanted: Mapping[str, str | None]) -> dict[str, str | None]:
    return {
        name: ", ".join(v.decode() for key, v in answer.headers if key == name.lower().encode()) or None
        for name in wanted
    }


def _look_at_json(answer: Answer, _: Any) -> Any:
    assert answer.body.endswith(b"\n")
    assert answer.header("content-type") == "application/json; charset=utf-8"
    return answer.json()


def _look_at_diff(answer: Answer, wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    diff = _first(answer)["diff"]
    return {name: {side: diff[name].get(side) for side in change} for name, change in wanted.items()}


def _first(answer: Answer) -> Mapping[str, Any]:
    log: Mapping[str, Any] = answer.json()["audit_logs"][0]
    return log


_LOOKS: Mapping[str, Callable[[Answer, Any], Any]] = {
    "status": lambda answer, _: answer.status,
    "headers": _look_at_headers,
    "text": lambda answer, _: answer.body.decode(),
    "parts": lambda answer, wanted: [part for part in wanted if part.encode() in answer.body],
    "json": _look_at_json,
    "logs": lambda answer, _: len(answer.json()["audit_logs"]),
    "count": lambda answer, _: answer.json()["count"],
    "keys": lambda answer, _: list(_first(answer)),
    "user_keys": lambda answer, _: list(_first(answer)["user"]),
    "changed": lambda answer, _: list(_first(answer)["diff"]),
    "diff": _look_at_diff,
    "log": lambda answer, wanted: {name: _first(answer).get(name) for name in wanted},
}
"""By what a case says of an answer, what it looks at; what is absent from the first log is null."""


def _calls(name: str, case: Mapping[str, Any]) -> tuple[list[Call], list[Call]]:
    """Make the posts of what is given, and the request itself, as often as the case sends it."""
    secret = _digest(name)
    if "scenario" in case:
        token_id = case["scenario"] if isinstance(case["scenario"], str) else _token(name)
        token = {"as": "nobody", "headers": {"Coder-Session-Token": f"{token_id}-{secret}"}}
    else:
        token = {}
    given = [{"when": f"POST {WRITE}", "body": fields, **token} for fields in case.get("given", ())]
    asked = [_call({**case, **token}, secret)] * (1 + case.get("earlier", 0))
    if case.get("apart"):
        asked = [call._replace(client=f"127.0.1.{number}") for number, call in enumerate(asked, 1)]
    return [_call(each, secret) for each in given], asked


@pytest.mark.parametrize(
    ("release", "name"), [(release, name) for release, cases in CASES_OF.items() for name in cases]
)
def test_a_case(
    release: str, name: str, serve: Serve, people: Words, things_of: Callable[[str], Words]
) -> None:
    """What the reference says of a request is what the release answers."""
    case = CASES_OF[release][name]
    logs = LOGS if case.get("history") else 0
    case = _fill(case, {**people, **things_of(release)} if logs else people)
    given, asked = _calls(name, case)

    answers = send(serve(release, case.get("rate_limit", 0), logs), [*given, *asked])
    written, answer = answers[: len(given)], answers[-1]

    assert {each.status for each in written} <= {204}
    assert {name: _LOOKS[name](answer, each) for name, each in case["then"].items()} == case["then"]


@pytest.mark.parametrize("release", RELEASES)
def test_every_row_of_section_16_has_a_case(release: str) -> None:
    """What Coder's own tests demand of the release is demanded of the mock, row by row."""
    rows = yaml.safe_load((DATA / "acceptance_rows.yaml").read_text(encoding="utf-8"))[release]
    cases = {(case["section"], case["case"]) for case in CASES_OF[release].values()}

    assert [(section, row) for section in rows for row in rows[section] if (section, row) not in cases] == []


def test_there_are_cases() -> None:
    """The reference's tables make hundreds of cases."""
    assert sum(map(len, CASES_OF.values())) >= LEAST


@pytest.mark.parametrize(
    ("written", "kept"),
    [("1.10", "1.10"), ("1e2", "100"), ("-0", "0"), ("1E-3", "0.001"), ("-12345678901234567890123.0", None)],
)
def test_numbers_are_kept_as_postgresql_keeps_them(serve: Serve, written: str, kept: str | None) -> None:
    """Numbers of additional fields come back to the digit, without exponent (reference 10.4)."""
    secret = _digest(written)
    calls: list[Mapping[str, Any]] = [
        {"when": f"POST {WRITE}", "body": f'{{"additional_fields":{{"a":[{written}]}}}}'},
        {"when": f"GET {LIST}?limit=1"},
    ]

    _, answer = send(serve("v2.35", 0, 0), [_call(each, secret) for each in calls])

    assert f'"additional_fields":{{"a":[{kept or written}]}}'.encode() in answer.body


@pytest.mark.parametrize("written", ["1e131072", "1e-16384", "1e99999999999999999999"])
def test_numbers_beyond_postgresql_are_refused(serve: Serve, written: str) -> None:
    """A number that PostgreSQL cannot hold is a 500 of the database."""
    call = {"when": f"POST {WRITE}", "body": f'{{"additional_fields":{{"a":{written}}}}}'}

    (answer,) = send(serve("v2.35", 0, 0), [_call(call, "n" * SECRET_LENGTH)])

    assert (answer.status, answer.json()["detail"]) == (500, "pq: value overflows numeric format")
