"""The command that writes the documentation of the contract as a static site."""

from pathlib import Path

import click

from auditmock.cli.param_types import DirectoryType, ServerType


@click.command()
@click.option(
    "--output",
    "-o",
    type=DirectoryType(),
    required=True,
    help="Directory to write; created if missing.",
)
@click.option(
    "--server",
    type=ServerType(),
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
