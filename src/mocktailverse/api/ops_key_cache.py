"""The operators' key, cached for a few minutes."""

import time
from collections.abc import Callable

from mocktailverse.ttl_cache import Snapshot, TtlCache

KEY_TTL_S = 300.0
"""A changed key is valid everywhere after this time."""

ABSENCE_TTL_S = 10.0


class OpsKeyCache:
    """Reads the key when it is first needed, and again when its time to live has passed."""

    def __init__(
        self, read: Callable[[], str | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._cache = TtlCache(read, ttl=_ttl, clock=clock, timeout_s=0)

    def __call__(self) -> str | None:
        """Return the key; None if there is none.

        Raises:
            MocktailverseError: it cannot be read. A key that was read before no longer counts
                then, for it may have been withdrawn.
        """
        snapshot = self._cache.get()
        if snapshot.error is not None:
            raise snapshot.error
        return snapshot.value


def _ttl(snapshot: Snapshot[str | None]) -> float:
    if snapshot.error is not None:
        return 0
    return ABSENCE_TTL_S if snapshot.value is None else KEY_TTL_S
