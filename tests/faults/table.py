"""The table of scores: fault by fault, and all together."""

from collections import Counter
from collections.abc import Iterator, Sequence

from fault import NONE
from score import Caught, Score

_MOST_REQUESTS = 400
_READING = 0.9


def write_row(score: Score) -> str:
    """Write one fault: after how many requests it is found, in which layer, and by which check."""
    return f"{score.fault:44} {score.aspect:9} {_tell(score.caught)}"


def _tell(caught: Caught | None) -> str:
    return f"{caught.requests:4} {caught.layer:6} {caught.check}" if caught else "   - not found"


def write_summary(scores: Sequence[Score]) -> Iterator[str]:
    """Write what the scores come to."""
    faults = [score for score in scores if score.fault != NONE.name]
    found = [score.caught for score in faults if score.caught]
    reading = sum(score.reading is not None for score in faults)
    yield ""
    yield f"{len(faults)} faults; found: {len(found)}, of these reading only: {reading}"
    layers = Counter(caught.layer for caught in found)
    yield "found first by: " + ", ".join(f"{layer} {number}" for layer, number in layers.most_common())
    yield f"requests needed at most: {max((caught.requests for caught in found), default=0)}"
    yield from find_shortcomings(scores)


def find_shortcomings(scores: Sequence[Score]) -> list[str]:
    """List where the suite falls short of what it must find."""
    faults = [score for score in scores if score.fault != NONE.name]
    found = [
        f"a false alarm on the good mock: {score.caught.check}"
        for score in scores
        if score.fault == NONE.name and score.caught
    ]
    found += [f"not found: {score.fault}" for score in faults if not score.caught]
    found += [
        f"found after more than {_MOST_REQUESTS} requests: {score.fault}"
        for score in faults
        if score.caught and score.caught.requests > _MOST_REQUESTS
    ]
    reading = sum(score.reading is not None for score in faults)
    if reading < _READING * len(faults):
        found.append(f"reading only finds {reading} of {len(faults)}, less than {_READING:.0%}")
    return found
