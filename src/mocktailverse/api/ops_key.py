"""The operators' key, read when it is needed and remembered for a while."""

import time
from collections.abc import Callable
from threading import Lock

KEPT_S = 300.0
"""A new key holds everywhere after this time."""

ABSENCE_KEPT_S = 10.0


class RememberedKey:
    """Reads the key when it is first needed and then every few minutes; None: there is none."""

    def __init__(
        self, read: Callable[[], str | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._clock = clock
        self._lock = Lock()
        self._key: str | None = None
        self._until = -1.0

    def __call__(self) -> str | None:
        with self._lock:
            if self._clock() >= self._until:
                self._key = self._read()
                kept_s = ABSENCE_KEPT_S if self._key is None else KEPT_S
                self._until = self._clock() + kept_s
            return self._key
