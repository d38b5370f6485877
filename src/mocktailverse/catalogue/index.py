"""The catalogue in memory, as far as filters, sorts and counts need it.

Read once from the file, when first asked for. Drinks are numbered in name order: the number of
one is its ordinal.
"""

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from math import nan
from operator import itemgetter

from mocktailverse.catalogue.bits import pack_flags, span
from mocktailverse.catalogue.ingredient_index import IngredientIndex
from mocktailverse.catalogue.postings import Postings, without_case

_DRINKS = """
SELECT row, name_key, id, withdrawn_at, observed_at, abv_percent_min, abv_percent_max,
       (abv_served_percent_min + abv_served_percent_max) / 2,
       category, alcoholic, glass, method, certainty,
       CASE is_mocktail WHEN 1 THEN 'true' WHEN 0 THEN 'false' END
FROM drinks ORDER BY name_key, id
"""
_COLUMNS = 14
_PLAIN_FIELDS = ("category", "alcoholic", "glass", "method", "certainty", "mocktail")
_TAGS = "SELECT tag, drink_id FROM tags ORDER BY tag"
_SPIRITS = "SELECT spirit, drink_id FROM drink_spirits ORDER BY spirit"
_LINES = "SELECT DISTINCT name, drink_id FROM drink_ingredients ORDER BY name"


class Index:
    """What is known of each drink by its ordinal, and which drinks have which value.

    Attributes:
        keys: name_key and id of each drink.
        rows: drinks.row of each drink; `ordinal_of_row` is the way back.
        observed: when each drink was observed last, in ms.
        abv_min: in % vol as mixed, NaN where it is not known; so are the next two.
        abv_max: likewise.
        served: in % vol as served, the middle of the range.
        all: every drink; `present` are those that are not withdrawn.
        fields: category, alcoholic, glass, method, certainty, mocktail, tag, spirit.
        ingredients: who asks for what.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read the catalogue; column by column takes half the time of drink by drink."""
        columns = list(zip(*connection.execute(_DRINKS), strict=True)) or [()] * _COLUMNS
        rows, names, ids, withdrawn, observed, low, high, served, *values = columns
        self.size = len(ids)
        self.rows = array("q", rows)
        self.ordinal_of_row = {row: ordinal for ordinal, row in enumerate(self.rows)}
        self.keys: list[tuple[str, str]] = list(zip(names, ids, strict=True))
        self.observed = array("q", observed)
        self.abv_min, self.abv_max, self.served = map(_floats, (low, high, served))
        self.all = span(0, self.size)
        self.present = pack_flags(bytes([at is None for at in withdrawn]))
        self.fields = {
            field: Postings(self.size, without_case(_by_value(column)))
            for field, column in zip(_PLAIN_FIELDS, values, strict=True)
        }
        ordinal_of = {drink_id: ordinal for ordinal, drink_id in enumerate(ids)}
        for field, query in (("tag", _TAGS), ("spirit", _SPIRITS)):
            drinks = _grouped(connection.execute(query), ordinal_of)
            self.fields[field] = Postings(self.size, without_case(drinks))
        self.ingredients = IngredientIndex(
            connection, self.size, _grouped(connection.execute(_LINES), ordinal_of)
        )


def _floats(column: Sequence[float | None]) -> "array[float]":
    return array("d", [nan if number is None else number for number in column])


def _by_value(column: Iterable[str | None]) -> dict[str, list[int]]:
    drinks: dict[str, list[int]] = defaultdict(list)
    for ordinal, value in enumerate(column):
        if value is not None:
            drinks[value].append(ordinal)
    return drinks


def _grouped(pairs: Iterable[tuple[str, str]], ordinal_of: Mapping[str, int]) -> (
    dict[str, list[int]]
):  # fmt: skip
    """The ordinals of each value, from pairs of value and id that are sorted by value."""
    return {
        value: [ordinal_of[drink_id] for _, drink_id in group]
        for value, group in groupby(pairs, key=itemgetter(0))
    }
