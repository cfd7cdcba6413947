"""The HTML report: one file that loads nothing from the network."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from auditmock.checker.core.checks import EDGES, LAYERS, PROPERTIES, SCHEMA, WRITES
from auditmock.checker.core.exchange import Exchange
from auditmock.checker.core.results import Outcome, Result, Results
from auditmock.checker.reports.coverage import Use, measure_coverage
from auditmock.checker.reports.text import clip, rerun, tone_of, worst_of
from auditmock.openapi.contract import Contract
from auditmock.version import VERSION

LAYER_TITLES: Mapping[str, str] = {
    SCHEMA: "single responses",
    PROPERTIES: "several responses",
    EDGES: "edge cases",
    WRITES: "written logs",
}
MARKS: Mapping[Outcome, str] = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✕",
    Outcome.KNOWN: "≈",
    Outcome.FIXED: "✓",
    Outcome.SKIPPED: "○",
}

_LONGEST = 4096
_LONGEST_PARSED = 1 << 20
_LONGEST_COMMAND = 100_000
"""Linux rejects longer arguments."""
_MOST_REQUESTS = 2000
_FEWEST_REQUESTS = 10
"""Maximum number of requests on the page, and minimum for each failure."""

_BINS = 64
_BAR_HEIGHT = 48
_MOST_TICKS = 7
_DEEPEST = 12

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that HTML cannot contain, and bidirectional marks."""
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"?|\[\s*\]|\{\s*\}|[\[\]{},:]|[^\s"\[\]{},:]+')


class Cell(NamedTuple):
    """A cell of the matrix: the worst outcome, and the count of each."""

    outcome: Outcome
    counts: Counter[Outcome]

    @property
    def score(self) -> str:
        made = self.counts.total() - self.counts[Outcome.SKIPPED]
        good = self.counts[Outcome.PASSED] + self.counts[Outcome.FIXED]
        return f"{good}/{made}" if made else MARKS[Outcome.SKIPPED]


class Bar(NamedTuple):
    """One bar of a histogram: `left` and `width` in percent, `height` in pixels."""

    left: float
    width: float
    height: float


class Level(NamedTuple):
    """A labelled value on the axis; `left` is its position in percent."""

    name: str
    milliseconds: float
    left: float


class Chart(NamedTuple):
    name: str
    requests: int
    bars: tuple[Bar, ...]
    levels: tuple[Level, ...]


class Scale(NamedTuple):
    """A logarithmic axis of milliseconds."""

    low: float
    high: float

    def place(self, milliseconds: float) -> float:
        return round(100 * math.log(milliseconds / self.low) / math.log(self.high / self.low), 2)

    @property
    def ticks(self) -> list[Level]:
        """Choose round durations as labels; only powers of ten if there are many."""
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for steps in ((1, 2, 5), (1,)):
            round_ones = [step * 10.0**decade for decade in decades for step in steps]
            fitting = [each for each in round_ones if self.low <= each <= self.high]
            if len(fitting) <= _MOST_TICKS:
                break
        return [Level(f"{each:,g}", each, self.place(each)) for each in fitting]


def write_page(results: Results, contract: Contract) -> str:
    page = _template().render(_view(results, contract))
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", page)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "body": _received,
        "clip": clip,
        "duration": _duration,
        "prose": _prose,
        "sent": lambda body: _head(body, len(body), indent=False),
        "start": _start,
    }
    return environment.get_template("report.html")


def _view(results: Results, contract: Contract) -> Mapping[str, Any]:
    uses = measure_coverage(results, contract)
    scale, plots = _charts(uses)
    broken = {
        outcome: {
            name: chosen
            for name, cases in results.by_check().items()
            if (chosen := [case for case in cases if case.outcome is outcome])
        }
        for outcome in (Outcome.FAILED, Outcome.KNOWN)
    }
    return {
        "results": results,
        "contract": contract,
        "version": VERSION,
        "tone": tone_of(results),
        "totals": Counter(result.outcome for result in results.found),
        "layers": {layer: LAYER_TITLES[layer] for layer in LAYERS},
        "matrix": {aspect: [_cell(results, layer, aspect) for layer in LAYERS] for aspect in results.aspects},
        "broken": broken,
        "uses": uses,
        "scale": scale,
        "plots": plots,
        "bar_height": _BAR_HEIGHT,
        "Outcome": Outcome,
        "marks": MARKS,
        "worst": worst_of,
        "counts": lambda cases: Counter(case.outcome for case in cases),
        "checks_of": lambda aspect: _checks_of(results, aspect),
        "rerun": lambda result: rerun(result, results),
        "curl": lambda exchange: _curl(exchange, results.base_url),
        "most": _most_reported(results),
        "phrase": _phrase,
    }


def _cell(results: Results, layer: str, aspect: str) -> Cell | None:
    met = [each for each in results.found if (each.check.layer, each.check.aspect) == (layer, aspect)]
    return Cell(worst_of(met), results.cell(layer, aspect)) if met else None


def _checks_of(results: Results, aspect: str) -> Mapping[str, list[Result]]:
    return {name: cases for name, cases in results.by_check().items() if cases[0].check.aspect == aspect}


def _most_reported(results: Results) -> int:
    """Return how many requests of each failure fit on the page."""
    failures = len(results.of(Outcome.FAILED)) + len(results.of(Outcome.KNOWN))
    return max(_FEWEST_REQUESTS, _MOST_REQUESTS // max(failures, 1))


def _curl(exchange: Exchange, base_url: str) -> str:
    command = exchange.request.curl(base_url)
    return command if len(command) <= _LONGEST_COMMAND else clip(command)


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""


def _prose(sentence: str) -> Markup:
    parts = [escape(part) for part in sentence.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if odd % 2 else part for odd, part in enumerate(parts)
    )


def _duration(milliseconds: float) -> str:
    whole_digits = len(str(int(milliseconds)))
    return f"{milliseconds:,.{max(0, 3 - whole_digits)}f} ms"


def _start(text: str) -> str:
    """Truncate a long text; the JSON report has all of it."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n… ({len(text):,} characters)"


def _received(exchange: Exchange) -> str:
    return _head(exchange.body, exchange.size, indent=_is_json(exchange.body))


def _head(body: bytes, size: int, *, indent: bool) -> str:
    head = body[:_LONGEST].decode(errors="replace")
    text = "".join(_laid_out(head)) if indent else head
    return text if size <= _LONGEST else f"{text}\n… ({size:,} bytes)"


def _is_json(body: bytes) -> bool:
    if len(body) > _LONGEST_PARSED:
        return body[:1] in {b"{", b"["}
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _laid_out(text: str) -> Iterator[str]:
    """Indent JSON, or the start of it, changing nothing but whitespace: duplicate keys are kept."""
    depth = 0
    for piece in _PIECE.findall(text):
        depth += (piece in {"[", "{"}) - (piece in {"]", "}"})
        line = "\n" + "  " * min(max(depth, 0), _DEEPEST)
        if piece in {"]", "}"}:
            yield line + piece
        elif piece in {"[", "{", ","}:
            yield piece + line
        else:
            yield ": " if piece == ":" else piece


def _charts(uses: Sequence[Use]) -> tuple[Scale, list[Chart]]:
    """Make a histogram for each operation with responses, all on one scale."""
    milliseconds = {
        use.name: sorted(max(each * 1000, 0.01) for each in use.seconds) for use in uses if use.seconds
    }
    every = [duration for durations in milliseconds.values() for duration in durations] or [1.0]
    scale = Scale(min(every) / 1.25, max(*every, min(every) * 10) * 1.25)
    return scale, [_chart(name, durations, scale) for name, durations in milliseconds.items()]


def _chart(name: str, durations: Sequence[float], scale: Scale) -> Chart:
    figures = {"p50": _quantile(durations, 0.5), "p95": _quantile(durations, 0.95), "max": durations[-1]}
    levels = tuple(Level(label, value, scale.place(value)) for label, value in figures.items())
    return Chart(name, len(durations), _histogram(durations, scale), levels)


def _quantile(durations: Sequence[float], share: float) -> float:
    return durations[math.ceil(share * len(durations)) - 1]


def _histogram(durations: Sequence[float], scale: Scale) -> tuple[Bar, ...]:
    counts = Counter(int(scale.place(duration) * _BINS / 100) for duration in durations)
    tallest = max(counts.values())
    width = 100 / _BINS
    return tuple(
        Bar(round(place * width, 2), round(width * 0.86, 2), round(max(2, _BAR_HEIGHT * number / tallest), 1))
        for place, number in sorted(counts.items())
    )
