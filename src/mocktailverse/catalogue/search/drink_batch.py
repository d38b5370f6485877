"""Some drinks of a catalogue file, or all, as an index needs them: by what they have."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec

from mocktailverse.catalogue.search.drink_needs import drinks_by_line

_DRINKS = """
SELECT row, name_key, id, withdrawn_at, observed_at, abv_percent_min, abv_percent_max,
       (abv_served_percent_min + abv_served_percent_max) / 2, sugar_served_g_per_100ml_max,
       source, category, alcoholic, glass, method, certainty,
       CASE is_mocktail WHEN 1 THEN 'true' WHEN 0 THEN 'false' END,
       CASE WHEN is_mocktail THEN iif(abv_percent_max = 0, 'alcohol_free', 'traces')
            WHEN convertible IS NOT NULL THEN 'convertible' END
FROM drinks {where} ORDER BY name_key, id
"""
_COLUMNS = 17
_SINGLE_VALUED = (
    "source", "category", "alcoholic", "glass", "method", "certainty", "mocktail", "zero_proof",
)  # fmt: skip
_TAGS = "SELECT tag, drink_id FROM tags"
_SPIRITS = "SELECT spirit, drink_id FROM drink_spirits"
_LINES = "SELECT name, form, variety, alternatives, optional, drink_id FROM drink_ingredients"
_SOME_ROWS = "WHERE row IN (SELECT value FROM json_each(?))"
_OF_SOME_ROWS = f" WHERE drink_id IN (SELECT id FROM drinks {_SOME_ROWS})"  # noqa: S608 - the text above

FIELDS = (*_SINGLE_VALUED, "tag", "spirit")

Key = tuple[str, str]
"""Name key and id of a drink."""


class DrinkBatch:
    """Drinks of one file, each with an ordinal of the index.

    Attributes:
        ordinals: of each drink, in name order; likewise the columns up to `sugar_max`.
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
        parameters = () if rows is None else (msgspec.json.encode([*rows]).decode(),)
        where, of_some = ("", "") if rows is None else (_SOME_ROWS, _OF_SOME_ROWS)
        query = _DRINKS.format(where=where)
        columns = list(zip(*connection.execute(query, parameters), strict=True))
        self.rows, names, ids, self.withdrawn, self.observed, *others = columns or [()] * _COLUMNS
        self.abv_min, self.abv_max, self.served, self.sugar_max, *values = others
        self.keys: list[Key] = list(zip(names, ids, strict=True))
        self.ordinals = number(self.rows, self.keys)
        self.by_field = {
            field: _by_value(zip(column, self.ordinals, strict=True))
            for field, column in zip(_SINGLE_VALUED, values, strict=True)
        }
        ordinal_of = dict(zip(ids, self.ordinals, strict=True))
        for field, query in (("tag", _TAGS), ("spirit", _SPIRITS)):
            read = connection.execute(query + of_some, parameters)
            self.by_field[field] = _by_value((value, ordinal_of[id_]) for value, id_ in read)
        self.lines = drinks_by_line(connection.execute(_LINES + of_some, parameters), ordinal_of)


def _by_value(values_and_drinks: Iterable[tuple[str | None, int]]) -> dict[str, list[int]]:
    drinks: dict[str, list[int]] = defaultdict(list)
    for value, ordinal in values_and_drinks:
        if value is not None:
            drinks[value].append(ordinal)
    return drinks
