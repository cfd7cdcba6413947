"""One request and its answer, as they are shown to people and to programs; no token stands in either."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import orjson

TOKEN_VARIABLE = "CODER_SESSION_TOKEN"  # noqa: S105 - the name of a variable, not its value

OTHER_COOKIE = "theme=dark"
"""Stands before the token in a header of cookies, as in any browser."""

_HEADER, _NAME = "Coder-Session-Token", "coder_session_token"

Pair = tuple[str, str]
Query = Sequence[Pair]


class Request(NamedTuple):
    """What is sent: `path` is whole, `token` names the place of the token, as `Carrier.label` does.

    `sender` names the variable that holds the token; a token that is no secret, such as a bad one, stands
    there itself. So does a token in `headers`.
    """

    method: str
    path: str
    query: Query = ()
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    token: str | None = "header"  # noqa: S105 - a place
    sender: str = f"${TOKEN_VARIABLE}"

    @property
    def target(self) -> str:
        """The path with its query."""
        return f"{self.path}?{urlencode(self.query, quote_via=quote)}" if self.query else self.path

    def carry(self, token: str) -> tuple[Pair | None, Pair | None]:
        """Give the header, or else the query parameter, that the token goes in; neither without one."""
        place, _, name = (self.token or "").partition(" ")
        match place:
            case "header":
                return (name or _HEADER, token), None
            case "bearer":
                return ("Authorization", f"Bearer {token}"), None
            case "cookie":
                return ("Cookie", f"{OTHER_COOKIE}; {name or _NAME}={token}; {OTHER_COOKIE}"), None
            case "query":
                return None, (name or _NAME, token)
        return None, None

    def curl(self, base_url: str) -> str:
        """Write the request as a command to paste; the token comes from the environment."""
        words = ["curl", "-i"]
        if self.method != "GET":
            words += ["-X", self.method]
        for name, value in self.headers.items():
            header = f"{name}: {value}"
            words += ["-H", f'"{header}"' if TOKEN_VARIABLE in value else shlex.quote(header)]
        url = shlex.quote(base_url + self.target)
        carried, parameter = self.carry(self.sender)
        if carried:
            words += ["-H", '"{}: {}"'.format(*carried)]
        if parameter:
            url += '"{}{}={}"'.format("&" if "?" in self.target else "?", *parameter)
        if self.body is not None:
            words += ["--data-binary", _shell(self.body)]
        return " ".join([*words, url])


class Exchange(NamedTuple):
    """A request, its answer, when it was sent (RFC 3339), and how long it took in seconds.

    `size` counts the bytes of the whole body, also where the body itself is dropped.
    """

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    sent: str
    size: int

    def brief(self) -> "Exchange":
        """Drop the body, so that thousands of exchanges may be kept."""
        return self._replace(body=b"")

    def json(self) -> Any:
        """Read the answer; raises ValueError when it is no JSON."""
        return orjson.loads(self.body)


def _shell(body: bytes) -> str:
    """Write bytes as one word of a shell; what is no text by its escapes."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = ""
    if text.isprintable() and (text or not body):
        return shlex.quote(text)
    return "$'{}'".format("".join(f"\\x{byte:02x}" for byte in body))
