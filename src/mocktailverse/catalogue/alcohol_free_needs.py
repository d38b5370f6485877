"""What the drinks without alcohol need: mocktails, and cocktails by their pantry conversion."""

from collections.abc import Sequence
from functools import cached_property
from itertools import chain

import msgspec

from mocktailverse.catalogue.search.drink_needs import (
    DrinkNeeds,
    DrinksByLine,
    Line,
    drinks_by_line,
)
from mocktailverse.catalogue.search.groups_of_drinks import Borrow
from mocktailverse.catalogue.search.index import CatalogueIndex
from mocktailverse.drinks.substitutions.forms import Form

_OF_MOCKTAILS = """
SELECT l.name, l.form, l.variety, l.alternatives, l.optional, l.drink_id
FROM drinks AS d JOIN drink_ingredients AS l ON l.drink_id = d.id WHERE d.is_mocktail
"""
_OF_CONVERSIONS = "SELECT id, mocktail_needs FROM drinks WHERE mocktail_needs IS NOT NULL"
_OF_SOME = f"{_OF_CONVERSIONS} AND id IN (SELECT value FROM json_each(?))"  # noqa: S608 - the text above


class AlcoholFreeNeeds:
    """The needs of the drinks without alcohol; read when first asked for."""

    def __init__(self, index: CatalogueIndex, borrow: Borrow) -> None:
        self._index = index
        self._borrow = borrow
        self._needs: dict[bool, DrinkNeeds] = {}

    def needs(self, *, strict: bool) -> DrinkNeeds:
        """Return the needs of all these drinks; `strict` as for `DrinkNeeds`."""
        if strict not in self._needs:
            self._needs[strict] = DrinkNeeds(self._index.size, self._lines, strict=strict)
        return self._needs[strict]

    def converted(self, ids: Sequence[str]) -> dict[str, list[Line]]:
        """Return the lines of the conversions of drinks, by id; mocktails are left out."""
        with self._borrow() as connection:
            rows = connection.execute(_OF_SOME, (msgspec.json.encode(ids).decode(),)).fetchall()
        return {drink_id: _lines(needs) for drink_id, needs in rows}

    @cached_property
    def new_names(self) -> list[str]:
        """The ingredients that only conversions need, in alphabetical order."""
        named = self._index.ingredients.named.spellings
        return sorted({line[0] for line in self._lines if not named(line[0])})

    @cached_property
    def _lines(self) -> DrinksByLine:
        ordinal_of = {drink_id: ordinal for ordinal, (_, drink_id) in enumerate(self._index.keys)}
        with self._borrow() as connection:
            own = connection.execute(_OF_MOCKTAILS)
            converted = (
                (*line, drink_id)
                for drink_id, needs in connection.execute(_OF_CONVERSIONS)
                for line in _lines(needs)
            )
            return drinks_by_line(chain(own, converted), ordinal_of)


class _StoredLine(msgspec.Struct, array_like=True):
    """A line of `mocktail_needs`."""

    name: str
    form: Form
    variety: str
    alternatives: msgspec.Raw
    optional: bool


_DECODER = msgspec.json.Decoder(list[_StoredLine])


def _lines(needs: str) -> list[Line]:
    return [
        (line.name, line.form, line.variety, bytes(line.alternatives).decode(), int(line.optional))
        for line in _DECODER.decode(needs)
    ]
