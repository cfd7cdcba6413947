"""The wheel as it would be published, built from a copy of this tree."""

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MADE = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()]
"""What this project's commands make, none of which may reach a wheel."""

_WHEEL = ("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir")
_SDIST = ("-c", "import sys, setuptools.build_meta; setuptools.build_meta.build_sdist(sys.argv[1])")


def copy_tree(to: Path) -> Path:
    """Copy this tree as a fresh checkout has it, so that builds leave nothing behind here."""
    return Path(shutil.copytree(ROOT, to, ignore=shutil.ignore_patterns(".git", *MADE)))


def build_wheel(source: Path, to: Path) -> Path:
    """Build the wheel of a tree or of a source archive."""
    subprocess.run([sys.executable, *_WHEEL, to, source], check=True)
    return next(to.glob("*.whl"))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the wheel built from the tree."""
    folder = tmp_path_factory.mktemp("wheel")
    return build_wheel(copy_tree(folder / "tree"), folder)


@pytest.fixture(scope="session")
def wheel_of_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the wheel built from the source archive."""
    folder = tmp_path_factory.mktemp("archive")
    tree = copy_tree(folder / "tree")
    subprocess.run([sys.executable, *_SDIST, folder], cwd=tree, check=True, stdout=subprocess.DEVNULL)
    return build_wheel(next(folder.glob("*.tar.gz")), folder)


@pytest.fixture(scope="session")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the wheel's files."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def distribution(site: Path) -> Distribution:
    """Give what the wheel says of itself."""
    return next(iter(distributions(path=[str(site)])))
