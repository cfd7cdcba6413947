"""Coherence of the history: what its logs say, read one after the other, could have happened (reference 13)."""

import ipaddress
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

import jsonschema_rs
import pytest

from auditmock.fixtures.fields import FIELDS
from auditmock.instants import format_instant, parse_instant
from auditmock.vocabulary import NIL_UUID, USER_AGENT_LIMIT
from histories import CONTRACT, LOOKS_AT, UNTIL, Log, decode, tell_history

LOGS = 2000
SEEDS = range(20)
TRACKED: Mapping[str, str] = {
    "workspace": "id owner_id template_id name autostart_schedule ttl",
    "template": "id name display_name provisioner active_version_id description icon default_ttl"
    " min_autostart_interval created_by is_private group_acl user_acl allow_user_cancel_workspace_jobs",
    "template_version": "id template_id name readme created_by",
    "user": "id email username status rbac_roles deleted hashed_password",
    "git_ssh_key": "user_id public_key private_key",
    "group": "id name avatar_url quota_allowance",
    "workspace_build": "",
}
"""The fields Coder tracks (reference 13.2)."""
SECRET = {"hashed_password", "private_key"}
PERSONAL = {"user", "git_ssh_key"}
MIGHT_NOT_CHANGE = {304}


class Told(list[Log]):
    """The logs of one history, oldest first."""

    def of(self, *types: str) -> Iterable[Log]:
        """List the logs of some types."""
        return (log for log in self if log["resource_type"] in types)

    def lives(self, *types: str) -> Iterable[list[Log]]:
        """List the logs of each resource of some types, oldest first."""
        lives: dict[str, list[Log]] = defaultdict(list)
        for log in self.of(*types):
            lives[log["resource_id"]].append(log)
        return lives.values()

    def builds(self) -> Mapping[tuple[str, str], list[Log]]:
        """Group builds by the workspace their links, or those of its other logs, name: owner and id of builder."""
        raise NotImplementedError


@pytest.fixture(scope="module", params=SEEDS)
def told(request: pytest.FixtureRequest) -> Told:
    """Give the history of one seed."""
    return Told(reversed(decode(tell_history(request.param, LOGS))))
