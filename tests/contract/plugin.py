"""The pytest plugin of the suite: its options, the deployment under test, and what the laws share."""

import os
import re
import subprocess
import sys
from collections.abc import Generator, Iterator

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings

from auditmock.contract.options import OPTIONS, TOKEN_VARIABLE, URL_VARIABLE, Options
from auditmock.contract.pace import BudgetSpentError, Pace
from auditmock.contract.preflight import NotReadyError, check_ready
from auditmock.contract.sample import Sample, take_sample
from auditmock.contract.target import Target, UnreachableError
from auditmock.contract.telling import tell
from auditmock.contract.verdict import DisturbedError, Violation
from auditmock.openapi import Contract, load_contract

TARGET = pytest.StashKey[Target]()
"""The deployment under test, for what is said at the end."""

_UNREADY = 3
"""Exit status when there is nothing to judge."""

_MOCK_TOKEN = "Owner00000-" + "0" * 22
_MOCK_URL = re.compile(r"API +(http://[^/\s]+)")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add a flag for each option."""
    group = parser.getgroup("auditmock", "the contract suite of auditmock")
    for option in OPTIONS:
        if isinstance(option.default, bool):
            group.addoption(option.flag, action="store_true", default=option.default, help=option.help)
        else:
            group.addoption(option.flag, type=type(option.default), default=option.default, help=option.help)
    group.addoption("--token", default="", help=f"Session token; better given as ${TOKEN_VARIABLE}.")


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the mark of laws, and Hypothesis how thorough to be."""
    config.addinivalue_line("markers", "law(aspect, place): a law of the contract, and where it stands there")
    config.addinivalue_line("markers", "writes: writes test logs; runs with --allow-writes only")
    settings.register_profile(
        "law",
        max_examples=100 if config.getoption("--deep") else 6,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show a broken law as what it is, not as a traceback; what cannot be judged is skipped."""
    report = yield
    error = call.excinfo.value if call.excinfo else None
    if isinstance(error, Violation):
        report.longrepr = tell(error, item, item.config.stash[TARGET].base_url)
    elif isinstance(error, DisturbedError | BudgetSpentError):
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, f"Skipped: {error}")
    elif isinstance(error, UnreachableError):
        report.longrepr = f"no answer: {error}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many requests it took."""
    target = config.stash.get(TARGET, None)
    if target is not None:
        terminalreporter.write_line(f"{target.pace.spent} requests to {target.base_url}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what writes, unless that is allowed."""
    if not config.getoption("--allow-writes"):
        reading = pytest.mark.skip(reason="it writes, and --allow-writes is not given")
        for item in items:
            if item.get_closest_marker("writes"):
                item.add_marker(reading)


@pytest.fixture(scope="session")
def contract() -> Contract:
    """Give the contract that is judged by."""
    return load_contract()


@pytest.fixture(scope="session")
def options(pytestconfig: pytest.Config) -> Options:
    """Give the settings of this run."""
    return Options(**{option.name: pytestconfig.getoption(option.name) for option in OPTIONS})


@pytest.fixture(scope="session")
def target(contract: Contract, options: Options, pytestconfig: pytest.Config) -> Iterator[Target]:
    """Give the deployment under test, sure that it can be judged; a mock is started if none is named."""
    url = options.base_url or os.environ.get(URL_VARIABLE, "")
    token = pytestconfig.getoption("--token") or os.environ.get(TOKEN_VARIABLE, "")
    mock = None
    if not url:
        mock, url = _start_mock()
        token = _MOCK_TOKEN
    verify = {"true": True, "false": False}.get(options.tls_verify, options.tls_verify)
    with httpx.Client(
        timeout=options.request_timeout, verify=verify, proxy=options.proxy or None, trust_env=False
    ) as client:
        pace = Pace(0 if mock else options.rate_limit, options.max_requests)
        target = Target(
            contract, url.rstrip("/"), token, pace, client, options.request_timeout, options.retries
        )
        try:
            check_ready(target)
        except NotReadyError as error:
            pytest.exit(str(error), returncode=_UNREADY)
        pytestconfig.stash[TARGET] = target
        yield target
    if mock and mock.stdout:
        mock.stdout.close()
        mock.terminate()
        mock.wait()


@pytest.fixture(scope="session")
def sample(target: Target) -> Sample:
    """Give some logs of the deployment's past; laws that need any are skipped when there are none."""
    sample = take_sample(target)
    if not sample.logs:
        pytest.skip("the deployment has no logs")
    return sample


def _start_mock() -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-P", "-m", "auditmock", "serve", "--port", "0", "--log-level", "warning"]
    mock = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    banner = ""
    for line in mock.stdout or ():
        banner += line
        if "Ctrl-C" in line:
            break
    found = _MOCK_URL.search(banner)
    if found is None:
        pytest.exit(f"the mock did not start: {banner}", returncode=_UNREADY)
    return mock, found[1]
