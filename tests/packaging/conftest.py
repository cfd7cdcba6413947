"""The wheel as published, built from a copy of this tree."""

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IGNORED = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()]
"""Generated files; none may reach a wheel."""

_BUILD = ("-m", "uv", "build", "--quiet", "--offline", "--no-build-isolation", "--python", sys.executable)


def build_wheel(folder: Path, *flags: str) -> Path:
    """Build the wheel from a copy of this tree, like from a fresh checkout."""
    tree = shutil.copytree(ROOT, folder / "tree", ignore=shutil.ignore_patterns(".git", *IGNORED))
    subprocess.run([sys.executable, *_BUILD, *flags, "--out-dir", folder, tree], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the tree."""
    return build_wheel(tmp_path_factory.mktemp("wheel"), "--wheel")


@pytest.fixture(scope="session")
def wheel_of_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the source archive."""
    return build_wheel(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="session")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the wheel into a folder."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def distribution(site: Path) -> Distribution:
    """Return the wheel's metadata."""
    return next(iter(distributions(path=[str(site)])))
