"""A stretch of the deployment's logs that lies in the past, known in full: what laws compare answers with."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from auditmock.contract.logs import Log
from auditmock.contract.page import listed
from auditmock.contract.target import Target
from auditmock.contract.verdict import Scope, ask_witness

_SIZE = 300
_DAY = timedelta(days=1)
_TRIES = 3


class Sample(NamedTuple):
    """The logs that the search `q` finds, newest first.

    `q` bounds days that are over, so that what others write meanwhile does not fall between them; only a
    deployment whose logs are all of one day has none such.
    """

    q: str
    logs: Sequence[Log]
    witness: bytes

    def __repr__(self) -> str:
        return f"Sample({self.q!r}, {len(self.logs)} logs)"

    @property
    def scope(self) -> Scope:
        """The logs of the sample, as a law speaks of them."""
        return Scope(self.q, self.witness)

    @property
    def past(self) -> str:
        """Search everything up to the last day of the sample."""
        return next((word for word in self.q.split() if word.startswith("date_to:")), "")

    def within(self, words: str) -> str:
        """Write a search that stays within the sample."""
        return f"{words} {self.q}".strip()


def take_sample(target: Target) -> Sample:
    """Read a few hundred logs of the days before the newest log's; none when there are none.

    They are read again when others write among them meanwhile.
    """
    for _ in range(_TRIES):
        q = _choose(target)
        witness = ask_witness(target, q)
        logs = _logs(target, q, _SIZE)
        if ask_witness(target, q) == witness:
            break
    return Sample(q, logs, witness)


def _choose(target: Target) -> str:
    """Choose a search that finds many logs, but fewer than are read at once."""
    newest = _logs(target, "", 1)
    if not newest:
        return ""
    last = _day(newest[0]) - _DAY
    logs = _logs(target, f"date_to:{last}", _SIZE)
    if not logs:
        return _narrow(target, newest[0])
    if len(logs) < _SIZE:
        return f"date_to:{last}"
    first = _day(logs[-1]) + _DAY
    return f"date_from:{first} date_to:{last}" if first <= last else _narrow(target, logs[0])


def _narrow(target: Target, log: Log) -> str:
    """Choose part of a day that has too many logs."""
    day = f"date_from:{_day(log)} date_to:{_day(log)}"
    return next(q for q in _narrower(log, day) if len(_logs(target, q, _SIZE)) < _SIZE or "resource_id" in q)


def _narrower(log: Log, day: str) -> Iterator[str]:
    kind = f"resource_type:{log['resource_type']}"
    yield day
    yield f"{kind} {day}"
    if log["user"]:
        yield f"username:{log['user']['username']} {kind} {day}"
    yield f"resource_id:{log['resource_id']} {day}"


def _logs(target: Target, q: str, limit: int) -> Sequence[Log]:
    return listed(target, q, limit=limit).logs


def _day(log: Log) -> date:
    return date.fromisoformat(log["time"][:10])
