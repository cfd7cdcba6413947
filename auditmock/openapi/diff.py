"""Compares two documents node by node."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

_MISSING = object()
_WIDTH = 100


class Difference(NamedTuple):
    """A difference; `before` or `after` is None if that document lacks the node."""

    place: str
    before: str | None
    after: str | None

    def write(self) -> str:
        """Format it as lines: the place, the old value after a minus, the new one after a plus."""
        lines = [self.place]
        lines += [f"  - {self.before}"] if self.before is not None else []
        lines += [f"  + {self.after}"] if self.after is not None else []
        return "\n".join(lines)


def compare(before: Any, after: Any, place: str = "", width: int = _WIDTH) -> Iterator[Difference]:
    """Compare two documents; lists of plain values are compared as sets.

    Values are cut to `width` characters.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in [*before, *(name for name in after if name not in before)]:
            inner = f"{place}.{name}" if place else str(name)
            yield from compare(before.get(name, _MISSING), after.get(name, _MISSING), inner, width)
    elif _is_plain(before) and _is_plain(after):
        removed, added = _without(before, after), _without(after, before)
        if removed or added:
            yield Difference(place, _write(removed or _MISSING, width), _write(added or _MISSING, width))
    elif before != after:
        yield Difference(place, _write(before, width), _write(after, width))


def _is_plain(value: Any) -> bool:
    return isinstance(value, list) and not any(isinstance(each, dict | list) for each in value)


def _without(values: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    return [value for value in values if value not in others]


def _write(value: Any, width: int) -> str | None:
    if value is _MISSING:
        return None
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= width else text[: width - 3] + "..."
