"""The deployed editions: every case of `tests/data/editions` over HTTP.

The mock has no history, but for cases that ask for one (`history: true`) or for a world that begins with a
scenario: that of some token (`scenario: DeletedUse`), or one of the case's own (`scenario: {logs: [...]}`).
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml
from calls import LIST, WRITE, Answer, Call, drive

from auditmock.app import create_app
from auditmock.asgi import App as AsgiApp
from auditmock.editions import find_overlays
from auditmock.fixtures.people import Holder
from auditmock.handlers.tokens import SECRET_LENGTH, token_of
from auditmock.instants import parse_instant
from auditmock.settings import Settings

NOW = parse_instant("2026-02-03T04:05:06.789Z")
CASES = Path(__file__).parents[1] / "data" / "editions"
EDITIONS = tuple(find_overlays())
LEAST = 300
"""Cases there are at least."""
LOGS = 2000
"""Logs of a history."""

App = Callable[[str, int, int], AsgiApp]
"""Gives the mock of an edition, of so many requests a minute (0 is no limit) and so many logs."""
Words = Mapping[str, Mapping[str, str]]
"""What cases say of people and things: what stands in their texts as `<owner.id>` or `<build.number>`."""


def read_cases(edition: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Read the cases of an edition, each with its name: file, section of the reference, and what it shows."""
    for path in sorted((CASES / edition).glob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield f"{edition} {path.stem} {case['section']} {case['case']}", case


CASES_OF = {edition: dict(read_cases(edition)) for edition in EDITIONS}


@pytest.fixture(scope="session")
def app_of(tmp_path_factory: pytest.TempPathFactory) -> App:
    """Give a function that gives the one mock of an edition; each case writes to a world of its own."""
    folders = {
        edition: _write_scenarios(tmp_path_factory.mktemp("scenarios"), cases)
        for edition, cases in CASES_OF.items()
    }

    def make(edition: str, limit: int, logs: int) -> AsgiApp:
        folder = folders.get(edition, "")
        settings = Settings(edition=edition, logs=logs, rate_limit=limit, scenarios=folder)
        return create_app(settings, lambda: NOW)

    return cache(make)


def _write_scenarios(folder: Path, cases: Mapping[str, Mapping[str, Any]]) -> str:
    """Write the scenarios that are cases' own, and give their folder; empty when there are none."""
    own = {name: case["scenario"] for name, case in cases.items() if isinstance(case.get("scenario"), dict)}
    for name, said in own.items():
        scenario = {"summary": "x", "token": _token(name), "history": {"logs": 0}, **said}
        (folder / f"case-{_digest(name)}.yaml").write_text(json.dumps(scenario))
    return str(folder) if own else ""


def _digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:SECRET_LENGTH]


def _token(name: str) -> str:
    """Give the first half of the token that opens a case's own scenario."""
    return _digest(name)[:10]


@pytest.fixture(scope="session")
def people(app_of: App) -> Words:
    """Give what cases say of people."""
    secret = "p" * SECRET_LENGTH
    calls: list[Mapping[str, Any]] = [{"when": f"POST {WRITE}", "body": {}}, {"when": f"GET {LIST}?limit=1"}]
    _, answer = drive(app_of(EDITIONS[0], 0, 0), [_call(each, secret) for each in calls])
    user = answer.json()["audit_logs"][0]["user"]
    return {"owner": {"id": user["id"], "username": user["username"], "email": user["email"]}}


@pytest.fixture(scope="session")
def things_of(app_of: App) -> Callable[[str], Words]:
    """Give a function that gives what cases say of an edition's history: what is left of it, and is gone."""

    def look(edition: str) -> Words:
        call = _call({"when": f"GET {LIST}?limit={LOGS}"}, "t" * SECRET_LENGTH)
        logs = drive(app_of(edition, 0, LOGS), [call])[0].json()["audit_logs"]
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
        headers.setdefault("coder-session-token", token_of(Holder[who.upper().replace("-", "_")], secret))
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


def _seen(answer: Answer, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Look at an answer the way a case does."""
    seen: dict[str, Any] = {"status": answer.status}
    if "headers" in wanted:
        seen["headers"] = {
            name: ", ".join(v.decode() for key, v in answer.headers if key == name.lower().encode()) or None
            for name in wanted["headers"]
        }
    if "parts" in wanted:
        seen["parts"] = [part for part in wanted["parts"] if part.encode() in answer.body]
    if "text" in wanted:
        seen["text"] = answer.body.decode()
    if "json" in wanted:
        seen["json"] = answer.json()
        assert answer.body.endswith(b"\n")
        assert answer.header("content-type") == "application/json; charset=utf-8"
    if "logs" in wanted:
        seen["logs"] = len(answer.json()["audit_logs"])
    if "count" in wanted:
        seen["count"] = answer.json()["count"]
    if "keys" in wanted:
        seen["keys"] = list(answer.json()["audit_logs"][0])
    if "user_keys" in wanted:
        seen["user_keys"] = list(answer.json()["audit_logs"][0]["user"])
    if "log" in wanted:
        log = answer.json()["audit_logs"][0]
        seen["log"] = {name: log.get(name) for name in wanted["log"]}
    return seen


@pytest.mark.parametrize(
    ("edition", "name"), [(edition, name) for edition, cases in CASES_OF.items() for name in cases]
)
def test_a_case(
    edition: str, name: str, app_of: App, people: Words, things_of: Callable[[str], Words]
) -> None:
    """What the reference says of a request is what the edition answers."""
    case = CASES_OF[edition][name]
    logs = LOGS if case.get("history") else 0
    case = _fill(case, {**people, **things_of(edition)} if logs else people)
    secret, who = _digest(name), {}
    if "scenario" in case:
        token = case["scenario"] if isinstance(case["scenario"], str) else _token(name)
        who = {"as": "nobody", "headers": {"Coder-Session-Token": f"{token}-{secret}"}}
    given = [_call({"when": f"POST {WRITE}", "body": each, **who}, secret) for each in case.get("given", ())]

    app = app_of(edition, case.get("rate_limit", 0), logs)
    *written, answer = drive(app, [*given, _call({**case, **who}, secret)])

    assert {each.status for each in written} <= {204}
    assert _seen(answer, case["then"]) == case["then"]


def test_there_are_cases() -> None:
    """The reference's tables make hundreds of cases."""
    assert sum(map(len, CASES_OF.values())) >= LEAST


@pytest.mark.parametrize(
    ("written", "kept"),
    [("1.10", "1.10"), ("1e2", "100"), ("-0", "0"), ("1E-3", "0.001"), ("-12345678901234567890123.0", None)],
)
def test_numbers_are_kept_as_postgresql_keeps_them(app_of: App, written: str, kept: str | None) -> None:
    """Numbers of additional fields come back to the digit, without exponent (reference 10.4)."""
    secret = _digest(written)
    calls: list[Mapping[str, Any]] = [
        {"when": f"POST {WRITE}", "body": f'{{"additional_fields":{{"a":[{written}]}}}}'},
        {"when": f"GET {LIST}?limit=1"},
    ]

    _, answer = drive(app_of("v2.35", 0, 0), [_call(each, secret) for each in calls])

    assert f'"additional_fields":{{"a":[{kept or written}]}}'.encode() in answer.body


@pytest.mark.parametrize("written", ["1e131072", "1e-16384", "1e99999999999999999999"])
def test_numbers_beyond_postgresql_are_refused(app_of: App, written: str) -> None:
    """A number that PostgreSQL cannot hold is a 500 of the database."""
    call = {"when": f"POST {WRITE}", "body": f'{{"additional_fields":{{"a":{written}}}}}'}

    (answer,) = drive(app_of("v2.35", 0, 0), [_call(call, "n" * SECRET_LENGTH)])

    assert (answer.status, answer.json()["detail"]) == (500, "pq: value overflows numeric format")
