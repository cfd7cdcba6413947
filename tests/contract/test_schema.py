"""The schema layer: Schemathesis draws requests from the contract and holds every answer against it."""

import json
from typing import Any

import pytest
import requests
import schemathesis
from requests.adapters import HTTPAdapter
from schemathesis.config import SchemathesisConfig

from auditmock.contract.options import Options
from auditmock.contract.target import Target

pytestmark = pytest.mark.law("schema", "#/paths")

_EXAMPLES = 12
_EXAMPLES_DEEP = 300

SETTINGS = """
headers = {{ {header} = {token} }}
[generation]
deterministic = true
max-examples = {examples}
[cache]
enabled = false
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


class PacedAdapter(HTTPAdapter):
    """Sends no faster and no more than the suite may."""

    def __init__(self, target: Target) -> None:
        super().__init__()
        self._target = target

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Wait for one's turn, then send."""
        self._target.pace.step()
        return super().send(request, *args, **kwargs)


@pytest.fixture(scope="session")
def session(target: Target, options: Options) -> requests.Session:
    """Give a session that keeps the pace of the suite."""
    session = requests.Session()
    session.trust_env = False
    session.verify = {"true": True, "false": False}.get(options.tls_verify, options.tls_verify)
    if options.proxy:
        session.proxies = {"http": options.proxy, "https": options.proxy}
    for scheme in ("http://", "https://"):
        session.mount(scheme, PacedAdapter(target))
    return session


@pytest.fixture(scope="session")
def drawn(target: Target, options: Options) -> Any:
    """Give the contract as Schemathesis reads it."""
    header = next(carrier.name for carrier in target.contract.carriers if carrier.place == "header")
    config = SchemathesisConfig.from_str(
        SETTINGS.format(
            header=header,
            token=json.dumps(target.token),
            examples=_EXAMPLES_DEEP if options.deep else _EXAMPLES,
        )
    )
    schema = schemathesis.openapi.from_dict(dict(target.contract.document), config=config)
    schema.config.update(base_url=target.base_url + target.contract.base_path)
    return schema


schema = schemathesis.pytest.from_fixture("drawn")


@schema.include(method="GET").parametrize()
def test_reading_keeps_the_schema(case: schemathesis.Case[Any], session: requests.Session) -> None:
    """Whatever is asked of the list, valid or not, status, headers and body are those of the contract."""
    case.call_and_validate(session=session)


@pytest.mark.writes
@schema.include(method="POST").parametrize()
def test_writing_keeps_the_schema(case: schemathesis.Case[Any], session: requests.Session) -> None:
    """Whatever is posted, valid or not, status, headers and body are those of the contract."""
    case.call_and_validate(session=session)
