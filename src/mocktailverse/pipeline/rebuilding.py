"""Rebuilds the catalogue from the drinks table, while publishers go on.

The table is read once, into a file of its own, however long that takes. Only the last step is
repeated if another publisher is faster: what the published file knows later than this one is read
again, consistently, and this file is uploaded if the published one is still the same. So each file
has nothing older than its predecessor, as in `publishing`.

Files of other formats count, too: while a new format is built beside the old one, publishers of the
old format take the change notifications.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from mocktailverse.catalogue.changes.publication import PublishedCatalogue
from mocktailverse.catalogue.meta import Meta
from mocktailverse.catalogue.newer_drinks import newer_drinks
from mocktailverse.catalogue.writer import CatalogueWriter, catalogue_version
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.register import Register
from mocktailverse.errors import CatalogueError, MissingError, TransientError
from mocktailverse.pipeline.ports import DrinksStore
from mocktailverse.pipeline.publishing import FILE, PublishResult, retry_on_conflict

READ_BATCH = 100
"""Drinks that are read again together: DynamoDB returns as many in one request."""


class Rebuild:
    """One rebuild of the published file of this code's format."""

    def __init__(  # noqa: PLR0913 - three stores, a folder and three options
        self,
        drinks: DrinksStore,
        published: PublishedCatalogue,
        others: Sequence[PublishedCatalogue],
        folder: Path,
        *,
        now_ms: Callable[[], int],
        spend: Callable[[float], None] | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """`others` are the published files of other formats; `folder` is empty.

        `spend` gets the read units of the drinks that are read again, and waits.
        """
        self._drinks = drinks
        self._published = published
        self._stores = (published, *others)
        self._folder = folder
        self._path = folder / FILE
        self._now_ms = now_ms
        self._spend = spend
        self._wait = wait
        self._etags: dict[int, str | None] = {}
        """ETag of the copy of each of the published files; None if it is missing."""

    def run(
        self, registers: Iterable[Register], on_drink: Callable[[int], None] = lambda _: None
    ) -> PublishResult:
        """Publish a file built from `registers`, the whole table, read from now on.

        `on_drink` is called with the number of drinks read so far.

        Raises:
            TransientError: every upload met a conflict, the file was deleted meanwhile, or a store
                failed. Nothing was published.
        """
        was_published = self._published.etag() is not None
        with CatalogueWriter.create(self._path) as writer:
            writer.put(_counted(registers, on_drink))
            self._seal(writer)
        return retry_on_conflict(lambda: self._commit(was_published=was_published), self._wait)

    def _commit(self, *, was_published: bool) -> PublishResult:
        """Publish the file, with what the published files know later."""
        copies = [self._copy(number) for number in range(len(self._stores))]
        if was_published and copies[0] is None:  # what was published since the start is unknown
            raise TransientError("The catalogue was deleted during the rebuild. Rebuild it again.")
        ids = {key for copy in copies if copy for key in newer_drinks(copy, than=self._path)}
        if copies[0]:  # a drink that only the new file has may have been deleted since
            ids |= newer_drinks(self._path, than=copies[0])
        drinks = self._current(sorted(ids))
        with CatalogueWriter.open(self._path) as writer:
            writer.put(drinks.values())
            writer.remove(ids.difference(drinks))
            meta = self._seal(writer)
        self._published.upload(self._path, replacing=self._etags[0])
        return PublishResult(meta.drinks, 0, meta.version, meta.drinks, rebuilt=True)

    def _current(self, ids: Sequence[str]) -> dict[str, Drink]:
        """Return the drinks as the table has them now."""
        registers: dict[str, Register] = {}
        for first in range(0, len(ids), READ_BATCH):
            batch = ids[first : first + READ_BATCH]
            registers |= self._drinks.many(batch)
            if self._spend:
                self._spend(len(batch))  # a drink of up to 4 KiB takes one unit
        return {key: register.drink for key, register in registers.items() if register.drink}

    def _copy(self, number: int) -> Path | None:
        """Return an up-to-date copy of one of the published files; None if it is missing."""
        path = self._folder / f"published-{number}.sqlite"
        try:
            latest = self._stores[number].download(path, unless=self._etags.get(number))
        except MissingError:
            self._etags[number] = None
        except CatalogueError:  # what is damaged says nothing, and is replaced
            self._etags[number] = self._stores[number].etag()
            path.write_bytes(b"")
        else:
            if latest:
                self._etags[number] = latest.etag
        return path if self._etags[number] else None

    def _seal(self, writer: CatalogueWriter) -> Meta:
        now = self._now_ms()
        version = catalogue_version(now)
        return writer.seal(
            version=version, built_at=now, table=self._drinks.name, most_conversions=None
        )


def _counted(registers: Iterable[Register], on_drink: Callable[[int], None]) -> Iterator[Drink]:
    drinks = (register.drink for register in registers if register.drink)
    for number, drink in enumerate(drinks, 1):
        on_drink(number)
        yield drink
