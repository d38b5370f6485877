"""What makes a recipe the drink it is: its ingredients without garnish, ice and water, weighted."""

from collections.abc import Iterable
from functools import lru_cache
from math import fsum
from typing import NamedTuple

from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.grouping.ingredient_likeness import SWEETENERS, without_form
from mocktailverse.drinks.ingredients import Kind, family_of, match_ingredient
from mocktailverse.drinks.ingredients.name_readings import words
from mocktailverse.drinks.substitutions.forms import NOT_NEEDED, forms_of
from mocktailverse.drinks.substitutions.needs import variety_of
from mocktailverse.drinks.substitutions.substitution_table import substitution_table

_ALCOHOLIC: frozenset[Kind | None] = frozenset(
    {"spirit", "liqueur", "fortified_wine", "wine", "beer", "cider"}
)
_WEIGHTS: dict[Kind | None, float] = {
    **dict.fromkeys(_ALCOHOLIC, 3.0),
    "bitters": 0.5,
    "flavouring": 0.5,
    "spice": 1.0,
    "herb": 1.5,
    "sweetener": 1.0,
}
_USUAL_WEIGHT = 2.0
_NEUTRAL = {"Soda water": 0.5, "Egg white": 1.0, "Salt": 0.25} | dict.fromkeys(SWEETENERS, 1.0)
"""Weights of what many recipes of one drink add or leave out."""

_CORDIALS = {"Lime cordial": ("Lime juice", "Sugar syrup")}
_PIECES = frozenset({"slice", "wheel", "wedge", "twist"})
"""Last words of an unknown name that is a garnish: cherry and orange slice."""

_SMALL_ML = 8.0
"""Volume of a bar spoon or a few dashes: it seasons a drink."""
_SMALL_WEIGHT = 0.75
_MAIN_SHARE = 0.6
"""Share of the largest volume from which an ingredient is a main one."""


class FormedLine(NamedTuple):
    """An ingredient line, and the form in which the drink needs it."""

    name: str
    """Canonical name."""
    form: str
    variety: str
    """The kind that the measure asks for; "" if none."""
    alternatives: tuple[str, ...]
    optional: bool
    ml: float | None
    """The largest stated volume; null if unknown."""


class CoreIngredient(NamedTuple):
    """An ingredient that the drink needs."""

    names: tuple[str, ...]
    """Its canonical name, then those that the recipe allows instead."""
    weight: float
    alcoholic: bool
    ml: float | None
    """The largest stated volume; null if unknown."""


class RecipeCore(NamedTuple):
    """The ingredients that a recipe needs, and what is known of its alcohol."""

    ingredients: tuple[CoreIngredient, ...]
    has_alcohol: bool

    @property
    def weight(self) -> float:
        """The sum of the weights."""
        return fsum(one.weight for one in self.ingredients)

    @property
    def mains(self) -> tuple[CoreIngredient, ...]:
        """The ingredients with most volume; only the alcoholic ones, if there are any."""
        chosen = [one for one in self.ingredients if one.alcoholic]
        chosen = chosen or [one for one in self.ingredients if one.weight >= 1]
        most = max((one.ml or 0 for one in chosen), default=0)
        return tuple(one for one in chosen if one.ml is None or one.ml >= _MAIN_SHARE * most)

    @property
    def mixers(self) -> tuple[CoreIngredient, ...]:
        """The ingredients without alcohol with most volume, such as the juice of a long drink."""
        chosen = [
            one for one in self.ingredients if not one.alcoholic and one.weight >= _USUAL_WEIGHT
        ]
        most = max((one.ml or 0 for one in chosen), default=0)
        return tuple(one for one in chosen if most and (one.ml or 0) >= _MAIN_SHARE * most)


def recipe_core(drink: Drink) -> RecipeCore:
    """Return the core of a drink; empty if no line of it is needed."""
    lines = drink.ingredients
    forms = forms_of(lines, drink.derived.method, drink.instructions.get("en"))
    return core_of(
        FormedLine(line.name, form, variety_of(line), line.alternatives, line.optional, line.ml_max)
        for line, form in zip(lines, forms, strict=True)
    )


def core_of(lines: Iterable[FormedLine]) -> RecipeCore:
    """Return the core of the lines of a drink."""
    needed = [line for line in lines if _is_needed(line)]
    ingredients = tuple(_distinct(part for line in needed for part in _parts(line)))
    return RecipeCore(ingredients, any(one.alcoholic for one in ingredients))


def _is_needed(line: FormedLine) -> bool:
    is_piece = (
        line.ml is None
        and not _PIECES.isdisjoint(words(line.name)[-1:])
        and not match_ingredient(line.name)
    )
    return line.form not in NOT_NEEDED and not line.optional and not is_piece


def _parts(line: FormedLine) -> Iterable[CoreIngredient]:
    """Return the ingredient of a line; of a ready-made mix, what it is a mix of."""
    name = line.variety or line.name
    mixed = _mixtures().get(name)
    if mixed and not line.alternatives:
        return [_core_ingredient((part,), line.ml) for part in mixed]
    return [_core_ingredient((name, *line.alternatives), line.ml)]


def _core_ingredient(names: tuple[str, ...], ml: float | None) -> CoreIngredient:
    kind, alcoholic = _nature(names[0])
    weight = _NEUTRAL.get(names[0]) or _WEIGHTS.get(kind, _USUAL_WEIGHT)
    if ml is not None and ml <= _SMALL_ML:
        weight = min(weight, _SMALL_WEIGHT)
    is_seasoning = weight <= _SMALL_WEIGHT
    return CoreIngredient(names, weight, alcoholic and not is_seasoning, ml)


@lru_cache(maxsize=4096)
def _nature(name: str) -> tuple[Kind | None, bool]:
    """Return the kind of an ingredient, and whether it is an alcoholic drink."""
    match = match_ingredient(name) or family_of(name)
    if match is None:
        return None, False
    return match.kind, bool(match.alcoholic) and match.kind in _ALCOHOLIC


def _distinct(ingredients: Iterable[CoreIngredient]) -> Iterable[CoreIngredient]:
    """Return each ingredient once, with its largest volume; a lime and its juice are one."""
    by_name: dict[tuple[str, ...], CoreIngredient] = {}
    for one in ingredients:
        name = without_form(one.names[0])
        other = by_name.get(name)
        if other is None or (other.ml or 0) < (one.ml or 0):
            by_name[name] = one
    return by_name.values()


@lru_cache(maxsize=1)
def _mixtures() -> dict[str, tuple[str, ...]]:
    """Return the parts of the mixes that are sold ready-made, such as sour mix."""
    return _CORDIALS | {
        mixture.name: mixture.parts
        for mixture in substitution_table().mixtures
        if mixture.substitution.level in {"same", "near"} and mixture.name.endswith(" mix")
    }
