"""Rules of the settings' values: what is meant is read, and what cannot be meant is refused."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditmock.checker.core.option_types import SettingsError
from auditmock.checker.core.options import OPTIONS, Option

BY_FLAG = {option.flag: option for option in OPTIONS}

READ = [
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


@pytest.mark.parametrize(("flag", "text", "value"), READ)
def test_what_is_meant_is_read(flag: str, text: str, value: Any) -> None:
    """A value is read as it is meant, and what was read is read again as the same."""
    assert BY_FLAG[flag].read(text) == value
    assert isinstance(value, tuple) or BY_FLAG[flag].read(str(value)) == value


REFUSED = {
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
    ("flag", "text"), [(flag, text) for flag, texts in REFUSED.items() for text in texts]
)
def test_what_cannot_be_meant_is_refused(flag: str, text: str) -> None:
    """A value that could do nothing good is refused in one line."""
    with pytest.raises(SettingsError) as caught:
        BY_FLAG[flag].read(text)

    assert str(caught.value).isprintable()


def test_a_proxy_is_not_repeated() -> None:
    """A proxy's address may have a password in it."""
    with pytest.raises(SettingsError) as caught:
        BY_FLAG["--proxy"].read("ftp://me:secret@proxy")

    assert "secret" not in str(caught.value)


@given(st.sampled_from([option for option in OPTIONS if not isinstance(option.default, bool)]), st.text())
def test_any_text_is_read_or_refused(option: Option, text: str) -> None:
    """Whatever is given, it is a value or a mistake, and never another error."""
    with suppress(SettingsError):
        option.read(text)
