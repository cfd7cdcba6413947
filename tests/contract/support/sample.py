"""A stretch of the deployment's logs that lies in the past, known in full: checks compare answers with it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import pytest

from auditmock.checker.client.client import Client
from auditmock.checker.expect import Scope, ask_independently
from auditmock.checker.page import Page, listed
from auditmock.checker.rules.logs import Log, distinctive_value, element
from auditmock.openapi.contract import SearchKey

_SIZE = 300
_OF_A_KIND = 25
_DAY = timedelta(days=1)
_TRIES = 3


class Bounds(NamedTuple):
    """What a search finds: `words` say of what kind, `days` of which days; the days are over, if possible."""

    words: str
    days: str

    @property
    def q(self) -> str:
        """The search."""
        return f"{self.words} {self.days}".strip()


class Sample(NamedTuple):
    """The logs within some bounds, newest first.

    The days are over, so that what others write meanwhile does not fall between the logs; only a
    deployment whose logs are all of one day has none such.
    """

    bounds: Bounds
    logs: Sequence[Log]
    witness: bytes

    def __repr__(self) -> str:
        return f"Sample({self.q!r}, {len(self.logs)} logs)"

    @property
    def q(self) -> str:
        """The search that finds the sample."""
        return self.bounds.q

    @property
    def scope(self) -> Scope:
        """The logs of the sample, as a check speaks of them."""
        return Scope(self.q, self.witness)

    @property
    def past(self) -> str:
        """Search everything up to the last day of the sample."""
        return next((word for word in self.q.split() if word.startswith("date_to:")), "")

    def within(self, words: str) -> str:
        """Write a search that stays within the sample; skips what asks by the key it is chosen by."""
        own = self.bounds.words.partition(":")[0]
        if own and own in words.lower():
            pytest.skip(f"the deployment has so many logs that the sample is one {own}'s")
        return f"{words} {self.q}" if self.q else words

    def around(self, key: str) -> str:
        """Write the search without what it says by a key, for more to be said by that; skips likewise."""
        if self.bounds.words.startswith(f"{key}:"):
            pytest.skip(f"the deployment has so many logs that the sample is one {key}'s")
        return " ".join(word for word in self.q.split() if not word.startswith(f"{key}:"))

    def between(self, days: str) -> str:
        """Write a search for the sample's kind of logs on other days."""
        return Bounds(self.bounds.words, days).q


def distinctive(logs: Sequence[Log], key: SearchKey) -> str:
    """Choose a telling value of a key; skips a key of which these logs have none."""
    value = distinctive_value(logs, key)
    if not value:
        pytest.skip(f"no log of the sample has a {key.name}")
    return value


Groups = Mapping[str, Sequence[Page]]
"""By key, a page of the logs of each value the contract lists for it, in that order."""


def take_groups(target: Client, past: str) -> Groups:
    """Read some logs of every kind, of the past."""
    keys = (key for key in target.contract.search.keys.values() if key.values)
    return {key.name: take_shares(target, key, past) for key in keys}


def take_shares(target: Client, key: SearchKey, past: str) -> Sequence[Page]:
    """Read some logs of every value of a key, of the past."""
    searches = (f"{element(key, value)} {past}".strip() for value in key.values)
    return [listed(target, q, limit=_OF_A_KIND) for q in searches]


def take_overview(target: Client, kinds: Groups) -> Sequence[Log]:
    """Give the logs of every kind and some of the oldest, which a sample of few days may lack."""
    pages = (page.logs for of_key in kinds.values() for page in of_key)
    oldest = max(0, listed(target, "", limit=1).total - _OF_A_KIND)
    old = (listed(target, "", limit=_OF_A_KIND, offset=place).logs for place in (oldest // 2, oldest))
    return list({log["id"]: log for page in (*pages, *old) for log in page}.values())


def take_sample(target: Client) -> Sample:
    """Read a few hundred logs of the days before the newest log's; none when there are none.

    They are read again when others write among them meanwhile.
    """
    for _ in range(_TRIES):
        bounds = _choose(target)
        witness = ask_independently(target, bounds.q)
        logs = _logs(target, bounds.q, _SIZE)
        if ask_independently(target, bounds.q) == witness:
            break
    return Sample(bounds, logs, witness)


def _choose(target: Client) -> Bounds:
    """Choose a search that finds many logs, but fewer than are read at once."""
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
    """Choose part of a day that has too many logs: of one user, or about one resource."""
    days = f"date_from:{_day(log)} date_to:{_day(log)}"
    users = [f"username:{log['user']['username']}"] if log["user"] else []
    choices = [Bounds(words, days) for words in ("", *users)]
    few = (bounds for bounds in choices if 0 < len(_logs(target, bounds.q, _SIZE)) < _SIZE)
    return next(few, Bounds(f"resource_id:{log['resource_id']}", days))


def _logs(target: Client, q: str, limit: int) -> Sequence[Log]:
    return listed(target, q, limit=limit).logs


def _day(log: Log) -> date:
    return date.fromisoformat(log["time"][:10])
