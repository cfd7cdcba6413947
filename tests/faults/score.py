"""Score of the contract suite: which faults it finds, by which check, after how many requests."""

import gc
import json
import multiprocessing
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import schemathesis.pytest.plugin  # noqa: F401 - read once, not in every fork
from catalogue import BY_NAME
from fault import NONE, Fault
from peer import finds_fault
from serving import make_server

from auditmock.asgi import create_app
from auditmock.checker.core.options import Options
from auditmock.checker.main import ExitStatus, run_checks
from auditmock.core.asgi_types import App
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.server.run import bind, url_of
from auditmock.settings import Settings

_TOKENS = {"--token": token_of(BuiltinUser.OWNER), "--second-token": token_of(BuiltinUser.MEMBER)}
_WRITES = ("writes", "responses")
_BUDGET = 2000
_LOGS = 6000
"""Fewer than by default: some faults read every log for each reply."""


class Detection(NamedTuple):
    """The first check that a fault fails, its layer, and the number of requests until then."""

    check: str
    layer: str
    requests: int


class Score(NamedTuple):
    """The result for one fault: detection by reads or, failing that, by writes."""

    fault: str
    aspect: str
    reading: Detection | None
    writing: Detection | None

    @property
    def detection(self) -> Detection | None:
        """How it is found, if it is."""
        return self.reading or self.writing


def score_all(names: Sequence[str], processes: int) -> Iterator[Score]:
    """Score servers with these faults, each in a process forked from this one.

    The first run loads checks, contract and strategies once, before the forks.
    """
    with _output_silenced():
        _score(NONE.name)
    gc.freeze()
    with multiprocessing.get_context("fork").Pool(processes, _silence_output, maxtasksperchild=1) as pool:
        yield from pool.imap_unordered(_score, names)


def score_peer(names: Sequence[str], processes: int) -> Iterator[tuple[str, bool]]:
    """Yield for each fault whether Schemathesis alone finds it."""
    _build_app()
    with multiprocessing.get_context("fork").Pool(processes, _silence_output, maxtasksperchild=1) as pool:
        yield from pool.imap_unordered(_score_by_peer, names)


def _score_by_peer(name: str) -> tuple[str, bool]:
    with _serve(BY_NAME[name]) as url:
        return name, finds_fault(url)


@contextmanager
def _output_silenced() -> Iterator[None]:
    kept = [os.dup(stream) for stream in (1, 2)]
    _silence_output()
    yield
    for stream, copy in enumerate(kept, 1):
        os.dup2(copy, stream)
        os.close(copy)


def _silence_output() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _score(name: str) -> Score:
    fault = BY_NAME[name]
    with _serve(fault) as url:
        reading = find_first_failure(url)
        writing = None if reading else find_first_failure(url, allow_writes=True, only=_WRITES)
    return Score(name, fault.aspect, reading, writing)


@lru_cache(1)
def _build_app() -> App:
    """Build the app before the first fork; each fork has its own copy."""
    return create_app(Settings(logs=_LOGS))


@contextmanager
def _serve(fault: Fault) -> Iterator[str]:
    listener = bind("127.0.0.1", 0)
    ready = threading.Event()
    server = make_server(_build_app(), fault, ready.set)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    ready.wait()
    yield url_of(listener)
    server.should_exit = True
    thread.join()


def find_first_failure(
    url: str, *, allow_writes: bool = False, only: tuple[str, ...] = ()
) -> Detection | None:
    """Check a deployment until the first failure."""
    with tempfile.TemporaryDirectory() as folder:
        status = run_checks(
            Options(
                base_url=url,
                allow_writes=allow_writes,
                only=only,
                fail_fast=True,
                rate_limit=0,
                max_requests=_BUDGET,
                report=("json",),
                report_dir=folder,
            ),
            _TOKENS,
        )
        if status is ExitStatus.UNREADY:
            return Detection("preflight", "preflight", 1)
        report: Mapping[str, Any] = json.loads((Path(folder) / "report.json").read_text(encoding="utf-8"))
    failed = next((check for check in report["checks"] if check["outcome"] == "failed"), None)
    return Detection(failed["name"], failed["layer"], report["requests"]) if failed else None
