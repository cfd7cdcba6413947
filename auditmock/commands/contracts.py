"""The commands that show contracts."""

import json

import click

from auditmock.arguments import EditionName
from auditmock.differences import compare
from auditmock.editions import DOCUMENTED, open_edition


@click.command()
@click.option("--edition", type=EditionName(), default=DOCUMENTED, show_default=True, help="Which edition.")
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
@click.option("--diff", type=EditionName(), nargs=2, metavar="ONE OTHER", help="What differs between two.")
def contract(edition: str, form: str, diff: tuple[str, str] | None) -> None:
    """Write out the contract of an edition, or what differs between two."""
    if diff:
        one, other = map(open_edition, diff)
        for difference in compare(one.document, other.document):
            click.echo(difference.write())
        return
    opened = open_edition(edition)
    click.echo(opened.text if form == "yaml" else json.dumps(opened.document, indent=2), nl=form == "json")
