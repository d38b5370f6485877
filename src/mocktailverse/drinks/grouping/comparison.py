"""Where the recipes of one drink differ: ingredients, amounts, glass, method, strength."""

from collections.abc import Callable, Sequence
from typing import Literal

from msgspec import Struct

from mocktailverse.drinks.drink import Drink, IngredientLine
from mocktailverse.drinks.grouping.ingredient_likeness import ingredient_likeness

_ALIKE = 0.6
"""Likeness from which two lines are shown side by side."""

_TOLERANCE = 0.12
"""Share by which two amounts may differ, as 1 oz and 3 cl do."""

FactName = Literal["glass", "method", "strength", "sugar", "volume"]


class ComparedRecipe(Struct, frozen=True):
    """One recipe of the comparison: which record it is."""

    id: str
    source: str
    name: str


class ComparedAmount(Struct, frozen=True):
    """The ingredient and its amount in one of the recipes."""

    name: str
    """Canonical name."""
    measure_raw: str | None
    """As received."""
    ml_min: float | None
    ml_max: float | None


class ComparedLine(Struct, frozen=True):
    """One ingredient in each recipe."""

    amounts: tuple[ComparedAmount | None, ...]
    """In the order of the recipes; null if a recipe does not have it."""
    differs: bool
    """Whether it is missing in a recipe, is another ingredient, or has another amount."""


class ComparedFact(Struct, frozen=True):
    """One fact of each recipe."""

    name: FactName
    """`strength` is in % vol as served, `sugar` in g per 100 ml as served, `volume` in ml."""
    values: tuple[str | None, ...]
    """In the order of the recipes; null if unknown."""
    differs: bool
    """Whether known values differ; ranges differ if they do not overlap."""


class Comparison(Struct, frozen=True):
    """The recipes of one drink side by side."""

    recipes: tuple[ComparedRecipe, ...]
    lines: tuple[ComparedLine, ...]
    facts: tuple[ComparedFact, ...]


def compare(drinks: Sequence[Drink]) -> Comparison:
    """Return the comparison of recipes; the lines are in the order of the first one."""
    recipes = tuple(ComparedRecipe(drink.id, drink.source, drink.name) for drink in drinks)
    return Comparison(recipes, tuple(_lines(drinks)), tuple(_facts(drinks)))


def _lines(drinks: Sequence[Drink]) -> list[ComparedLine]:
    rows: list[list[IngredientLine | None]] = []
    for number, drink in enumerate(drinks):
        for row in rows:
            row.append(None)
        for line in drink.ingredients:
            alike = _row_for(line, rows)
            if alike is None:
                rows.append([*[None] * number, line])
            else:
                alike[-1] = line
    return [ComparedLine(tuple(map(_amount, row)), _lines_differ(row)) for row in rows]


def _row_for(
    line: IngredientLine, rows: Sequence[list[IngredientLine | None]]
) -> list[IngredientLine | None] | None:
    """Return the row that shows the most similar ingredient and has no line of this recipe yet."""
    free = [row for row in rows if row[-1] is None]
    best = max(free, key=lambda row: _likeness(line, row), default=None)
    return best if best is not None and _likeness(line, best) >= _ALIKE else None


def _likeness(line: IngredientLine, row: Sequence[IngredientLine | None]) -> float:
    return max(
        (
            1.0 + (other.name == line.name)
            if other.name == line.name
            else ingredient_likeness(line.name, other.name)
            for other in row
            if other
        ),
        default=0.0,
    )


def _amount(line: IngredientLine | None) -> ComparedAmount | None:
    if line is None:
        return None
    return ComparedAmount(line.name, line.measure_raw, line.ml_min, line.ml_max)


def _lines_differ(row: Sequence[IngredientLine | None]) -> bool:
    present = [line for line in row if line]
    if len(present) < len(row):
        return True
    first, *others = present
    return any(other.name != first.name or _amounts_differ(first, other) for other in others)


def _amounts_differ(first: IngredientLine, second: IngredientLine) -> bool:
    """Return whether two stated amounts differ by more than another unit does."""
    if None not in {first.ml_max, second.ml_max}:
        return _apart((first.ml_min, first.ml_max), (second.ml_min, second.ml_max))
    if None in {first.amount_max, second.amount_max}:
        return False
    if first.unit != second.unit:
        return True
    return _apart((first.amount_min, first.amount_max), (second.amount_min, second.amount_max))


Range = tuple[float | None, float | None]


def _apart(first: Range, second: Range) -> bool:
    """Return whether two known ranges do not overlap, with some tolerance."""
    if first[0] is None or first[1] is None or second[0] is None or second[1] is None:
        return False
    share = 1 + _TOLERANCE
    return first[0] > second[1] * share or second[0] > first[1] * share


def _facts(drinks: Sequence[Drink]) -> list[ComparedFact]:
    return [
        _text_fact("glass", [drink.glass for drink in drinks]),
        _text_fact("method", [drink.derived.method for drink in drinks]),
        *(
            _range_fact(name, [range_of(drink) for drink in drinks])
            for name, range_of in _RANGES.items()
        ),
    ]


_RANGES: dict[FactName, Callable[[Drink], Range]] = {
    "strength": lambda drink: (
        drink.derived.abv_served_percent_min,
        drink.derived.abv_served_percent_max,
    ),
    "sugar": lambda drink: (
        drink.derived.sugar_served_g_per_100ml_min,
        drink.derived.sugar_served_g_per_100ml_max,
    ),
    "volume": lambda drink: (drink.derived.total_ml_min, drink.derived.total_ml_max),
}


def _text_fact(name: FactName, values: Sequence[str | None]) -> ComparedFact:
    different = {value.casefold() for value in values if value}
    return ComparedFact(name, tuple(values), len(different) > 1)


def _range_fact(name: FactName, ranges: Sequence[Range]) -> ComparedFact:
    differs = any(_apart(one, other) for one in ranges for other in ranges)
    return ComparedFact(name, tuple(map(_worded, ranges)), differs)


def _worded(range_: Range) -> str | None:
    """Return a range with at most one decimal: "12.5 to 14"."""
    low, high = range_
    if low is None or high is None:
        return None
    texts = dict.fromkeys(f"{round(number, 1):g}" for number in (low, high))
    return " to ".join(texts)
