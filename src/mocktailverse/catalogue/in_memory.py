"""What a reader keeps in memory of one catalogue, and what a shelf makes of it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from mocktailverse.catalogue.alcohol_free_needs import AlcoholFreeNeeds
from mocktailverse.catalogue.makeable import MAX_MISSING, MissingIngredients
from mocktailverse.catalogue.meta import reference_of
from mocktailverse.catalogue.search.groups_of_drinks import Borrow
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.catalogue.search.matching import DrinkSearch
from mocktailverse.catalogue.search.paging import PageRequest, page_by_rank, query_digest
from mocktailverse.catalogue.search.query import DrinkQuery, Makeable
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.substitutions.shelf import Allowance
from mocktailverse.errors import UsageError

_MOST_UPDATED = 8
"""If more than one drink in this many may have changed, a new index is built instead."""


class MakeableRequest(NamedTuple):
    """What somebody has, and which drinks they ask for; see `Catalogue.makeable`."""

    have: Sequence[str]
    allowance: Allowance
    mocktail: bool | None
    missing: int
    convertible: bool
    group: bool


@dataclass(frozen=True)
class InMemory:
    """Data that is read from the file once, when the first query needs it."""

    borrow: Borrow
    index: CatalogueIndex
    search: DrinkSearch
    missing: MissingIngredients

    @classmethod
    def read(cls, borrow: Borrow) -> Self:
        """Read the catalogue to which `borrow` lends connections."""
        with borrow() as connection:
            index = CatalogueIndex(connection)
        return cls._of(index, borrow, AlcoholFreeNeeds(index, borrow))

    def updated(self, borrow: Borrow, rows: Collection[int]) -> Self:
        """Read what differs in the newer catalogue to which `borrow` lends connections.

        `rows` are those of `drinks` in which it may differ. With many of them, or another
        ingredient reference, all is read.
        """
        with self.borrow() as old, borrow() as new:
            is_other_reference = reference_of(old) != reference_of(new)
            if is_other_reference or len(rows) * _MOST_UPDATED > len(self.index.by_name):
                return self.read(borrow)
            index = self.index.updated(old, new, rows)
            alcohol_free = self.missing.alcohol_free.updated(index, borrow, old, new, rows)
        return self._of(index, borrow, alcohol_free)

    @classmethod
    def _of(cls, index: CatalogueIndex, borrow: Borrow, alcohol_free: AlcoholFreeNeeds) -> Self:
        search = DrinkSearch(index, borrow)
        return cls(borrow, index, search, MissingIngredients(index, alcohol_free))

    def makeable(
        self,
        asked: MakeableRequest,
        limit: int,
        after: str | None,
        drinks_at: Callable[[Sequence[int]], list[Drink]],
    ) -> Makeable:
        """Return a page of what a shelf makes; `drinks_at` returns the drinks of ordinals.

        Raises:
            UsageError: `missing` is not 0, 1 or 2; the cursor is invalid or of another query;
                the limit is below 1.
        """
        if not 0 <= asked.missing <= MAX_MISSING:
            raise UsageError(f"Invalid `missing`. Pass 0 to {MAX_MISSING} missing ingredients.")
        have, allowance, kind, missing, convertible, group = asked
        inventory = self.missing.inventory(have, allowance, alcohol_free=convertible)
        among = self.search.matches(DrinkQuery(mocktail=kind))
        coverage = self.missing.coverage(inventory)
        # Without any line a drink has no number: what it needs is not known.
        by_missing = coverage.missing_counts(MAX_MISSING, among)
        if group:
            by_missing, others = self.search.groups.one_of_each_ranked(by_missing)
            among &= ~others
        digest = query_digest(
            "makeable", sorted(inventory.have), allowance, missing, kind, convertible, group
        )
        request = PageRequest(digest, limit, after)
        page = page_by_rank(self.index, by_missing[: missing + 1], request)
        return Makeable(
            inventory.have,
            inventory.unknown,
            {str(number): drinks.bit_count() for number, drinks in enumerate(by_missing)},
            self.missing.unlocks(inventory, coverage, among & ~by_missing[0]),
            self.missing.makeable(inventory, drinks_at(page.items)),
            page.next,
        )
