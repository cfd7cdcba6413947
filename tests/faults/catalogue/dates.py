"""Faults of `date_from` and `date_to`."""

import re
from datetime import date, timedelta
from functools import lru_cache

from answering import envelope, fail_when, instead
from fault import Reply, Request, about
from listing import select
from rewriting import Log, at_fault, chain, forgive, is_page, rewrite_term, rewrite_terms
from terms import Term, read_terms, term

from auditmock.core.timestamps import HOUR, SECOND, parse_day, parse_timestamp

fault = about("dates")
LATEST = 24 * HOUR
_BOUNDS = ("date_from", "date_to")


_REMEMBERED = 1 << 15
_parse_time = lru_cache(_REMEMBERED)(parse_timestamp)
_parse_day = lru_cache(_REMEMBERED)(parse_day)


def _instant(log: Log) -> int:
    return _parse_time(log["time"])


def _swap_names(each: Term) -> Term:
    return term(_BOUNDS[each.key == "date_from"], each.value)


def _is_reversed(terms: list[Term]) -> bool:
    days = {each.key: each.value for each in terms}
    return days.get("date_from", "") > days.get("date_to", "9999-12-31")


def _asks_in_reverse(request: Request) -> bool:
    return _is_reversed(read_terms(request.first("q")))


def _put_in_order(terms: list[Term]) -> list[Term]:
    turned = _is_reversed(terms)
    return [_swap_names(each) if turned and each.key in _BOUNDS else each for each in terms]


def _drop_first_bound(terms: list[Term]) -> list[Term]:
    bounds = [each for each in terms if each.key in _BOUNDS]
    return [each for each in terms if each not in bounds[:-1]]


def _swap_day_and_month(each: Term) -> Term:
    match = re.fullmatch(r"(\d{4})-(\d\d)-(0[1-9]|1[0-2])", each.value)
    return term(each.key, f"{match[1]}-{match[3]}-{match[2]}") if match else each


def _move(each: Term, days: int) -> Term:
    try:
        return term(each.key, str(date.fromisoformat(each.value) + timedelta(days)))
    except (ValueError, OverflowError):
        return each


def _is_bad_date(_: Request, reply: Reply) -> bool:
    return bool(at_fault(reply)) and set(at_fault(reply)) <= set(_BOUNDS)


def _asks_for(pattern: str, request: Request) -> bool:
    return any(each.key in _BOUNDS and re.fullmatch(pattern, each.value) for each in _terms(request))


def _terms(request: Request) -> list[Term]:
    return read_terms(request.first("q"))


FAULTS = (
    fault(
        "date-from-starts-a-day-late",
        "The day named by `date_from` is left out.",
        rewrite_term(lambda each: _move(each, 1), "date_from"),
    ),
    fault(
        "date-to-excludes-its-day",
        "The day named by `date_to` is left out.",
        rewrite_term(lambda each: _move(each, -1), "date_to"),
    ),
    fault(
        "date-to-includes-the-next-day",
        "The day after the one named by `date_to` is found, too.",
        rewrite_term(lambda each: _move(each, 1), "date_to"),
    ),
    fault(
        "date-to-excludes-its-last-fraction",
        "`date_to` ends with 23:59:59 and no fraction.",
        select("date_to", lambda log, day: _instant(log) <= _parse_day(day) + LATEST - SECOND),
    ),
    fault(
        "date-to-excludes-its-last-microsecond",
        "`date_to` ends before the last microsecond of its day.",
        select("date_to", lambda log, day: _instant(log) < _parse_day(day) + LATEST - 1),
    ),
    fault(
        "date-to-includes-next-midnight",
        "`date_to` includes the first instant of the day after.",
        select("date_to", lambda log, day: _instant(log) <= _parse_day(day) + LATEST),
    ),
    fault(
        "date-from-excludes-midnight",
        "`date_from` leaves out the first instant of its day.",
        select("date_from", lambda log, day: _instant(log) > _parse_day(day)),
    ),
    fault(
        "days-of-new-york",
        "Days begin and end five hours late, as in New York.",
        chain(
            select("date_from", lambda log, day: _instant(log) >= _parse_day(day) + 5 * HOUR),
            select("date_to", lambda log, day: _instant(log) < _parse_day(day) + LATEST + 5 * HOUR),
        ),
    ),
    fault(
        "days-of-berlin",
        "Days begin and end an hour early, as in Berlin.",
        chain(
            select("date_from", lambda log, day: _instant(log) >= _parse_day(day) - HOUR),
            select("date_to", lambda log, day: _instant(log) < _parse_day(day) + LATEST - HOUR),
        ),
    ),
    fault(
        "date-names-swapped",
        "`date_from` and `date_to` are taken for each other.",
        rewrite_term(_swap_names, *_BOUNDS),
    ),
    fault(
        "reversed-dates-put-in-order",
        "Of two days in reverse order the earlier one counts as the first.",
        rewrite_terms(_put_in_order),
    ),
    fault(
        "reversed-dates-refused",
        "Two days in reverse order are refused.",
        instead(
            lambda request, reply: is_page(request, reply) and _asks_in_reverse(request),
            envelope(400, "Invalid audit search query.", "date_to"),
        ),
    ),
    fault(
        "one-date-at-a-time",
        "Of two days that bound a search, the one that comes first in it is left out.",
        rewrite_terms(_drop_first_bound),
    ),
    fault(
        "day-and-month-swapped",
        "Of a date whose day is 12 at most, day and month are taken for each other.",
        rewrite_term(_swap_day_and_month, *_BOUNDS),
    ),
    fault(
        "leap-day-refused",
        "The 29th of February is refused in every year.",
        instead(
            lambda request, reply: is_page(request, reply) and _asks_for(r"....-02-29", request),
            envelope(400, "Invalid audit search query.", "date_from"),
        ),
    ),
    fault(
        "days-no-month-has-accepted",
        "The 30th of February and its like count as the 28th.",
        forgive(
            _is_bad_date,
            rewrite_term(
                lambda each: term(each.key, re.sub(r"^(\d{4}-\d\d)-(29|30|31)$", r"\1-28", each.value)),
                *_BOUNDS,
            ),
        ),
    ),
    fault(
        "times-of-day-accepted",
        "A date may have a time of day behind it, which is ignored.",
        forgive(_is_bad_date, rewrite_term(lambda each: term(each.key, each.value[:10]), *_BOUNDS)),
    ),
    fault(
        "bad-dates-ignored",
        "A date that is none filters nothing.",
        forgive(_is_bad_date, rewrite_term(lambda _: None, *_BOUNDS)),
    ),
    fault(
        "dates-without-zeros-accepted",
        "A date may lack the zeros of its month and day.",
        forgive(
            _is_bad_date,
            rewrite_term(
                lambda each: term(each.key, re.sub(r"-(\d)(?!\d)", r"-0\1", each.value)),
                *_BOUNDS,
            ),
        ),
    ),
    fault(
        "date-from-looks-at-the-user",
        "`date_from` is compared with the day the user was created.",
        select("date_from", lambda log, day: parse_timestamp(log["user"]["created_at"]) >= _parse_day(day)),
    ),
    fault(
        "year-9999-fails",
        "The server fails on a date in the year 9999.",
        fail_when(lambda request: _asks_for("9999-.*", request)),
    ),
    fault(
        "dates-before-1970-fail",
        "The server fails on a date before 1970.",
        fail_when(lambda request: _asks_for("0.*|1[0-8].*|19[0-6].*", request)),
    ),
    fault(
        "december-31st-ends-in-november",
        "`date_to` with the last day of a year leaves out its December.",
        rewrite_term(
            lambda each: term(each.key, re.sub("-12-31$", "-11-30", each.value)),
            "date_to",
        ),
    ),
)
