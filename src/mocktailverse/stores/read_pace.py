"""The pace of a long scan: half of a table's read capacity; the other half stays for others.

Publish needs the other half at most: with its read units as many as its write units, a table takes
one drink for every two units a second (1 KiB each, and a drink has 1.8), and publish reads each of
them for one unit (up to 4 KiB, consistently). DynamoDB's Developer Guide ("Burst and adaptive
capacity") lets a table spend up to 300 s of unused units at once: a scan begins with half of these.
"""

import time
from collections.abc import Callable

SHARE = 0.5
BURST_S = 300.0


class ReadPace:
    """A token bucket of read capacity units."""

    def __init__(
        self,
        units_per_s: float,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """`units_per_s` is the table's provisioned read capacity."""
        self._rate = SHARE * units_per_s
        self._units = self._rate * BURST_S
        self._clock = clock
        self._wait = wait
        self._at = clock()

    def spend(self, units: float) -> None:
        """Count consumed units, and wait until the table has provided them."""
        now = self._clock()
        gained = (now - self._at) * self._rate
        self._units = min(self._units + gained, self._rate * BURST_S) - units
        self._at = now
        if self._units < 0:
            self._wait(-self._units / self._rate)
