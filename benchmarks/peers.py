"""The tools to compare with: what each is given, and how it is started."""

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

FLOOR = "raw ASGI app"
OURS = "auditmock"
OURS_LOGGING = "auditmock, access log on"
PRISM = "Prism, silent"
PRISM_LOGGING = "Prism, as installed"
MOCKOON = "Mockoon, as installed"
MOCKOON_TUNED = "Mockoon, no templates or request_log"
OPENAPI_BACKEND = "openapi-backend"


def serve_mock(*flags: str, name: str = OURS, log_level: str = "warning") -> Recipe:
    """Give the recipe of the mock itself."""
    command = (sys.executable, "-P", "-m", "auditmock", "serve", "--port", "PORT", "--log-level", log_level)
    return Recipe(name, (*command, *flags))


def install_peers() -> None:
    """Install the tools that come from npm, as their lock file says, unless they are there."""
    if not all((_NODE / "node_modules" / package).is_dir() for package in PACKAGES):
        subprocess.run(["npm", "ci", "--no-progress", "--loglevel=error"], cwd=_NODE, check=True)


def make_recipes(folder: Path, page: bytes) -> list[Recipe]:
    """Write what each tool needs into the folder; all of them answer GET with this page."""
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
        Recipe(FLOOR, (sys.executable, "-P", str(_HERE / "floor.py"), "PORT", str(body))),
        serve_mock(),
        serve_mock(name=OURS_LOGGING, log_level="info"),
        Recipe(PRISM, (*prism, "--verboseLevel", "silent"), base="/api/v2"),
        Recipe(PRISM_LOGGING, prism, base="/api/v2"),
        Recipe(MOCKOON, (*mockoon, f"--data={installed}")),
        Recipe(MOCKOON_TUNED, (*mockoon, f"--data={tuned}", *_TUNING)),
        Recipe(
            OPENAPI_BACKEND,
            ("node", str(_NODE / "openapi_backend.js"), "PORT", str(contract), str(body)),
        ),
    ]


def _contract_for(contract: Contract, page: Any) -> dict[str, Any]:
    """Give the contract with a whole page for its example, and `q` as the others can take it.

    Its long pattern would only make them slower, and to Prism an empty `q` is a missing one.
    """
    document = copy.deepcopy(dict(contract.document))
    q = document["components"]["parameters"]["q"]
    q["required"] = False
    q["schema"].pop("pattern")
    answer = document["paths"]["/audit"]["get"]["responses"]["200"]["content"][_JSON]
    answer["examples"] = {"page": {"value": page}}
    return document


def _environment(page: str, *, templates: bool) -> dict[str, Any]:
    """Give Mockoon's data file with the page in it; to fill in templates is its default."""
    environment: dict[str, Any] = json.loads((_NODE / "mockoon.json").read_text("utf-8"))
    for route in environment["routes"]:
        for response in route["responses"]:
            response["disableTemplating"] = not templates
            response["body"] = page if response["statusCode"] == 200 else ""
    return environment
