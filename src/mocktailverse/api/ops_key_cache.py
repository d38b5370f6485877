"""The operators' key, cached for a few minutes.

Not a `TtlCache`: that one serves a stale value while it refreshes. A key that may have been
withdrawn must not be accepted, so this cache fails closed and lets every caller wait.
"""

import time
from collections.abc import Callable
from threading import Lock

KEY_TTL_S = 300.0
"""A changed key is valid everywhere after this time."""

ABSENCE_TTL_S = 10.0


class OpsKeyCache:
    """Reads the key when it is first needed, and again when its time to live has passed."""

    def __init__(
        self, read: Callable[[], str | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._clock = clock
        self._lock = Lock()
        self._key: str | None = None
        self._expires_at = -1.0

    def __call__(self) -> str | None:
        """Return the key; None if there is none.

        Raises:
            MocktailverseError: it cannot be read.
        """
        with self._lock:
            if self._clock() >= self._expires_at:
                self._key = self._read()
                ttl_s = ABSENCE_TTL_S if self._key is None else KEY_TTL_S
                self._expires_at = self._clock() + ttl_s
            return self._key
