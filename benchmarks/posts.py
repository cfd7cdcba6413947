"""Logs to write: a few shapes that differ in what finds them, each body with a resource of its own."""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

from queries import Log, Terms


class Shape(NamedTuple):
    """What alike posted logs have in common; `day` is the date of their time."""

    resource_type: str
    action: str
    day: str

    @property
    def terms(self) -> Terms:
        """The search that finds such logs."""
        return (
            ("resource_type", self.resource_type),
            ("action", self.action),
            ("date_from", self.day),
            ("date_to", self.day),
        )

    def body(self, resource_id: str) -> str:
        """Write the body that makes such a log."""
        return json.dumps(
            {
                "action": self.action,
                "resource_type": self.resource_type,
                "resource_id": resource_id,
                "time": f"{self.day}T12:00:00Z",
            }
        )

    def log(self, writer: Mapping[str, str]) -> Log:
        """Give the fields by which searches find such a log of this writer."""
        return {
            "resource_type": self.resource_type,
            "resource_id": "",
            "resource_target": writer["username"],
            "action": self.action,
            "user": writer,
            "additional_fields": {},
            "time": f"{self.day}T12:00:00Z",
        }


SHAPES = (
    Shape("group", "create", "2020-03-01"),
    Shape("template", "write", "2025-06-15"),
    Shape("workspace", "delete", "2025-11-30"),
)
"""Before the history, within it, and near its end."""


def resource_ids(stream: int) -> Iterator[str]:
    """Count resources; streams have none in common."""
    number = 0
    while True:
        number += 1
        yield str(UUID(int=(stream << 96) | (0x4000_8000 << 48) | number))


def bodies(count: int) -> list[str]:
    """Write so many different bodies."""
    ids = resource_ids(1)
    return [SHAPES[number % len(SHAPES)].body(next(ids)) for number in range(count)]
