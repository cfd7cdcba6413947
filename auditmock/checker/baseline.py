"""The baseline: a file of known failures, so that only new failures fail a run."""

import difflib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from auditmock.checker.core.option_types import SettingsError, reason_of
from auditmock.checker.core.options import Options
from auditmock.checker.core.redaction import one_line
from auditmock.checker.core.results import Outcome, Result, Results

_BAD = (Outcome.FAILED, Outcome.KNOWN)
_MOST = 5
"""Maximum number of unknown names that are listed one by one."""


class Baseline(NamedTuple):
    """The full names of the checks known to fail, and the release they were checked against, if known."""

    failures: frozenset[str] = frozenset()
    release: str = ""


def read_known(options: Options) -> Baseline:
    """Read the baseline of the options; it need not exist if it will be updated. Raises SettingsError."""
    path = Path(options.baseline)
    new = options.baseline_update and not path.exists()
    return read_baseline(path) if options.baseline and not new else Baseline()


def read_baseline(path: Path) -> Baseline:
    """Read a baseline file; raises SettingsError."""
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        known, release = written["failures"], str(written.get("release", ""))
    except OSError as error:
        raise SettingsError(f"cannot read {one_line(str(path))}: {reason_of(error)}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        known, release = None, ""
    if not isinstance(known, list) or not all(isinstance(name, str) for name in known):
        raise SettingsError(
            f"{one_line(str(path))} is not a baseline file; expected "
            '{"failures": [names]}, as written by --baseline-update'
        )
    return Baseline(frozenset(known), release)


def describe_unknown_entries(baseline: Baseline, release: str, names: Sequence[str]) -> Iterator[str]:
    """Describe baseline entries that do not apply to a run: another release, and unknown check names."""
    if baseline.release not in {"", release}:
        name = one_line(baseline.release)
        yield f"the baseline was written for release {name}; this run checks {release}"
    strays = sorted(baseline.failures.difference(names))
    for name in strays[:_MOST]:
        near = difflib.get_close_matches(name, names, 1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        yield f'unknown check "{one_line(name)}" in the baseline{hint}'
    if strays[_MOST:]:
        yield f"{len(strays) - _MOST} more unknown checks in the baseline"


def write_baseline(results: Results, known: Collection[str]) -> str:
    """Return the text of a new baseline: current failures, and known ones that this run did not check."""
    checked = {result.check.full_name for result in results.found if result.outcome is not Outcome.SKIPPED}
    failing = {result.check.full_name for result in results.found if result.outcome in _BAD}
    names = sorted(failing | (set(known) - checked))
    return json.dumps({"release": results.release, "failures": names}, indent=2) + "\n"


def compare(result: Result, known: Collection[str]) -> Result:
    """Mark a result as known or fixed if the baseline lists its check."""
    if result.check.full_name not in known:
        return result
    seen = {Outcome.FAILED: Outcome.KNOWN, Outcome.PASSED: Outcome.FIXED}
    return replace(result, outcome=seen.get(result.outcome, result.outcome))
