"""The ingredients in memory: which drinks ask for which, and what is a kind of what."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import reduce
from hashlib import blake2b
from itertools import chain
from operator import or_

from mocktailverse.catalogue.answers import IngredientEntry
from mocktailverse.catalogue.bits import pack
from mocktailverse.catalogue.postings import Drinks, Postings
from mocktailverse.catalogue.rows import NAME_KEY_LENGTH, name_key
from mocktailverse.drinks.ingredients import ancestors, match_ingredient

_KINDS = "SELECT name, general FROM ingredient_kinds"
_ENTRIES = """
SELECT name, kind, parent, abv_percent, drinks, drinks_with_kinds FROM ingredients
WHERE drinks_with_kinds > 0
"""


class IngredientIndex:
    """Ingredients by their canonical names; sets of drinks include the withdrawn ones.

    Attributes:
        named: the drinks that name an ingredient itself.
        with_kinds: the drinks that name it or a kind of it.
        named_with_kinds: the same, for ingredients that some drink names itself; those that
            differ in case only are one, in the usual spelling.
        asking: for each number of distinct ingredients, the drinks that ask for so many.
        entries: those in use, as the catalogue lists them: most used first, then by name.
    """

    def __init__(
        self, connection: sqlite3.Connection, size: int, drinks: Mapping[str, Sequence[int]]
    ) -> None:
        """Take the ordinals, below `size`, of the drinks that name each ingredient."""
        self.named = Postings(size, drinks)
        self.names = list(drinks)
        asked: dict[int, list[int]] = defaultdict(list)
        for ordinal, number in Counter(chain.from_iterable(drinks.values())).items():
            asked[number].append(ordinal)
        self.asking = {number: pack(some, size) for number, some in sorted(asked.items())}
        generals: dict[str, list[str]] = defaultdict(list)
        self._kinds: dict[str, list[str]] = defaultdict(list)
        for name, general in connection.execute(_KINDS):
            generals[name].append(general)
            if name != general and name in self.named:
                self._kinds[general].append(name)
        self._generals = {
            name: frozenset((*self.named.spelled(name), name, *those))
            for name, those in generals.items()
        }
        sets: dict[str, Drinks] = {name: self.named.drinks(name) for name in self.names}
        for general, kinds in self._kinds.items():
            sets[general] = reduce(or_, map(self.named.bits, (general, *kinds)))
        self.with_kinds = Postings(size, sets)
        self.named_with_kinds = Postings(size, self._without_case(sets))
        entries = [IngredientEntry(*row) for row in connection.execute(_ENTRIES)]
        self.entries = sorted(entries, key=rank)
        self._entry_of = {entry.name: entry for entry in self.entries}

    def _without_case(self, sets: Mapping[str, Drinks]) -> dict[str, Drinks]:
        joined: dict[str, Drinks] = {}
        for usual, _ in self.named.by_size:
            spellings = self.named.spelled(usual)
            if len(spellings) == 1:
                joined[usual] = sets[usual]
            elif not any(spelling in joined for spelling in spellings):
                joined[usual] = reduce(or_, map(self.with_kinds.bits, spellings))
        return joined

    def meant(self, text: str) -> list[str]:
        """The names that a text in any spelling means; mostly one.

        One that the reference knows is given even if no drink has it.
        """
        found = match_ingredient(text)
        return [found.name] if found else self.with_kinds.spelled(text)

    def entry(self, name: str) -> IngredientEntry | None:
        """The entry of an ingredient in use."""
        return self._entry_of.get(name)

    def generals_of(self, name: str) -> frozenset[str]:
        """The ingredient itself, in any case, and all that are more general."""
        return self._generals.get(name) or frozenset((name, *ancestors(name)))

    def kinds_of(self, name: str) -> Sequence[str]:
        """The more special ingredients that some drink names."""
        return self._kinds.get(name, ())


def rank(entry: IngredientEntry) -> tuple[float, str, str]:
    """What ingredients are listed by: most used first, then by name; short enough for a cursor."""
    return -entry.drinks, name_key(entry.name), _shortened(entry.name)


def _shortened(name: str) -> str:
    """The name; of a long one the beginning, and a digest that tells it from its like."""
    if len(name) <= NAME_KEY_LENGTH:
        return name
    return name[:NAME_KEY_LENGTH] + blake2b(name.encode(), digest_size=8).hexdigest()
