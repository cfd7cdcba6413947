"""How a command ends."""

import os
import sys
from enum import IntEnum


class Exit(IntEnum):
    """What the command's exit status means."""

    DONE = 0
    FAILED = 1
    USAGE = 2


def silence_stdout() -> None:
    """Send the rest of the output nowhere: whoever read it has gone, and nothing may fail at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
