"""The pytest plugin of the suite: options, the deployment under test, and results."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click
import pytest
from hypothesis import HealthCheck, Phase, settings

from auditmock.checker.baseline import describe_unknown_entries, write_baseline
from auditmock.checker.client.client import Client, ConnectionLostError
from auditmock.checker.client.connect import connect
from auditmock.checker.core.checks import (
    RESPONSES,
    WRITES,
    Check,
    UnknownCheckError,
    check_of,
    choose,
    find_missing_capability,
)
from auditmock.checker.core.option_types import SettingsError
from auditmock.checker.core.options import Options
from auditmock.checker.core.releases import AUTO, choose_release
from auditmock.checker.core.results import Outcome, Result
from auditmock.checker.core.tokens import Tokens
from auditmock.checker.flags import add_flags, read_options, read_tokens
from auditmock.checker.preflight import NotReadyError, check_ready, check_tokens, find_version
from auditmock.checker.reports.formats import write_file, write_reports
from auditmock.checker.reports.text import describe_failure, describe_matrix, describe_result
from auditmock.checker.run import RUN, Run
from auditmock.openapi.contract import Contract

_USAGE, _UNREADY = 2, 3
"""Exit statuses when nothing can be checked: for invalid settings, and for an unusable deployment."""

_LAST = ("writes", "operations", RESPONSES)
"""The aspects that run last: writes, many requests, and checks of all responses."""


def pytest_addoption(parser: pytest.Parser) -> None:
    add_flags(parser)


@pytest.hookimpl(tryfirst=True)  # before Hypothesis looks for its seed
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "check(layer, aspect, place, sentence): a check and its place in the contract"
    )
    config.addinivalue_line("markers", "writes: creates test logs; needs --allow-writes")
    config.addinivalue_line("markers", "requires(names): capabilities the release must have")
    config.addinivalue_line(
        "markers", "each(names, values, ids): runs once for each of these values of the contract"
    )
    try:
        options = read_options(config)
        config.stash[RUN] = Run(options, read_tokens(config))
    except SettingsError as error:
        pytest.exit(str(error), returncode=_USAGE)
    _register_profiles(options)
    if config.getoption("hypothesis_seed", None) is None:
        config.option.hypothesis_seed = str(options.seed)
    if not options.base_url:
        # imported by name: the suite depends on the mock only to start one
        config.pluginmanager.import_plugin("auditmock.pytest_plugin")


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Choose the release before collection, since cases are generated from its contract."""
    if session.config.option.collectonly:
        return
    run = session.config.stash[RUN]
    name, url = run.options.release, run.options.base_url.rstrip("/")
    if name == AUTO and url:
        with _open(run, url, run.tokens) as target:
            _prepare_target(run, target)
    run.choose(choose_release(name, run.results.server_version))


def _prepare_target(run: Run, target: Client) -> None:
    """Make sure that a deployment can be checked, and find its version."""
    try:
        first = check_ready(target)
        check_tokens(target, writes=run.options.allow_writes)
        run.results.server_version = find_version(target, first)
    except NotReadyError as error:
        _give_up(run, str(error), _UNREADY)
    except SettingsError as error:
        _give_up(run, str(error), _USAGE)
    except pytest.skip.Exception as error:
        _give_up(run, f"nothing could be checked: {error}", _USAGE)
    run.results.preflight = tuple(exchange.brief() for exchange in target.exchanges)


def _give_up(run: Run, reason: str, status: int) -> NoReturn:
    run.end(reason, status)
    pytest.exit(reason, returncode=status)


@contextmanager
def _open(run: Run, url: str, tokens: Tokens) -> Iterator[Client]:
    try:
        with connect(run.options, url, tokens, run.contract, run.pace) as target:
            yield target
    except SettingsError as error:
        _give_up(run, str(error), _USAGE)


def _register_profiles(options: Options) -> None:
    base = settings(
        max_examples=100 if options.deep else 5,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    settings.register_profile("check", base, phases=(Phase.explicit, Phase.generate, Phase.shrink))
    settings.register_profile("check of each", base, max_examples=20 if options.deep else 1)
    settings.register_profile(
        "check of words", settings.get_profile("check"), max_examples=60 if options.deep else 3
    )
    settings.register_profile("writing check", base)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    contract = metafunc.config.stash[RUN].contract
    for mark in metafunc.definition.iter_markers("each"):
        names, values, ids = mark.args
        metafunc.parametrize(names, values(contract), ids=ids)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select and order the checks; skip those that are not allowed or do not apply."""
    run = config.stash[RUN]
    checks = {item: check for item in items if (check := check_of(item))}
    try:
        chosen = choose(checks.values(), run.options.only, run.options.skip) if checks else set()
    except UnknownCheckError as error:
        pytest.exit(str(error), returncode=_USAGE)
    if checks and not chosen:
        pytest.exit("no checks left: --skip excludes everything that --only selects", returncode=_USAGE)
    run.checks_responses = any(check.aspect == RESPONSES for check in chosen)
    names = [check.full_name for check in checks.values()]
    run.results.notes += describe_unknown_entries(run.known, run.results.release, names)
    left_out = [item for item, check in checks.items() if check not in chosen]
    config.hook.pytest_deselected(items=left_out)
    items[:] = sorted(
        (item for item in items if item not in set(left_out)), key=lambda item: _place(checks.get(item))
    )
    for item, check in checks.items():
        names = [name for mark in item.iter_markers("requires") for name in mark.args]
        if check.layer == WRITES and not run.options.allow_writes:
            item.add_marker(pytest.mark.skip(reason="needs --allow-writes"))
        elif missing := find_missing_capability(run.contract, names):
            # prepended, since pytest adds its own reason to a check without cases
            item.add_marker(pytest.mark.skip(reason=missing), append=False)


def _place(check: Check | None) -> int:
    return _LAST.index(check.aspect) + 1 if check and check.aspect in _LAST else 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Start a check with an empty record; with --fail-fast, skip it once a response is invalid."""
    run, check = item.config.stash[RUN], check_of(item)
    if run.target:
        run.target.begin()
        if check and run.has_seen_enough(check):
            pytest.skip("a response has already violated the contract")
    yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Record a result; report failures without traceback and without tokens."""
    report = yield
    check = check_of(item)
    if check is None:
        return report
    run = item.config.stash[RUN]
    result = run.recorder.record(check, call, report)
    if result and result.outcome is Outcome.FAILED and run.target and run.target.locked_out:
        run.end(run.target.locked_out, _UNREADY)
        result = _skip_locked_out(result, report, run.target.locked_out)
        item.session.shouldfail = run.target.locked_out
    if result and not (result.outcome is Outcome.PASSED and run.has_result(check)):
        result = run.note(result)
        if result.outcome in {Outcome.FAILED, Outcome.KNOWN}:
            report.longrepr = "\n".join(describe_failure(result, run.results))
        if result.outcome is Outcome.KNOWN:
            report.outcome = "skipped"
            report.longrepr = (str(item.path), 0, "Skipped: known failure")
        if result.outcome is Outcome.FAILED and run.options.fail_fast:
            item.session.shouldfail = "stopped at the first failed check"
    report.sections = [(title, run.tokens.hide(text)) for title, text in report.sections]
    if call.excinfo and isinstance(call.excinfo.value, ConnectionLostError):
        item.session.shouldfail = str(call.excinfo.value)
    return report


def _skip_locked_out(result: Result, report: pytest.TestReport, reason: str) -> Result:
    """Turn a failure into a skip, because the deployment rejects further requests."""
    report.outcome, report.longrepr = "skipped", ("", 0, f"Skipped: {reason}")
    return Result(result.check, Outcome.SKIPPED, reason=reason)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write reports and baseline; set the exit status of runs that ended early or checked nothing."""
    run = session.config.stash[RUN]
    if not run.results.found:
        return
    if exitstatus == pytest.ExitCode.INTERRUPTED:
        run.end("interrupted", exitstatus)
    results = run.close()
    # a worker of pytest-xdist runs only part of the checks
    if exitstatus == pytest.ExitCode.OK and not results.made and not hasattr(session.config, "workerinput"):
        run.status = _USAGE
    session.exitstatus = run.status or exitstatus
    if run.options.baseline_update:
        failure = write_file(Path(run.options.baseline), write_baseline(results, run.known.failures))
        run.unwritten += [failure] if failure else []
    if run.target:
        folder = Path(run.options.report_dir)
        run.unwritten += write_reports(results, run.target.contract, run.options.report, folder)
    if run.unwritten:
        session.exitstatus = session.exitstatus or _USAGE


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    run = config.stash[RUN]
    results = run.results
    if results.found:
        terminalreporter.section("contract")
        for line in [*describe_matrix(results), "", *describe_result(results), *run.unwritten]:
            terminalreporter.write_line(line if terminalreporter.hasmarkup else click.unstyle(line))


@pytest.fixture(scope="session")
def options(pytestconfig: pytest.Config) -> Options:
    return pytestconfig.stash[RUN].options


@pytest.fixture(scope="session")
def contract(pytestconfig: pytest.Config) -> Contract:
    return pytestconfig.stash[RUN].contract


@pytest.fixture(scope="session")
def target(options: Options, request: pytest.FixtureRequest) -> Iterator[Client]:
    """Return the deployment under test, ready to be checked; without a URL, start a mock."""
    run = request.config.stash[RUN]
    url, tokens = options.base_url.rstrip("/"), run.tokens
    if not url:
        mock = request.getfixturevalue("audit_mock")
        url, tokens = mock.url, Tokens(mock.token("owner"), mock.token("member"))
    with _open(run, url, tokens) as target:
        run.target, run.tokens, run.results.base_url = target, tokens, url
        if not run.results.preflight:
            _prepare_target(run, target)
        target.begin()
        yield target
