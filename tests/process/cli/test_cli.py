"""The command line: help, version and errors."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from auditmock.settings import SETTINGS, Setting
from auditmock.version import VERSION

Done = subprocess.CompletedProcess[str]


def run(*words: str, **variables: str) -> Done:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "auditmock", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **variables},
    )


def test_version_is_printed() -> None:
    """`--version` prints the command and its version."""
    assert run("--version").stdout == f"auditmock {VERSION}\n"


@pytest.mark.parametrize("words", [(), ("-h",), ("--help",)])
def test_help_lists_the_commands(words: tuple[str, ...]) -> None:
    """Without arguments and with a help flag, the command lists its commands."""
    done = run(*words)

    assert (done.returncode, done.stderr) == (0, "")
    assert "serve     Run the mock server until Ctrl-C." in done.stdout


HELP = " ".join(run("serve", "-h", COLUMNS="200").stdout.split())


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_in_the_help(setting: Setting) -> None:
    """The help of `serve` shows each setting's flag, meaning and variable."""
    assert all(words in HELP for words in (setting.flag, setting.help, setting.variable))


PAGE = (Path(__file__).parents[3] / "docs/reference/settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_on_the_settings_page(setting: Setting) -> None:
    """The settings page has a row for each setting, with its variable and help."""
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{setting.flag}`"))

    assert f"`{setting.variable}`" in row
    assert setting.help in row


ERRORS = {
    "unknown command": (("sreve",), "No such command 'sreve'"),
    "unknown flag": (("serve", "--prot", "1"), "No such option"),
    "port is a word": (("serve", "--port", "http"), '--port: "http" is not a whole number from 0 to 65,535.'),
    "port is too high": (("serve", "-p", "65536"), '--port: "65536" is not a whole number from 0 to 65,535.'),
    "too many logs": (("serve", "--logs", "5000001"), '"5000001" is not a whole number from 0 to 5,000,000.'),
    "unknown level": (("serve", "--log-level", "loud"), '"loud" is not one of debug, info, warning, error.'),
    "invalid time": (("serve", "--until", "tomorrow"), '"tomorrow" is not an RFC 3339 time'),
    "invalid date": (("serve", "--until", "2025-02-30"), '"2025-02-30" is a date that does not exist'),
    "time before 1970": (("serve", "--until", "1969-12-31"), '"1969-12-31" is before 1970'),
    "unknown host": (
        ("serve", "--host", "no.such.host.invalid"),
        "cannot listen on no.such.host.invalid:8910",
    ),
    "unknown scenario": (("serve", "--port", "0", "--scenario", "nope"), 'Unknown scenario "nope"'),
    "unknown scenario to show": (("scenario", "show", "nope"), 'Unknown scenario "nope"'),
    "unknown scenario to export": (("export", "--scenario", "nope"), 'Unknown scenario "nope"'),
    "missing output folder": (("export", "--output", "/no/where"), "cannot open /no/where: "),
    "missing data file": (
        ("serve", "--port", "0", "--data", "nowhere.json"),
        "cannot read nowhere.json: no such file",
    ),
}


@pytest.mark.parametrize(("words", "reason"), ERRORS.values(), ids=ERRORS)
def test_usage_error_is_one_line(words: tuple[str, ...], reason: str) -> None:
    """An error on the command line is reported in one line with status 2."""
    done = run(*words)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("auditmock: ")
    assert reason in done.stderr


def test_busy_port_is_reported() -> None:
    """A busy port is reported in one line with an alternative."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port))

    assert done.returncode == 2
    assert done.stderr == (
        f"auditmock: cannot listen on 127.0.0.1:{port}: address already in use; "
        "use another --port, or --port 0 for a free port\n"
    )


VARIABLES = {
    "AUDITMOCK_RELEASE": ("v9", 'AUDITMOCK_RELEASE: Unknown release "v9". Available: documented, '),
    "AUDITMOCK_HOST": ("no.such.host.invalid", "cannot listen on no.such.host.invalid:0"),
    "AUDITMOCK_PORT": ("http", 'AUDITMOCK_PORT: "http" is not a whole number from 0 to 65,535.'),
    "PORT": ("http", ' PORT: "http" is not a whole number from 0 to 65,535.'),
    "AUDITMOCK_SCENARIO": ("nope", 'Unknown scenario "nope". Available: busy, '),
    "AUDITMOCK_SCENARIOS": ("nowhere", "nowhere: no scenario files; a scenario is a file NAME.yaml"),
    "AUDITMOCK_SEED": ("pi", '"pi" is not a whole number.'),
    "AUDITMOCK_LOGS": ("5000001", '"5000001" is not a whole number from 0 to 5,000,000.'),
    "AUDITMOCK_UNTIL": ("tomorrow", '"tomorrow" is not an RFC 3339 time'),
    "AUDITMOCK_DATA": ("nowhere.json", "cannot read nowhere.json: no such file"),
    "AUDITMOCK_CORS": ("http://localhost:3000/", '"http://localhost:3000/" is not an origin'),
    "AUDITMOCK_MAX_WORLDS": ("0", '"0" is not a whole number from 1 to 1,000,000.'),
    "AUDITMOCK_WATCH": ("perhaps", "'perhaps' is not a valid boolean"),
    "AUDITMOCK_RATE_LIMIT": ("-1", '"-1" is not a whole number from 0 up.'),
    "AUDITMOCK_REQUEST_LOG": ("-1", '"-1" is not a whole number from 0 to 100,000.'),
    "AUDITMOCK_CONTROL_TOKEN": ("two words", "a control token needs 8 or more letters"),
    "AUDITMOCK_LOG_LEVEL": ("loud", '"loud" is not one of debug, '),
    "AUDITMOCK_LOG_FORMAT": ("xml", '"xml" is not one of text, json.'),
}
"""By variable: an invalid value and a part of the message."""


@pytest.mark.slow
@pytest.mark.parametrize("variable", VARIABLES)
def test_variable_sets_an_option(variable: str) -> None:
    """A setting is read from its variable; an invalid value is reported in one line."""
    value, reason = VARIABLES[variable]
    done = run("serve", **{"PORT": "0", variable: value})

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert reason in done.stderr


def test_table_has_every_variable() -> None:
    """The table above has all variables."""
    assert {setting.variable for setting in SETTINGS} <= VARIABLES.keys()


def test_flag_overrides_its_variable() -> None:
    """A flag overrides its environment variable."""
    done = run("serve", "--port", "65536", AUDITMOCK_PORT="http")

    assert '--port: "65536" is not' in done.stderr


def test_closed_pipe_is_not_an_error() -> None:
    """Output into a closed pipe ends the command silently."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "w") as pipe:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "auditmock", "serve", "--help"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.stderr == ""
