"""The time, and the deadline of a Lambda invocation."""

import time
from typing import TYPE_CHECKING

from mocktailverse.times import now

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class InvocationClock:
    """The clock of one invocation; times in ms since 1970 UTC."""

    def __init__(self, context: "LambdaContext") -> None:
        self.deadline = self.now() + context.get_remaining_time_in_millis()

    def now(self) -> int:
        return now()

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def time_left_s(self) -> float:
        """Return the seconds until Lambda ends this invocation."""
        return (self.deadline - self.now()) / 1000
