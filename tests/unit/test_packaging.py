"""pyproject.toml: the packages of the wheel, and the parts of uvicorn that the server uses."""

import tomllib
from pathlib import Path

import pytest
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]
FOLDERS = {name: folder for name, folder in SETUPTOOLS["package-dir"].items() if folder != "."}

METHODS = (
    "connection_made",
    "data_received",
    "on_header",
    "on_message_begin",
    "on_message_complete",
    "send_400_response",
    "shutdown",
    "timeout_keep_alive_handler",
    "_start_asgi_task",
)
PROTOCOL_FIELDS = (
    "client",
    "cycle",
    "flow",
    "loop",
    "server",
    "server_state",
    "timeout_keep_alive",
    "timeout_keep_alive_task",
    "transport",
)
CYCLE_FIELDS = (
    "body",
    "keep_alive",
    "more_body",
    "on_response",
    "response_complete",
    "response_started",
    "scope",
)
MISSING = (
    "uvicorn has no {} any more: adapt auditmock/server/protocol.py, then raise the bound in pyproject.toml"
)


def list_packages(name: str, folder: str) -> set[str]:
    """List the packages of a folder by import name."""
    parents = {path.parent.relative_to(ROOT / folder) for path in (ROOT / folder).rglob("*.py")}
    return {".".join((name, *parent.parts)) for parent in parents}


def test_wheel_has_every_package() -> None:
    """The packages in pyproject.toml are those of the tree."""
    tree = set[str]().union(*(list_packages(name, folder) for name, folder in FOLDERS.items()))

    assert set(SETUPTOOLS["packages"]) - {"auditmock._spec"} == tree


def test_uvicorn_is_bounded() -> None:
    """The version of uvicorn is bounded: the server subclasses private parts of it."""
    bound = next(line for line in PROJECT["project"]["dependencies"] if line.startswith("uvicorn"))

    assert bound.startswith("uvicorn>=0.46,<0.")


@pytest.mark.parametrize("name", METHODS)
def test_uvicorn_has_the_method(name: str) -> None:
    """Uvicorn's protocol has each method that ours overrides."""
    assert hasattr(HttpToolsProtocol, name), MISSING.format(f"HttpToolsProtocol.{name}")


@pytest.mark.parametrize(
    ("owner", "name"),
    [(HttpToolsProtocol, name) for name in PROTOCOL_FIELDS]
    + [(RequestResponseCycle, name) for name in CYCLE_FIELDS],
)
def test_uvicorn_has_the_field(owner: type, name: str) -> None:
    """Uvicorn's protocol and requests have each field that ours reads."""
    assert name in vars(owner)["__init__"].__code__.co_names, MISSING.format(f"{owner.__name__}.{name}")


def test_uvicorn_has_status_lines() -> None:
    """Uvicorn has its table of status lines as bytes."""
    lines = getattr(httptools_impl, "STATUS_LINE", {})

    assert lines.get(200) == b"HTTP/1.1 200 OK\r\n", MISSING.format("STATUS_LINE")
