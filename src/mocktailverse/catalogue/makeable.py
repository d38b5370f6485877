"""What can be made of what one has, what is nearly there, and what to buy.

What one has stands for itself and for every more general ingredient. How many of its ingredients
each drink has got is counted for all drinks at once: plane n of the counter holds bit n of every
drink's count (a bit-sliced counter), and adding an ingredient is a few operations on whole sets.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from itertools import islice
from typing import NamedTuple

from mocktailverse.catalogue.answers import Unlock
from mocktailverse.catalogue.bits import unpack
from mocktailverse.catalogue.index import Index
from mocktailverse.catalogue.postings import Selection, folded
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.ingredients import canonical_name

MOST_MISSING = 2
UNLOCKS = 10


class Shelf(NamedTuple):
    """What one has, by canonical names; `covers` is all that it stands for."""

    have: list[str]
    unknown: list[str]
    covers: frozenset[str]

    def missing_for(self, drink: Drink) -> list[str]:
        """The ingredients of a drink that are not there, in the recipe's order."""
        names = dict.fromkeys(line.name for line in drink.ingredients)
        return [name for name in names if name not in self.covers]


class Makeability:
    """Counts what is missing for the drinks of one catalogue."""

    def __init__(self, index: Index) -> None:
        """Note the drinks whose missing ingredients one bottle may stand for together."""
        self._size = index.size
        self._ingredients = index.ingredients
        self._with_kin = self._drinks_with_kin()
        # of names that differ in case only, the most used one: whoever buys it has all of them
        named = (entry.name for entry in reversed(index.ingredients.entries) if entry.drinks)
        self._bottles = list({folded(name): name for name in named}.values())

    def shelf(self, have: Sequence[str]) -> Shelf:
        """What a list of ingredients, in any spelling, stands for."""
        names: dict[str, None] = {}
        unknown = []
        covers: set[str] = set()
        for given in have:
            found = self._ingredients.meant(given)
            covered = {general for name in found for general in self._ingredients.generals_of(name)}
            covers |= covered
            names[found[0] if found else canonical_name(given)[0]] = None
            if not any(name in self._ingredients.named for name in covered):
                unknown.append(given)
        return Shelf(list(names), unknown, frozenset(covers))

    def missing(self, shelf: Shelf, among: int) -> list[int]:
        """Of a set of drinks, those for which exactly 0, 1 and 2 ingredients are missing.

        Drinks without any ingredient are in none: what they need is not known.
        """
        had = [name for name in self._ingredients.names if name in shelf.covers]
        covered = _BitCounter(map(self._ingredients.named.bits, had))
        exactly = [0] * (MOST_MISSING + 1)
        for asked, drinks in self._ingredients.asking.items():
            for missing in range(min(asked, MOST_MISSING) + 1):
                exactly[missing] |= covered.equals(asked - missing, drinks & among)
        return exactly

    def unlocks(self, shelf: Shelf, unready: int, one_missing: int) -> list[Unlock]:
        """The ingredients that make most of the unready drinks makeable, each bought alone.

        A kind that makes no more than a more general one is left out: any vodka will do.
        """
        wanted = self._wanted(shelf, unready, one_missing)
        generals_of = self._ingredients.generals_of
        makes = {
            name: sum(wanted[one] for one in generals_of(name))
            for name in self._bottles
            if name not in shelf.covers
        }
        unlocks = (
            Unlock(name, drinks)
            for name, drinks in makes.items()
            if drinks and all(makes.get(g) != drinks for g in generals_of(name) - {name})
        )
        return nsmallest(UNLOCKS, unlocks, key=lambda unlock: (-unlock.drinks, unlock.ingredient))

    def _wanted(self, shelf: Shelf, unready: int, one_missing: int) -> Counter[str]:
        """How many drinks need just this ingredient, or it and more general ones of its line."""
        within = Selection(one_missing, self._size)
        wanted = Counter(
            {
                name: self._ingredients.named.count(name, within)
                for name in self._ingredients.names
                if name not in shelf.covers
            }
        )
        several_missing = unpack(unready & ~one_missing, self._size)
        for ordinal, names in self._with_kin.items():
            if several_missing[ordinal]:
                missing = {name for name in names if name not in shelf.covers}
                alone = (n for n in missing if missing <= self._ingredients.generals_of(n))
                wanted.update(islice(alone, 1))  # several differ in case only
        return wanted

    def _drinks_with_kin(self) -> dict[int, list[str]]:
        """The ingredients of those drinks that ask for one and for a more general one, too."""
        named, kin = self._ingredients.named, 0
        for name in self._ingredients.names:
            for general in self._ingredients.generals_of(name) - {name}:
                kin |= named.bits(name) & named.bits(general)
        has_kin = unpack(kin, self._size).__getitem__
        found: dict[int, list[str]] = defaultdict(list)
        for name in self._ingredients.names:
            for ordinal in filter(has_kin, named.ordinals(name)):
                found[ordinal].append(name)
        return found


class _BitCounter:
    """Counts for every drink in how many of some sets it is."""

    def __init__(self, sets: Iterable[int]) -> None:
        self._planes: list[int] = []
        for carry in sets:
            self._add(carry)

    def _add(self, carry: int) -> None:
        for number, plane in enumerate(self._planes):
            if not carry:
                return
            self._planes[number] = plane ^ carry
            carry &= plane
        if carry:
            self._planes.append(carry)

    def equals(self, count: int, within: int) -> int:
        """The drinks of a set that were counted exactly so often."""
        if count >> len(self._planes):
            return 0
        for number, plane in enumerate(self._planes):
            within &= plane if count >> number & 1 else ~plane
        return within
