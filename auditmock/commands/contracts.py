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


@click.command()
@click.option("--format", "form", type=click.Choice(["md", "html", "json"]), default="md", show_default=True)
def drift(form: str) -> None:
    """Write what deployed servers do otherwise than the documented edition says.

    Each difference comes with the section of the reference it is known from, and the request or the law that
    shows it.
    """
    from auditmock.drift import find_drift, write_data, write_markdown, write_page

    found = find_drift()
    if form == "json":
        click.echo(json.dumps(write_data(found), indent=2, ensure_ascii=False))
    else:
        click.echo(write_page(found) if form == "html" else write_markdown(found), nl=False)
