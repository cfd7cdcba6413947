"""The logs of a history in order, and the workspaces in them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from histories import Log
from lifecycle_facts import Case


@dataclass
class LoggedHistory:
    """One history: its rows newest first, its expectations, and its logs oldest first."""

    rows: list[bytes]
    case: Case
    logs: list[Log] = field(init=False)

    def __post_init__(self) -> None:
        self.logs = [json.loads(row) for row in reversed(self.rows)]

    def of(self, *types: str) -> list[Log]:
        """Return the logs of some types."""
        return [log for log in self.logs if log["resource_type"] in types]

    @property
    def acts(self) -> list[tuple[Log, Any]]:
        """Return the logs with a user, each with the user."""
        return [(log, log["user"]) for log in self.logs if log["user"]]

    def lifetimes(self, *types: str) -> Iterable[list[Log]]:
        """Group the logs of some types by resource."""
        lifetimes: dict[tuple[str, str], list[Log]] = defaultdict(list)
        for log in self.of(*types):
            lifetimes[log["resource_type"], log["resource_id"]].append(log)
        return lifetimes.values()

    def changes(self) -> Iterator[tuple[Log, str, dict[str, Any]]]:
        """Yield every field of every diff, with its log."""
        return ((log, name, change) for log in self.logs for name, change in log["diff"].items())


@dataclass
class Workspace:
    """A workspace, reconstructed from its logs."""

    id: str
    owner: str
    name: str
    logs: list[Log]
    builds: list[Log] = field(default_factory=list)
    is_gone: bool = False

    def expects(self, log: Log) -> bool:
        """Whether a build can be the next one of this workspace."""
        fields = log["additional_fields"]
        named = (self.owner, self.name) == (log["user"]["id"], fields["workspace_name"])
        named = named and fields.get("workspace_id", self.id) == self.id
        return named and not self.is_gone and fields["build_number"] == str(len(self.builds) + 1)


def succeeds(log: Log) -> bool:
    """Whether the logged request or build succeeded."""
    return int(log["status_code"]) < 300


def follow_workspaces(history: LoggedHistory) -> list[Workspace]:
    """Reconstruct every workspace from its logs and builds; fails for a build without a workspace."""
    known: dict[str, Workspace] = {}
    for log in history.of("workspace", "workspace_build"):
        if log["resource_type"] == "workspace_build":
            workspace = next(each for each in known.values() if each.expects(log))
            workspace.builds.append(log)
            workspace.is_gone = log["action"] == "delete" and succeeds(log)
        elif log["action"] == "create":
            known[log["resource_id"]] = Workspace(
                log["resource_id"], log["user"]["id"], log["resource_target"], [log]
            )
        else:
            workspace = known[log["resource_id"]]
            assert not workspace.is_gone, log
            workspace.name = log["resource_target"]
            workspace.logs.append(log)
    return list(known.values())
