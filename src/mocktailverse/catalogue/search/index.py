"""The catalogue's index in memory: what filters, sort orders and counts need of each drink.

Built from the file when the first query needs it.
"""

import sqlite3
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, reduce
from hashlib import blake2b
from itertools import chain
from math import nan
from operator import or_

from mocktailverse.catalogue.rows import NAME_KEY_LENGTH, name_key
from mocktailverse.catalogue.search.bitmaps import (
    DrinkSet,
    PostingLists,
    flags_bitmap,
    join_spellings,
    ordinals_bitmap,
    range_bitmap,
)
from mocktailverse.catalogue.search.drink_needs import (
    DrinkNeeds,
    drinks_by_alternative,
    drinks_by_line,
    drinks_by_name,
)
from mocktailverse.catalogue.search.query import IngredientEntry
from mocktailverse.drinks.ingredients import ancestors, match_ingredient

_DRINKS = """
SELECT row, name_key, id, withdrawn_at, observed_at, abv_percent_min, abv_percent_max,
       (abv_served_percent_min + abv_served_percent_max) / 2, sugar_served_g_per_100ml_max,
       source, category, alcoholic, glass, method, certainty,
       CASE is_mocktail WHEN 1 THEN 'true' WHEN 0 THEN 'false' END,
       CASE WHEN is_mocktail THEN iif(abv_percent_max = 0, 'alcohol_free', 'traces')
            WHEN convertible IS NOT NULL THEN 'convertible' END
FROM drinks ORDER BY name_key, id
"""
_COLUMNS = 17
_SINGLE_VALUED = (
    "source", "category", "alcoholic", "glass", "method", "certainty", "mocktail", "zero_proof",
)  # fmt: skip
_TAGS = "SELECT tag, drink_id FROM tags ORDER BY tag"
_SPIRITS = "SELECT spirit, drink_id FROM drink_spirits ORDER BY spirit"
_LINES = "SELECT name, form, variety, alternatives, optional, drink_id FROM drink_ingredients"
_KINDS = "SELECT name, general FROM ingredient_kinds"
_ENTRIES = """
SELECT name, kind, parent, abv_percent, drinks, drinks_with_kinds FROM ingredients
WHERE drinks_with_kinds > 0
"""

Ordinals = dict[str, list[int]]
"""The ordinals of the drinks that have a value, by value."""


class CatalogueIndex:
    """The columns of each drink by its ordinal, and posting lists of the filters' values.

    Attributes:
        size: number of ordinals.
        keys: name_key and id of each drink.
        by_name: the ordinals in name order, that is, sorted by key.
        rows: drinks.row of each drink; `ordinal_of_row` is the inverse.
        observed: `observed_at` of each drink, in ms.
        abv_min: in % vol as mixed, NaN where unknown; likewise the next three.
        abv_max: in % vol as mixed.
        served: in % vol as served, the middle of the range.
        sugar_max: in g per 100 ml as served.
        all: bitmap of all drinks.
        present: bitmap of the drinks that are not withdrawn.
        fields: posting lists of source, category, alcoholic, glass, method, certainty, mocktail,
            zero_proof, tag, spirit; and of each ingredient that some drink names, with its kinds.
        ingredients: the ingredients and their drinks.
        needs: what the drinks need.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read the catalogue; column by column takes half the time of drink by drink."""
        columns = list(zip(*connection.execute(_DRINKS), strict=True)) or [()] * _COLUMNS
        rows, names, ids, withdrawn, observed, low, high, served, sugar, *values = columns
        self.size = len(ids)
        self.rows = array("q", rows)
        self.ordinal_of_row = {row: ordinal for ordinal, row in enumerate(self.rows)}
        self.keys: list[tuple[str, str]] = list(zip(names, ids, strict=True))
        self.by_name = array("I", range(self.size))
        self.observed = array("q", observed)
        self.abv_min, self.abv_max, self.served, self.sugar_max = map(
            _floats, (low, high, served, sugar)
        )
        self.all = range_bitmap(0, self.size)
        self.present = flags_bitmap(bytes([at is None for at in withdrawn]))
        self.fields = {
            field: PostingLists(self.size, join_spellings(_by_value(enumerate(column))))
            for field, column in zip(_SINGLE_VALUED, values, strict=True)
        }
        ordinal_of = {drink_id: ordinal for ordinal, drink_id in enumerate(ids)}

        def drinks_by_value(query: str) -> Ordinals:
            return _by_value((ordinal_of[id_], value) for value, id_ in connection.execute(query))

        for field, query in (("tag", _TAGS), ("spirit", _SPIRITS)):
            drinks = join_spellings(drinks_by_value(query))
            self.fields[field] = PostingLists(self.size, drinks)
        lines = drinks_by_line(connection.execute(_LINES), ordinal_of)
        self.ingredients = IngredientIndex(
            connection, self.size, drinks_by_name(lines), drinks_by_alternative(lines)
        )
        self.needs = DrinkNeeds(self.size, lines)
        self._lines = lines
        self.fields["ingredient"] = PostingLists(self.size, self.ingredients.joined_spellings())

    def ordinal_of(self, key: tuple[str, str]) -> int | None:
        """Return the ordinal of the drink with a name key and id; None if no drink has them."""
        place = bisect_left(self.by_name, key, key=self.keys.__getitem__)
        ordinals = self.by_name[place : place + 1]
        return ordinals[0] if ordinals and self.keys[ordinals[0]] == key else None

    @cached_property
    def strict_needs(self) -> DrinkNeeds:
        """The needs with garnishes, ice and the like; built when first asked for."""
        return DrinkNeeds(self.size, self._lines, strict=True)


class IngredientIndex:
    """Ingredients by canonical name, their kinds, and the drinks that name them.

    The sets of drinks include withdrawn ones.

    Attributes:
        named: the drinks that name an ingredient itself.
        with_kinds: the drinks that name it or a kind of it.
        by_length: for each number of distinct ingredients, the drinks that have that many.
        entries: those in use, in the order of the list: most used first, then by name.
        entry_of: the same by name.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        size: int,
        drinks: Mapping[str, Sequence[int]],
        alternatives: Mapping[str, Sequence[int]],
    ) -> None:
        """Take the ordinals, below `size`, of the drinks that name each ingredient, or allow it."""
        self.named = PostingLists(size, drinks)
        lengths: dict[int, list[int]] = defaultdict(list)
        for ordinal, length in Counter(chain.from_iterable(drinks.values())).items():
            lengths[length].append(ordinal)
        self.by_length = {
            length: ordinals_bitmap(ordinals, size) for length, ordinals in sorted(lengths.items())
        }
        generals: dict[str, list[str]] = defaultdict(list)
        self._kinds: dict[str, list[str]] = defaultdict(list)
        for name, general in connection.execute(_KINDS):
            generals[name].append(general)
            if name != general and name in self.named.sets:
                self._kinds[general].append(name)
        self._generals = {
            name: frozenset((*self.named.spellings(name), name, *those))
            for name, those in generals.items()
        }
        sets: dict[str, DrinkSet] = {**self.named.sets}
        for general, kinds in self._kinds.items():
            sets[general] = reduce(or_, map(self.named.bitmap, (general, *kinds)))
        self.with_kinds = PostingLists(size, sets)
        allowed: dict[str, set[int]] = defaultdict(set)
        for name, ordinals in alternatives.items():
            for general in self.generals_of(name):
                allowed[general].update(ordinals)
        self._allowed = PostingLists(size, allowed)
        entries = [IngredientEntry(*row) for row in connection.execute(_ENTRIES)]
        self.entries = sorted(entries, key=list_key)
        self.entry_of = {entry.name: entry for entry in self.entries}

    def joined_spellings(self) -> dict[str, DrinkSet]:
        """Return the drinks with each named ingredient or a kind of it, by its usual spelling.

        Drinks that allow it instead of another ingredient are included.
        """
        joined: dict[str, DrinkSet] = {}
        for usual, _ in self.named.by_size:
            spellings = self.named.spellings(usual)
            if len(spellings) == 1 and usual not in self._allowed.sets:
                joined[usual] = self.with_kinds.sets[usual]
            elif not any(spelling in joined for spelling in spellings):
                joined[usual] = self._with_or_allowing(spellings)
        return joined

    def names_of(self, text: str) -> list[str]:
        """Return the canonical names of an ingredient in any spelling, usually one.

        A name of the reference is returned even if no drink has it.
        """
        match = match_ingredient(text)
        return [match.name] if match else self.with_kinds.spellings(text)

    def drinks_with_or_allowing(self, text: str) -> int:
        """Return the drinks that have an ingredient, or allow it instead of another one."""
        return self._with_or_allowing(self.names_of(text))

    def _with_or_allowing(self, names: Iterable[str]) -> int:
        drinks = (self.with_kinds.bitmap(name) | self._allowed.bitmap(name) for name in names)
        return reduce(or_, drinks, 0)

    def drinks_with(self, text: str) -> int:
        """Return the drinks that have an ingredient, in any spelling, or a kind of it."""
        return reduce(or_, map(self.with_kinds.bitmap, self.names_of(text)), 0)

    def generals_of(self, name: str) -> frozenset[str]:
        """Return the ingredient itself, in any case, and all that are more general."""
        return self._generals.get(name) or frozenset((name, *ancestors(name)))

    def kinds_of(self, name: str) -> Sequence[str]:
        """Return the more special ingredients that some drink names."""
        return self._kinds.get(name, ())


def list_key(entry: IngredientEntry) -> tuple[float, str, str]:
    """Return the sort key of the list: most used first, then by name.

    It is short enough for a cursor: a digest keeps long names distinct.
    """
    name = entry.name
    if len(name) > NAME_KEY_LENGTH:
        name = name[:NAME_KEY_LENGTH] + blake2b(name.encode(), digest_size=8).hexdigest()
    return -entry.drinks, name_key(entry.name), name


def _floats(column: Sequence[float | None]) -> "array[float]":
    return array("d", [nan if number is None else number for number in column])


def _by_value(drinks_and_values: Iterable[tuple[int, str | None]]) -> Ordinals:
    drinks: Ordinals = defaultdict(list)
    for ordinal, value in drinks_and_values:
        if value is not None:
            drinks[value].append(ordinal)
    return drinks
