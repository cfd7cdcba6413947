"""The contract of every release as a static site: files that link to each other by relative addresses."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from auditmock.openapi.releases import DOCUMENTED, list_releases, open_release
from auditmock.version import VERSION
from auditmock.web import documents
from auditmock.web.documents import Addresses, ApiPage, Link
from auditmock.web.static_files import Document

MANIFEST = "auditmock-docs.json"
"""Lists the files of a site, which marks its folder as one that may be written again."""

PLACEHOLDER = "https://coder.example.com"
"""The server in code samples of a site that sends no requests."""


def addresses_of(release: str) -> Addresses:
    """Give the files that the pages of a release link to; the documented release is the home page."""
    documented = release == DOCUMENTED
    contract = "openapi" if documented else f"openapi-{release}"
    return Addresses(
        api="index.html" if documented else f"{release}.html",
        yaml=f"{contract}.yaml",
        json=f"{contract}.json",
        drift="drift.html",
        reference="coder-server.html",
        script="scalar.js",
        favicon="favicon.svg",
    )


def build_site(server: str = "") -> Mapping[str, bytes]:
    """Build all files by name; with a server, the API pages send requests to it."""
    home = addresses_of(DOCUMENTED)
    shared: dict[str, Document] = {
        home.drift: documents.drift_page(home),
        home.reference: documents.reference_page(home),
        home.script: documents.script().unpacked(),
        home.favicon: documents.favicon(),
    }
    releases = {
        name: document for release in list_releases() for name, document in _release_files(release, server)
    }
    return {name: document.body for name, document in {**releases, **shared}.items()}


def _release_files(release: str, server: str) -> Iterator[tuple[str, Document]]:
    contract, addresses = open_release(release), addresses_of(release)
    title = f"{contract.document['info']['title']}, {release}"
    page = ApiPage(
        title=title,
        introduction=_introduce(addresses, server),
        server=server or PLACEHOLDER,
        sends_requests=bool(server),
        releases=[Link(each, addresses_of(each).api, each == release) for each in list_releases()],
        pages=[Link("Drift", addresses.drift), Link("The real server", addresses.reference)],
    )
    yield addresses.api, documents.api_page(page, addresses)
    yield addresses.yaml, documents.contract_yaml(contract)
    yield addresses.json, documents.contract_json(contract)


def _introduce(addresses: Addresses, server: str) -> str:
    files = ", ".join(f"[{name}]({name})" for name in (addresses.yaml, addresses.json))
    pages = f"[drift]({addresses.drift}), [the real server]({addresses.reference})"
    lines = [f"* This contract as a file: {files}", f"* How deployed Coder servers differ: {pages}"]
    if server:
        lines[:0] = [
            f"**Try it here.** Requests from this page go to {server}, with the token you enter.",
            "",
        ]
    return "\n".join(lines)


def is_free(folder: Path) -> bool:
    """Whether a folder is missing, empty, or holds a site that was written before."""
    return not folder.exists() or (folder / MANIFEST).is_file() or not any(folder.iterdir())


def write_site(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files, and remove those of an earlier site that are not among them; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    outdated = set(_read_manifest(folder)) - files.keys()
    # first, so that an interrupted run leaves a folder that the next one takes for its own
    _write_manifest(folder, outdated | files.keys())
    for name, body in files.items():
        (folder / name).write_bytes(body)
    for name in outdated:
        (folder / name).unlink(missing_ok=True)
    _write_manifest(folder, files)


def _write_manifest(folder: Path, names: Iterable[str]) -> None:
    manifest = {"generator": f"auditmock {VERSION}", "files": sorted(names)}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _read_manifest(folder: Path) -> Sequence[str]:
    """List the files of an earlier site; none if the manifest is missing or damaged."""
    with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
        names = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        return [name for name in names if isinstance(name, str) and Path(name).name == name]
    return []
