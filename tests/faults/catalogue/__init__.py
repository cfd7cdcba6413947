"""All faults."""

from fault import NONE, Fault

from catalogue import (
    count,
    cursor,
    dates,
    diffs,
    fields,
    filters,
    headers,
    language,
    order,
    paging,
    races,
    rare,
    roles,
    statuses,
    tokens,
    writes,
)

FAULTS: tuple[Fault, ...] = (
    *paging.FAULTS,
    *order.FAULTS,
    *count.FAULTS,
    *filters.FAULTS,
    *dates.FAULTS,
    *language.FAULTS,
    *cursor.FAULTS,
    *tokens.FAULTS,
    *roles.FAULTS,
    *fields.FAULTS,
    *diffs.FAULTS,
    *statuses.FAULTS,
    *headers.FAULTS,
    *writes.FAULTS,
    *races.FAULTS,
    *rare.FAULTS,
)

BY_NAME = {fault.name: fault for fault in (NONE, *FAULTS)}
"""The faults by name; `none` is the mock without a fault."""
