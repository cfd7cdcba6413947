"""How the suite is to judge: one row a setting, on pytest's command line and on `auditmock check`'s."""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any, NamedTuple

from auditmock.checker.core.exchange import TOKEN_VARIABLE
from auditmock.checker.core.option_types import (
    SettingsError,
    read_number,
    read_path,
    read_proxy,
    read_rate,
    read_trust,
    read_whole,
)
from auditmock.checker.core.redaction import one_line
from auditmock.checker.core.releases import AUTO
from auditmock.checker.core.tokens import SECOND_VARIABLE
from auditmock.openapi.releases import list_releases

URL_VARIABLE = "CODER_URL"
_DIVIDER = re.compile(r",(?![^\[]*\])")
REPORTS = ("html", "junit", "json", "har")


def _row(
    default: Any,
    explanation: str,
    variable: str = "",
    choices: tuple[str, ...] = (),
    read: Callable[[str], Any] = str,
) -> Any:
    """Make a row; `read` makes a value of its text, and raises SettingsError."""
    metadata = {"help": explanation, "variable": variable, "choices": choices, "read": read}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Options:
    """The settings of one run; tokens are apart, since they never stand in a report."""

    base_url: str = _row("", "What to judge; if not given, a mock of its own.", URL_VARIABLE)
    release: str = _row(
        AUTO, "The release of the contract; auto asks the deployment.", choices=(AUTO, *list_releases())
    )
    allow_writes: bool = _row(default=False, explanation="Send POST requests, too: each writes a test log.")
    only: tuple[str, ...] = _row((), "Judge by these checks alone: a name, an aspect, or a layer.")
    skip: tuple[str, ...] = _row((), "Leave out these checks.")
    seed: int = _row(1, "Seed of everything that is drawn.", read=partial(read_whole, low=0, high=2**63 - 1))
    deep: bool = _row(default=False, explanation="Look at far more examples; takes minutes.")
    fail_fast: bool = _row(default=False, explanation="Stop at the first check that is broken.")
    rate_limit: float = _row(
        6.0,
        "Requests a second at most, such as 6 or 6/s; 0 is no limit. (A mock of its own has none.)",
        read=read_rate,
    )
    max_requests: int = _row(
        0,
        "Requests at most; 0 is 600, 900 with --allow-writes, 20,000 with --deep.",
        read=partial(read_whole, low=0, high=10**9),
    )
    request_timeout: float = _row(
        10.0, "Seconds to wait for an answer.", read=partial(read_number, low=0.01, high=3600)
    )
    retries: int = _row(
        2,
        "How often to ask again when a read fails, or the server asks to wait.",
        read=partial(read_whole, low=0, high=100),
    )
    tls_verify: str = _row(
        "true", 'Check the certificate: "true", "false", or a file of authorities.', read=read_trust
    )
    proxy: str = _row("", "Proxy to send the requests through.", read=read_proxy)
    report: tuple[str, ...] = _row((), "Write reports of these kinds.", choices=REPORTS)
    report_dir: str = _row("auditmock-report", "Where to write reports.", read=read_path)
    baseline: str = _row("", "File of known failures: they do not fail the run.", read=read_path)
    baseline_update: bool = _row(default=False, explanation="Write what fails now into the baseline file.")

    @property
    def budget(self) -> int:
        """How many requests may be sent."""
        return self.max_requests or (20_000 if self.deep else 900 if self.allow_writes else 600)


class Option(NamedTuple):
    """One row, as a command line sees it."""

    name: str
    default: Any
    help: str
    variable: str
    choices: tuple[str, ...]
    make: Callable[[str], Any]

    @property
    def flag(self) -> str:
        """The name of the flag."""
        return "--" + self.name.replace("_", "-")

    @property
    def many(self) -> bool:
        """Whether it takes several values, divided by commas."""
        return isinstance(self.default, tuple)

    def read(self, text: str) -> Any:
        """Make a value of its text; raises SettingsError.

        A comma between brackets is part of the name of a case.
        """
        words: tuple[str, ...] = (text,)
        if self.many:
            words = tuple(word.strip() for word in _DIVIDER.split(text) if word.strip())
        for word in words:
            if self.choices and word not in self.choices:
                raise SettingsError(f'"{one_line(word)}" is none of {", ".join(self.choices)}')
        return words if self.many else self.make(text)


OPTIONS = tuple(
    Option(row.name, row.default, *(row.metadata[name] for name in ("help", "variable", "choices", "read")))
    for row in fields(Options)
)

_RESULT_OPTIONS = (
    "release",
    "allow_writes",
    "seed",
    "deep",
    "rate_limit",
    "request_timeout",
    "retries",
    "tls_verify",
    "proxy",
)
"""The settings that what is found hangs on, beside the choice of checks."""


def flags_again(options: Options) -> str:
    """Write the flags, as a shell takes them, by which a run is made again; the seed in any case."""
    words = []
    for option in OPTIONS:
        value = getattr(options, option.name)
        if option.name in _RESULT_OPTIONS and (value != option.default or option.name == "seed"):
            words += [option.flag] if value is True else [option.flag, _shown(value)]
    return shlex.join(words)


def _shown(value: float | str) -> str:
    """Write a value, without the name and password that stand in the URL of a proxy."""
    if isinstance(value, str):
        return re.sub("//[^/]*@", "//", value)
    return f"{value:g}" if isinstance(value, float) else str(value)


TOKENS = {
    "--token": (TOKEN_VARIABLE, "Session token of somebody who may read."),
    "--second-token": (SECOND_VARIABLE, "Session token of a member, who may not read."),
}
"""The flags of tokens, the variable that is better used instead, and what they are."""
