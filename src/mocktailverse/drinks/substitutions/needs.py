"""What a drink needs: its lines without what is optional, each with the form it is needed in."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.substitutions.forms import NOT_NEEDED, Form, forms_of

_DISTINCT: frozenset[Form] = frozenset({"juice", "dry", "packed"})


class Need(NamedTuple):
    """An ingredient that a drink needs; lines with the same need are one."""

    names: tuple[str, ...]
    """The canonical name, and those that the recipe allows instead."""
    form: Form = "used"
    """`juice`, `dry` or `packed` where that matters, else `used`."""

    @property
    def name(self) -> str:
        """The name that the recipe puts first."""
        return self.names[0]


def need_of(name: str, alternatives: Sequence[str], form: Form, *, optional: bool) -> Need | None:
    """Return what a line needs; None if the drink can do without it."""
    if optional or form in NOT_NEEDED:
        return None
    names = (name, *(other for other in alternatives if other != name))
    return Need(names, form if form in _DISTINCT else "used")


def strict_need_of(name: str, alternatives: Sequence[str], *, optional: bool) -> Need | None:
    """Return what a line needs by its words alone; None if the recipe calls it optional."""
    return None if optional else Need((name, *(n for n in alternatives if n != name)))


def needs_of(drink: Drink, *, strict: bool = False) -> list[Need]:
    """Return the needs of a drink, each once, in the recipe's order.

    If `strict`, garnishes, ice and the like are needed, too, and every line by its name.
    """
    lines = drink.ingredients
    if strict:
        needs = [strict_need_of(x.name, x.alternatives, optional=x.optional) for x in lines]
    else:
        method, text = drink.derived.method, drink.instructions.get("en")
        needs = [
            need_of(line.name, line.alternatives, form, optional=line.optional)
            for line, form in zip(lines, forms_of(lines, method, text), strict=True)
        ]
    return distinct_needs(needs)


def distinct_needs(needs: Iterable[Need | None]) -> list[Need]:
    """Return the needs of some lines, each once, in their order.

    The fruit that is needed for its pieces gives its juice, too, so a juice of the same name is
    left out.
    """
    distinct = dict.fromkeys(need for need in needs if need)
    return [need for need in distinct if need.form != "juice" or Need(need.names) not in distinct]
