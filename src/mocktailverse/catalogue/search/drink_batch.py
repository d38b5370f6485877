"""Some drinks of a catalogue file, or all, as an index needs them: by what they have."""

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import msgspec

from mocktailverse.catalogue.rows import json_list
from mocktailverse.catalogue.search.drink_needs import drinks_by_line

_DRINKS = """
SELECT row, name_key, id, withdrawn_at, observed_at, abv_percent_min, abv_percent_max,
       (abv_served_percent_min + abv_served_percent_max) / 2, sugar_served_g_per_100ml_max,
       source, category, alcoholic, glass, method, certainty,
       CASE is_mocktail WHEN 1 THEN 'true' WHEN 0 THEN 'false' END,
       CASE WHEN is_mocktail THEN iif(abv_percent_max = 0, 'alcohol_free', 'traces')
            WHEN convertible IS NOT NULL THEN 'convertible' END,
       tags, spirits
FROM drinks {where}
"""
_COLUMNS = 19
_SINGLE_VALUED = (
    "source", "category", "alcoholic", "glass", "method", "certainty", "mocktail", "zero_proof",
)  # fmt: skip
_LINES = "SELECT name, form, variety, alternatives, optional, drink_id FROM drink_ingredients"
_SOME_ROWS = "WHERE row IN (SELECT value FROM json_each(?))"
_OF_SOME_ROWS = f" WHERE drink_id IN (SELECT id FROM drinks {_SOME_ROWS})"  # noqa: S608 - the text above

_LISTS = ("tag", "spirit")
FIELDS = (*_SINGLE_VALUED, *_LISTS)

DrinksByValue = Mapping[str, "array[int]"]
"""The sorted ordinals of the drinks that have a value."""

Key = tuple[str, str]
"""Name key and id of a drink."""


class DrinkBatch:
    """Drinks of one file, each with an ordinal of the index.

    Attributes:
        ordinals: of each drink; likewise the columns up to `sugar_max`.
        by_field: for each of FIELDS and each value of it, the ordinals of its drinks.
        lines: the ordinals of the drinks that have each line.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        rows: Collection[int] | None,
        number: Callable[[Sequence[int], Sequence[Key]], Sequence[int]],
    ) -> None:
        """Read the drinks of some rows, or all; `number` returns ordinals for rows and keys.

        Column by column takes half the time of drink by drink.
        """
        parameters = () if rows is None else (json_list(rows),)
        where, of_some = ("", "") if rows is None else (_SOME_ROWS, _OF_SOME_ROWS)
        query = _DRINKS.format(where=where)
        columns = list(zip(*connection.execute(query, parameters), strict=True))
        self.rows, names, ids, self.withdrawn, self.observed, *others = columns or [()] * _COLUMNS
        self.abv_min, self.abv_max, self.served, self.sugar_max, *values = others
        self.keys: list[Key] = list(zip(names, ids, strict=True))
        self.ordinals = number(self.rows, self.keys)
        self.by_field = {
            field: _by_value(column, self.ordinals)
            for field, column in zip(FIELDS, values, strict=True)
        }
        for field in _LISTS:
            self.by_field[field] = _by_element(self.by_field[field])
        ordinal_of = dict(zip(ids, self.ordinals, strict=True))
        self.lines = drinks_by_line(connection.execute(_LINES + of_some, parameters), ordinal_of)


def _by_value(values: Iterable[str | None], ordinals: Iterable[int]) -> DrinksByValue:
    drinks: dict[str, list[int]] = defaultdict(list)
    for value, ordinal in zip(values, ordinals, strict=True):
        if value is not None:
            drinks[value].append(ordinal)
    return _sorted(drinks)


def _by_element(drinks_by_list: DrinksByValue) -> DrinksByValue:
    """Return the drinks of each element of lists in JSON; few lists differ."""
    drinks: dict[str, list[int]] = defaultdict(list)
    for elements, ordinals in drinks_by_list.items():
        for element in set(msgspec.json.decode(elements)):
            drinks[element] += ordinals
    return _sorted(drinks)


def _sorted(drinks: Mapping[str, Iterable[int]]) -> DrinksByValue:
    """Return sorted arrays: the garbage collector does not traverse them."""
    return {value: array("I", sorted(ordinals)) for value, ordinals in drinks.items()}
