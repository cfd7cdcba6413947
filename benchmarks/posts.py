"""Bodies to post: a few shapes that differ in the searches that find them, each with a new resource."""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

from queries import Log, Terms


class Shape(NamedTuple):
    """Common fields of posted logs; `day` is the date of their time."""

    resource_type: str
    action: str
    day: str

    @property
    def terms(self) -> Terms:
        """The search that finds logs of this shape."""
        return (
            ("resource_type", self.resource_type),
            ("action", self.action),
            ("date_from", self.day),
            ("date_to", self.day),
        )

    def body(self, resource_id: str) -> str:
        """Return the body that creates such a log."""
        return json.dumps(
            {
                "action": self.action,
                "resource_type": self.resource_type,
                "resource_id": resource_id,
                "time": f"{self.day}T12:00:00Z",
            }
        )

    def log(self, writer: Mapping[str, str]) -> Log:
        """Return the fields of such a log by this writer that searches match."""
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
"""Times before the history, within it, and near its end."""


def resource_ids(stream: int) -> Iterator[str]:
    """Yield new resource ids; streams have none in common."""
    number = 0
    while True:
        number += 1
        yield str(UUID(int=(stream << 96) | (0x4000_8000 << 48) | number))


def bodies(count: int) -> list[str]:
    """Return this many different bodies."""
    ids = resource_ids(1)
    return [SHAPES[number % len(SHAPES)].body(next(ids)) for number in range(count)]
