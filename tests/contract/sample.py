"""A stretch of the deployment's logs that lies in the past, known in full: what laws compare answers with."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from auditmock.contract.logs import Log
from auditmock.contract.target import Target

_SIZE = 300
_DAY = timedelta(days=1)


class Sample(NamedTuple):
    """The logs that the search `q` finds, newest first.

    `q` bounds days that are over, so that what others write meanwhile does not fall between them; only a
    deployment whose logs are all of one day has none such, and `q` is empty.
    """

    q: str
    logs: Sequence[Log]

    def __repr__(self) -> str:
        return f"Sample({self.q!r}, {len(self.logs)} logs)"

    @property
    def past(self) -> str:
        """Search everything up to the last day of the sample."""
        return next((word for word in self.q.split() if word.startswith("date_to:")), "")

    def within(self, words: str) -> str:
        """Write a search that stays within the sample."""
        return f"{words} {self.q}".strip()


def take_sample(target: Target) -> Sample:
    """Read a few hundred logs of the days before the newest log's."""
    newest = _logs(target, "", 1)
    if not newest:
        return Sample("", ())
    last = _day(newest[0]) - _DAY
    logs = _logs(target, f"date_to:{last}", _SIZE)
    if len(logs) < _SIZE:
        return Sample(f"date_to:{last}", logs) if logs else Sample("", _logs(target, "", _SIZE))
    first = _day(logs[-1]) + _DAY
    if first > last:
        return _narrow(target, logs[0], last)
    q = f"date_from:{first} date_to:{last}"
    return Sample(q, [log for log in logs if _day(log) >= first])


def _narrow(target: Target, log: Log, day: date) -> Sample:
    """Take part of a day that has too many logs: what one user did to one type of resource."""
    q = f"resource_type:{log['resource_type']} date_from:{day} date_to:{day}"
    if log["user"]:
        q = f"username:{log['user']['username']} {q}"
    return Sample(q, _logs(target, q, _SIZE))


def _logs(target: Target, q: str, limit: int) -> list[Log]:
    logs: list[Log] = target.ask(q, limit=limit).json()["audit_logs"]
    return logs


def _day(log: Log) -> date:
    return date.fromisoformat(log["time"][:10])
