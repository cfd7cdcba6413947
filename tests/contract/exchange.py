"""One request and its answer, as they are shown to people and to programs."""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

TOKEN_VARIABLE = "CODER_SESSION_TOKEN"  # noqa: S105 - the name of a variable, not its value

Query = Sequence[tuple[str, str]]


class Request(NamedTuple):
    """What is sent: `path` is whole, `token` names who sends it and where, never the token itself."""

    method: str
    path: str
    query: Query = ()
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    token: str | None = "header"  # noqa: S105 - a place

    @property
    def target(self) -> str:
        """The path with its query."""
        return f"{self.path}?{urlencode(self.query, quote_via=quote)}" if self.query else self.path

    def curl(self, base_url: str) -> str:
        """Write the request as a command to paste; the token comes from the environment."""
        words = ["curl", "-i"]
        if self.method != "GET":
            words += ["-X", self.method]
        headers = dict(self.headers)
        for name, value in headers.items():
            words += ["-H", shlex.quote(f"{name}: {value}")]
        if self.token:
            words += ["-H", f'"Coder-Session-Token: ${TOKEN_VARIABLE}"']
        if self.body is not None:
            words += ["--data-binary", shlex.quote(self.body.decode(errors="replace"))]
        return " ".join([*words, shlex.quote(base_url + self.target)])


class Exchange(NamedTuple):
    """A request, its answer, and how long it took in seconds."""

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        """Read the answer; raises ValueError when it is no JSON."""
        return json.loads(self.body)
