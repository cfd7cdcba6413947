"""Parsers for option values; their error messages never show secrets."""

import math
import re
from pathlib import Path
from urllib.parse import urlsplit

from auditmock.checker.core.exchange import TOKEN_VARIABLE
from auditmock.checker.core.redaction import one_line

_YES, _NO = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}
_SECRET = re.compile("@|[0-9A-Za-z]{16}")
"""Text that error messages must not repeat: it might be a password or a token."""
_CONTROLS = {*map(chr, range(32)), "\x7f"}
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]")


class SettingsError(ValueError):
    """Unusable settings; the message is one line."""


def read_token(text: str, variable: str) -> str:
    """Parse a session token; raises SettingsError, whose message names `variable` instead of the token."""
    token = text.strip()
    for place, letter in enumerate(token, 1):
        if not "!" <= letter <= "~":
            kind = (
                "a space" if letter == " " else "a control character" if letter in _CONTROLS else "not ASCII"
            )
            raise SettingsError(f"invalid token in ${variable}: character {place} is {kind}")
    return token


def read_rate(text: str) -> float:
    """Parse a rate such as `6` or `6/s`; 0 means no limit. Raises SettingsError."""
    number = text.strip().removesuffix("/s")
    if _number(number) == 0:
        return 0.0
    try:
        return read_number(number, 0.01, 10_000)
    except SettingsError as error:
        raise SettingsError(f"{error}, or 0 for no limit") from None


def read_number(text: str, low: float, high: float) -> float:
    """Parse a number from `low` to `high`; raises SettingsError."""
    number = _number(text)
    if not low <= number <= high:
        raise SettingsError(f'"{one_line(text)}" is not a number from {low:g} to {high:,g}')
    return number


def read_whole(text: str, low: int, high: int) -> int:
    """Parse a whole number from `low` to `high`; raises SettingsError."""
    try:
        number = int(text)
    except ValueError:
        number = low - 1
    if not low <= number <= high:
        raise SettingsError(f'"{one_line(text)}" is not a whole number from {low} to {high:,}')
    return number


def read_path(text: str) -> str:
    """Parse a path and expand `~`; raises SettingsError."""
    try:
        return str(Path(text).expanduser()) if text else ""
    except RuntimeError:
        raise SettingsError(f"{one_line(text)}: unknown home folder") from None


def read_trust(text: str) -> str:
    """Parse "true", "false" or the path of a CA file; raises SettingsError."""
    word = text.lower()
    if word in _YES | _NO:
        return "true" if word in _YES else "false"
    return read_path(text)


def read_proxy(text: str) -> str:
    """Parse the URL of a proxy, which may contain a password; raises SettingsError."""
    if text and not is_address(text):
        raise SettingsError("not a proxy URL; example: http://proxy.example.com:3128")
    return text


def check_url(url: str) -> None:
    """Raise SettingsError unless this is a deployment URL without secrets."""
    if "?" in url or "#" in url:
        raise SettingsError(
            f'the deployment URL must not contain "?" or "#"; pass the token in ${TOKEN_VARIABLE}'
        )
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise SettingsError(
            f"the deployment URL must not contain a user or password; pass the token in ${TOKEN_VARIABLE}"
        )
    if not is_address(url):
        shown = "the given text" if _SECRET.search(url) else f'"{one_line(url)}"'
        raise SettingsError(f"{shown} is not a deployment URL; example: https://coder.example.com")


def is_address(url: str) -> bool:
    """Whether this is an HTTP or HTTPS URL with a valid host."""
    try:
        parts = urlsplit(url)
        # sockets reject host names that IDNA cannot encode and decode
        host = (parts.hostname or "").encode("idna").decode("idna")
        return parts.scheme in {"http", "https"} and host != "" and parts.port != 0 and not _SPACE.search(url)
    except ValueError:
        return False


def reason_of(error: Exception) -> str:
    return ((error.strerror if isinstance(error, OSError) else "") or str(error)).lower()


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
