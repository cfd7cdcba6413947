"""The commands `contract`, `drift` and `docs`."""

import json
from pathlib import Path

import click

from auditmock.cli.options import format_option
from auditmock.cli.param_types import DIRECTORY, RELEASE, SERVER
from auditmock.openapi.diff import compare
from auditmock.openapi.releases import DOCUMENTED, open_release


@click.command()
@click.option("--release", type=RELEASE, default=DOCUMENTED, show_default=True, help="Release to print.")
@format_option("yaml", "json")
@click.option(
    "--diff",
    type=RELEASE,
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
@format_option("md", "html", "json")
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


@click.command()
@click.option("--output", "-o", type=DIRECTORY, required=True, help="Directory to write; created if missing.")
@click.option(
    "--server",
    type=SERVER,
    default="",
    help="Server that the pages send requests to; it must allow their origin (mock: --cors). "
    "Without it, they send none.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Write into a directory with other files too; only files of the same names are replaced.",
)
def docs(*, output: Path, server: str, force: bool) -> None:
    """Write the contract of every release as a static site.

    The site has an API page for each release, the contracts as YAML and JSON, the drift page, and the
    reference of the real server. It uses relative links and loads nothing from other hosts, so any web server
    can serve it under any path.

    An earlier site in DIR is replaced. A directory with other files is left alone unless --force is given.
    """
    from auditmock.web.static_site import build_site, is_free, write_site

    try:
        if not force and not is_free(output):
            raise click.ClickException(
                f"{output} contains other files. "
                "Choose an empty directory, or add --force to write the site beside them."
            )
        files = build_site(server)
        write_site(output, files)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise click.ClickException(f"cannot write {error.filename or output}: {reason}.") from None
    click.echo(f"{output}: {len(files)} files. To view them, run: python -m http.server --directory {output}")
