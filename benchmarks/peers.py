"""The tools to compare with: their configuration and how to start them."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from servers import Recipe

from auditmock.openapi.contract import Contract, load_contract

_HERE = Path(__file__).parent
_NODE = _HERE / "peers"
_BIN = _NODE / "node_modules" / ".bin"
_JSON = "application/json"

_TUNING = ("--disable-admin-api", "--max-transaction-logs=1")

PACKAGES = ("@stoplight/prism-cli", "@mockoon/cli", "openapi-backend")

RAW_ASGI = "raw ASGI app"
OURS = "auditmock"
OURS_LOGGING = "auditmock, access log on"
PRISM = "Prism, silent"
PRISM_LOGGING = "Prism, as installed"
MOCKOON = "Mockoon, as installed"
MOCKOON_TUNED = "Mockoon, no templates or request log"
OPENAPI_BACKEND = "openapi-backend"


def serve_mock(*flags: str, name: str = OURS, log_level: str = "warning") -> Recipe:
    """Return the recipe of the mock itself."""
    command = (sys.executable, "-P", "-m", "auditmock", "serve", "--port", "PORT", "--log-level", log_level)
    return Recipe(name, (*command, *flags))


def install_peers() -> None:
    """Install the npm tools from their lock file, unless they are installed."""
    if not all((_NODE / "node_modules" / package).is_dir() for package in PACKAGES):
        subprocess.run(["npm", "ci", "--no-progress", "--loglevel=error"], cwd=_NODE, check=True)


def make_recipes(folder: Path, page: bytes) -> list[Recipe]:
    """Write the configuration of each tool into the folder; all of them serve this page for GET."""
    body, contract = folder / "page.json", folder / "contract.json"
    installed, tuned = folder / "mockoon.json", folder / "mockoon-tuned.json"
    body.write_bytes(page)
    contract.write_text(json.dumps(_contract_for(load_contract(), json.loads(page))), "utf-8")
    installed.write_text(json.dumps(_environment(page.decode(), templates=True)), "utf-8")
    tuned.write_text(json.dumps(_environment(page.decode(), templates=False)), "utf-8")
    prism = (str(_BIN / "prism"), "mock", "--port", "PORT", str(contract))
    mockoon = (
        str(_BIN / "mockoon-cli"),
        "start",
        "--port=PORT",
        "--hostname=127.0.0.1",
        "--disable-log-to-file",
    )
    return [
        Recipe(RAW_ASGI, (sys.executable, "-P", str(_HERE / "raw_asgi.py"), "PORT", str(body))),
        serve_mock(),
        serve_mock(name=OURS_LOGGING, log_level="info"),
        Recipe(PRISM, (*prism, "--verboseLevel", "silent"), base="/api/v2"),
        Recipe(PRISM_LOGGING, prism, base="/api/v2"),
        Recipe(MOCKOON, (*mockoon, f"--data={installed}")),
        Recipe(MOCKOON_TUNED, (*mockoon, f"--data={tuned}", *_TUNING)),
        Recipe(
            OPENAPI_BACKEND, ("node", str(_NODE / "openapi_backend.js"), "PORT", str(contract), str(body))
        ),
    ]


def _contract_for(contract: Contract, page: Any) -> dict[str, Any]:
    """Return the contract with this page as its example, and with a simpler `q`.

    The pattern of `q` would only make the tools slower, and Prism treats an empty `q` as missing.
    """
    document = copy.deepcopy(dict(contract.document))
    q = document["components"]["parameters"]["q"]
    q["required"] = False
    q["schema"].pop("pattern")
    response = document["paths"]["/audit"]["get"]["responses"]["200"]["content"][_JSON]
    response["examples"] = {"page": {"value": page}}
    return document


def _environment(page: str, *, templates: bool) -> dict[str, Any]:
    """Return Mockoon's data file with the page in it; templates are on by default."""
    environment: dict[str, Any] = json.loads((_NODE / "mockoon.json").read_text("utf-8"))
    for route in environment["routes"]:
        for response in route["responses"]:
            response["disableTemplating"] = not templates
            response["body"] = page if response["statusCode"] == 200 else ""
    return environment
