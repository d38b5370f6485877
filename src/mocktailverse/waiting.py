"""Wait for a condition with a timeout: the polling loop of the whole package."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def wait_until(condition: Callable[[], Value], timeout_s: float, poll_s: float = 0.02) -> Value:
    """Return the first true value of a condition, or its last value once the time is up.

    The caller turns a false value into an error of its own. A condition that finds that waiting
    is pointless raises, which ends the wait.

    Args:
        condition: is called at least once, and again after the last pause.
        timeout_s: no pause begins later than this.
        poll_s: pause between two calls.
    """
    deadline = time.monotonic() + timeout_s
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(poll_s)
    return value
