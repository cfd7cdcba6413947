"""What differs between two documents, node by node."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

_NOTHING = object()
_WIDTH = 100


class Difference(NamedTuple):
    """A place where two documents differ; the side that lacks it is None."""

    place: str
    before: str | None
    after: str | None

    def write(self) -> str:
        """Write it for people: what is gone behind a minus, what is new behind a plus."""
        lines = [self.place]
        lines += [f"  - {self.before}"] if self.before is not None else []
        lines += [f"  + {self.after}"] if self.after is not None else []
        return "\n".join(lines)


def compare(before: Any, after: Any, place: str = "", width: int = _WIDTH) -> Iterator[Difference]:
    """Compare two documents; lists of plain values are compared as sets would be, in their order.

    Values are shown up to `width` characters.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in [*before, *(name for name in after if name not in before)]:
            inner = f"{place}.{name}" if place else str(name)
            yield from compare(before.get(name, _NOTHING), after.get(name, _NOTHING), inner, width)
    elif _is_plain(before) and _is_plain(after):
        gone, new = _without(before, after), _without(after, before)
        if gone or new:
            yield Difference(place, _write(gone or _NOTHING, width), _write(new or _NOTHING, width))
    elif before != after:
        yield Difference(place, _write(before, width), _write(after, width))


def _is_plain(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(each, dict | list) for each in value)


def _without(values: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    return [value for value in values if value not in others]


def _write(value: Any, width: int) -> str | None:
    if value is _NOTHING:
        return None
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= width else text[: width - 3] + "..."
