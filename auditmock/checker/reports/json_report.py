"""The report for programs: what was judged and what came of each check."""

import json
from collections.abc import Mapping
from typing import Any

from auditmock.checker.core.results import Result, Results
from auditmock.checker.reports.text import rerun


def write_json(findings: Results) -> str:
    """Write a run; exchanges of failures only, in full."""
    return json.dumps(_run(findings), indent=1) + "\n"


def _run(findings: Results) -> Mapping[str, Any]:
    return {
        "base_url": findings.base_url,
        "release": findings.release,
        "server_version": findings.server_version,
        "seed": findings.seed,
        "deep": findings.deep,
        "allow_writes": findings.allow_writes,
        "started": findings.started,
        "seconds": round(findings.seconds, 3),
        "requests": findings.requests,
        "conforms": findings.conforms,
        "ended": findings.ended,
        "verdict": findings.verdict,
        "notes": findings.notes,
        "checks": [_check(finding, findings) for finding in findings.found],
    }


def _check(finding: Result, findings: Results) -> Mapping[str, Any]:
    check = finding.check
    row: dict[str, Any] = {
        "name": check.full_name,
        "layer": check.layer,
        "aspect": check.aspect,
        "outcome": finding.outcome,
        "sentence": check.sentence,
        "requests": len(finding.exchanges),
    }
    if finding.reason:
        row["reason"] = finding.reason
    if finding.expected:
        row |= {
            "expected": finding.expected,
            "seen": finding.seen,
            "contract": check.place,
            "curl": [exchange.request.curl(findings.base_url) for exchange in finding.shown],
            "rerun": rerun(finding, findings),
        }
    return row
