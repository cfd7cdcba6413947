"""The options of a run, one row each, for both pytest and `auditmock check`."""

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
    """Declare an option; `read` parses its text and raises SettingsError."""
    metadata = {"help": explanation, "variable": variable, "choices": choices, "read": read}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Options:
    """The options of a run. Tokens are kept apart: they never appear in reports."""

    base_url: str = _row(
        "", "URL of the deployment; without it, a mock is started and checked.", URL_VARIABLE
    )
    release: str = _row(
        AUTO, "Release to check against; auto asks the deployment.", choices=(AUTO, *list_releases())
    )
    allow_writes: bool = _row(default=False, explanation="Also send POST requests, which create test logs.")
    only: tuple[str, ...] = _row((), "Run only these checks: names, aspects or layers.")
    skip: tuple[str, ...] = _row((), "Skip these checks: names, aspects or layers.")
    seed: int = _row(1, "Seed of the generated requests.", read=partial(read_whole, low=0, high=2**63 - 1))
    deep: bool = _row(default=False, explanation="Generate many more requests; takes minutes.")
    fail_fast: bool = _row(default=False, explanation="Stop at the first failed check.")
    rate_limit: float = _row(
        6.0,
        "Maximum requests per second, such as 6 or 6/s; 0 means no limit. Ignored for the suite's own mock.",
        read=read_rate,
    )
    max_requests: int = _row(
        0,
        "Maximum number of requests; 0 means 600, or 900 with --allow-writes, or 20,000 with --deep.",
        read=partial(read_whole, low=0, high=10**9),
    )
    request_timeout: float = _row(
        10.0, "Seconds to wait for a response.", read=partial(read_number, low=0.01, high=3600)
    )
    retries: int = _row(
        2, "Retries when a read fails or the server asks to wait.", read=partial(read_whole, low=0, high=100)
    )
    tls_verify: str = _row(
        "true", 'Verify the TLS certificate: "true", "false", or a CA file.', read=read_trust
    )
    proxy: str = _row("", "URL of an HTTP proxy.", read=read_proxy)
    report: tuple[str, ...] = _row((), "Reports to write.", choices=REPORTS)
    report_dir: str = _row("auditmock-report", "Folder for reports.", read=read_path)
    baseline: str = _row("", "File of known failures, which do not fail the run.", read=read_path)
    baseline_update: bool = _row(
        default=False, explanation="Write the failures of this run to the baseline file."
    )

    @property
    def budget(self) -> int:
        return self.max_requests or (20_000 if self.deep else 900 if self.allow_writes else 600)


class Option(NamedTuple):
    name: str
    default: Any
    help: str
    variable: str
    choices: tuple[str, ...]
    make: Callable[[str], Any]

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def many(self) -> bool:
        """Whether it takes several values, separated by commas."""
        return isinstance(self.default, tuple)

    def read(self, text: str) -> Any:
        """Parse a value; raises SettingsError. A comma inside brackets belongs to the name of a case."""
        words: tuple[str, ...] = (text,)
        if self.many:
            words = tuple(word.strip() for word in _DIVIDER.split(text) if word.strip())
        for word in words:
            if self.choices and word not in self.choices:
                raise SettingsError(f'"{one_line(word)}" is not one of {", ".join(self.choices)}')
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
"""The options that affect results, apart from the selection of checks."""


def flags_again(options: Options) -> str:
    """Return the shell-quoted flags that repeat a run, always with the seed."""
    words = []
    for option in OPTIONS:
        value = getattr(options, option.name)
        if option.name in _RESULT_OPTIONS and (value != option.default or option.name == "seed"):
            words += [option.flag] if value is True else [option.flag, _shown(value)]
    return shlex.join(words)


def _shown(value: float | str) -> str:
    """Format a value, without the credentials of a proxy URL."""
    if isinstance(value, str):
        return re.sub("//[^/]*@", "//", value)
    return f"{value:g}" if isinstance(value, float) else str(value)


TOKENS = {
    "--token": (TOKEN_VARIABLE, "Session token of a user who may read audit logs."),
    "--second-token": (SECOND_VARIABLE, "Session token of a member who may not read them."),
}
"""By flag: the preferred environment variable, and the help text."""
