"""The report for programs: what was judged and what came of each check."""

import json
from collections.abc import Mapping
from typing import Any

from auditmock.contract.findings import Finding, Findings
from auditmock.contract.telling import rerun


def write_json(findings: Findings) -> str:
    """Write a run; exchanges of failures only, in full."""
    return json.dumps(_run(findings), indent=1) + "\n"


def _run(findings: Findings) -> Mapping[str, Any]:
    return {
        "base_url": findings.base_url,
        "edition": findings.edition,
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


def _check(finding: Finding, findings: Findings) -> Mapping[str, Any]:
    law = finding.law
    check: dict[str, Any] = {
        "name": law.full_name,
        "layer": law.layer,
        "aspect": law.aspect,
        "outcome": finding.outcome,
        "sentence": law.sentence,
        "requests": len(finding.exchanges),
    }
    if finding.reason:
        check["reason"] = finding.reason
    if finding.expected:
        check |= {
            "expected": finding.expected,
            "seen": finding.seen,
            "contract": law.place,
            "curl": [exchange.request.curl(findings.base_url) for exchange in finding.shown],
            "rerun": rerun(finding, findings),
        }
    return check
