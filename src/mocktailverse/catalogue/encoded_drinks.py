"""Drinks as JSON; the ones encoded last are kept."""

import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from threading import Lock

from msgspec import Raw

from mocktailverse.catalogue.encoded_rows import encoded_by_row

KEPT_BYTES = 64 * 2**20
"""All of 20,000 drinks, which have some 2.7 kB each; the API's function has 1 GiB of memory."""


class EncodedDrinks:
    """Encodes the drinks of one catalogue, and keeps the ones encoded last by row.

    Reading a drink from the file as JSON takes ten times as long as copying it into a response. A
    catalogue does not change, so what is kept is never stale.
    """

    def __init__(self, borrow: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
        """Read from the catalogue to which `borrow` lends connections."""
        self._borrow = borrow
        self._kept: OrderedDict[int, Raw] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def take_over(self, earlier: "EncodedDrinks", changed: Collection[int]) -> None:
        """Keep what is kept of an earlier catalogue, without the rows that may have changed."""
        with earlier._lock:  # noqa: SLF001 - of this class, too
            kept = dict(earlier._kept)  # noqa: SLF001 - of this class, too
        for row in changed:
            kept.pop(row, None)
        self._keep(kept)

    def by_row(self, rows: Sequence[int]) -> list[Raw]:
        """Return the JSON of the drinks of these rows, in their order."""
        encoded = [self._kept.get(row) for row in rows]
        missing = [row for row, one in zip(rows, encoded, strict=True) if one is None]
        new: dict[int, Raw] = {}
        if missing:
            with self._borrow() as connection:
                new = dict(zip(missing, encoded_by_row(connection, missing), strict=True))
            self._keep(new)
        return [one or new[row] for row, one in zip(rows, encoded, strict=True)]

    def _keep(self, new: Mapping[int, Raw]) -> None:
        with self._lock:
            for row, one in new.items():
                if row not in self._kept:
                    self._kept[row] = one
                    self._size += len(one)
            while self._size > KEPT_BYTES:
                self._size -= len(self._kept.popitem(last=False)[1])
