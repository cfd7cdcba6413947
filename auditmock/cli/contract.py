"""The commands `contract` and `drift`."""

import json

import click

from auditmock.cli.param_types import ChoiceType, ReleaseType
from auditmock.openapi.diff import compare
from auditmock.openapi.releases import DOCUMENTED, open_release


@click.command()
@click.option(
    "--release", type=ReleaseType(), default=DOCUMENTED, show_default=True, help="Release to print."
)
@click.option(
    "--format",
    "form",
    type=ChoiceType(["yaml", "json"]),
    default="yaml",
    show_default=True,
    help="Output format.",
)
@click.option(
    "--diff",
    type=ReleaseType(),
    nargs=2,
    metavar="RELEASE RELEASE",
    help="Print the differences between two releases instead.",
)
def contract(release: str, form: str, diff: tuple[str, str] | None) -> None:
    """Print the OpenAPI contract of a release, or compare two."""
    if diff:
        one, other = map(open_release, diff)
        for difference in compare(one.document, other.document):
            click.echo(difference.write())
        return
    opened = open_release(release)
    click.echo(opened.text if form == "yaml" else json.dumps(opened.document, indent=2), nl=form == "json")


@click.command()
@click.option(
    "--format",
    "form",
    type=ChoiceType(["md", "html", "json"]),
    default="md",
    show_default=True,
    help="Output format.",
)
@click.option(
    "--reference",
    metavar="URL",
    default="",
    help="Address of the published docs/reference/coder-server.md; adds links to its sections.",
)
def drift(form: str, reference: str) -> None:
    """List how deployed servers differ from the documented release.

    Each difference lists the sections of the reference that describe it and the tests that demonstrate it.
    """
    from auditmock.openapi.drift import find_drift, write_data, write_markdown, write_page

    found = find_drift()
    if form == "json":
        click.echo(json.dumps(write_data(found), indent=2, ensure_ascii=False))
    else:
        write = write_page if form == "html" else write_markdown
        click.echo(write(found, reference=reference), nl=False)
