"""The commands about scenarios, and the one that writes their logs."""

from pathlib import Path
from typing import Any, BinaryIO

import click

from auditmock.cli.options import settings_options, state_for
from auditmock.core.clock import current_time
from auditmock.openapi.releases import open_release
from auditmock.settings import Settings


@click.command()
@settings_options("release", "scenario", "scenarios", "seed", "logs", "until", "data")
@click.option(
    "--format", "form", type=click.Choice(["json", "ndjson", "csv"]), default="json", show_default=True
)
@click.option(
    "--output", "-o", type=click.File("wb", lazy=True), default="-", help='File to write; "-" is stdout.'
)
def export(form: str, output: BinaryIO, **values: Any) -> None:
    """Write the logs of a scenario: the body of GET with all of them, one a line, or a table."""
    from auditmock.cli.export import write_export

    write_export(state_for(Settings(**values)), form, output)


@click.group()
def scenario() -> None:
    """List, show and check scenarios."""


@scenario.command("list")
@settings_options("release", "scenarios")
def list_scenarios(**values: Any) -> None:
    """List the scenarios there are: name, the first half of its tokens, logs, what it is."""
    from auditmock.server.scenarios import ScenarioRegistry

    settings = Settings(**values)
    scenarios = ScenarioRegistry(settings, open_release(settings.release), current_time)
    for name, each in scenarios.scenarios.items():
        click.echo(f"{name:<14}  {each.token}  {scenarios.count_logs(name):>9,}  {each.summary}")


@scenario.command()
@click.argument("name")
@settings_options("scenarios")
def show(name: str, scenarios: str) -> None:
    """Write out the file of the scenario NAME."""
    from auditmock.fixtures.scenarios.reader import find_scenario

    click.echo(find_scenario(name, scenarios).read_text(encoding="utf-8"), nl=False)


@scenario.command("check")
@click.argument("file", type=click.Path())
@settings_options("release")
def check_file(file: str, release: str) -> None:
    """Check the scenario in FILE; what is wrong is told with its line, and the exit status is 2."""
    from auditmock.fixtures.scenarios.reader import ScenarioReader
    from auditmock.fixtures.scenarios.snapshot import check_scenario

    contract = open_release(release)
    found = ScenarioReader(contract).read(Path(file))
    written = check_scenario(found, contract, current_time).size
    told = f"{found.history['logs']:,} logs of history and {written:,} of its own"
    left_out = f", {found.foreign} left out: {release} has no words for them" if found.foreign else ""
    click.echo(f"{file}: good: {found.name}, {told}{left_out}")
