"""Rules of faults: which requests they strike, and which of them make no sense."""

from collections.abc import Mapping
from itertools import islice
from statistics import mean
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.fixtures.faults import WorldFaults, WorldsWithFaults, check_fault, fault_schema, find_problems
from auditmock.handlers.middleware.faults import STATUSES
from auditmock.server.control_app import load_control_document

LIST, WRITE = "get-audit-logs", "generate-fake-audit-logs"
RESET: Mapping[str, Any] = {"kind": "reset"}


def make(*faults: Mapping[str, Any], seed: str = "1") -> WorldFaults:
    """Make the faults of a world."""
    return WorldFaults(seed, WorldsWithFaults(), faults)


def kinds(faults: WorldFaults, operations: list[str]) -> list[str | None]:
    """Tell what happens to requests to these operations, one after the other."""
    hits = [faults.next_fault(operation) for operation in operations]
    return [hit and hit.kind for hit in hits]


@given(st.integers(1, 20), st.integers(0, 30))
def test_it_strikes_so_many_times(times: int, asked: int) -> None:
    """The next so many requests are struck, and no other; what is left is shown."""
    faults = make({**RESET, "times": times})

    assert kinds(faults, [LIST] * asked) == (["reset"] * times + [None] * asked)[:asked]
    assert faults.show() == ([{**RESET, "times": times - asked}] if asked < times else [])


@given(st.lists(st.sampled_from([LIST, WRITE, ""])))
def test_it_keeps_to_its_operation(operations: list[str]) -> None:
    """Other operations are not struck, and do not count."""
    faults = make({**RESET, "operation": WRITE, "times": 3})
    struck = [
        operation == WRITE and operations[:place].count(WRITE) < 3
        for place, operation in enumerate(operations)
    ]

    assert kinds(faults, operations) == ["reset" if each else None for each in struck]


def test_a_fraction_is_struck() -> None:
    """About that share of many requests is struck, and the same ones in each run of a seed."""
    runs = [kinds(make({**RESET, "fraction": 0.3}, seed=seed), [LIST] * 2000) for seed in ("1", "1", "2")]

    assert runs[0] == runs[1] != runs[2]
    assert all(0.25 < run.count("reset") / 2000 < 0.35 for run in runs)


@pytest.mark.parametrize(("fraction", "struck"), [(0, 0), (1, 50)])
def test_fractions_have_ends(fraction: float, struck: int) -> None:
    """Nothing is none, and all is all."""
    assert kinds(make({**RESET, "fraction": fraction}), [LIST] * 50).count("reset") == struck


def test_the_first_that_applies_is_tried() -> None:
    """Of several only the first that applies strikes, and those behind it are kept for later."""
    faults = make({"kind": "status", "status": 500, "times": 1}, {**RESET, "times": 1})

    assert kinds(faults, [LIST] * 3) == ["status", "reset", None]


def test_latency_is_added() -> None:
    """Latencies add up, and come before whatever else goes wrong."""
    hit = make(
        {"kind": "latency", "milliseconds": 30}, {"kind": "latency", "milliseconds": 12}, RESET
    ).next_fault(LIST)

    assert hit is not None
    assert (hit.milliseconds, hit.kind) == (42, "reset")


@pytest.mark.parametrize("distribution", ["fixed", "uniform", "lognormal"])
def test_latency_has_its_mean(distribution: str) -> None:
    """Whatever the distribution, the mean is what was asked for, and none is negative."""
    faults = make({"kind": "latency", "milliseconds": 100, "distribution": distribution})
    hits = [faults.next_fault(LIST) for _ in range(20_000)]
    drawn = [hit.milliseconds for hit in hits if hit]

    assert len(drawn) == len(hits)
    assert mean(drawn) == pytest.approx(100, rel=0.02)
    assert min(drawn) >= 0
    assert (len({*islice(drawn, 100)}) == 1) == (distribution == "fixed")


def test_uniform_keeps_its_width() -> None:
    """A uniform latency stays within its spread."""
    faults = make({"kind": "latency", "milliseconds": 100, "distribution": "uniform", "spread": 10})
    hits = [faults.next_fault(LIST) for _ in range(1000)]

    assert all(hit and 90 <= hit.milliseconds <= 110 for hit in hits)


def test_unrest_knows_who_has_any() -> None:
    """A world is among those with faults as long as any is left, and as long as it is there."""
    worlds_with_faults = WorldsWithFaults()
    one, other = (
        WorldFaults("1", worlds_with_faults, [{**RESET, "times": 1}]),
        WorldFaults("2", worlds_with_faults),
    )
    assert {*worlds_with_faults} == {one}

    one.next_fault(LIST)
    other.set([RESET])
    assert {*worlds_with_faults} == {other}

    del other
    assert not worlds_with_faults


class Interrupted(WorldFaults):
    """Faults that somebody sets anew while a request is struck."""

    def _draw_delay(self, fault: Mapping[str, Any]) -> float:
        self.set([RESET])
        return super()._draw_delay(fault)


def test_what_is_set_meanwhile_stays() -> None:
    """Faults that are set while a request is struck are not lost, and do not break it."""
    faults = Interrupted("1", WorldsWithFaults(), [{"kind": "latency", "milliseconds": 1, "times": 1}])
    hit = faults.next_fault(LIST)

    assert hit is not None
    assert faults.show() == [RESET]


NO_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"kind": "nonsense"}, "nonsense"),
    ({"kind": "status", "status": 299}, 'status: "299" is none of 400, 401'),
    ({"kind": "latency", "milliseconds": "x"}, "milliseconds: "),
    ({"kind": "latency", "milliseconds": -1}, "milliseconds: "),
    ({"kind": "reset", "times": 0}, "times: "),
    ({"kind": "reset", "fraction": 7}, "fraction: "),
    ({"kind": "reset", "tims": 3}, "tims"),
    ({"kind": "reset", "operation": "list"}, "operation: "),
    ({"kind": "status"}, "needs status"),
]


@pytest.mark.parametrize(("fault", "reason"), NO_FAULTS)
def test_what_is_no_fault_is_told(fault: dict[str, Any], reason: str) -> None:
    """Whatever is no fault by its schema or its sense is a mistake with a reason."""
    with pytest.raises(ValueError, match=reason):
        check_fault(fault)


WORDS = fault_schema()["properties"]
FAULTS = st.fixed_dictionaries(
    {"kind": st.sampled_from(WORDS["kind"]["enum"])},
    optional={
        "status": st.sampled_from(STATUSES),
        "distribution": st.sampled_from(WORDS["distribution"]["enum"]),
        **dict.fromkeys(("retry_after", "milliseconds", "spread"), st.integers(0, 9)),
    },
)


@given(FAULTS)
def test_the_schema_says_which_fields_go_together(fault: dict[str, Any]) -> None:
    """A fault conforms to the schema exactly if no problem is found."""
    assert jsonschema_rs.is_valid(dict(fault_schema()), fault) == (not list(find_problems(fault)))


def test_the_control_api_has_the_schema() -> None:
    """The document of the control API is complete."""
    assert load_control_document().schema("Fault") == fault_schema()


def test_statuses_are_those_of_the_schema() -> None:
    """What a status can be is the same for faults and for wishes."""
    assert tuple(fault_schema()["properties"]["status"]["enum"]) == STATUSES


SENSELESS = [
    ({"kind": "status"}, "status", "a fault of kind status needs status"),
    ({"kind": "latency"}, "milliseconds", "a fault of kind latency needs milliseconds"),
    ({"kind": "slow_body"}, "milliseconds", "a fault of kind slow_body needs milliseconds"),
    (
        {"kind": "reset", "status": 500},
        "status",
        "status belongs to the kind status, not to reset; leave it out",
    ),
    (
        {"kind": "status", "status": 500, "milliseconds": 3},
        "milliseconds",
        "milliseconds belongs to the kind latency and slow_body, not to status; leave it out",
    ),
    (
        {"kind": "status", "status": 500, "retry_after": 3},
        "retry_after",
        "retry_after goes with the status 429 or 503",
    ),
    (
        {"kind": "latency", "milliseconds": 3, "spread": 3},
        "spread",
        "spread goes with the distribution uniform or lognormal",
    ),
]


@pytest.mark.parametrize(("fault", "field", "detail"), SENSELESS)
def test_what_makes_no_sense_is_told(fault: Mapping[str, Any], field: str, detail: str) -> None:
    """Fields that are missing or do not belong together are named, with what would be right."""
    assert list(find_problems(fault)) == [(field, detail)]
