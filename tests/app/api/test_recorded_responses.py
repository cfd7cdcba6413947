"""Coder's releases: every case of `tests/data/releases`, over a real socket.

The `given` logs are posted first, by the same user. The mock has no history, except for cases with
`history: true` or with a `scenario`: the token id of a scenario (`scenario: DeletedUse`), shipped or in the
release's own folder `scenarios`, or the case's own scenario (`scenario: {logs: [...]}`). `earlier: 3` sends
the same request three times before; `apart: true` sends each from a different address.
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
from asgi_requests import LIST, WRITE, Call, Response
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
MIN_CASES = 300
"""Minimum number of cases."""
LOGS = 2000
"""Length of a history."""

Serve = Callable[[str, int, int], str]
"""Serves the mock of a release, with a rate limit per minute (0 for none) and a number of logs."""
Placeholders = Mapping[str, Mapping[str, str]]
"""Values for the placeholders of cases, such as `<owner.id>` or `<build.number>`."""


def read_cases(release: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Read the cases of a release by name: file, section of the reference, and title."""
    for path in sorted((CASES / release).glob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield f"{release} {path.stem} {case['section']} {case['case']}", case


CASES_OF = {release: dict(read_cases(release)) for release in RELEASES}


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Return a function that serves one mock per release and settings; each case has its own world."""
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
    """Write the scenarios of a release's folder and of its cases; return the folder."""
    for path in (CASES / release / "scenarios").glob("*.yaml"):
        copy(path, folder)
    for name, case in CASES_OF[release].items():
        if isinstance(case.get("scenario"), dict):
            scenario = {"summary": "x", "token": _token_id(name), "history": {"logs": 0}, **case["scenario"]}
            (folder / f"case-{_digest(name)}.yaml").write_text(json.dumps(scenario))
    return str(folder)


def _digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:SECRET_LENGTH]


def _token_id(name: str) -> str:
    """Return the id of the token that opens a case's own scenario."""
    return _digest(name)[:10]


@pytest.fixture(scope="session")
def user_placeholders(serve: Serve) -> Placeholders:
    """Return the placeholders for users."""
    secret = "p" * SECRET_LENGTH
    calls: list[Mapping[str, Any]] = [{"when": f"POST {WRITE}", "body": {}}, {"when": f"GET {LIST}?limit=1"}]
    _, response = send(serve(RELEASES[0], 0, 0), [_call(each, secret) for each in calls])
    user = response.json()["audit_logs"][0]["user"]
    return {"owner": {"id": user["id"], "username": user["username"], "email": user["email"]}}


@pytest.fixture(scope="session")
def resource_placeholders(serve: Serve) -> Callable[[str], Placeholders]:
    """Return a function that returns the placeholders for resources of a release's history."""

    def read_history(release: str) -> Placeholders:
        call = _call({"when": f"GET {LIST}?limit={LOGS}"}, "t" * SECRET_LENGTH)
        logs = send(serve(release, 0, LOGS), [call])[0].json()["audit_logs"]
        return {
            f"{'gone-' if log['is_deleted'] else ''}{log['resource_type']}": _describe_resource(log)
            for log in logs
        }

    return cache(read_history)


def _describe_resource(log: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the id of a resource, and its owner if that is the user of its log."""
    return {"id": log["resource_id"], "owner": (log["user"] or {}).get("username", "")}


def _call(case: Mapping[str, Any], secret: str) -> Call:
    method, target = case["when"].split(" ", 1)
    path, _, query = target.partition("?")
    user_name = case.get("as", "owner")
    headers = {name.lower(): value for name, value in case.get("headers", {}).items()}
    if user_name != "nobody":
        headers.setdefault(
            "coder-session-token", token_of(BuiltinUser[user_name.upper().replace("-", "_")], secret)
        )
    body = case.get("body", "")
    return Call(
        method,
        path,
        query.encode(),
        tuple((name.encode(), str(value).encode()) for name, value in headers.items()),
        ((body if isinstance(body, str) else json.dumps(body)).encode(),),
    )


def _fill(value: Any, placeholders: Placeholders) -> Any:
    """Replace placeholders such as `<owner.id>` anywhere in a case."""
    if isinstance(value, str):
        return re.sub(r"<([a-z_-]+)\.(\w+)>", lambda found: placeholders[found[1]][found[2]], value)
    if isinstance(value, dict):
        return {name: _fill(each, placeholders) for name, each in value.items()}
    return [_fill(each, placeholders) for each in value] if isinstance(value, list) else value


def _read_headers(response: Response, expected: Mapping[str, str | None]) -> dict[str, str | None]:
    return {
        name: ", ".join(v.decode() for key, v in response.headers if key == name.lower().encode()) or None
        for name in expected
    }


def _read_json(response: Response, _: Any) -> Any:
    assert response.body.endswith(b"\n")
    assert response.header("content-type") == "application/json; charset=utf-8"
    return response.json()


def _read_diff(response: Response, expected: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    diff = _first_log(response)["diff"]
    return {name: {side: diff[name].get(side) for side in change} for name, change in expected.items()}


def _first_log(response: Response) -> Mapping[str, Any]:
    log: Mapping[str, Any] = response.json()["audit_logs"][0]
    return log


_READERS: Mapping[str, Callable[[Response, Any], Any]] = {
    "status": lambda response, _: response.status,
    "headers": _read_headers,
    "text": lambda response, _: response.body.decode(),
    "parts": lambda response, expected: [part for part in expected if part.encode() in response.body],
    "json": _read_json,
    "logs": lambda response, _: len(response.json()["audit_logs"]),
    "count": lambda response, _: response.json()["count"],
    "keys": lambda response, _: list(_first_log(response)),
    "user_keys": lambda response, _: list(_first_log(response)["user"]),
    "changed": lambda response, _: list(_first_log(response)["diff"]),
    "diff": _read_diff,
    "log": lambda response, expected: {name: _first_log(response).get(name) for name in expected},
}
"""What each expectation of a case reads from a response; missing fields of the first log are null."""


def _calls(name: str, case: Mapping[str, Any]) -> tuple[list[Call], list[Call]]:
    """Make the posts of a case, and its request, repeated if the case says so."""
    secret = _digest(name)
    if "scenario" in case:
        token_id = case["scenario"] if isinstance(case["scenario"], str) else _token_id(name)
        token = {"as": "nobody", "headers": {"Coder-Session-Token": f"{token_id}-{secret}"}}
    else:
        token = {}
    given = [{"when": f"POST {WRITE}", "body": fields, **token} for fields in case.get("given", ())]
    requests = [_call({**case, **token}, secret)] * (1 + case.get("earlier", 0))
    if case.get("apart"):
        requests = [call._replace(client=f"127.0.1.{number}") for number, call in enumerate(requests, 1)]
    return [_call(each, secret) for each in given], requests


@pytest.mark.parametrize(
    ("release", "name"), [(release, name) for release, cases in CASES_OF.items() for name in cases]
)
def test_case_matches_the_reference(
    release: str,
    name: str,
    serve: Serve,
    user_placeholders: Placeholders,
    resource_placeholders: Callable[[str], Placeholders],
) -> None:
    """The response of the release is as the reference says."""
    case = CASES_OF[release][name]
    logs = LOGS if case.get("history") else 0
    case = _fill(case, {**user_placeholders, **resource_placeholders(release)} if logs else user_placeholders)
    given, requests = _calls(name, case)

    responses = send(serve(release, case.get("rate_limit", 0), logs), [*given, *requests])
    written, response = responses[: len(given)], responses[-1]

    assert {each.status for each in written} <= {204}
    assert {name: _READERS[name](response, each) for name, each in case["then"].items()} == case["then"]


@pytest.mark.parametrize("release", RELEASES)
def test_every_row_of_section_16_has_a_case(release: str) -> None:
    """Every row of Coder's own tests has a case."""
    rows = yaml.safe_load((DATA / "acceptance_rows.yaml").read_text(encoding="utf-8"))[release]
    cases = {(case["section"], case["case"]) for case in CASES_OF[release].values()}

    assert [(section, row) for section in rows for row in rows[section] if (section, row) not in cases] == []


def test_there_are_enough_cases() -> None:
    """There are at least 300 cases."""
    assert sum(map(len, CASES_OF.values())) >= MIN_CASES


@pytest.mark.parametrize(
    ("written", "stored"),
    [("1.10", "1.10"), ("1e2", "100"), ("-0", "0"), ("1E-3", "0.001"), ("-12345678901234567890123.0", None)],
)
def test_numbers_are_stored_like_postgresql(serve: Serve, written: str, stored: str | None) -> None:
    """Numbers of additional fields keep all digits and lose their exponent (reference 10.4)."""
    secret = _digest(written)
    calls: list[Mapping[str, Any]] = [
        {"when": f"POST {WRITE}", "body": f'{{"additional_fields":{{"a":[{written}]}}}}'},
        {"when": f"GET {LIST}?limit=1"},
    ]

    _, response = send(serve("v2.35", 0, 0), [_call(each, secret) for each in calls])

    assert f'"additional_fields":{{"a":[{stored or written}]}}'.encode() in response.body


@pytest.mark.parametrize("written", ["1e131072", "1e-16384", "1e99999999999999999999"])
def test_numbers_beyond_postgresql_are_a_500(serve: Serve, written: str) -> None:
    """A number that PostgreSQL cannot store gets a 500."""
    call = {"when": f"POST {WRITE}", "body": f'{{"additional_fields":{{"a":{written}}}}}'}

    (response,) = send(serve("v2.35", 0, 0), [_call(call, "n" * SECRET_LENGTH)])

    assert (response.status, response.json()["detail"]) == (500, "pq: value overflows numeric format")
