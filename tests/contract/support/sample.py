"""The sample: all logs of some past days (or of one user), which checks compare responses with."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.expect import Scope, read_fingerprint
from auditmock.checker.log_page import Page, list_logs
from auditmock.checker.rules.log_model import Log, distinctive_value, term
from auditmock.openapi.contract import SearchKey

_SIZE = 300
_OF_A_KIND = 25
_DAY = timedelta(days=1)
_TRIES = 3


class Bounds(NamedTuple):
    """A search: `words` select a user or resource, `days` select days, which are over if possible."""

    words: str
    days: str

    @property
    def q(self) -> str:
        return f"{self.words} {self.days}".strip()


class Sample(NamedTuple):
    """All logs that a search finds, newest first.

    The days are over, so that logs written meanwhile are not among them, unless all logs of the
    deployment are from one day.
    """

    bounds: Bounds
    logs: Sequence[Log]
    fingerprint: bytes

    def __repr__(self) -> str:
        return f"Sample({self.q!r}, {len(self.logs)} logs)"

    @property
    def q(self) -> str:
        return self.bounds.q

    @property
    def scope(self) -> Scope:
        return Scope(self.q, self.fingerprint)

    @property
    def past(self) -> str:
        """A search for all logs up to the last day of the sample."""
        return next((word for word in self.q.split() if word.startswith("date_to:")), "")

    def within(self, words: str) -> str:
        """Restrict a search to the sample; skips the check if the sample is selected by the same key."""
        own = self.bounds.words.partition(":")[0]
        if own and own in words.lower():
            pytest.skip(f"the sample has one {own} only, since the deployment has many logs")
        return f"{words} {self.q}" if self.q else words

    def without(self, key: str) -> str:
        """Return the sample's search without a key; skips the check if the sample is selected by that key."""
        if self.bounds.words.startswith(f"{key}:"):
            pytest.skip(f"the sample has one {key} only, since the deployment has many logs")
        return " ".join(word for word in self.q.split() if not word.startswith(f"{key}:"))

    def on_days(self, days: str) -> str:
        return Bounds(self.bounds.words, days).q


def distinctive_value_of(logs: Sequence[Log], key: SearchKey) -> str:
    """Choose a distinctive value of a key; skips the check if these logs have none."""
    value = distinctive_value(logs, key)
    if not value:
        pytest.skip(f"no log of the sample has a {key.name}")
    return value


PagesByValue = Mapping[str, Sequence[Page]]
"""By key, a page of logs for each enum value, in the contract's order."""


def read_pages_by_value(target: Client, past: str) -> PagesByValue:
    """Read some past logs for each enum value of each key."""
    keys = (key for key in target.contract.search.keys.values() if key.values)
    return {key.name: read_pages(target, key, past) for key in keys}


def read_pages(target: Client, key: SearchKey, past: str) -> Sequence[Page]:
    """Read some past logs for each enum value of a key."""
    searches = (f"{term(key, value)} {past}".strip() for value in key.values)
    return [list_logs(target, q, limit=_OF_A_KIND) for q in searches]


def read_varied_logs(target: Client, pages_by_value: PagesByValue) -> Sequence[Log]:
    """Return logs of each enum value and some of the oldest, which the sample may lack."""
    pages = (page.logs for of_key in pages_by_value.values() for page in of_key)
    oldest = max(0, list_logs(target, "", limit=1).total - _OF_A_KIND)
    old = (list_logs(target, "", limit=_OF_A_KIND, offset=place).logs for place in (oldest // 2, oldest))
    return list({log["id"]: log for page in (*pages, *old) for log in page}.values())


def read_sample(target: Client) -> Sample:
    """Read up to a few hundred logs of the days before the newest; again if other clients write meanwhile."""
    for _ in range(_TRIES):
        bounds = _choose(target)
        fingerprint = read_fingerprint(target, bounds.q)
        logs = _logs(target, bounds.q, _SIZE)
        if read_fingerprint(target, bounds.q) == fingerprint:
            break
    return Sample(bounds, logs, fingerprint)


def _choose(target: Client) -> Bounds:
    """Choose a search that finds many logs, but fewer than one page can have."""
    newest = _logs(target, "", 1) or _logs(target, f"date_to:{date.max}", 1)
    if not newest:
        return Bounds("", "")
    last = _day(newest[0]) - _DAY
    logs = _logs(target, f"date_to:{last}", _SIZE)
    if not logs:
        return _narrow(target, newest[0])
    if len(logs) < _SIZE:
        return Bounds("", f"date_to:{last}")
    first = _day(logs[-1]) + _DAY
    return Bounds("", f"date_from:{first} date_to:{last}") if first <= last else _narrow(target, logs[0])


def _narrow(target: Client, log: Log) -> Bounds:
    """Choose part of a day with too many logs: those of one user or one resource."""
    days = f"date_from:{_day(log)} date_to:{_day(log)}"
    users = [f"username:{log['user']['username']}"] if log["user"] else []
    choices = [Bounds(words, days) for words in ("", *users)]
    few = (bounds for bounds in choices if 0 < len(_logs(target, bounds.q, _SIZE)) < _SIZE)
    return next(few, Bounds(f"resource_id:{log['resource_id']}", days))


def _logs(target: Client, q: str, limit: int) -> Sequence[Log]:
    return list_logs(target, q, limit=limit).logs


def _day(log: Log) -> date:
    return date.fromisoformat(log["time"][:10])
