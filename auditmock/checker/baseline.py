"""The baseline: a file of failures that are known, so that only new ones fail a run."""

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
"""Names without a check that are told one by one."""


class Baseline(NamedTuple):
    """The full names of the checks that are known to fail, and the release they were judged by, if told."""

    failures: frozenset[str] = frozenset()
    release: str = ""


def read_known(options: Options) -> Baseline:
    """Read the baseline the options name, which may be new if it is to be written; raises SettingsError."""
    path = Path(options.baseline)
    new = options.baseline_update and not path.exists()
    return read_baseline(path) if options.baseline and not new else Baseline()


def read_baseline(path: Path) -> Baseline:
    """Read a baseline; raises SettingsError."""
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        known, release = written["failures"], str(written.get("release", ""))
    except OSError as error:
        raise SettingsError(f"cannot read {one_line(str(path))}: {reason_of(error)}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        known, release = None, ""
    if not isinstance(known, list) or not all(isinstance(name, str) for name in known):
        raise SettingsError(
            f"{one_line(str(path))} is no baseline: it must be "
            '{"failures": [names]}, as --baseline-update writes it'
        )
    return Baseline(frozenset(known), release)


def describe_unknown_entries(baseline: Baseline, release: str, names: Sequence[str]) -> Iterator[str]:
    """Say what a baseline has that cannot be meant for a run by a release, whose checks have these names."""
    if baseline.release not in {"", release}:
        told = one_line(baseline.release)
        yield f"the baseline was written for release {told}; this run is judged by {release}"
    strays = sorted(baseline.failures.difference(names))
    for name in strays[:_MOST]:
        near = difflib.get_close_matches(name, names, 1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        yield f'the baseline has "{one_line(name)}", which is no check{hint}'
    if strays[_MOST:]:
        yield f"the baseline has {len(strays) - _MOST} more that are no checks"


def write_baseline(findings: Results, known: Collection[str]) -> str:
    """Write what fails now, and what was known and is not judged in this run: the text of a baseline."""
    judged = {finding.check.full_name for finding in findings.found if finding.outcome is not Outcome.SKIPPED}
    failing = {finding.check.full_name for finding in findings.found if finding.outcome in _BAD}
    names = sorted(failing | (set(known) - judged))
    return json.dumps({"release": findings.release, "failures": names}, indent=2) + "\n"


def compare(finding: Result, known: Collection[str]) -> Result:
    """See a finding in the light of what is known."""
    if finding.check.full_name not in known:
        return finding
    seen = {Outcome.FAILED: Outcome.KNOWN, Outcome.PASSED: Outcome.FIXED}
    return replace(finding, outcome=seen.get(finding.outcome, finding.outcome))
