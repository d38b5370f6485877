"""Verify the published catalogue: compares the read model with the drinks table.

The kinds of difference are those of `verify`; here the table says what the catalogue should have.
An unchanged drink's time and place of observation may lag behind: they are not compared. Publishing
itself lags by seconds, so differences are polled for as long as their number decreases.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct

from mocktailverse.catalogue.changes.publication import PublishedCatalogue
from mocktailverse.catalogue.format_upgrade import upgrade
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.drinks.drink import Drink, Lineage
from mocktailverse.drinks.register import Register
from mocktailverse.errors import CatalogueError, MissingError
from mocktailverse.pipeline.ports import DrinksStore, LoadsStore, RawStore
from mocktailverse.pipeline.publishing import FILE
from mocktailverse.pipeline.verify import Difference, VerifyReport, differing_fields, verify

POLL_INTERVAL_S = 0.5
MAX_POLLS = 30
"""Polls without progress before the differences are final: 15 s."""

READ_CHUNK = 500
_encoder = msgspec.json.Encoder(order="deterministic")


def verify_all(  # noqa: PLR0913 - four stores and three options
    raw: RawStore,
    drinks: DrinksStore,
    loads: LoadsStore,
    published: PublishedCatalogue,
    on_object: Callable[[int], None] = lambda _: None,
    *,
    raw_expires: bool = False,
    wait: Callable[[float], None] = time.sleep,
) -> VerifyReport:
    """Return what differs between raw objects and tables, and between table and catalogue.

    The drinks table is scanned once, for both. `on_object` and `raw_expires` are as in `verify`.
    """
    fingerprints: dict[str, bytes] = {}
    registers = _noting(drinks.all(), fingerprints)
    report = verify(raw, registers, loads.all(), on_object, raw_expires=raw_expires)
    with tempfile.TemporaryDirectory(prefix="mocktailverse-verify-") as folder:
        reported = {difference.subject for difference in report.differences}
        comparison = _Comparison(drinks, fingerprints, published, Path(folder) / FILE, reported)
        for difference in comparison.final_differences(wait):
            report.add(difference.kind, difference.subject, difference.problem)
    return report


def _noting(registers: Iterable[Register], fingerprints: dict[str, bytes]) -> Iterator[Register]:
    """Yield the registers, and store the fingerprint of each drink."""
    for register in registers:
        if register.drink:
            fingerprints[register.id] = _fingerprint(register.drink)
        yield register


class _Comparison(Struct):
    """Compares the published file with the table repeatedly, while publishing catches up."""

    drinks: DrinksStore
    fingerprints: dict[str, bytes]
    """Of the table's drinks as they were read."""
    published: PublishedCatalogue
    path: Path
    """Of the downloaded file."""
    reported: set[str]
    """Ids that are left out, because they are reported already."""
    etag: str | None = None
    suspects: list[str] | None = None
    differences: list[Difference] = []

    def final_differences(self, wait: Callable[[float], None]) -> list[Difference]:
        """Return the differences that remain after MAX_POLLS polls without progress."""
        self._compare()
        idle_polls = 0
        while self.differences and idle_polls < MAX_POLLS:
            wait(POLL_INTERVAL_S)
            before = len(self.differences)
            self._compare()
            idle_polls = 0 if len(self.differences) < before else idle_polls + 1
        return self.differences

    def _compare(self) -> None:
        """Compare the published file with the table, unless it is the same as before."""
        try:
            latest = self.published.download(self.path, unless=self.etag)
            if latest is None:
                return
            self.etag = latest.etag
            upgrade(self.path)
            with closing(Catalogue(self.path)) as catalogue:
                if self.suspects is None:
                    self.suspects = self._differing(catalogue)
                self.differences = self._examined(self.suspects, catalogue)
        except MissingError:
            if self.etag is None and not self.differences:
                self.differences = self._examined([*self.fingerprints], None)
        except CatalogueError as error:
            problem = f"the catalogue cannot be read: {error}"
            self.differences = [Difference("stale", FILE, problem)]
        else:
            self.suspects = [difference.subject for difference in self.differences]

    def _differing(self, catalogue: Catalogue) -> list[str]:
        """Return the ids whose fingerprint differs from the table as it was read."""
        published = {drink.id: _fingerprint(drink) for drink in catalogue.all_drinks()}
        ids = dict.fromkeys([*self.fingerprints, *published])
        return [key for key in ids if self.fingerprints.get(key) != published.get(key)]

    def _examined(self, ids: list[str], catalogue: Catalogue | None) -> list[Difference]:
        """Return how these drinks differ from the table's current state."""
        differences = []
        for first in range(0, len(ids), READ_CHUNK):
            chunk = [key for key in ids[first : first + READ_CHUNK] if key not in self.reported]
            shown = {drink.id: drink for drink in catalogue.drinks(chunk)} if catalogue else {}
            registers = self.drinks.many(chunk)
            expected = {key: register.drink for key, register in registers.items()}
            for drink_id in chunk:
                differences += _compared(drink_id, expected.get(drink_id), shown.get(drink_id))
        return differences


def _compared(drink_id: str, expected: Drink | None, shown: Drink | None) -> list[Difference]:
    if expected is None or shown is None:
        if expected:
            return [Difference("lost", drink_id, "it is not in the catalogue")]
        if shown:
            return [Difference("extra", drink_id, "it is not in the table")]
        return []
    names = ", ".join(differing_fields(_comparable(expected), _comparable(shown)))
    return [Difference("stale", drink_id, f"the catalogue differs in {names}")] if names else []


def _comparable(drink: Drink) -> Drink:
    """Return the drink without the time and place of its last observation."""
    lineage = Lineage("", "", "", 0, drink.lineage.transform_version)
    return msgspec.structs.replace(drink, observed_at=0, lineage=lineage)


def _fingerprint(drink: Drink) -> bytes:
    """Return a hash of all compared fields."""
    return hashlib.sha256(_encoder.encode(_comparable(drink))).digest()
