"""Files of the dashboard: media types, imports, and what scripts must not do."""

import re
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest
from doc_sites import send_request

from auditmock.web.dashboard import DASHBOARD, dashboard_documents

ASSETS = Path(__file__).parents[3] / "auditmock" / "web" / "dashboard_assets"
PATHS = tuple(dashboard_documents())
SCRIPTS = tuple(path for path in PATHS if path.endswith(".js"))
OWN_SCRIPTS = tuple(path for path in SCRIPTS if "/vendor/" not in path)
TYPES = {
    "": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
}
IMPORT = re.compile(r'(?:from|import)\s*"(\.{1,2}/[^"]+)"')
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|unsafe|eval\(|new Function|style="
)
URL = re.compile(r"https?:|\"//")

every_path = pytest.mark.parametrize("path", PATHS)
every_script = pytest.mark.parametrize("path", SCRIPTS)
own_scripts = pytest.mark.parametrize("path", OWN_SCRIPTS)


@every_path
def test_file_has_its_media_type(path: str) -> None:
    """Each file is served with its media type."""
    response = send_request(path)

    assert response.status_code == 200
    assert response.headers["content-type"] == TYPES[path.rpartition("/")[2].partition(".")[2]]


def test_missing_slash_redirects() -> None:
    """The path without its slash redirects to the page."""
    response = send_request(DASHBOARD.rstrip("/"))

    assert (response.status_code, response.headers["location"]) == (307, DASHBOARD)


def test_every_asset_is_served() -> None:
    """Every script and style in the folder is served."""
    files = {path.name for path in ASSETS.iterdir() if path.suffix in {".js", ".css"}}

    assert {path.rpartition("/")[2] for path in PATHS if "/vendor/" not in path} == files | {""}


def test_page_links_only_served_files() -> None:
    """Every file that the page loads or links is served."""
    known = {*PATHS, "/favicon.svg", f"{DASHBOARD}openapi.yaml"}

    assert set(re.findall(r'(?:src|href)="([^"]*)"', send_request(DASHBOARD).text)) <= known


@every_script
def test_scripts_import_only_served_files(path: str) -> None:
    """Each import of a script is a served file."""
    imported = {normpath(join(dirname(path), name)) for name in IMPORT.findall(send_request(path).text)}

    assert imported <= set(PATHS)


@own_scripts
def test_scripts_create_no_markup_from_text(path: str) -> None:
    """No script creates markup, code or styles from text."""
    assert MARKUP.findall(send_request(path).text) == []


@own_scripts
def test_scripts_contain_no_url(path: str) -> None:
    """No script contains a URL of a server."""
    assert URL.findall(send_request(path).text) == []


@own_scripts
def test_scripts_are_short(path: str) -> None:
    """A script has at most 300 lines, like a Python module."""
    assert len(send_request(path).text.splitlines()) <= 300


def test_security_policy_is_strict() -> None:
    """The policy allows only own files, no inline scripts, and no markup from text."""
    policy = dict(
        rule.strip().split(" ", 1)
        for rule in send_request(DASHBOARD).headers["content-security-policy"].split(";")
    )

    assert policy == {
        "default-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "lit-html",
    }
