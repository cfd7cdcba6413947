"""The JSON report: the run and the result of each check."""

import json
from collections.abc import Mapping
from typing import Any

from auditmock.checker.core.results import Result, Results
from auditmock.checker.reports.text import rerun


def write_json(results: Results) -> str:
    """Return a run as JSON; only failures have curl commands."""
    return json.dumps(_run(results), indent=1) + "\n"


def _run(results: Results) -> Mapping[str, Any]:
    return {
        "base_url": results.base_url,
        "release": results.release,
        "server_version": results.server_version,
        "seed": results.seed,
        "deep": results.deep,
        "allow_writes": results.allow_writes,
        "started": results.started,
        "seconds": round(results.seconds, 3),
        "requests": results.requests,
        "conforms": results.conforms,
        "ended": results.ended,
        "result": results.summary,
        "notes": results.notes,
        "checks": [_check(result, results) for result in results.found],
    }


def _check(result: Result, results: Results) -> Mapping[str, Any]:
    check = result.check
    row: dict[str, Any] = {
        "name": check.full_name,
        "layer": check.layer,
        "aspect": check.aspect,
        "outcome": result.outcome,
        "sentence": check.sentence,
        "requests": len(result.exchanges),
    }
    if result.reason:
        row["reason"] = result.reason
    if result.expected:
        row |= {
            "expected": result.expected,
            "seen": result.seen,
            "contract": check.place,
            "curl": [exchange.request.curl(results.base_url) for exchange in result.shown],
            "rerun": rerun(result, results),
        }
    return row
