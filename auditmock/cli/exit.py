"""Exit statuses, and the output after a closed pipe."""

import os
import sys
from enum import IntEnum


class Exit(IntEnum):
    DONE = 0
    FAILED = 1
    USAGE = 2


def silence_stdout() -> None:
    """Discard further output: the reader closed the pipe, and Python's flush at exit must not fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
