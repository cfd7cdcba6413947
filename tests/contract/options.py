"""How the suite is to judge: one row a setting, on pytest's command line and on `auditmock check`'s."""

from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

TOKEN_VARIABLE = "CODER_SESSION_TOKEN"  # noqa: S105 - the name of a variable
URL_VARIABLE = "CODER_URL"


def _row(default: Any, explanation: str) -> Any:
    return field(default=default, metadata={"help": explanation})


@dataclass(frozen=True)
class Options:
    """The settings of one run; tokens are apart, since they never stand in a report."""

    base_url: str = _row("", f"What to judge; ${URL_VARIABLE} if not given, else a mock of its own.")
    allow_writes: bool = _row(default=False, explanation="Send POST requests, too: each writes a test log.")
    rate_limit: float = _row(6.0, "Requests a second at most; 0 is no limit. (A mock of its own has none.)")
    max_requests: int = _row(400, "Requests at most, all together.")
    request_timeout: float = _row(10.0, "Seconds to wait for an answer.")
    retries: int = _row(2, "How often to ask again when the server has no answer, or asks to wait.")
    tls_verify: str = _row("true", 'Check the certificate: "true", "false", or a file of authorities.')
    proxy: str = _row("", "Proxy to send the requests through.")
    law_seed: int = _row(1, "Seed of everything that is drawn.")
    deep: bool = _row(default=False, explanation="Look at far more examples; takes minutes.")


class Option(NamedTuple):
    """One row, as a command line sees it."""

    name: str
    default: Any
    help: str

    @property
    def flag(self) -> str:
        """The name of the flag."""
        return "--" + self.name.replace("_", "-")


OPTIONS = tuple(Option(row.name, row.default, row.metadata["help"]) for row in fields(Options))
