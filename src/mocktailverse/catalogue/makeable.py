"""Drinks that given ingredients make or nearly make, and what to buy next.

An ingredient counts for itself and for every more general one: Light rum for Rum.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from itertools import islice
from typing import NamedTuple

from mocktailverse.catalogue.search.bitmaps import Selection, bitmap_flags, fold_case
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.catalogue.search.query import Unlock
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.ingredients import canonical_name

MAX_MISSING = 2
UNLOCKS = 10


class Inventory(NamedTuple):
    """The ingredients that somebody has, by canonical name.

    `unknown` are those given that no drink uses; `covers` are all names that `have` counts for.
    """

    have: list[str]
    unknown: list[str]
    covers: frozenset[str]

    def missing_for(self, drink: Drink) -> list[str]:
        """Return the missing ingredients of a drink, in the recipe's order."""
        names = dict.fromkeys(line.name for line in drink.ingredients)
        return [name for name in names if name not in self.covers]


class MissingIngredients:
    """Counts the missing ingredients of all drinks of one catalogue."""

    def __init__(self, index: CatalogueIndex) -> None:
        """Find the drinks in which one purchase may replace several missing ingredients."""
        self._size = index.size
        self._ingredients = index.ingredients
        self._related = self._related_ingredients()
        # Of names that differ in case only the most used one: buying it covers all of them.
        used = (entry.name for entry in reversed(index.ingredients.entries) if entry.drinks)
        self._purchases = list({fold_case(name): name for name in used}.values())

    def inventory(self, have: Sequence[str]) -> Inventory:
        """Return what a list of ingredients, in any spelling, covers."""
        names: dict[str, None] = {}
        unknown = []
        covers: set[str] = set()
        for text in have:
            meant = self._ingredients.names_of(text)
            covered = {general for name in meant for general in self._ingredients.generals_of(name)}
            covers |= covered
            names[meant[0] if meant else canonical_name(text)[0]] = None
            if not any(name in self._ingredients.named.sets for name in covered):
                unknown.append(text)
        return Inventory(list(names), unknown, frozenset(covers))

    def drinks_by_missing(self, inventory: Inventory, among: int) -> list[int]:
        """Return, of a set of drinks, those with exactly 0, 1 and 2 missing ingredients.

        Drinks without any ingredient are in none of them: what they need is not known.
        """
        covered = [name for name in self._ingredients.named.sets if name in inventory.covers]
        present = _BitSlicedCounter(map(self._ingredients.named.bitmap, covered))
        by_missing = [0] * (MAX_MISSING + 1)
        for length, drinks in self._ingredients.by_length.items():
            for missing in range(min(length, MAX_MISSING) + 1):
                by_missing[missing] |= present.equals(length - missing, drinks & among)
        return by_missing

    def unlocks(self, inventory: Inventory, unready: int, one_missing: int) -> list[Unlock]:
        """Return the ingredients that make most of the unready drinks makeable, bought alone.

        A kind that unlocks no more than a more general ingredient is left out: any vodka will do.
        """
        needed = self._needed(inventory, unready, one_missing)
        generals_of = self._ingredients.generals_of
        unlocked = {
            name: sum(needed[general] for general in generals_of(name))
            for name in self._purchases
            if name not in inventory.covers
        }
        unlocks = (
            Unlock(name, drinks)
            for name, drinks in unlocked.items()
            if drinks and all(unlocked.get(g) != drinks for g in generals_of(name) - {name})
        )
        return nsmallest(UNLOCKS, unlocks, key=lambda unlock: (-unlock.drinks, unlock.ingredient))

    def _needed(self, inventory: Inventory, unready: int, one_missing: int) -> Counter[str]:
        """Count the drinks that need this ingredient alone, or it and more general ones of it."""
        within = Selection(one_missing, self._size)
        needed = Counter(
            {
                name: self._ingredients.named.count(name, within)
                for name in self._ingredients.named.sets
                if name not in inventory.covers
            }
        )
        several_missing = bitmap_flags(unready & ~one_missing, self._size)
        for ordinal, names in self._related.items():
            if several_missing[ordinal]:
                missing = {name for name in names if name not in inventory.covers}
                alone = (n for n in missing if missing <= self._ingredients.generals_of(n))
                needed.update(islice(alone, 1))  # several of them differ in case only
        return needed

    def _related_ingredients(self) -> dict[int, list[str]]:
        """Return the ingredients of the drinks that name both one and a more general one."""
        named, with_related = self._ingredients.named, 0
        for name in self._ingredients.named.sets:
            for general in self._ingredients.generals_of(name) - {name}:
                with_related |= named.bitmap(name) & named.bitmap(general)
        has_related = bitmap_flags(with_related, self._size).__getitem__
        related: dict[int, list[str]] = defaultdict(list)
        for name in self._ingredients.named.sets:
            for ordinal in filter(has_related, named.ordinals(name)):
                related[ordinal].append(name)
        return related


class _BitSlicedCounter:
    """Counts for every drink in how many of some sets it is, for all drinks at once.

    Plane n is a bitmap that holds bit n of every drink's count. Adding a set is a binary addition
    with carry, on whole bitmaps instead of drink by drink. Example with two drinks: adding the
    sets 0b11, 0b01 and 0b01 gives the planes 0b11 and 0b01. Drink 0 has bits 1 and 1, a count of
    3; drink 1 has bits 1 and 0, a count of 1. https://en.wikipedia.org/wiki/Bit_slicing
    """

    def __init__(self, sets: Iterable[int]) -> None:
        self._planes: list[int] = []
        for bitmap in sets:
            self._add(bitmap)

    def _add(self, carry: int) -> None:
        for number, plane in enumerate(self._planes):
            if not carry:
                return
            self._planes[number] = plane ^ carry
            carry &= plane
        if carry:
            self._planes.append(carry)

    def equals(self, count: int, within: int) -> int:
        """Return the drinks of a set that have exactly this count."""
        if count >> len(self._planes):
            return 0
        for number, plane in enumerate(self._planes):
            within &= plane if count >> number & 1 else ~plane
        return within
