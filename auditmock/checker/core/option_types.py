"""What the values of settings may be: each is read from its text, or refused in words that show no secret."""

import math
import re
from pathlib import Path
from urllib.parse import urlsplit

from auditmock.checker.core.exchange import TOKEN_VARIABLE
from auditmock.checker.core.redaction import one_line

_YES, _NO = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}
_SECRET = re.compile("@|[0-9A-Za-z]{16}")
"""What is not repeated, since it might be a password or a token."""
_CONTROLS = {*map(chr, range(32)), "\x7f"}
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]")


class SettingsError(ValueError):
    """Settings by which nothing can be judged; the message is one line, fit for people."""


def read_token(text: str, variable: str) -> str:
    """Read a session token, without the spaces and line breaks around it; raises SettingsError.

    `variable` says which one is meant, since no message shows any of it.
    """
    token = text.strip()
    for place, letter in enumerate(token, 1):
        if not "!" <= letter <= "~":
            kind = (
                "a space" if letter == " " else "a control character" if letter in _CONTROLS else "no ASCII"
            )
            raise SettingsError(f"character {place} of the token, ${variable}, is {kind}: no token has such")
    return token


def read_rate(text: str) -> float:
    """Read requests a second, such as `6` or `6/s`; 0 is no limit. Raises SettingsError."""
    number = text.strip().removesuffix("/s")
    if _number(number) == 0:
        return 0.0
    try:
        return read_number(number, 0.01, 10_000)
    except SettingsError as error:
        raise SettingsError(f"{error}, nor 0 for no limit") from None


def read_number(text: str, low: float, high: float) -> float:
    """Read a number between two, ends included; raises SettingsError."""
    number = _number(text)
    if not low <= number <= high:
        raise SettingsError(f'"{one_line(text)}" is no number from {low:g} to {high:,g}')
    return number


def read_whole(text: str, low: int, high: int) -> int:
    """Read a whole number between two, ends included; raises SettingsError."""
    try:
        number = int(text)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise SettingsError(f'"{one_line(text)}" is no whole number from {low} to {high:,}')
    return number


def read_path(text: str) -> str:
    """Read the name of a file or folder, `~` for that of one's own; raises SettingsError."""
    try:
        return str(Path(text).expanduser()) if text else ""
    except RuntimeError:
        raise SettingsError(f"{one_line(text)}: there is no such home") from None


def read_trust(text: str) -> str:
    """Read whether to check certificates, or the file of authorities; raises SettingsError."""
    word = text.lower()
    if word in _YES | _NO:
        return "true" if word in _YES else "false"
    return read_path(text)


def read_proxy(text: str) -> str:
    """Read the URL of a proxy, which may have a password in it; raises SettingsError."""
    if text and not is_address(text):
        raise SettingsError("that is no URL of a proxy; write it like http://proxy.example.com:3128")
    return text


def check_url(url: str) -> None:
    """Raise SettingsError unless a URL is that of a deployment, with nothing that no report may show."""
    if "?" in url or "#" in url:
        raise SettingsError(
            f'the URL of a deployment has no "?" and no "#"; a token belongs in ${TOKEN_VARIABLE}'
        )
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise SettingsError(
            f"the URL of a deployment has no user and no password; a token belongs in ${TOKEN_VARIABLE}"
        )
    if not is_address(url):
        shown = "what is given" if _SECRET.search(url) else f'"{one_line(url)}"'
        raise SettingsError(f"{shown} is no URL of a deployment; write it like https://coder.example.com")


def is_address(url: str) -> bool:
    """Tell whether a URL has a host that a connection can be made to, by HTTP or HTTPS."""
    try:
        parts = urlsplit(url)
        # as sockets do, who know no name that cannot be encoded and read again
        host = (parts.hostname or "").encode("idna").decode("idna")
        return parts.scheme in {"http", "https"} and host != "" and parts.port != 0 and not _SPACE.search(url)
    except ValueError:
        return False


def reason_of(error: Exception) -> str:
    """Say why a file cannot be used."""
    return ((error.strerror if isinstance(error, OSError) else "") or str(error)).lower()


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
