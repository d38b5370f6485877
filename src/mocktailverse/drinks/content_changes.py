"""Changes: the fields of drinks whose content a load replaced, by better code or a newer record."""

from collections import Counter
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from mocktailverse.drinks.drink import Derived, Drink, IngredientLine

_CONTENT = tuple(
    name
    for name in Drink.__struct_fields__
    if name not in {"ingredients", "derived", "content_hash", "observed_at", "lineage"}
)


class Changes(Struct, frozen=True):
    """The number of drinks whose content was replaced, and how many changed in each field."""

    drinks: int = 0
    """Drinks that were in the table with another content."""
    fields: dict[str, int] = {}
    """Drinks by field, such as `derived.is_mocktail`, the most frequent first."""

    @classmethod
    def of(cls, changed: Iterable[tuple[str, ...]]) -> "Changes":
        """Return the sum of the changed fields of each drink; drinks without any do not count."""
        each = [names for names in changed if names]
        return cls(len(each), _ordered(Counter(name for names in each for name in names)))

    def __add__(self, other: "Changes") -> "Changes":
        fields = _ordered(Counter(self.fields) + Counter(other.fields))
        return Changes(self.drinks + other.drinks, fields)


def changed_fields(old: Drink, new: Drink) -> tuple[str, ...]:
    """Return the names of the fields of the content that differ.

    Nested fields have a path: `derived.sugar_g_min`, and `ingredients.unit` if the unit of any line
    differs; `ingredients` alone if the number of lines does.
    """
    names = [name for name in _CONTENT if getattr(old, name) != getattr(new, name)]
    names += (
        f"derived.{name}"
        for name in Derived.__struct_fields__
        if getattr(old.derived, name) != getattr(new.derived, name)
    )
    return (*names, *_changed_in_lines(old.ingredients, new.ingredients))


def _changed_in_lines(
    old: tuple[IngredientLine, ...], new: tuple[IngredientLine, ...]
) -> tuple[str, ...]:
    if old == new:
        return ()
    if len(old) != len(new):
        return ("ingredients",)
    columns = (zip(*map(msgspec.structs.astuple, lines), strict=True) for lines in (old, new))
    return tuple(
        f"ingredients.{name}"
        for name, before, after in zip(IngredientLine.__struct_fields__, *columns, strict=True)
        if before != after
    )


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
