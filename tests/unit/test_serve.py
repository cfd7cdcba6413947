"""The command `serve`."""

from importlib.util import find_spec

from auditmock.cli.serve import UNUSED_MODULE


def test_unused_module_exists() -> None:
    """The module that `serve` hides exists, so hiding it has an effect."""
    assert find_spec(UNUSED_MODULE) is not None
