"""What a drink needs: its lines without what is optional, each with the form it is needed in."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from mocktailverse.drinks.drink import Drink, IngredientLine
from mocktailverse.drinks.ingredients import ancestors, match_ingredient
from mocktailverse.drinks.substitutions.forms import NOT_NEEDED, Form, forms_of
from mocktailverse.drinks.substitutions.preserved_pieces import preserved

_DISTINCT: frozenset[Form] = frozenset({"juice", "dry", "packed"})
BY_NAME: Form = "used"
"""The form of every line for a strict shelf."""

_WORD = re.compile(r"[^\W\d_]{3,20}")
_LONGEST_MEASURE = 80


class Need(NamedTuple):
    """An ingredient that a drink needs; lines with the same need are one."""

    names: tuple[str, ...]
    """The canonical name, and those that the recipe allows instead."""
    form: Form = "used"
    """`juice`, `dry` or `packed` where that matters, else `used`."""
    variety: str = ""
    """The kind of the first name that the measure asks for; see `variety_of`."""

    @property
    def name(self) -> str:
        """The name that the recipe puts first, or the kind of it that is asked for."""
        return self.variety or self.names[0]


def need_of(
    name: str, alternatives: Sequence[str], form: Form, variety: str = "", *, optional: bool
) -> Need | None:
    """Return what a line needs; None if the drink can do without it."""
    if optional or form in NOT_NEEDED:
        return None
    names = (name, *(other for other in alternatives if other != name))
    return Need(names, form if form in _DISTINCT else "used", variety)


def variety_of(line: IngredientLine) -> str:
    """Return the kind that a line asks for: Cream sherry of "Sherry, 1 oz cream"; "" if none.

    Several, as in "light or dark", are none.
    """
    kept = preserved(line.name, f"{line.measure_raw or ''} {line.name_raw}")
    return kept or (_variety(line.name, line.measure_raw) if line.measure_raw else "")


@lru_cache(maxsize=4096)
def _variety(name: str, measure: str) -> str:
    kinds = {
        kind.name
        for word in _WORD.findall(measure[:_LONGEST_MEASURE])
        for text in (f"{word} {name}", f"{name} {word}")
        if (kind := match_ingredient(text)) and name in ancestors(kind.name)
    }
    return kinds.pop() if len(kinds) == 1 else ""


def needs_of(drink: Drink, *, strict: bool = False) -> list[Need]:
    """Return the needs of a drink, each once, in the recipe's order.

    If `strict`, garnishes, ice and the like are needed, too, and every line by its name.
    """
    lines, text = drink.ingredients, drink.instructions.get("en")
    forms = [BY_NAME] * len(lines) if strict else forms_of(lines, drink.derived.method, text)
    return distinct_needs(
        need_of(
            line.name,
            line.alternatives,
            form,
            "" if strict else variety_of(line),
            optional=line.optional,
        )
        for line, form in zip(lines, forms, strict=True)
    )


def distinct_needs(needs: Iterable[Need | None]) -> list[Need]:
    """Return the needs of some lines, each once, in their order.

    The fruit that is needed for its pieces gives its juice, too, so a juice of the same name is
    left out.
    """
    distinct = dict.fromkeys(need for need in needs if need)
    return [need for need in distinct if need.form != "juice" or Need(need.names) not in distinct]
