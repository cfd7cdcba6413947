"""Faults of a world: which requests they affect, and which faults are invalid."""

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


def make_faults(*faults: Mapping[str, Any], seed: str = "1") -> WorldFaults:
    """Make the faults of a world."""
    return WorldFaults(seed, WorldsWithFaults(), faults)


def kinds(faults: WorldFaults, operations: list[str]) -> list[str | None]:
    """Return the kind of fault for requests to these operations in turn."""
    injected = [faults.next_fault(operation) for operation in operations]
    return [fault and fault.kind for fault in injected]


@given(st.integers(1, 20), st.integers(0, 30))
def test_times_limits_the_fault(times: int, requests: int) -> None:
    """A fault affects the next `times` requests; the remaining number is shown."""
    faults = make_faults({**RESET, "times": times})

    assert kinds(faults, [LIST] * requests) == (["reset"] * times + [None] * requests)[:requests]
    assert faults.show() == ([{**RESET, "times": times - requests}] if requests < times else [])


@given(st.lists(st.sampled_from([LIST, WRITE, ""])))
def test_operation_limits_the_fault(operations: list[str]) -> None:
    """Requests to other operations are not affected and not counted."""
    faults = make_faults({**RESET, "operation": WRITE, "times": 3})
    affected = [
        operation == WRITE and operations[:index].count(WRITE) < 3
        for index, operation in enumerate(operations)
    ]

    assert kinds(faults, operations) == ["reset" if each else None for each in affected]


def test_fraction_of_requests_is_affected() -> None:
    """About that fraction of requests is affected, the same ones for the same seed."""
    runs = [
        kinds(make_faults({**RESET, "fraction": 0.3}, seed=seed), [LIST] * 2000) for seed in ("1", "1", "2")
    ]

    assert runs[0] == runs[1] != runs[2]
    assert all(0.25 < run.count("reset") / 2000 < 0.35 for run in runs)


@pytest.mark.parametrize(("fraction", "affected"), [(0, 0), (1, 50)])
def test_fraction_zero_and_one(fraction: float, affected: int) -> None:
    """Fraction 0 affects no request, 1 all."""
    assert kinds(make_faults({**RESET, "fraction": fraction}), [LIST] * 50).count("reset") == affected


def test_first_matching_fault_wins() -> None:
    """Of several faults only the first that applies is used; the others are kept."""
    faults = make_faults({"kind": "status", "status": 500, "times": 1}, {**RESET, "times": 1})

    assert kinds(faults, [LIST] * 3) == ["status", "reset", None]


def test_latencies_add_up() -> None:
    """Latencies add up and are combined with another fault."""
    fault = make_faults(
        {"kind": "latency", "milliseconds": 30}, {"kind": "latency", "milliseconds": 12}, RESET
    ).next_fault(LIST)

    assert fault is not None
    assert (fault.milliseconds, fault.kind) == (42, "reset")


@pytest.mark.parametrize("distribution", ["fixed", "uniform", "lognormal"])
def test_latency_has_the_given_mean(distribution: str) -> None:
    """Every distribution has the given mean and no negative values."""
    faults = make_faults({"kind": "latency", "milliseconds": 100, "distribution": distribution})
    injected = [faults.next_fault(LIST) for _ in range(20_000)]
    drawn = [fault.milliseconds for fault in injected if fault]

    assert len(drawn) == len(injected)
    assert mean(drawn) == pytest.approx(100, rel=0.02)
    assert min(drawn) >= 0
    assert (len({*islice(drawn, 100)}) == 1) == (distribution == "fixed")


def test_uniform_latency_is_within_its_spread() -> None:
    """A uniform latency is within its spread."""
    faults = make_faults({"kind": "latency", "milliseconds": 100, "distribution": "uniform", "spread": 10})
    injected = [faults.next_fault(LIST) for _ in range(1000)]

    assert all(fault and 90 <= fault.milliseconds <= 110 for fault in injected)


def test_worlds_with_faults_are_tracked() -> None:
    """A world is tracked while it exists and has faults left."""
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


class ChangedDuringDraw(WorldFaults):
    """Faults that are replaced while a request is being processed."""

    def _draw_delay(self, fault: Mapping[str, Any]) -> float:
        self.set([RESET])
        return super()._draw_delay(fault)


def test_faults_set_during_a_request_are_kept() -> None:
    """Faults that are set while a request is being processed are kept."""
    faults = ChangedDuringDraw("1", WorldsWithFaults(), [{"kind": "latency", "milliseconds": 1, "times": 1}])
    fault = faults.next_fault(LIST)

    assert fault is not None
    assert faults.show() == [RESET]


INVALID_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"kind": "nonsense"}, "nonsense"),
    ({"kind": "status", "status": 299}, 'status: "299" is not one of 400, 401'),
    ({"kind": "latency", "milliseconds": "x"}, "milliseconds: "),
    ({"kind": "latency", "milliseconds": -1}, "milliseconds: "),
    ({"kind": "reset", "times": 0}, "times: "),
    ({"kind": "reset", "fraction": 7}, "fraction: "),
    ({"kind": "reset", "tims": 3}, "tims"),
    ({"kind": "reset", "operation": "list"}, "operation: "),
    ({"kind": "status"}, "requires status"),
]


@pytest.mark.parametrize(("fault", "reason"), INVALID_FAULTS)
def test_invalid_fault_is_rejected(fault: dict[str, Any], reason: str) -> None:
    """A fault that violates the schema or the rules raises an error with the reason."""
    with pytest.raises(ValueError, match=reason):
        check_fault(fault)


PROPERTIES = fault_schema()["properties"]
FAULTS = st.fixed_dictionaries(
    {"kind": st.sampled_from(PROPERTIES["kind"]["enum"])},
    optional={
        "status": st.sampled_from(STATUSES),
        "distribution": st.sampled_from(PROPERTIES["distribution"]["enum"]),
        **dict.fromkeys(("retry_after", "milliseconds", "spread"), st.integers(0, 9)),
    },
)


@given(FAULTS)
def test_schema_and_rules_agree(fault: dict[str, Any]) -> None:
    """A fault is valid against the schema exactly if `find_problems` finds none."""
    assert jsonschema_rs.is_valid(dict(fault_schema()), fault) == (not list(find_problems(fault)))


def test_control_document_has_the_fault_schema() -> None:
    """The control API's document contains the fault schema."""
    assert load_control_document().schema("Fault") == fault_schema()


def test_statuses_match_the_schema() -> None:
    """The statuses of faults and of `Prefer` are the same."""
    assert tuple(fault_schema()["properties"]["status"]["enum"]) == STATUSES


INCONSISTENT_FAULTS = [
    ({"kind": "status"}, "status", "a fault of kind status requires status"),
    ({"kind": "latency"}, "milliseconds", "a fault of kind latency requires milliseconds"),
    ({"kind": "slow_body"}, "milliseconds", "a fault of kind slow_body requires milliseconds"),
    ({"kind": "reset", "status": 500}, "status", "status is not accepted for kind reset, only for status"),
    (
        {"kind": "status", "status": 500, "milliseconds": 3},
        "milliseconds",
        "milliseconds is not accepted for kind status, only for latency and slow_body",
    ),
    (
        {"kind": "status", "status": 500, "retry_after": 3},
        "retry_after",
        "retry_after requires status 429 or 503",
    ),
    (
        {"kind": "latency", "milliseconds": 3, "spread": 3},
        "spread",
        "spread requires distribution uniform or lognormal",
    ),
]


@pytest.mark.parametrize(("fault", "field", "detail"), INCONSISTENT_FAULTS)
def test_inconsistent_fields_are_reported(fault: Mapping[str, Any], field: str, detail: str) -> None:
    """Missing or inconsistent fields are reported with the accepted values."""
    assert list(find_problems(fault)) == [(field, detail)]
