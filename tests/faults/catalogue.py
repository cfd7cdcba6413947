"""All faults there are."""

import count
import cursor
import dates
import diffs
import fields
import filters
import headers
import language
import order
import paging
import races
import rare
import roles
import statuses
import tokens
import writes
from fault import NONE, Fault

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
"""The faults by name, and the good mock as `none`."""
