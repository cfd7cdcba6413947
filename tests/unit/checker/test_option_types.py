"""Values of the checker's options: what is accepted and what is rejected."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.checker.core.option_types import SettingsError
from auditmock.checker.core.options import OPTIONS, Option

BY_FLAG = {option.flag: option for option in OPTIONS}

ACCEPTED = [
    ("--rate-limit", "6", 6.0),
    ("--rate-limit", "6/s", 6.0),
    ("--rate-limit", "0.5", 0.5),
    ("--rate-limit", "0", 0.0),
    ("--rate-limit", "0/s", 0.0),
    ("--max-requests", "50", 50),
    ("--request-timeout", "0.5", 0.5),
    ("--retries", "0", 0),
    ("--tls-verify", "False", "false"),
    ("--tls-verify", "0", "false"),
    ("--tls-verify", "no", "false"),
    ("--tls-verify", "TRUE", "true"),
    ("--tls-verify", "ca.pem", "ca.pem"),
    ("--proxy", "http://me:secret@proxy:3128", "http://me:secret@proxy:3128"),
    ("--proxy", "", ""),
    ("--report-dir", "~/x", str(Path.home() / "x")),
    ("--baseline", "~/x", str(Path.home() / "x")),
    ("--report", "json, html", ("json", "html")),
]


@pytest.mark.parametrize(("flag", "text", "value"), ACCEPTED)
def test_valid_value_is_parsed(flag: str, text: str, value: Any) -> None:
    """A valid value is parsed, and its text form parses to the same value."""
    assert BY_FLAG[flag].read(text) == value
    assert isinstance(value, tuple) or BY_FLAG[flag].read(str(value)) == value


REJECTED = {
    "--rate-limit": ("-1", "nan", "inf", "1e-320", "1e400", "6/m", "6/h", "fast", "", "-6/s"),
    "--max-requests": ("-5", "1.5", "nan", "1e3", "9" * 5000, ""),
    "--request-timeout": ("0", "-1", "nan", "inf", "1e400", "1e-320", "1e300", "10s", ""),
    "--retries": ("-1", "nan", "1.5", "1000000"),
    "--seed": ("pi", "-1", "1e400", ""),
    "--proxy": (
        "foo",
        "ftp://x",
        "socks5://127.0.0.1:9",
        "http://127.0.0.1:99999",
        "http://a..b",
        "http://xn--",
    ),
    "--report-dir": ("~nosuchuser/x",),
    "--report": ("pdf", "json,pdf"),
}


@pytest.mark.parametrize(
    ("flag", "text"), [(flag, text) for flag, texts in REJECTED.items() for text in texts]
)
def test_invalid_value_is_rejected(flag: str, text: str) -> None:
    """An invalid value raises SettingsError with a printable message."""
    with pytest.raises(SettingsError) as caught:
        BY_FLAG[flag].read(text)

    assert str(caught.value).isprintable()


def test_proxy_error_hides_the_url() -> None:
    """The error for an invalid proxy does not repeat the URL: it may contain a password."""
    with pytest.raises(SettingsError) as caught:
        BY_FLAG["--proxy"].read("ftp://me:secret@proxy")

    assert "secret" not in str(caught.value)


@given(st.sampled_from([option for option in OPTIONS if not isinstance(option.default, bool)]), st.text())
def test_any_text_is_accepted_or_rejected(option: Option, text: str) -> None:
    """Any text is parsed or raises SettingsError, never another error."""
    with suppress(SettingsError):
        option.read(text)
