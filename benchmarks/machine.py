"""Where and with what a measurement was made."""

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
    """Name date, size and processor of this machine, and how busy it was with other things."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{os.cpu_count()} cores ({_processor()}), {memory / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "load average before": f"{os.getloadavg()[0]:.2f}",
    }


def list_versions() -> dict[str, str]:
    """List what was measured and with what."""
    return {
        "python": platform.python_version(),
        **{name: version(name) for name in _DISTRIBUTIONS},
        "node": _first_line("node", "--version").removeprefix("v"),
        **{name: _npm_version(name) for name in PACKAGES if (_INSTALLED / name).is_dir()},
        "wrk": _first_line("wrk", "--version").split()[1],
    }


def _npm_version(package: str) -> str:
    described = json.loads((_INSTALLED / package / "package.json").read_text("utf-8"))
    return str(described["version"])


def _first_line(*command: str) -> str:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return (ran.stdout or ran.stderr).partition("\n")[0]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
