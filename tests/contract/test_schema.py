"""The schema layer: Schemathesis draws requests from the contract and holds every answer against it."""

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

_EXAMPLES = 8
_EXAMPLES_DEEP = 300
_CHAINS = 3
_CHAINS_DEEP = 100
_STEPS = 4
_LARGEST_PAGE = 200
"""Rows of a page that may be asked for of all logs: nobody knows how many a deployment has."""

_LARGEST_LIMIT = 2147483647
_DIGITS = 20
_OF_CLIENT = {"content-length", "connection", "accept-encoding", "user-agent"}
"""Headers that the suite's own client sends, its name among them."""
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
# Deployed servers ignore much that a schema forbids; what they do refuse has checks of its own.
negative_data_rejection.enabled = {strict}
positive_data_acceptance.enabled = {strict}
# It sends requests of its own, past the suite's pace and budget; the checks of tokens judge the same.
ignored_auth.enabled = false
[phases.examples]
extra-data-sources.responses = false
[phases.coverage]
extra-data-sources.responses = false
# Other methods than those of the contract might do harm.
unexpected-methods = []
[phases.fuzzing]
extra-data-sources.responses = false
error-feedback.enabled = false
"""


class TargetAdapter(HTTPAdapter):
    """Sends by way of the target: at its pace, within its budget, on its record."""

    def __init__(self, target: Client) -> None:
        super().__init__()
        self._target = target

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Send a request that requests has prepared."""
        exchange = self._target.send(read_request(request, self._target))
        # the body is whole and decoded, and no token stands in it any more
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
    """Read a prepared request; the token of the run is told by its place, any other stands as it is."""
    url = urlsplit(request.url or "")
    # spaces at the ends of a header's value are none of it, and httpx sends none
    own = {name: value for name, value in request.headers.items() if name.lower() not in _OF_CLIENT}
    headers = {name: str(value).strip() for name, value in own.items()}
    token_location = next(each for each in target.contract.token_locations if each.place == "header")
    given = next(
        (value for name, value in headers.items() if name.lower() == token_location.name.lower()), None
    )
    if given is not None:
        headers = {
            name: value for name, value in headers.items() if name.lower() != token_location.name.lower()
        }
    body = request.body.encode() if isinstance(request.body, str) else request.body
    assert body is None or isinstance(body, bytes), "JSON bodies are not streamed"
    path = f"{url.path}?{url.query}" if url.query else url.path
    sender = "$CODER_SESSION_TOKEN" if given == target.tokens.first else given or ""
    return Request(
        request.method or "GET", path, (), headers, body, None if given is None else "header", sender
    )


@pytest.fixture(scope="session")
def session(target: Client) -> requests.Session:
    """Give a session whose requests go by way of the target."""
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, TargetAdapter(target))
    return session


@pytest.fixture(scope="session")
def drawn(target: Client, options: Options) -> Any:
    """Give the contract as Schemathesis reads it."""
    header = next(
        token_location.name
        for token_location in target.contract.token_locations
        if token_location.place == "header"
    )
    config = SchemathesisConfig.from_str(
        SETTINGS.format(
            header=header,
            token=json.dumps(target.tokens.first),
            examples=_EXAMPLES_DEEP if options.deep else _EXAMPLES,
            seed=options.seed,
            strict=str(not target.contract.server).lower(),
        )
    )
    schema = schemathesis.openapi.from_dict(dict(target.contract.document), config=config)
    # the target puts what a deployment is under before the path itself
    schema.config.update(base_url=urlsplit(target.base_url)._replace(path=target.contract.base_path).geturl())
    return schema


def keep_page_small(case: schemathesis.Case[Any]) -> None:
    """Ask for no page that might be a whole deployment; checks of paging try the large ones."""
    limit = str((case.query or {}).get("limit", ""))
    if limit.isascii() and limit.isdecimal() and _LARGEST_PAGE < int(limit[:_DIGITS]) <= _LARGEST_LIMIT:
        case.query["limit"] = int(limit) % _LARGEST_PAGE


def keep_to_the_past(case: schemathesis.Case[Any]) -> None:
    """Write about a resource of one's own, long ago; what is not valid there stays so."""
    body = case.body
    if isinstance(body, dict):
        if is_valid(body.get("resource_id", NIL), UUID):
            body["resource_id"] = str(uuid4())
        if is_valid(body.get("time", PAST), parse_timestamp):
            body["time"] = PAST


def is_valid(text: Any, parse: Callable[[str], Any]) -> bool:
    """Tell whether a value is a text that can be parsed."""
    try:
        return isinstance(text, str) and bool(str(parse(text)))
    except ValueError:
        return False


schema = schemathesis.pytest.from_fixture("drawn")
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")


@pytest.fixture(scope="session")
def tried() -> set[str]:
    """Give what was tried of single parameters."""
    return set()


def is_new(case: schemathesis.Case[Any], tried: set[str]) -> bool:
    """Whether a case of the list tries what no case did yet.

    Examples come by themselves; of a wrong type or an unknown parameter one is enough, checks try more.
    """
    data = case.meta and case.meta.phase.data
    if not isinstance(data, CoveragePhaseData):
        return True
    value = (case.query or {}).get(data.parameter) if data.parameter else None
    if data.scenario in {CoverageScenario.INCORRECT_TYPE, CoverageScenario.OBJECT_UNEXPECTED_PROPERTIES}:
        value = None
    elif data.parameter is None:
        return True
    told = repr((data.scenario, data.parameter, value))
    known = told in tried or data.scenario is CoverageScenario.EXAMPLE_VALUE
    tried.add(told)
    return not known


def look_elsewhere(case: schemathesis.Case[Any]) -> None:
    """Leave out a cursor that names no log, where another parameter is tried: it hides what that does."""
    data = case.meta and case.meta.phase.data
    if isinstance(data, CoveragePhaseData) and data.parameter not in {None, "after_id"}:
        (case.query or {}).pop("after_id", None)


def judge_case(case: schemathesis.Case[Any], session: requests.Session, target: Client) -> None:
    """Send a case and hold its answer against the contract."""
    keep_page_small(case)
    keep_to_the_past(case)
    with failures_told(target):
        case.call_and_validate(session=session)
    # a 404 is right for a cursor that names no log, and Schemathesis takes it for right anywhere
    exchange = target.exchanges[-1]
    lost = exchange.status == HTTPStatus.NOT_FOUND and not names_cursor(exchange.request)
    expect(not lost, "no 404 where no cursor is named", "404", exchange)


def names_cursor(request: Request) -> bool:
    """Tell whether a request has a cursor."""
    return "after_id" in parse_qs(urlsplit(request.target).query)


@contextmanager
def failures_told(target: Client) -> Iterator[None]:
    """Tell Schemathesis' failures as the suite's."""
    try:
        yield
    except (FailureGroup, Failure) as error:
        failures = error.exceptions if isinstance(error, FailureGroup) else (error,)
        breakdowns = all(isinstance(failure, ServerError) for failure in failures)
        if breakdowns and is_explained(target.exchanges[-1], target.contract):
            return
        told = (f"{failure.title}: {failure.message}" for failure in failures)
        seen = "; ".join(" ".join(each.split()) for each in told)
        raise Violation("an answer as the contract has it", seen, tuple(target.exchanges[-1:])) from None


@pytest.mark.check(
    "schema",
    "operations",
    "#/paths/~1audit/get",
    "Whatever is asked of the list, valid or not, the answer is one the contract has for it.",
)
@schema.include(method="GET").parametrize()
def test_reading_keeps_the_schema(
    case: schemathesis.Case[Any], session: requests.Session, target: Client, tried: set[str]
) -> None:
    """Ask for the list in any way."""
    look_elsewhere(case)
    if is_new(case, tried):
        judge_case(case, session, target)


@pytest.mark.writes
@requires("strict requests")
@pytest.mark.check(
    "schema",
    "operations",
    "#/paths/~1audit~1testgenerate/post",
    "Whatever is posted, valid or not, the answer is one the contract has for it.",
)
@schema.include(method="POST").parametrize()
def test_writing_keeps_the_schema(
    case: schemathesis.Case[Any], session: requests.Session, target: Client
) -> None:
    """Post anything."""
    judge_case(case, session, target)


@pytest.mark.writes
@requires("strict requests")
@pytest.mark.check("schema", "operations", "#/paths/~1audit~1testgenerate/post/responses/204/links")
def test_links_lead_on(drawn: Any, session: requests.Session, target: Client, options: Options) -> None:
    """Requests one after another, each with what the one before has answered, keep the schema as well."""

    class Machine(drawn.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: schemathesis.Case[Any]) -> dict[str, Any]:
            keep_page_small(case)
            keep_to_the_past(case)
            return {"session": session}

    thorough = settings(
        settings.get_profile("writing check"), max_examples=_CHAINS_DEEP if options.deep else _CHAINS
    )
    with failures_told(target):
        Machine.run(settings=settings(thorough, stateful_step_count=_STEPS))
