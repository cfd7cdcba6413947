"""The command line: what it says, and how it answers mistakes."""

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


def test_version() -> None:
    """`--version` names the command and its version."""
    assert run("--version").stdout == f"auditmock {VERSION}\n"


@pytest.mark.parametrize("words", [(), ("-h",), ("--help",)])
def test_help(words: tuple[str, ...]) -> None:
    """The bare command and the help flags show the commands there are."""
    done = run(*words)

    assert (done.returncode, done.stderr) == (0, "")
    assert "serve     Serve the mock until Ctrl-C." in done.stdout


HELP = " ".join(run("serve", "-h", COLUMNS="200").stdout.split())


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_in_the_help(setting: Setting) -> None:
    """The help of `serve` shows each setting's flag, meaning and variable."""
    assert all(words in HELP for words in (setting.flag, setting.help, setting.variable))


README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_in_the_readme(setting: Setting) -> None:
    """The README's table has a row for each setting, in the same words."""
    row = next(line for line in README.splitlines() if line.startswith(f"| `{setting.flag}`"))

    assert f"`{setting.variable}`" in row
    assert setting.help in row


MISTAKES = {
    "unknown command": (("sreve",), "No such command 'sreve'"),
    "unknown flag": (("serve", "--prot", "1"), "No such option"),
    "port is a word": (("serve", "--port", "http"), "'http' is not a valid int"),
    "port is too high": (("serve", "--port", "65536"), "65536 is not in the range"),
    "too many logs": (("serve", "--logs", "5000001"), "5000001 is not in the range"),
    "no level": (("serve", "--log-level", "loud"), "'loud' is not one of"),
    "no time": (("serve", "--until", "tomorrow"), '"tomorrow" is no RFC 3339 time'),
    "no day": (("serve", "--until", "2025-02-30"), '"2025-02-30" is in no calendar'),
    "end of time": (("serve", "--until", "1969-12-31"), '"1969-12-31" lies before 1970'),
    "no host": (("serve", "--host", "no.such.host.invalid"), "cannot listen on no.such.host.invalid:8910"),
    "no scenario": (("serve", "--port", "0", "--scenario", "nope"), '"nope" is no scenario'),
    "no scenario to show": (("scenario", "show", "nope"), '"nope" is no scenario'),
    "no scenario to export": (("export", "--scenario", "nope"), '"nope" is no scenario'),
    "no place to export to": (("export", "--output", "/no/where"), "Could not open file '/no/where'"),
    "no file": (("serve", "--port", "0", "--data", "nowhere.json"), "cannot read nowhere.json: no such file"),
}


@pytest.mark.parametrize(("words", "reason"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_line_and_status_two(words: tuple[str, ...], reason: str) -> None:
    """Whatever is wrong with a command is said in one line."""
    done = run(*words)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("auditmock: ")
    assert reason in done.stderr


def test_a_taken_port_is_one_line_and_status_two() -> None:
    """A port somebody else has is named, and so is the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port))

    assert done.returncode == 2
    assert done.stderr == (
        f"auditmock: cannot listen on 127.0.0.1:{port}: address already in use; "
        "choose another port with --port, or --port 0 for a free one\n"
    )


VARIABLES = {
    "AUDITMOCK_RELEASE": ("v9", '"v9" is no release; there are documented, '),
    "AUDITMOCK_HOST": ("no.such.host.invalid", "cannot listen on no.such.host.invalid:0"),
    "AUDITMOCK_PORT": ("http", "'http' is not a valid int"),
    "PORT": ("http", "'http' is not a valid int"),
    "AUDITMOCK_SCENARIO": ("nope", '"nope" is no scenario; there are busy, '),
    "AUDITMOCK_SCENARIOS": ("nowhere", "nowhere: no scenario is there; a scenario is a file NAME.yaml"),
    "AUDITMOCK_SEED": ("pi", "'pi' is not a valid int"),
    "AUDITMOCK_LOGS": ("5000001", "5000001 is not in the range"),
    "AUDITMOCK_UNTIL": ("tomorrow", '"tomorrow" is no RFC 3339 time'),
    "AUDITMOCK_DATA": ("nowhere.json", "cannot read nowhere.json: no such file"),
    "AUDITMOCK_CORS": ("http://localhost:3000/", '"http://localhost:3000/" is no origin'),
    "AUDITMOCK_MAX_WORLDS": ("0", "0 is not in the range"),
    "AUDITMOCK_WATCH": ("perhaps", "'perhaps' is not a valid boolean"),
    "AUDITMOCK_RATE_LIMIT": ("-1", "-1 is not in the range"),
    "AUDITMOCK_JOURNAL": ("-1", "-1 is not in the range"),
    "AUDITMOCK_CONTROL_TOKEN": ("two words", "a control token has 8 or more letters"),
    "AUDITMOCK_LOG_LEVEL": ("loud", "'loud' is not one of"),
    "AUDITMOCK_LOG_FORMAT": ("xml", "'xml' is not one of"),
}
"""By variable, a bad value and what is said of it."""


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_variable_stands_for_a_flag(variable: str) -> None:
    """A setting is read from its variable, and a mistake there is one line as well."""
    value, reason = VARIABLES[variable]
    done = run("serve", **{"PORT": "0", variable: value})

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert reason in done.stderr


def test_every_variable_is_tried() -> None:
    """No setting's variable is missing above."""
    assert {setting.variable for setting in SETTINGS} <= VARIABLES.keys()


def test_a_flag_goes_before_its_variable() -> None:
    """What stands on the command line is not overridden from outside."""
    done = run("serve", "--port", "65536", AUDITMOCK_PORT="http")

    assert "65536 is not in the range" in done.stderr


def test_a_reader_that_goes_away_is_no_mistake() -> None:
    """Output into a closed pipe ends the command without a traceback."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "w") as nowhere:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "auditmock", "serve", "--help"],
            stdout=nowhere,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.stderr == ""
