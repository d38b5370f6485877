"""Drinks as JSON; the ones encoded last are kept."""

from collections.abc import Callable, Sequence
from threading import Lock

from msgspec import Raw

KEPT_DRINKS = 4096
"""Of some 3 kB each, so 12 MB."""


class EncodedDrinks:
    """Encodes the drinks of one catalogue, and keeps the ones encoded last by row.

    Reading a drink from the file as JSON takes ten times as long as copying it into a response. A
    catalogue does not change, so what is kept is never stale.
    """

    def __init__(self, read: Callable[[Sequence[int]], Sequence[Raw]]) -> None:
        """`read` returns the JSON of the drinks of these rows, in their order."""
        self._read = read
        self._kept: dict[int, Raw] = {}
        self._lock = Lock()

    def by_row(self, rows: Sequence[int]) -> list[Raw]:
        """Return the JSON of the drinks of these rows, in their order."""
        encoded = [self._kept.get(row) for row in rows]
        missing = [row for row, one in zip(rows, encoded, strict=True) if one is None]
        if not missing:
            return [one for one in encoded if one is not None]
        new = dict(zip(missing, self._read(missing), strict=True))
        self._keep(new)
        return [one or new[row] for row, one in zip(rows, encoded, strict=True)]

    def _keep(self, new: dict[int, Raw]) -> None:
        with self._lock:
            self._kept.update(new)
            while len(self._kept) > KEPT_DRINKS:
                del self._kept[next(iter(self._kept))]
