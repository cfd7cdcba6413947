"""Rules of the command that serves."""

from importlib.util import find_spec

from auditmock.cli.serve import UNUSED


def test_what_is_left_out_is_there_to_be() -> None:
    """The module that a server does without is one that would be imported."""
    assert find_spec(UNUSED) is not None
