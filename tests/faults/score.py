"""The score of the suite: which faults it finds, by which check, and after how many requests."""

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
from auditmock.core.asgi import App
from auditmock.fixtures.history.builtin_users import BuiltinUser
from auditmock.handlers.auth.tokens import token_of
from auditmock.server.run import bind, url_of
from auditmock.settings import Settings

_TOKENS = {"--token": token_of(BuiltinUser.OWNER), "--second-token": token_of(BuiltinUser.MEMBER)}
_WRITES = ("writes", "responses")
_BUDGET = 2000
_LOGS = 6000
"""Fewer than by default: some faults look at every log for each answer."""


class Caught(NamedTuple):
    """The first check a fault broke, its layer, and how many requests that took."""

    check: str
    layer: str
    requests: int


class Score(NamedTuple):
    """What became of one fault: by the checks of reading and, if they miss it, by those of writing."""

    fault: str
    aspect: str
    reading: Caught | None
    writing: Caught | None

    @property
    def caught(self) -> Caught | None:
        """How it is found, if it is."""
        return self.reading or self.writing


def score_all(names: Sequence[str], processes: int) -> Iterator[Score]:
    """Judge servers with each of these faults; every run is in a process of its own, forked from this one.

    What a run reads first of all is then known to each fork: the checks, the contract, the strategies.
    """
    with _quiet():
        _judge(NONE.name)
    gc.freeze()
    with multiprocessing.get_context("fork").Pool(processes, _be_quiet, maxtasksperchild=1) as pool:
        yield from pool.imap_unordered(_judge, names)


def score_peer(names: Sequence[str], processes: int) -> Iterator[tuple[str, bool]]:
    """Tell of each of these faults whether Schemathesis by itself finds it."""
    _good_app()
    with multiprocessing.get_context("fork").Pool(processes, _be_quiet, maxtasksperchild=1) as pool:
        yield from pool.imap_unordered(_judge_by_peer, names)


def _judge_by_peer(name: str) -> tuple[str, bool]:
    with _serve(BY_NAME[name]) as url:
        return name, finds_fault(url)


@contextmanager
def _quiet() -> Iterator[None]:
    kept = [os.dup(stream) for stream in (1, 2)]
    _be_quiet()
    yield
    for stream, copy in enumerate(kept, 1):
        os.dup2(copy, stream)
        os.close(copy)


def _be_quiet() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _judge(name: str) -> Score:
    fault = BY_NAME[name]
    with _serve(fault) as url:
        reading = judge_first(url)
        writing = None if reading else judge_first(url, allow_writes=True, only=_WRITES)
    return Score(name, fault.aspect, reading, writing)


@lru_cache(1)
def _good_app() -> App:
    """Build the app before the first fork: it is the same for all, and each fork writes to its own."""
    return create_app(Settings(logs=_LOGS))


@contextmanager
def _serve(fault: Fault) -> Iterator[str]:
    listener = bind("127.0.0.1", 0)
    ready = threading.Event()
    server = make_server(_good_app(), fault, ready.set)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    ready.wait()
    yield url_of(listener)
    server.should_exit = True
    thread.join()


def judge_first(url: str, *, allow_writes: bool = False, only: tuple[str, ...] = ()) -> Caught | None:
    """Judge a deployment until a check is broken."""
    with tempfile.TemporaryDirectory() as folder:
        verdict = run_checks(
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
        if verdict is ExitStatus.UNREADY:
            return Caught("preflight", "preflight", 1)
        report: Mapping[str, Any] = json.loads((Path(folder) / "report.json").read_text(encoding="utf-8"))
    failed = next((check for check in report["checks"] if check["outcome"] == "failed"), None)
    return Caught(failed["name"], failed["layer"], report["requests"]) if failed else None
