"""Publish: what changed in the drinks table goes into the catalogue that people read.

A changed drink rings a doorbell: its id, and no more. A publisher downloads the published file,
then reads the drinks' current registers consistently, edits, and uploads on the condition that
the file it downloaded still stands; else it starts again from a fresh download.

The order download, read, conditional upload is what makes any number of publishers converge. A
file that stands was made from the one before it and from drinks read after that one was
published, so it never shows a drink older than the file before it did. And whoever a doorbell
rings for reads the drink after the change. So bells may ring twice, late, together or in any
order; a bell whose publisher failed has to ring again.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from mocktailverse.catalogue.meta import Meta
from mocktailverse.catalogue.writer import CatalogueWriter, catalogue_version
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.register import Register
from mocktailverse.errors import CatalogueError, ConflictError, MissingError, TransientError
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.ports import CatalogueStore, DrinksStore

TRIES = 8
"""Uploads that may lose against another publisher's before one gives up."""

FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 2.0
FILE = "catalogue.sqlite"


class Published(Struct, frozen=True, kw_only=True):
    """What publishing did: drinks put in or replaced, drinks taken out, and what stands now.

    `rebuilt` where the whole table was read: `changed` is then every drink. `traces` are the trace
    ids of the raw objects that the asked drinks come from.
    """

    changed: int
    removed: int
    version: str
    drinks: int
    rebuilt: bool = False
    attempts: int = 1
    traces: tuple[str, ...] = ()


class Publisher:
    """Publishes the drinks of one table; keeps its copy of the file in a folder of its own."""

    def __init__(
        self,
        drinks: DrinksStore,
        catalogue: CatalogueStore,
        folder: Path,
        *,
        now_ms: Callable[[], int],
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._drinks = drinks
        self._catalogue = catalogue
        self._path = folder / FILE
        self._now_ms = now_ms
        self._wait = wait
        self._etag: str | None = None
        """Of the file at the path, as long as that is exactly what was published."""

    def publish(self, ids: Iterable[str]) -> Published:
        """Bring these drinks up to date in the published catalogue.

        Where nothing was published yet, or by code of another format, all drinks are.

        Raises:
            TransientError: others were first every time, or a store failed for now. What is
                published is whole, and the ids are to be given again.
        """
        wanted = sorted(set(ids))
        return self._insist(lambda: self._edit(wanted))

    def rebuild(self, on_drink: Callable[[int], None] = lambda _: None) -> Published:
        """Publish all drinks of the table anew, whatever is published; `on_drink` counts along.

        Raises:
            TransientError: as `publish` does.
        """
        return self._insist(lambda: self._fill(self._catalogue.etag(), on_drink))

    def _insist(self, attempt: Callable[[], Published]) -> Published:
        wait_s = FIRST_WAIT_S
        for number in range(1, TRIES + 1):
            try:
                return msgspec.structs.replace(attempt(), attempts=number)
            except ConflictError:
                self._wait(wait_s * random.uniform(0.5, 1))  # noqa: S311 - jitter
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
        raise TransientError(f"Others published the catalogue first, {TRIES} times in a row.")

    def _edit(self, ids: list[str]) -> Published:
        etag = self._download()
        registers = self._drinks.many(ids)
        drinks = {key: register.drink for key, register in registers.items() if register.drink}
        traces = _traces(drinks.values())
        if etag is None:
            return msgspec.structs.replace(self._fill(None), traces=traces)
        self._etag = None  # until the copy is the published file again
        try:
            with CatalogueWriter.open(self._path) as writer:
                changed = writer.put(drinks.values())
                removed = writer.remove(drink_id for drink_id in ids if drink_id not in drinks)
                meta = self._seal(writer) if changed or removed else writer.meta
        except CatalogueError:
            return msgspec.structs.replace(self._fill(etag), traces=traces)
        if changed or removed:
            etag = self._catalogue.upload(self._path, replacing=etag)
        self._etag = etag
        return Published(
            changed=changed,
            removed=removed,
            version=meta.version,
            drinks=meta.drinks,
            traces=traces,
        )

    def _download(self) -> str | None:
        """Make the copy the published file; its ETag, or None if nothing is published."""
        held, self._etag = self._etag if self._path.is_file() else None, None
        try:
            self._etag = self._catalogue.download(self._path, unless=held) or held
        except MissingError:
            return None
        return self._etag

    def _fill(
        self, replacing: str | None, on_drink: Callable[[int], None] = lambda _: None
    ) -> Published:
        self._etag = None
        with CatalogueWriter.create(self._path) as writer:
            writer.put(_counted(self._drinks.all(), on_drink))
            meta = self._seal(writer)
        self._etag = self._catalogue.upload(self._path, replacing=replacing)
        return Published(
            changed=meta.drinks, removed=0, version=meta.version, drinks=meta.drinks, rebuilt=True
        )

    def _seal(self, writer: CatalogueWriter) -> Meta:
        now = self._now_ms()
        return writer.seal(version=catalogue_version(now), built_at=now, table=self._drinks.name)


def _traces(drinks: Iterable[Drink]) -> tuple[str, ...]:
    """Of the raw object versions that drinks come from, each once."""
    origins = {(d.lineage.bucket, d.lineage.key, d.lineage.version_id) for d in drinks}
    return tuple(sorted(ObjectVersion(*origin).trace_id for origin in origins))


def _counted(registers: Iterable[Register], on_drink: Callable[[int], None]) -> Iterator[Drink]:
    drinks = (register.drink for register in registers if register.drink)
    for number, drink in enumerate(drinks, 1):
        on_drink(number)
        yield drink
