"""Checks by Schemathesis: it generates requests from the contract, and every response must match it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
import requests
import schemathesis
import urllib3
from hypothesis import settings
from requests.adapters import HTTPAdapter
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure, FailureGroup, ServerError
from schemathesis.generation.meta import CoveragePhaseData, CoverageScenario

from auditmock.checker.client.client import Client
from auditmock.checker.core.checks import requires
from auditmock.checker.core.exchange import Request
from auditmock.checker.core.options import Options
from auditmock.checker.expect import Violation, expect
from auditmock.checker.posting import NIL, PAST
from auditmock.checker.rules.database_errors import is_explained
from auditmock.core.timestamps import parse_timestamp
from auditmock.openapi.contract import Contract

_EXAMPLES = 8
_EXAMPLES_DEEP = 300
_CHAINS = 3
_CHAINS_DEEP = 100
_STEPS = 4
_LARGEST_PAGE = 200
"""Maximum page size of an unrestricted list: a deployment may have any number of logs."""

_LARGEST_LIMIT = 2147483647
_DIGITS = 20
_OF_CLIENT = {"content-length", "connection", "accept-encoding", "user-agent"}
"""Headers that the suite's client sends by itself."""
_OF_TRANSFER = {"content-length", "transfer-encoding", "content-encoding"}

SETTINGS = """
headers = {{ {header} = {token} }}
seed = {seed}
[generation]
max-examples = {examples}
no-shrink = true
[cache]
enabled = false
[checks]
# Deployed servers ignore much that the schema forbids; other checks cover what they reject.
negative_data_rejection.enabled = {strict}
positive_data_acceptance.enabled = {strict}
# It bypasses the suite's rate and budget; the checks of authentication cover the same.
ignored_auth.enabled = false
[phases.examples]
extra-data-sources.responses = false
[phases.coverage]
extra-data-sources.responses = false
# Methods outside the contract might do harm.
unexpected-methods = []
[phases.fuzzing]
extra-data-sources.responses = false
error-feedback.enabled = false
"""


class TargetAdapter(HTTPAdapter):
    """Sends requests through the suite's client, which limits and records them."""

    def __init__(self, target: Client) -> None:
        super().__init__()
        self._target = target

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        exchange = self._target.send(read_request(request, self._target))
        # the body is complete, decoded and redacted
        headers = {name: value for name, value in exchange.headers.items() if name not in _OF_TRANSFER}
        raw = urllib3.HTTPResponse(
            body=BytesIO(exchange.body),
            headers=headers,
            status=exchange.status,
            version=11,
            preload_content=False,
        )
        response: requests.Response = self.build_response(request, raw)
        return response


def read_request(request: requests.PreparedRequest, target: Client) -> Request:
    """Convert a prepared request; the run's token is replaced by its location."""
    url = urlsplit(request.url or "")
    # httpx sends no surrounding whitespace of header values
    own = {name: value for name, value in request.headers.items() if name.lower() not in _OF_CLIENT}
    headers = {name: str(value).strip() for name, value in own.items()}
    token_header = find_token_header(target.contract).lower()
    given = next((value for name, value in headers.items() if name.lower() == token_header), None)
    headers = {name: value for name, value in headers.items() if name.lower() != token_header}
    body = request.body.encode() if isinstance(request.body, str) else request.body
    assert body is None or isinstance(body, bytes), "JSON bodies are not streamed"
    path = f"{url.path}?{url.query}" if url.query else url.path
    sender = "$CODER_SESSION_TOKEN" if given == target.tokens.first else given or ""
    return Request(
        request.method or "GET", path, (), headers, body, None if given is None else "header", sender
    )


def find_token_header(contract: Contract) -> str:
    return next(each.name for each in contract.token_locations if each.place == "header")


@pytest.fixture(scope="session")
def session(target: Client) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, TargetAdapter(target))
    return session


@pytest.fixture(scope="session")
def generated(target: Client, options: Options) -> Any:
    config = SchemathesisConfig.from_str(
        SETTINGS.format(
            header=find_token_header(target.contract),
            token=json.dumps(target.tokens.first),
            examples=_EXAMPLES_DEEP if options.deep else _EXAMPLES,
            seed=options.seed,
            strict=str(not target.contract.server).lower(),
        )
    )
    schema = schemathesis.openapi.from_dict(dict(target.contract.document), config=config)
    # the client itself prepends the path of the deployment's URL
    schema.config.update(base_url=urlsplit(target.base_url)._replace(path=target.contract.base_path).geturl())
    return schema


def limit_page_size(case: schemathesis.Case[Any]) -> None:
    """Reduce large limits that are valid; the checks of paging use large ones."""
    limit = str((case.query or {}).get("limit", ""))
    if limit.isascii() and limit.isdecimal() and _LARGEST_PAGE < int(limit[:_DIGITS]) <= _LARGEST_LIMIT:
        case.query["limit"] = int(limit) % _LARGEST_PAGE


def move_to_the_past(case: schemathesis.Case[Any]) -> None:
    """Replace valid resource ids and times by new ids and a time long ago."""
    body = case.body
    if isinstance(body, dict):
        if is_valid(body.get("resource_id", NIL), UUID):
            body["resource_id"] = str(uuid4())
        if is_valid(body.get("time", PAST), parse_timestamp):
            body["time"] = PAST


def is_valid(text: Any, parse: Callable[[str], Any]) -> bool:
    """Whether a value is a string that can be parsed."""
    try:
        return isinstance(text, str) and bool(str(parse(text)))
    except ValueError:
        return False


schema = schemathesis.pytest.from_fixture("generated")
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")


@pytest.fixture(scope="session")
def tried() -> set[str]:
    """Collect the single-parameter cases that were sent."""
    return set()


def is_new(case: schemathesis.Case[Any], tried: set[str]) -> bool:
    """Whether a case of the list differs from all earlier ones.

    Examples are sent separately; one wrong type and one unknown parameter suffice, checks try more.
    """
    data = case.meta and case.meta.phase.data
    if not isinstance(data, CoveragePhaseData):
        return True
    value = (case.query or {}).get(data.parameter) if data.parameter else None
    if data.scenario in {CoverageScenario.INCORRECT_TYPE, CoverageScenario.OBJECT_UNEXPECTED_PROPERTIES}:
        value = None
    elif data.parameter is None:
        return True
    sent = repr((data.scenario, data.parameter, value))
    known = sent in tried or data.scenario is CoverageScenario.EXAMPLE_VALUE
    tried.add(sent)
    return not known


def drop_unrelated_cursor(case: schemathesis.Case[Any]) -> None:
    """Remove a random cursor from cases of other parameters: its 404 would hide their response."""
    data = case.meta and case.meta.phase.data
    if isinstance(data, CoveragePhaseData) and data.parameter not in {None, "after_id"}:
        (case.query or {}).pop("after_id", None)


def check_case(case: schemathesis.Case[Any], session: requests.Session, target: Client) -> None:
    limit_page_size(case)
    move_to_the_past(case)
    with as_violations(target):
        case.call_and_validate(session=session)
    # Schemathesis accepts 404 anywhere; it is correct for unknown cursors only
    exchange = target.exchanges[-1]
    has_cursor = "after_id" in parse_qs(urlsplit(exchange.request.target).query)
    lost = exchange.status == HTTPStatus.NOT_FOUND and not has_cursor
    expect(not lost, "no 404 without a cursor", "404", exchange)


@contextmanager
def as_violations(target: Client) -> Iterator[None]:
    try:
        yield
    except (FailureGroup, Failure) as error:
        failures = error.exceptions if isinstance(error, FailureGroup) else (error,)
        breakdowns = all(isinstance(failure, ServerError) for failure in failures)
        if breakdowns and is_explained(target.exchanges[-1], target.contract):
            return
        messages = (f"{failure.title}: {failure.message}" for failure in failures)
        seen = "; ".join(" ".join(each.split()) for each in messages)
        raise Violation("a response that matches the contract", seen, tuple(target.exchanges[-1:])) from None


@pytest.mark.check(
    "schema",
    "operations",
    "#/paths/~1audit/get",
    "Every response of the list, to valid and invalid parameters, is one that the contract describes.",
)
@schema.include(method="GET").parametrize()
def test_list_responses_match_the_schema(
    case: schemathesis.Case[Any], session: requests.Session, target: Client, tried: set[str]
) -> None:
    """Every response of the list, to valid and invalid parameters, is one that the contract describes."""
    drop_unrelated_cursor(case)
    if is_new(case, tried):
        check_case(case, session, target)


@pytest.mark.writes
@requires("strict requests")
@pytest.mark.check(
    "schema",
    "operations",
    "#/paths/~1audit~1testgenerate/post",
    "Every response of testgenerate, to valid and invalid bodies, is one that the contract describes.",
)
@schema.include(method="POST").parametrize()
def test_testgenerate_responses_match_the_schema(
    case: schemathesis.Case[Any], session: requests.Session, target: Client
) -> None:
    """Every response of testgenerate, to valid and invalid bodies, is one that the contract describes."""
    check_case(case, session, target)


@pytest.mark.writes
@requires("strict requests")
@pytest.mark.check("schema", "operations", "#/paths/~1audit~1testgenerate/post/responses/204/links")
def test_linked_requests_match_the_schema(
    generated: Any, session: requests.Session, target: Client, options: Options
) -> None:
    """Requests chained by the links of the contract get responses that the contract describes."""

    class Machine(generated.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: schemathesis.Case[Any]) -> dict[str, Any]:
            limit_page_size(case)
            move_to_the_past(case)
            return {"session": session}

    thorough = settings(
        settings.get_profile("writing check"), max_examples=_CHAINS_DEEP if options.deep else _CHAINS
    )
    with as_violations(target):
        Machine.run(settings=settings(thorough, stateful_step_count=_STEPS))
