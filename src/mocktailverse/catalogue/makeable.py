"""Drinks that given ingredients make or nearly make, and what replaces what.

What counts for what is in `drinks.substitutions`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from mocktailverse.catalogue.alcohol_free_needs import AlcoholFreeNeeds
from mocktailverse.catalogue.search.drink_needs import DrinkNeeds, Line, needs_of_lines
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.catalogue.search.query import MakeableDrink, StandIn, Unlock
from mocktailverse.catalogue.shelf_coverage import ShelfCoverage
from mocktailverse.catalogue.unlocks import PurchaseAdvice
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.ingredients import match_ingredient
from mocktailverse.drinks.substitutions.allocation import allocate
from mocktailverse.drinks.substitutions.needs import needs_of
from mocktailverse.drinks.substitutions.shelf import Allowance, StockedShelf, folded, provided_by
from mocktailverse.drinks.substitutions.shelf_names import stocked_name

MAX_MISSING = 2


class Inventory(NamedTuple):
    """The ingredients that somebody has, by canonical name.

    `unknown` are those given that no drink uses.
    """

    have: list[str]
    unknown: list[str]
    shelf: StockedShelf
    alcohol_free: bool = False
    """Whether only drinks without alcohol count, and cocktails by their pantry conversion."""

    def makeable(self, drink: Drink, converted: Sequence[Line] | None = None) -> MakeableDrink:
        """Return a drink with what is missing and what replaces what.

        `converted` are the lines of its conversion, if it is made as a mocktail.
        """
        strict = self.shelf.is_strict
        if converted is None:
            needs, names = needs_of(drink, strict=strict), None
        else:
            needs = needs_of_lines(converted, strict=strict)
            names = list(dict.fromkeys(line[0] for line in converted))
        served, missing = allocate(needs, self.shelf)
        replacements = [
            StandIn(need.name, list(supply.use), instead.confidence, instead.why)
            for need, supply in served.items()
            if (instead := supply.substitution)
        ]
        return MakeableDrink(drink, [need.name for need in missing], replacements, names)


class MissingIngredients:
    """Counts the missing ingredients of all drinks of one catalogue."""

    def __init__(self, index: CatalogueIndex, alcohol_free: AlcoholFreeNeeds) -> None:
        """Take the index; the advice what to buy is prepared when it is first asked for."""
        self._index = index
        self.alcohol_free = alcohol_free
        self._advice: dict[tuple[bool, bool], PurchaseAdvice] = {}

    def inventory(
        self, have: Sequence[str], allowance: Allowance = "near", *, alcohol_free: bool = False
    ) -> Inventory:
        """Return what a list of ingredients, in any spelling, is in this catalogue."""
        names: dict[str, None] = {}
        unknown = []
        for text in have:
            meant = [stocked_name(text)]
            if not match_ingredient(meant[0]):
                meant = self._index.ingredients.names_of(text) or meant
            names[meant[0]] = None
            if not any(self._is_used(name, alcohol_free=alcohol_free) for name in meant):
                unknown.append(text)
        return Inventory(list(names), unknown, StockedShelf(names, allowance), alcohol_free)

    def coverage(self, inventory: Inventory) -> ShelfCoverage:
        """Return which needs of all drinks an inventory covers."""
        return ShelfCoverage(self._needs(inventory), inventory.shelf)

    def makeable(self, inventory: Inventory, drinks: Sequence[Drink]) -> list[MakeableDrink]:
        """Return drinks with what is missing and what replaces what."""
        if not inventory.alcohol_free:
            return [inventory.makeable(drink) for drink in drinks]
        converted = self.alcohol_free.converted([drink.id for drink in drinks])
        return [inventory.makeable(drink, converted.get(drink.id)) for drink in drinks]

    def unlocks(self, inventory: Inventory, coverage: ShelfCoverage, unready: int) -> list[Unlock]:
        """Return the ingredients that make most of the unready drinks makeable, bought alone."""
        kind = inventory.shelf.is_strict, inventory.alcohol_free
        if kind not in self._advice:
            new = self.alcohol_free.new_names if inventory.alcohol_free else ()
            self._advice[kind] = PurchaseAdvice(coverage.needs, self._index.ingredients, new)
        return self._advice[kind].unlocks(coverage, unready)

    def _needs(self, inventory: Inventory) -> DrinkNeeds:
        is_strict = inventory.shelf.is_strict
        if inventory.alcohol_free:
            return self.alcohol_free.needs(strict=is_strict)
        return self._index.strict_needs if is_strict else self._index.needs

    def _is_used(self, name: str, *, alcohol_free: bool) -> bool:
        """Return whether some drink names an ingredient, or one that it can replace."""
        provided = [other for other, _ in provided_by(name, "acceptable")]
        if any(map(self._index.ingredients.named.spellings, provided)):
            return True
        new = self.alcohol_free.new_names if alcohol_free else ()
        return not {*map(folded, new)}.isdisjoint(map(folded, provided))
