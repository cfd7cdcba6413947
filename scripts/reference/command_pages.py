"""The command line and the settings, from the commands themselves."""

import inspect
from collections.abc import Iterator

import click
from markdown_text import cell, code, join, sentence, table

from auditmock.cli.main import cli
from auditmock.settings import SETTINGS

_INTRODUCTION = """
# Command line

Every command explains itself with `--help`. An error in its use ends in one line on standard error and exit
status 2.
"""

_SETTINGS = """
# Settings

The settings of `auditmock serve`. Each is a flag and an environment variable; the flag wins. A variable for
a setting that can be given more than once holds several values, separated by spaces. In Python they are the
fields of `auditmock.settings.Settings`.
"""


def write_commands() -> str:
    """Write a section for each command."""
    return join(_INTRODUCTION, *(_section(name, command) for name, command in _walk("auditmock", cli)))


def write_settings() -> str:
    """Write the table of settings."""
    rows = [
        (
            code(row.flag),
            code(row.variable),
            code("" if row.default in ((), None) else row.default),
            cell(row.help),
        )
        for row in SETTINGS
    ]
    return join(_SETTINGS, table(("Flag", "Variable", "Default", "Meaning"), rows))


def _walk(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for word, inner in command.commands.items():
        yield from _walk(f"{name} {word}", inner)


def _section(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    help_text = inspect.cleandoc(command.help or "")
    options = [param for param in command.params if isinstance(param, click.Option)]
    return join(
        f"## {name}",
        f"```text\n{usage}\n```",
        help_text,
        table(("Option", "Default", "Meaning"), (_option_row(option, context) for option in options)),
    )


def _option_row(option: click.Option, context: click.Context) -> tuple[str, str, str]:
    names = ", ".join(code(name) for name in [*option.opts, *option.secondary_opts])
    takes = "" if option.is_flag else f" {code(option.make_metavar(context))}"
    default = option.default
    hidden = option.is_flag or option.required or default in (None, "", ()) or callable(default)
    shown = "required" if option.required else "" if hidden else code(default)
    return names + takes, shown, sentence(cell(option.help or "")) + _variables(option)


def _variables(option: click.Option) -> str:
    names = [option.envvar] if isinstance(option.envvar, str) else list(option.envvar or ())
    return f" Variable: {', '.join(code(name) for name in names)}." if names else ""
