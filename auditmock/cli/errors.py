"""Exit statuses, usage errors as one line, and output after a closed pipe."""

import os
import sys
from enum import IntEnum

import click
from click.core import ParameterSource


class Exit(IntEnum):
    DONE = 0
    FAILED = 1
    USAGE = 2


def describe_error(error: click.ClickException) -> str:
    """Write one line, such as `--port: "x" is not a whole number from 0 to 65,535.`."""
    if isinstance(error, click.FileError):
        return f"cannot open {error.ui_filename}: {error.message.lower()}"
    if isinstance(error, click.MissingParameter) or not isinstance(error, click.BadParameter):
        return " ".join(error.format_message().split())
    message = error.message if error.message.endswith(".") else f"{error.message}."
    return f"{_place_of(error)}: {message}"


def _place_of(error: click.BadParameter) -> str:
    """Return the flag, the argument, or the environment variable that has the bad value."""
    param, context = error.param, error.ctx
    if param is None or context is None:
        return "command line"
    is_argument = isinstance(param, click.Argument)
    name = param.human_readable_name.upper() if is_argument else max(param.opts, key=len)
    if context.get_parameter_source(param.name or "") != ParameterSource.ENVIRONMENT:
        return name
    variables = [param.envvar] if isinstance(param.envvar, str) else list(param.envvar or ())
    return next((variable for variable in variables if os.environ.get(variable)), name)


def silence_stdout() -> None:
    """Discard further output: the reader closed the pipe, and Python's flush at exit must not fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
