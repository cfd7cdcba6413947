"""The settings, a row each; command-line flags, environment variables and their help follow from the rows."""

from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

MOST_LOGS = 5_000_000
MOST_WORLDS = 1_000_000
LONGEST_JOURNAL = 100_000
LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("text", "json")
ENVIRONMENT_PREFIX = "AUDITMOCK_"


def _row(default: Any, explanation: str) -> Any:
    return field(default=default, metadata={"help": explanation})


@dataclass(frozen=True)
class Settings:
    """How one mock is to be; `until` is an instant."""

    release: str = _row(
        "documented", "Which release of the API to speak: documented, or that of a deployed release."
    )
    host: str = _row("127.0.0.1", "Address to listen on.")
    port: int = _row(8910, "Port to listen on; 0 takes a free one, which is printed.")
    scenario: str = _row("default", "Which scenario worlds begin with, where no token says another.")
    scenarios: str = _row("", "Folder of scenario files, NAME.yaml, beside those that ship.")
    seed: int | None = _row(
        None, "Seed of the history: the same seed gives the same bytes. By the scenario: 1."
    )
    logs: int | None = _row(
        None,
        f"How many logs the history has, up to {MOST_LOGS:,}. By the scenario: 10,000.",
    )
    until: int | None = _row(
        None,
        'Where the history ends: a date, an RFC 3339 time, or "now". By the scenario: 2026-01-01.',
    )
    data: tuple[str, ...] = _row(
        (),
        'Serve the logs of this file instead: what GET /api/v2/audit answered, or NDJSON; "-" reads stdin.',
    )
    cors: tuple[str, ...] = _row((), 'Allow this origin ("*": any) instead of those on localhost.')
    rate_limit: int = _row(0, "Requests a minute a client may send to one path; 0 is no limit.")
    max_worlds: int = _row(1000, "Worlds to keep beside the shared one; the one used longest ago goes first.")
    request_log: int = _row(500, "Requests to keep for the request_log; 0 keeps none.")
    control_token: str = _row(
        "", "Open /_mock beyond loopback, by this as a bearer token or by signing in; the variable is safer."
    )
    watch: bool = _row(
        default=False, explanation="Load contract, overlays, scenarios and data anew when their files change."
    )
    log_level: str = _row("info", "What to log; an access line is info.")
    log_format: str = _row("text", "How to log.")


class Setting(NamedTuple):
    """One row, as the command line sees it."""

    name: str
    default: Any
    help: str

    @property
    def flag(self) -> str:
        """The name of the command-line flag."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The name of the environment variable."""
        return ENVIRONMENT_PREFIX + self.name.upper()


SETTINGS = tuple(Setting(row.name, row.default, row.metadata["help"]) for row in fields(Settings))
