"""Settings of the mock server: the source of the flags, the environment variables and their help."""

from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

MAX_LOGS = 5_000_000
MAX_WORLDS = 1_000_000
MAX_REQUEST_LOG = 100_000
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")
ENVIRONMENT_PREFIX = "AUDITMOCK_"


def _row(default: Any, explanation: str) -> Any:
    return field(default=default, metadata={"help": explanation})


@dataclass(frozen=True)
class Settings:
    """The settings of one mock; `until` is a timestamp in microseconds."""

    release: str = _row("documented", "API release to use: documented, or the name of a Coder release.")
    host: str = _row("127.0.0.1", "Address to listen on.")
    port: int = _row(8910, "Port to listen on; 0 picks a free port.")
    scenario: str = _row("default", "Default scenario for new worlds.")
    scenarios: str = _row("", "Folder of additional scenario files, NAME.yaml.")
    seed: int | None = _row(
        None,
        "Seed of the generated history. Set by the scenario, usually 1. Logs of another seed depend on the "
        "version of Faker.",
    )
    logs: int | None = _row(
        None, f"Number of generated logs, up to {MAX_LOGS:,}. Set by the scenario, usually 10,000."
    )
    until: int | None = _row(
        None,
        'End of the generated history: a date, an RFC 3339 time, or "now". '
        "Set by the scenario, usually 2026-01-01.",
    )
    data: tuple[str, ...] = _row(
        (),
        'Use the logs of this file instead of a generated history; "-" reads stdin. '
        "Accepts responses of GET /api/v2/audit and NDJSON. Repeatable.",
    )
    cors: tuple[str, ...] = _row(
        (), 'Origin allowed by CORS instead of localhost; "*" allows any. Repeatable.'
    )
    rate_limit: int = _row(0, "Maximum requests per minute for each client and path; 0 means no limit.")
    max_worlds: int = _row(1000, "Maximum number of private worlds; the least recently used is evicted.")
    request_log: int = _row(500, "Number of requests kept in the request log; 0 disables it.")
    control_token: str = _row(
        "",
        "Token for remote access to /_mock, sent as a bearer token or entered when signing in. "
        "Prefer the environment variable: process lists do not show it.",
    )
    watch: bool = _row(
        default=False, explanation="Reload contract, overlays, scenarios and data when their files change."
    )
    log_level: str = _row("info", "Minimum level of log messages; access lines have level info.")
    log_format: str = _row("text", "Format of log messages.")


class Setting(NamedTuple):
    name: str
    default: Any
    help: str

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return ENVIRONMENT_PREFIX + self.name.upper()


SETTINGS = tuple(Setting(row.name, row.default, row.metadata["help"]) for row in fields(Settings))
