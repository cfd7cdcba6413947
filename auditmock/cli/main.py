"""Entry point of the command line; errors end in one line on standard error."""

import sys
from typing import NoReturn

import click

from auditmock.cli.check import check, identify
from auditmock.cli.contract import contract, docs, drift
from auditmock.cli.errors import Exit, describe_error, silence_stdout
from auditmock.cli.scenario import export, scenario
from auditmock.cli.serve import serve
from auditmock.fixtures.importing.reader import InputFileError
from auditmock.version import VERSION


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A mock server for Coder's audit API, and a contract suite for real deployments.",
)
@click.version_option(VERSION, message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for _command in (serve, scenario, export, check, identify, contract, drift, docs):
    cli.add_command(_command)


def main() -> NoReturn:
    """Run the command; an error of the user ends in one line and exit status 2."""
    try:
        cli.main(prog_name="auditmock", standalone_mode=False)
    except click.ClickException as error:
        click.echo(f"auditmock: {describe_error(error)}", err=True)
        sys.exit(Exit.USAGE)
    except InputFileError as error:
        click.echo(f"auditmock: {error}", err=True)
        sys.exit(Exit.USAGE)
    except click.Abort:
        click.echo("auditmock: interrupted", err=True)
        sys.exit(Exit.USAGE)
    except BrokenPipeError:
        silence_stdout()
        sys.exit(Exit.FAILED)
    except OSError as error:
        # for example a full disk: flushing the rest of the output would fail again
        silence_stdout()
        click.echo(f"auditmock: {error.strerror or error}", err=True)
        sys.exit(Exit.USAGE)
    sys.exit(Exit.DONE)
