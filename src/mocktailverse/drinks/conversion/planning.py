"""Plan a conversion: which lines stay, what replaces the others, what lengthens the drink."""

from collections.abc import Sequence

from msgspec import Struct

from mocktailverse.drinks.conversion.conversion_result import Style
from mocktailverse.drinks.conversion.drink_body import (
    LONG_DRINK_ML,
    is_long,
    prominent,
    require_body,
    require_mixture,
)
from mocktailverse.drinks.conversion.drink_setting import Setting, settings_of
from mocktailverse.drinks.conversion.lengthening import lengthening_lines, may_be_fizzy
from mocktailverse.drinks.conversion.new_lines import new_lines_of
from mocktailverse.drinks.conversion.original import Original
from mocktailverse.drinks.conversion.recipe_lines import KeptLine, NewLine, kept_line
from mocktailverse.drinks.conversion.refusal import NotConvertibleError
from mocktailverse.drinks.conversion.roles import Role, role_of
from mocktailverse.drinks.conversion.swapping import Bottle, Swap, swaps_of
from mocktailverse.drinks.conversion.usual_content import Content
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.strength.methods import preparation_of
from mocktailverse.drinks.strength.pours import substance_of
from mocktailverse.drinks.substitutions.needs import variety_of

KEPT_BITTERS_SHARE = 0.004
"""Bitters stay up to this share of alcohol in the served volume; 0.5 % as mixed is the limit."""


class Plan(Struct, frozen=True):
    """What is kept, what is new, and why."""

    kept: tuple[KeptLine, ...]
    new: tuple[NewLine, ...]
    swaps: tuple[Swap, ...]
    kept_bitters: tuple[IngredientLine, ...]
    settings: tuple[Setting, ...]
    hot: bool
    is_long: bool

    @property
    def may_be_still(self) -> bool:
        """Whether water may lengthen it where soda is limited, as in a long drink."""
        is_fizzy = "fizzy" in self.settings or any(may_be_fizzy(one.nature) for one in self.kept)
        has_soda = any(line.is_filler and line.nature.is_fizzy for line in self.new)
        return self.is_long and has_soda and not is_fizzy


def plan_of(
    original: Original, style: Style, have: Sequence[str], *, bitters_stay: bool, still: bool
) -> Plan:
    """Return the plan for a drink; raise `NotConvertibleError` if there is none.

    `bitters_stay` keeps bitters if they are few enough. `still` lengthens with water in place of
    soda, unless the drink is fizzy.
    """
    drink, served_ml = original.drink, original.served_ml
    alcoholic = [line for line in drink.ingredients if substance_of(line.name).alcoholic]
    others = [line for line in drink.ingredients if not substance_of(line.name).alcoholic]
    bitters, bottles = _split_bitters(alcoholic, served_ml, stay=bitters_stay)
    roles = [_required_role(line) for line in bottles]
    by_position = {
        line.position: content
        for line, content in zip(drink.ingredients, original.contents, strict=True)
    }
    kept = tuple(kept_line(line, by_position[line.position]) for line in others)
    settings = settings_of(prominent(kept), [role.name for role in roles])
    hot = preparation_of(drink.instructions.get("en")).is_hot
    is_topping = original.contents.count(None) == 1
    topping = Content(original.unmeasured_ml, 0.0, 0.0) if is_topping else None
    contents = [by_position[line.position] or topping for line in bottles]
    replaced = [Bottle(*one) for one in zip(bottles, roles, contents, strict=True)]
    if style == "pantry":
        require_body(kept, replaced, original)
    swaps = swaps_of(replaced, style, settings, have, [one.nature for one in kept])
    require_mixture(kept, swaps, settings)
    new = [
        *new_lines_of(swaps),
        *lengthening_lines(kept, swaps, settings, drink, still=hot or still),
    ]
    volume = original.before.served_ml
    long = (volume is not None and volume.usual >= LONG_DRINK_ML) or is_long(kept, contents)
    return Plan(kept, tuple(new), tuple(swaps), tuple(bitters), settings, hot, long)


def _split_bitters(
    lines: list[IngredientLine], served_ml: float, *, stay: bool
) -> tuple[list[IngredientLine], list[IngredientLine]]:
    """Return the bitters that may stay, and the lines to be replaced."""
    bitters = [line for line in lines if substance_of(line.name).kind == "bitters"]
    alcohol_ml = 0.0
    for line in bitters:
        strength = substance_of(line.name).abv_percent or (0, 100)
        if line.ml_max is None:
            return [], lines
        alcohol_ml += line.ml_max * strength[1] / 100
    if not stay or alcohol_ml > KEPT_BITTERS_SHARE * served_ml:
        return [], lines
    return bitters, [line for line in lines if line not in bitters]


def _required_role(line: IngredientLine) -> Role:
    role = role_of(variety_of(line) or line.name)
    if role is None:
        raise NotConvertibleError(
            f"Nothing is known that does the job of `{line.name}`.",
            "A recipe without it, or a bottle without alcohol that replaces it.",
        )
    return role
