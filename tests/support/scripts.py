"""What the reference says of the logs of servers, to hold the scripts of the editions against."""

from collections.abc import Mapping
from typing import NamedTuple

from auditmock.editions import open_edition
from auditmock.fixtures.script import Script, choose_script
from auditmock.openapi import Contract


class Case(NamedTuple):
    """A script, an edition that has it, and with which statuses which actions on which types succeed."""

    edition: str
    succeeds: Mapping[tuple[str, str], set[int]]

    @property
    def contract(self) -> Contract:
        """The contract of the edition."""
        return open_edition(self.edition)

    @property
    def script(self) -> Script:
        """The script of the edition."""
        return choose_script(self.contract)


EARLY = Case(
    "documented",
    {
        ("user", "create"): {201},
        ("user", "write"): {200, 204},
        ("user", "delete"): {200},
        ("template", "create"): {201},
        ("template", "write"): {200, 304},
        ("template", "delete"): {200},
        ("template_version", "create"): {201},
        ("template_version", "write"): {201},
        ("workspace", "create"): {201},
        ("workspace", "write"): {204},
        ("workspace_build", "start"): {200, 500},
        ("workspace_build", "stop"): {200, 500},
        ("workspace_build", "delete"): {200, 500},
        ("git_ssh_key", "write"): {200},
        ("group", "create"): {201},
        ("group", "write"): {200},
        ("group", "delete"): {200},
    },
)
"""Reference 13.1."""

CASES = (EARLY,)
