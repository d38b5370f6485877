"""The time, and when a Lambda invocation will be cut off."""

import time
from typing import Protocol


class LambdaContext(Protocol):
    """The part of Lambda's context object that handlers use."""

    def get_remaining_time_in_millis(self) -> int: ...


def now_ms() -> int:
    """The time in ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


class InvocationClock:
    """The clock of one invocation; times in ms since 1970 UTC."""

    def __init__(self, context: LambdaContext) -> None:
        self.deadline = self.now() + context.get_remaining_time_in_millis()

    def now(self) -> int:
        return now_ms()

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def time_left_s(self) -> float:
        """Seconds until this invocation is cut off."""
        return (self.deadline - self.now()) / 1000
