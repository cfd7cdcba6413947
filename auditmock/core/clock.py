"""The system clock, in microseconds."""

import time


def current_time() -> int:
    return time.time_ns() // 1000
