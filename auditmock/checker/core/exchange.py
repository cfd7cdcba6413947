"""A request and its response as reports show them, without tokens."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import orjson

TOKEN_VARIABLE = "CODER_SESSION_TOKEN"  # noqa: S105 - the name of a variable, not its value

OTHER_COOKIE = "theme=dark"
"""Surrounds the token in the `Cookie` header, as in a browser."""

_HEADER, _NAME = "Coder-Session-Token", "coder_session_token"

Pair = tuple[str, str]
Query = Sequence[Pair]


class Request(NamedTuple):
    """A request; `path` is complete, `token` is the location of the token (`TokenLocation.label`).

    `sender` names the variable that holds the token; tokens that are not secret, such as invalid ones,
    are given themselves. The same holds for tokens in `headers`.
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
        return f"{self.path}?{urlencode(self.query, quote_via=quote)}" if self.query else self.path

    def carry(self, token: str) -> tuple[Pair | None, Pair | None]:
        """Return the header or the query parameter that carries the token; both None without a token."""
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
        """Return the request as a curl command that reads the token from the environment."""
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
    """A request and its response; `sent` is an RFC 3339 time, `size` the length of the whole body."""

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    sent: str
    size: int

    def brief(self) -> "Exchange":
        """Return a copy without the body, so that thousands of exchanges fit into memory."""
        return self._replace(body=b"")

    def json(self) -> Any:
        """Parse the response body; raises ValueError if it is not JSON."""
        return orjson.loads(self.body)


def _shell(body: bytes) -> str:
    """Quote bytes for a shell; escape what is not printable text."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = ""
    if text.isprintable() and (text or not body):
        return shlex.quote(text)
    return "$'{}'".format("".join(f"\\x{byte:02x}" for byte in body))
