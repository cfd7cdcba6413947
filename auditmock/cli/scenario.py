"""The commands `scenario` and `export`."""

from pathlib import Path
from typing import Any, BinaryIO

import click

from auditmock.cli.options import format_option, load_state, settings_options
from auditmock.core.clock import current_time
from auditmock.openapi.releases import open_release
from auditmock.settings import Settings


@click.command()
@settings_options(
    "release", "scenario", "scenarios", "seed", "logs", "until", "data", scenario="Scenario to export."
)
@format_option("json", "ndjson", "csv", note="; json is the body of a GET response")
@click.option(
    "--output",
    "-o",
    type=click.File("wb", lazy=True),
    metavar="FILE",
    default="-",
    show_default=True,
    help='File to write; "-" writes to stdout.',
)
def export(form: str, output: BinaryIO, **values: Any) -> None:
    """Write all logs of a scenario as JSON, NDJSON or CSV."""
    from auditmock.cli.export import write_export

    write_export(load_state(Settings(**values)), form, output)


@click.group()
def scenario() -> None:
    """List, show and check scenarios."""


@scenario.command("list")
@settings_options("release", "scenarios")
def list_scenarios(**values: Any) -> None:
    """List all scenarios: name, token prefix, number of logs, summary."""
    from auditmock.server.scenarios import ScenarioRegistry

    settings = Settings(**values)
    scenarios = ScenarioRegistry(settings, open_release(settings.release), current_time)
    for name, each in scenarios.scenarios.items():
        click.echo(f"{name:<14}  {each.token}  {scenarios.count_logs(name):>9,}  {each.summary}")


@scenario.command()
@click.argument("name", metavar="NAME")
@settings_options("scenarios")
def show(name: str, scenarios: str) -> None:
    """Print the file of scenario NAME."""
    from auditmock.fixtures.scenarios.reader import find_scenario

    click.echo(find_scenario(name, scenarios).read_text(encoding="utf-8"), nl=False)


@scenario.command("check")
@click.argument("file", type=click.Path(), metavar="FILE")
@settings_options("release")
def check_file(file: str, release: str) -> None:
    """Validate a scenario file.

    Reports the first error with its line; the exit status is then 2.
    """
    from auditmock.fixtures.scenarios.reader import ScenarioReader
    from auditmock.fixtures.scenarios.snapshot import check_scenario

    contract = open_release(release)
    found = ScenarioReader(contract).read(Path(file))
    written = check_scenario(found, contract, current_time).size
    counts = f"{found.history['logs']:,} generated logs, {written:,} written logs"
    skipped = (
        f", {found.omitted_logs} skipped: {release} has no such action or resource type"
        if found.omitted_logs
        else ""
    )
    click.echo(f"{file}: valid: {found.name}, {counts}{skipped}")
