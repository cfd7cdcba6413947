"""Faults of a log's `diff`."""

import json
from typing import Any

from fault import about
from rewriting import Log, show, show_change, without

fault = about("diffs")
_HASH = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"


def _is_secret(change: Log) -> bool:
    return bool(change["secret"])


def _is_failure(log: Log) -> bool:
    return bool(log["status_code"] >= 400)


def _is_build(log: Log) -> bool:
    return bool(log["resource_type"] == "workspace_build")


def _make_diff(log: Log) -> dict[str, Any]:
    return {"name": {"old": "", "new": log["resource_target"] or "build", "secret": False}}


FAULTS = (
    fault(
        "diff-shows-secrets",
        "A secret field of a diff shows its new value.",
        show_change(lambda change: change | {"new": _HASH}, _is_secret),
    ),
    fault(
        "diff-shows-old-secrets",
        "A secret field of a diff shows its old value.",
        show_change(lambda change: change | {"old": _HASH}, _is_secret),
    ),
    fault(
        "diff-masks-secrets",
        "A secret field of a diff shows asterisks.",
        show_change(lambda change: change | {"old": "********", "new": "********"}, _is_secret),
    ),
    fault(
        "diff-shows-private-keys",
        "The diff of an SSH key shows its private key.",
        show(
            "diff",
            lambda log: (
                log["diff"]
                | {"private_key": {"old": "", "new": "-----BEGIN OPENSSH PRIVATE KEY-----", "secret": True}}
            ),
            lambda log: "private_key" in log["diff"],
        ),
    ),
    fault(
        "diff-secret-missing-when-false",
        "A diff entry that is not secret has no `secret`.",
        show_change(lambda change: without(change, "secret"), lambda change: not change["secret"]),
    ),
    fault(
        "diff-secret-is-a-number",
        "`secret` of a diff entry is 0 or 1.",
        show_change(lambda change: change | {"secret": int(change["secret"])}),
    ),
    fault(
        "diff-old-null", "A missing old value is null.", show_change(lambda change: {"old": None, **change})
    ),
    fault(
        "diff-new-null", "A missing new value is null.", show_change(lambda change: {"new": None, **change})
    ),
    fault(
        "diff-of-failures", "The log of a failed request has a diff.", show("diff", _make_diff, _is_failure)
    ),
    fault(
        "diff-of-builds",
        "The log of a build has a diff.",
        show("diff", _make_diff, lambda log: _is_build(log) and not _is_failure(log)),
    ),
    fault("diff-null-when-empty", "An empty diff is null.", show("diff", lambda log: log["diff"] or None)),
    fault(
        "diff-empty-is-a-list",
        "An empty diff is an empty array.",
        show("diff", lambda log: log["diff"] or []),
    ),
    fault(
        "diff-is-a-list",
        "A diff is an array of entries.",
        show("diff", lambda log: [{"field": name, **change} for name, change in log["diff"].items()]),
    ),
    fault("diff-is-text", "A diff is a JSON string.", show("diff", lambda log: json.dumps(log["diff"]))),
    fault(
        "diff-unchanged-fields",
        "A diff includes a field that did not change.",
        show(
            "diff",
            lambda log: (
                log["diff"]
                | {"name": {"old": log["resource_target"], "new": log["resource_target"], "secret": False}}
            ),
            lambda log: bool(log["diff"]) and "name" not in log["diff"],
        ),
    ),
    fault(
        "diff-new-is-old",
        "The new value in a diff equals the old one.",
        show_change(
            lambda change: change | {"new": change["old"]},
            lambda change: "old" in change and not change["secret"],
        ),
    ),
    fault(
        "diff-old-and-new-swapped",
        "The old and new values of a diff are swapped.",
        show_change(
            lambda change: {"old": change["new"], "new": change["old"], "secret": change["secret"]},
            lambda change: "old" in change and "new" in change,
        ),
    ),
    fault(
        "diff-entries-are-pairs",
        "A diff entry is an array of two values.",
        show_change(lambda change: [change.get("old"), change.get("new")], lambda _: True),
    ),
    fault("diff-always-empty", "Every diff is empty.", show("diff", lambda _: {})),
)
