"""Rules of the window's files: what is served, what it loads, and what its scripts may not do."""

import re
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest
from doc_sites import send_request

from auditmock.web.dashboard import DASHBOARD, dashboard_documents

ASSETS = Path(__file__).parents[3] / "auditmock" / "web" / "dashboard_assets"
PATHS = tuple(dashboard_documents())
SCRIPTS = tuple(path for path in PATHS if path.endswith(".js"))
OWN = tuple(path for path in SCRIPTS if "/vendor/" not in path)
TYPES = {
    "": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
}
IMPORT = re.compile(r'(?:from|import)\s*"(\.{1,2}/[^"]+)"')
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|unsafe|eval\(|new Function|style="
)
ADDRESS = re.compile(r"https?:|\"//")

every_path = pytest.mark.parametrize("path", PATHS)
every_script = pytest.mark.parametrize("path", SCRIPTS)
own_scripts = pytest.mark.parametrize("path", OWN)


@every_path
def test_files_have_their_type(path: str) -> None:
    """The page and each of its files is served as what it is."""
    response = send_request(path)

    assert response.status_code == 200
    assert response.headers["content-type"] == TYPES[path.rpartition("/")[2].partition(".")[2]]


def test_the_page_is_found_without_its_slash() -> None:
    """The path with a slash too few leads to the page."""
    response = send_request(DASHBOARD.rstrip("/"))

    assert (response.status_code, response.headers["location"]) == (307, DASHBOARD)


def test_every_file_of_the_page_is_served() -> None:
    """No file lies in the folder in vain."""
    files = {path.name for path in ASSETS.iterdir() if path.suffix in {".js", ".css"}}

    assert {path.rpartition("/")[2] for path in PATHS if "/vendor/" not in path} == files | {""}


def test_the_page_loads_what_is_served() -> None:
    """Whatever the page's own text loads or links to is on this server."""
    known = {*PATHS, "/favicon.svg", f"{DASHBOARD}openapi.yaml"}

    assert set(re.findall(r'(?:src|href)="([^"]*)"', send_request(DASHBOARD).text)) <= known


@every_script
def test_scripts_import_what_is_served(path: str) -> None:
    """Each import of a script is another file of the page."""
    imported = {normpath(join(dirname(path), name)) for name in IMPORT.findall(send_request(path).text)}

    assert imported <= set(PATHS)


@own_scripts
def test_scripts_write_no_markup(path: str) -> None:
    """No script makes markup, code or styles out of text."""
    assert MARKUP.findall(send_request(path).text) == []


@own_scripts
def test_scripts_name_no_address(path: str) -> None:
    """No script knows another server."""
    assert ADDRESS.findall(send_request(path).text) == []


@own_scripts
def test_scripts_are_short(path: str) -> None:
    """A script has at most 300 lines, as a module of Python."""
    assert len(send_request(path).text.splitlines()) <= 300


def test_the_browser_is_held_to_it() -> None:
    """The page's policy lets nothing in from outside, no inline script, and no text become markup."""
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
