"""The baseline: a file of failures that are known, so that only new ones fail a run."""

import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from auditmock.contract.findings import Finding, Findings, Outcome
from auditmock.contract.options import Options
from auditmock.contract.values import SettingsError, reason_of

_BAD = (Outcome.FAILED, Outcome.KNOWN)


def read_known(options: Options) -> frozenset[str]:
    """Read the baseline the options name, which may be new if it is to be written; raises SettingsError."""
    path = Path(options.baseline)
    new = options.baseline_update and not path.exists()
    return read_baseline(path) if options.baseline and not new else frozenset()


def read_baseline(path: Path) -> frozenset[str]:
    """Read the full names of the checks that are known to fail; raises SettingsError."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))["failures"]
    except OSError as error:
        raise SettingsError(f"cannot read {path}: {reason_of(error)}") from None
    except (ValueError, KeyError, TypeError):
        known = None
    if not isinstance(known, list) or not all(isinstance(name, str) for name in known):
        raise SettingsError(
            f'{path} is no baseline: it must be {{"failures": [names]}}, as --baseline-update writes it'
        )
    return frozenset(known)


def write_baseline(findings: Findings, known: Collection[str]) -> str:
    """Write what fails now, and what was known and is not judged in this run: the text of a baseline."""
    judged = {finding.law.full_name for finding in findings.found if finding.outcome is not Outcome.SKIPPED}
    failing = {finding.law.full_name for finding in findings.found if finding.outcome in _BAD}
    names = sorted(failing | (set(known) - judged))
    return json.dumps({"failures": names}, indent=2) + "\n"


def compare(finding: Finding, known: Collection[str]) -> Finding:
    """See a finding in the light of what is known."""
    if finding.law.full_name not in known:
        return finding
    seen = {Outcome.FAILED: Outcome.KNOWN, Outcome.PASSED: Outcome.FIXED}
    return replace(finding, outcome=seen.get(finding.outcome, finding.outcome))
