"""Faults of `date_from` and `date_to`."""

import re
from datetime import date, timedelta
from functools import lru_cache

from fault import Reply, Request, about
from listing import replace_filter
from replies import fail_when, make_error, replace_reply
from rewriting import Log, combine, invalid_fields, is_page, retry_changed, rewrite_term, rewrite_terms
from terms import Term, read_terms, term

from auditmock.core.timestamps import HOUR, SECOND, parse_day, parse_timestamp

fault = about("dates")
LATEST = 24 * HOUR
_BOUNDS = ("date_from", "date_to")


_CACHE_SIZE = 1 << 15
_parse_time = lru_cache(_CACHE_SIZE)(parse_timestamp)
_parse_day = lru_cache(_CACHE_SIZE)(parse_day)


def _instant(log: Log) -> int:
    return _parse_time(log["time"])


def _swap_keys(each: Term) -> Term:
    return term(_BOUNDS[each.key == "date_from"], each.value)


def _is_reversed(terms: list[Term]) -> bool:
    days = {each.key: each.value for each in terms}
    return days.get("date_from", "") > days.get("date_to", "9999-12-31")


def _has_reversed_dates(request: Request) -> bool:
    return _is_reversed(read_terms(request.first("q")))


def _swap_if_reversed(terms: list[Term]) -> list[Term]:
    turned = _is_reversed(terms)
    return [_swap_keys(each) if turned and each.key in _BOUNDS else each for each in terms]


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
    return bool(invalid_fields(reply)) and set(invalid_fields(reply)) <= set(_BOUNDS)


def _has_date(pattern: str, request: Request) -> bool:
    return any(each.key in _BOUNDS and re.fullmatch(pattern, each.value) for each in _terms(request))


def _terms(request: Request) -> list[Term]:
    return read_terms(request.first("q"))


FAULTS = (
    fault(
        "date-from-starts-a-day-late",
        "`date_from` excludes its day.",
        rewrite_term(lambda each: _move(each, 1), "date_from"),
    ),
    fault(
        "date-to-excludes-its-day",
        "`date_to` excludes its day.",
        rewrite_term(lambda each: _move(each, -1), "date_to"),
    ),
    fault(
        "date-to-includes-the-next-day",
        "`date_to` includes the next day.",
        rewrite_term(lambda each: _move(each, 1), "date_to"),
    ),
    fault(
        "date-to-excludes-its-last-fraction",
        "`date_to` excludes times after 23:59:59.000000.",
        replace_filter("date_to", lambda log, day: _instant(log) <= _parse_day(day) + LATEST - SECOND),
    ),
    fault(
        "date-to-excludes-its-last-microsecond",
        "`date_to` excludes the last microsecond of its day.",
        replace_filter("date_to", lambda log, day: _instant(log) < _parse_day(day) + LATEST - 1),
    ),
    fault(
        "date-to-includes-next-midnight",
        "`date_to` includes midnight of the next day.",
        replace_filter("date_to", lambda log, day: _instant(log) <= _parse_day(day) + LATEST),
    ),
    fault(
        "date-from-excludes-midnight",
        "`date_from` excludes midnight of its day.",
        replace_filter("date_from", lambda log, day: _instant(log) > _parse_day(day)),
    ),
    fault(
        "days-in-new-york-time",
        "Days are in New York time: they start and end five hours late.",
        combine(
            replace_filter("date_from", lambda log, day: _instant(log) >= _parse_day(day) + 5 * HOUR),
            replace_filter("date_to", lambda log, day: _instant(log) < _parse_day(day) + LATEST + 5 * HOUR),
        ),
    ),
    fault(
        "days-in-berlin-time",
        "Days are in Berlin time: they start and end an hour early.",
        combine(
            replace_filter("date_from", lambda log, day: _instant(log) >= _parse_day(day) - HOUR),
            replace_filter("date_to", lambda log, day: _instant(log) < _parse_day(day) + LATEST - HOUR),
        ),
    ),
    fault("date-names-swapped", "`date_from` and `date_to` are swapped.", rewrite_term(_swap_keys, *_BOUNDS)),
    fault(
        "reversed-dates-put-in-order",
        "If `date_from` is after `date_to`, they are swapped.",
        rewrite_terms(_swap_if_reversed),
    ),
    fault(
        "reversed-dates-rejected",
        "If `date_from` is after `date_to`, the search is rejected.",
        replace_reply(
            lambda request, reply: is_page(request, reply) and _has_reversed_dates(request),
            make_error(400, "Invalid audit search query.", "date_to"),
        ),
    ),
    fault(
        "one-date-at-a-time",
        "If a search has both dates, the first one is ignored.",
        rewrite_terms(_drop_first_bound),
    ),
    fault(
        "day-and-month-swapped",
        "Day and month of a date are swapped if both are at most 12.",
        rewrite_term(_swap_day_and_month, *_BOUNDS),
    ),
    fault(
        "leap-day-rejected",
        "February 29 is rejected in every year.",
        replace_reply(
            lambda request, reply: is_page(request, reply) and _has_date(r"....-02-29", request),
            make_error(400, "Invalid audit search query.", "date_from"),
        ),
    ),
    fault(
        "nonexistent-days-accepted",
        "Nonexistent days such as February 30 count as the 28th.",
        retry_changed(
            _is_bad_date,
            rewrite_term(
                lambda each: term(each.key, re.sub(r"^(\d{4}-\d\d)-(29|30|31)$", r"\1-28", each.value)),
                *_BOUNDS,
            ),
        ),
    ),
    fault(
        "times-of-day-accepted",
        "A time of day after a date is ignored.",
        retry_changed(_is_bad_date, rewrite_term(lambda each: term(each.key, each.value[:10]), *_BOUNDS)),
    ),
    fault(
        "invalid-dates-ignored",
        "An invalid date is ignored.",
        retry_changed(_is_bad_date, rewrite_term(lambda _: None, *_BOUNDS)),
    ),
    fault(
        "dates-without-zeros-accepted",
        "A date without leading zeros is accepted.",
        retry_changed(
            _is_bad_date,
            rewrite_term(lambda each: term(each.key, re.sub(r"-(\d)(?!\d)", r"-0\1", each.value)), *_BOUNDS),
        ),
    ),
    fault(
        "date-from-compares-user-creation",
        "`date_from` is compared with the user's creation time.",
        replace_filter(
            "date_from", lambda log, day: parse_timestamp(log["user"]["created_at"]) >= _parse_day(day)
        ),
    ),
    fault(
        "year-9999-fails",
        "The server fails on a date in the year 9999.",
        fail_when(lambda request: _has_date("9999-.*", request)),
    ),
    fault(
        "dates-before-1970-fail",
        "The server fails on a date before 1970.",
        fail_when(lambda request: _has_date("0.*|1[0-8].*|19[0-6].*", request)),
    ),
    fault(
        "december-31st-ends-in-november",
        "`date_to` with the last day of a year excludes December.",
        rewrite_term(lambda each: term(each.key, re.sub("-12-31$", "-11-30", each.value)), "date_to"),
    ),
)
