"""The lines of a plan: those of the original that stay, and new ones."""

from typing import Literal, NamedTuple

from mocktailverse.drinks.conversion.drink_setting import Nature, nature_of
from mocktailverse.drinks.conversion.usual_content import Content
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.ingredients import SOLID

LONG_KINDS = frozenset({"soda", "juice", "mixer", "dairy", "tea_coffee", "water"})
"""Kinds that make a drink long."""

POURED_UNITS = frozenset(
    {"ml", "cl", "dl", "l", "oz", "shot", "jigger", "part", "tsp", "tbsp", "cup", "g"}
)
"""Units in which an amount may change."""

_UNSCALED = frozenset({"flavouring", "condiment", "egg", None})

Group = Literal["fixed", "sweetener", "citrus", "body"]
"""How the amount of a kept line may change; that of a `fixed` one may not."""


class KeptLine(NamedTuple):
    """A line of the original that stays."""

    line: IngredientLine
    nature: Nature
    content: Content | None
    """None if the amount is only limited by the glass, or unknown."""
    group: Group
    """How its amount may change; the amount of a `fixed` one may not."""

    @property
    def is_open(self) -> bool:
        """Whether only the glass limits its amount."""
        return self.content is None and self.nature.kind not in SOLID


class NewLine(NamedTuple):
    """An ingredient that the original does not have."""

    name: str
    """As written in the recipe."""
    nature: Nature
    position: float
    """The position of the line that it replaces; larger than all if it lengthens the drink."""
    natural_ml: float
    is_filler: bool = False
    by_sugar: bool = False
    least_ml: float = 0.0
    is_hint: bool = False
    """Whether it is a hint of flavour that may be left out."""
    measure_raw: str | None = None
    """The replaced line's measure, if the amount is the same; None if it is to be found."""

    @property
    def is_plain_water(self) -> bool:
        """Whether it is water that lengthens the drink."""
        return self.is_filler and self.nature.kind == "water"


def kept_line(line: IngredientLine, content: Content | None) -> KeptLine:
    """Return a line of the original with what the converter knows about it."""
    nature = nature_of(line.name)
    return KeptLine(line, nature, content, _group_of(line, nature, content))


def _group_of(line: IngredientLine, nature: Nature, content: Content | None) -> Group:
    is_measured = (
        content is not None
        and (content.ml or content.sugar_g)
        and line.unit in POURED_UNITS
        and line.amount_min == line.amount_max
        and line.certainty != "unknown"
    )
    if not is_measured or nature.kind in _UNSCALED:
        return "fixed"
    if nature.is_sweetener:
        return "sweetener"
    return "citrus" if nature.is_citrus else "body"
