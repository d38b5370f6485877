"""Verify, to the end: the published catalogue has to show the drinks of the table.

lost             the table holds the drink, the catalogue does not
stale            the catalogue shows another state of the drink than the table
extra            the catalogue shows a drink that the table does not hold

When and where an unchanged drink was last observed may lag behind. Publishing itself lags, too,
by a moment: what differs is looked at again, for as long as it becomes less.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol

import msgspec

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.drinks.drink import Drink, Lineage
from mocktailverse.drinks.register import Register
from mocktailverse.errors import CatalogueError, MissingError
from mocktailverse.pipeline.publish import FILE
from mocktailverse.pipeline.verify import (
    Difference,
    LoadsStore,
    RawStore,
    VerifyReport,
    verify,
)

POLL_S = 0.5
POLLS = 30
"""Looks in vain before what differs counts as different: 15 s."""

READ_CHUNK = 500
_encoder = msgspec.json.Encoder(order="deterministic")


class DrinksStore(Protocol):
    """Reads registers, consistently."""

    def all(self) -> Iterator[Register]: ...

    def many(self, ids: Iterable[str]) -> dict[str, Register]: ...


class PublishedCatalogue(Protocol):
    """The published file."""

    def download(self, path: Path, *, unless: str | None = None) -> str | None: ...


def verify_all(  # noqa: PLR0913 - the four stores, and how it is watched
    raw: RawStore,
    drinks: DrinksStore,
    loads: LoadsStore,
    published: PublishedCatalogue,
    on_object: Callable[[int], None] = lambda _: None,
    *,
    raw_expires: bool = False,
    wait: Callable[[float], None] = time.sleep,
) -> VerifyReport:
    """What `verify` finds in the tables, and how the published catalogue differs from them."""
    noted = _NotedDrinks(drinks)
    report = verify(raw, noted, loads, on_object, raw_expires=raw_expires)
    with tempfile.TemporaryDirectory(prefix="mocktailverse-verify-") as folder:
        told = {difference.subject for difference in report.differences}
        comparison = _Comparison(noted, published, Path(folder) / FILE, told)
        for difference in comparison.differences(wait):
            report.add(difference.kind, difference.subject, difference.problem)
    return report


class _NotedDrinks:
    """The drinks table, read once; keeps in short what the drinks look like."""

    def __init__(self, drinks: DrinksStore) -> None:
        self.looks: dict[str, bytes] = {}
        self.many = drinks.many
        self._drinks = drinks

    def all(self) -> Iterator[Register]:
        for register in self._drinks.all():
            if register.drink:
                self.looks[register.id] = _look(register.drink)
            yield register


class _Comparison:
    """Compares the published file with the table, again and again."""

    def __init__(
        self, drinks: _NotedDrinks, published: PublishedCatalogue, path: Path, told: set[str]
    ) -> None:
        """`told` are drinks that are wrong in the table already, whatever the catalogue shows."""
        self._drinks = drinks
        self._told = told
        self._published = published
        self._path = path
        self._etag: str | None = None
        self._suspects: list[str] | None = None
        self._found: list[Difference] = []

    def differences(self, wait: Callable[[float], None]) -> list[Difference]:
        """What still differs when it has not become less for a while."""
        self._renew()
        self._compare()
        in_vain = 0
        while self._found and in_vain < POLLS:
            wait(POLL_S)
            before = len(self._found)
            if self._renew():
                self._compare()
            in_vain = 0 if len(self._found) < before else in_vain + 1
        return self._found

    def _renew(self) -> bool:
        """Download what is published; whether it is another file than before."""
        try:
            etag = self._published.download(self._path, unless=self._etag)
        except MissingError:
            return False
        self._etag = etag or self._etag
        return etag is not None

    def _compare(self) -> None:
        if self._etag is None:
            self._found = self._examined([*self._drinks.looks], None)
            return
        try:
            with closing(Catalogue(self._path)) as catalogue:
                if self._suspects is None:
                    self._suspects = self._differing(catalogue)
                self._found = self._examined(self._suspects, catalogue)
        except CatalogueError as error:
            self._found = [Difference("stale", FILE, f"the catalogue cannot be read: {error}")]
        else:
            self._suspects = [difference.subject for difference in self._found]

    def _differing(self, catalogue: Catalogue) -> list[str]:
        """The drinks that look otherwise in the table as it was read for the audit."""
        looks = {drink.id: _look(drink) for drink in catalogue.all_drinks()}
        ids = dict.fromkeys([*self._drinks.looks, *looks])
        return [key for key in ids if self._drinks.looks.get(key) != looks.get(key)]

    def _examined(self, ids: list[str], catalogue: Catalogue | None) -> list[Difference]:
        """How these drinks differ from what the table holds by now."""
        found = []
        for first in range(0, len(ids), READ_CHUNK):
            chunk = [key for key in ids[first : first + READ_CHUNK] if key not in self._told]
            shown = {drink.id: drink for drink in catalogue.drinks(chunk)} if catalogue else {}
            registers = self._drinks.many(chunk)
            wanted = {key: register.drink for key, register in registers.items()}
            for drink_id in chunk:
                found += _compared(drink_id, wanted.get(drink_id), shown.get(drink_id))
        return found


def _compared(drink_id: str, wanted: Drink | None, shown: Drink | None) -> list[Difference]:
    if wanted is None or shown is None:
        if wanted:
            return [Difference("lost", drink_id, "the catalogue lacks it")]
        if shown:
            return [Difference("extra", drink_id, "the catalogue shows it, the table lacks it")]
        return []
    wanted, shown = _comparable(wanted), _comparable(shown)
    names = [n for n in wanted.__struct_fields__ if getattr(wanted, n) != getattr(shown, n)]
    if not names:
        return []
    return [Difference("stale", drink_id, f"the catalogue differs in {', '.join(names)}")]


def _comparable(drink: Drink) -> Drink:
    """The drink without when and where it was last observed."""
    lineage = Lineage("", "", "", 0, drink.lineage.transform_version)
    return msgspec.structs.replace(drink, observed_at=0, lineage=lineage)


def _look(drink: Drink) -> bytes:
    """What the drink looks like, in short."""
    return hashlib.sha256(_encoder.encode(_comparable(drink))).digest()
