"""Drinks that given ingredients make or nearly make, and what replaces what.

What counts for what is in `drinks.substitutions`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from mocktailverse.catalogue.search.drink_needs import DrinkNeeds
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.catalogue.search.query import MakeableDrink, StandIn, Unlock
from mocktailverse.catalogue.shelf_coverage import ShelfCoverage
from mocktailverse.catalogue.unlocks import PurchaseAdvice
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.ingredients import canonical_name
from mocktailverse.drinks.substitutions.allocation import allocate
from mocktailverse.drinks.substitutions.needs import needs_of
from mocktailverse.drinks.substitutions.shelf import Allowance, StockedShelf

MAX_MISSING = 2


class Inventory(NamedTuple):
    """The ingredients that somebody has, by canonical name.

    `unknown` are those given that no drink uses.
    """

    have: list[str]
    unknown: list[str]
    shelf: StockedShelf

    def makeable(self, drink: Drink) -> MakeableDrink:
        """Return a drink with what is missing and what replaces what."""
        needs = needs_of(drink, strict=self.shelf.is_strict)
        served, missing = allocate(needs, self.shelf)
        replacements = [
            StandIn(need.name, list(supply.use), instead.confidence, instead.why)
            for need, supply in served.items()
            if (instead := supply.substitution)
        ]
        return MakeableDrink(drink, [need.name for need in missing], replacements)


class MissingIngredients:
    """Counts the missing ingredients of all drinks of one catalogue."""

    def __init__(self, index: CatalogueIndex) -> None:
        """Take the index; the advice what to buy is prepared when it is first asked for."""
        self._index = index
        self._advice: dict[bool, PurchaseAdvice] = {}

    def inventory(self, have: Sequence[str], allowance: Allowance = "near") -> Inventory:
        """Return what a list of ingredients, in any spelling, is in this catalogue."""
        names: dict[str, None] = {}
        unknown = []
        for text in have:
            meant = self._index.ingredients.names_of(text) or [canonical_name(text)[0]]
            names[meant[0]] = None
            if not any(map(self._is_used, meant)):
                unknown.append(text)
        return Inventory(list(names), unknown, StockedShelf(names, allowance))

    def drinks_by_missing(self, inventory: Inventory, among: int) -> list[int]:
        """Return, of a set of drinks, those with exactly 0, 1 and 2 missing ingredients.

        Drinks without any line are in none of them: what they need is not known.
        """
        coverage = ShelfCoverage(self._needs(inventory), inventory.shelf)
        return coverage.missing_counts(MAX_MISSING, among)

    def unlocks(self, inventory: Inventory, unready: int) -> list[Unlock]:
        """Return the ingredients that make most of the unready drinks makeable, bought alone."""
        is_strict = inventory.shelf.is_strict
        if is_strict not in self._advice:
            needs = self._needs(inventory)
            self._advice[is_strict] = PurchaseAdvice(needs, self._index.ingredients)
        return self._advice[is_strict].unlocks(inventory.shelf, unready)

    def _needs(self, inventory: Inventory) -> DrinkNeeds:
        return self._index.strict_needs if inventory.shelf.is_strict else self._index.needs

    def _is_used(self, name: str) -> bool:
        """Return whether some drink names an ingredient, or one that it can replace."""
        used = self._index.ingredients.named.spellings
        return any(used(other) for other in StockedShelf([name], "acceptable").provided)
