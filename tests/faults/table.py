"""Output of the scores: one row per fault, and a summary."""

from collections import Counter
from collections.abc import Iterator, Sequence

from fault import NONE
from score import Detection, Score

_MOST_REQUESTS = 400
_READING = 0.9


def write_row(score: Score) -> str:
    """Format one fault: requests until found, layer, and check."""
    return f"{score.fault:44} {score.aspect:9} {_describe(score.detection)}"


def _describe(detection: Detection | None) -> str:
    return f"{detection.requests:4} {detection.layer:6} {detection.check}" if detection else "   - not found"


def write_summary(scores: Sequence[Score]) -> Iterator[str]:
    """Format the summary."""
    faults = [score for score in scores if score.fault != NONE.name]
    found = [score.detection for score in faults if score.detection]
    reading = sum(score.reading is not None for score in faults)
    yield ""
    yield f"{len(faults)} faults; found: {len(found)}, of these reading only: {reading}"
    layers = Counter(detection.layer for detection in found)
    yield "found first by: " + ", ".join(f"{layer} {number}" for layer, number in layers.most_common())
    yield f"requests needed at most: {max((detection.requests for detection in found), default=0)}"
    yield from find_shortcomings(scores)


def find_shortcomings(scores: Sequence[Score]) -> list[str]:
    """List what the suite misses."""
    faults = [score for score in scores if score.fault != NONE.name]
    found = [
        f"a false alarm on the mock without faults: {score.detection.check}"
        for score in scores
        if score.fault == NONE.name and score.detection
    ]
    found += [f"not found: {score.fault}" for score in faults if not score.detection]
    found += [
        f"found after more than {_MOST_REQUESTS} requests: {score.fault}"
        for score in faults
        if score.detection and score.detection.requests > _MOST_REQUESTS
    ]
    reading = sum(score.reading is not None for score in faults)
    if reading < _READING * len(faults):
        found.append(f"reading only finds {reading} of {len(faults)}, less than {_READING:.0%}")
    return found
