"""Machine and versions of a measurement."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from peers import PACKAGES

_DISTRIBUTIONS = ("connexion", "jsonschema-rs", "numpy", "orjson", "pyroaring", "uvicorn", "uvloop")
_INSTALLED = Path(__file__).with_name("peers") / "node_modules"


def describe_machine() -> dict[str, str]:
    """Return date, size, processor and load of this machine."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{os.cpu_count()} cores ({_processor()}), {memory / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "load average before": f"{os.getloadavg()[0]:.2f}",
    }


def list_versions() -> dict[str, str]:
    """Return the versions of everything that is measured or used."""
    return {
        "python": platform.python_version(),
        **{name: version(name) for name in _DISTRIBUTIONS},
        "node": _first_line("node", "--version").removeprefix("v"),
        **{name: _npm_version(name) for name in PACKAGES if (_INSTALLED / name).is_dir()},
        "wrk": _first_line("wrk", "--version").split()[1],
    }


def _npm_version(package: str) -> str:
    package_json = json.loads((_INSTALLED / package / "package.json").read_text("utf-8"))
    return str(package_json["version"])


def _first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).partition("\n")[0]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
