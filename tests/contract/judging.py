"""The suite as a command: pytest, over the laws beside this module, whatever folder it is called in."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from enum import IntEnum
from pathlib import Path

import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from auditmock.contract.options import OPTIONS, TOKEN_VARIABLE, Options

_HERE = Path(__file__).parent
_PLUGINS = ("_hypothesis_pytestplugin", "schemathesis.pytest.plugin", "auditmock.contract.plugin")


class Verdict(IntEnum):
    """What the exit status of a run says."""

    CONFORMS = 0
    VIOLATES = 1
    USAGE = 2
    UNREADY = 3


_VERDICTS: Mapping[int, Verdict] = {
    pytest.ExitCode.OK: Verdict.CONFORMS,
    pytest.ExitCode.TESTS_FAILED: Verdict.VIOLATES,
    Verdict.UNREADY: Verdict.UNREADY,
}


def judge(options: Options, token: str, words: Sequence[str] = ()) -> Verdict:
    """Judge a deployment and say what was found on standard output; `words` go to pytest as they are.

    The token goes by the environment, where no list of processes shows it. Settings of pytest that lie
    about, in files and variables, do not count.
    """
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ[TOKEN_VARIABLE] = token
    with tempfile.TemporaryDirectory() as home:
        set_hypothesis_home_dir(home)
        status = pytest.main([*_arguments(options), *words])
    return _VERDICTS.get(status, Verdict.USAGE)


def _arguments(options: Options) -> list[str]:
    arguments = [
        str(_HERE),
        "-c",
        os.devnull,
        "--rootdir",
        str(_HERE),
        "--confcutdir",
        str(_HERE),
        "--import-mode=importlib",
    ]
    arguments += ["--quiet", "--tb=short", "-p", "no:cacheprovider"]
    for plugin in _PLUGINS:
        arguments += ["-p", plugin]
    for option in OPTIONS:
        value = getattr(options, option.name)
        if isinstance(value, bool):
            arguments += [option.flag] if value else []
        else:
            arguments.append(f"{option.flag}={value}")
    return arguments
