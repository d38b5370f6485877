"""Whether two records of different sources are recipes of the same drink.

The name has to mean the same drink, and the recipes have to agree: the more, the less alike the
names are. Both have alcohol, or neither has. The decision is symmetric.
"""

from collections.abc import Sequence
from math import fsum
from typing import NamedTuple, Self, get_args

from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.grouping.drink_names import (
    BOTTLES,
    NameRelation,
    allowed_bases,
    differing_ingredients,
    name_relation,
    named_drink,
)
from mocktailverse.drinks.grouping.ingredient_likeness import ingredient_likeness
from mocktailverse.drinks.grouping.recipe_core import CoreIngredient, RecipeCore, recipe_core
from mocktailverse.drinks.ingredients import Ingredient, ancestors, base_spirit, match_ingredient

_ALIKE = 0.6
"""Likeness from which one ingredient may take the part of another."""
_OF_ITS_KIND = 0.9
"""Likeness from which an ingredient is of a named kind: bourbon is whiskey, mezcal no tequila."""
_OF_ITS_FLAVOUR = 0.7
"""Likeness from which another ingredient has the named flavour: peach puree is of peach."""

_RELATIONS: tuple[NameRelation, ...] = get_args(NameRelation)
_COUNTS = 1.0
"""Weight from which an ingredient counts; less is a seasoning."""
_DEFINES = 2.0
"""Weight from which an ingredient makes another drink, if it is more than a little."""
_LITTLE = 0.15
"""Share of the largest volume."""
_FEW = 2
_MORE_OF_FEW = 0.1
"""What recipes of few ingredients need to agree more: any of them makes the drink."""


class Agreement(NamedTuple):
    """How much of two recipes is the same, by weight; each from 0 to 1."""

    smaller: float
    """Of the recipe with fewer ingredients, what the other one has, too."""
    both: float
    """Of both recipes, what they share."""


_LEAST: dict[NameRelation, Agreement] = {
    "same": Agreement(0.45, 0.45),
    "near": Agreement(0.6, 0.6),
    "alias": Agreement(0.5, 0.5),
    "detail": Agreement(0.6, 0.6),
    "typo": Agreement(0.75, 0.65),
    "kind": Agreement(0.9, 0.85),
}
"""The agreement that each relation of the names needs."""


_NEARLY_EQUAL = 0.8
"""Agreement of recipes that differ in little."""


class Candidate(NamedTuple):
    """What decides whether a drink is the same as another one."""

    id: str
    source: str
    name: str
    is_mocktail: bool | None
    core: RecipeCore

    @classmethod
    def of(cls, drink: Drink) -> Self:
        """Return the candidate of a drink."""
        core = recipe_core(drink)
        return cls(drink.id, drink.source, drink.name, drink.derived.is_mocktail, core)


def is_same_drink(first: Drink, second: Drink) -> bool:
    """Return whether two records are recipes of one drink; never within a source.

    Records of one source are different ones, as it says by giving them different ids.
    """
    if first.source == second.source or not name_relation(first.name, second.name):
        return False  # the recipes need not be read
    return match_of(Candidate.of(first), Candidate.of(second)) is not None


def match_of(first: Candidate, second: Candidate) -> tuple[int, float] | None:
    """Return how well two records match, the smaller the better; None if they do not."""
    relation = name_relation(first.name, second.name)
    if first.source == second.source or relation is None:
        return None
    a, b = first.core, second.core
    if not a.ingredients or not b.ingredients or a.has_alcohol != b.has_alcohol:
        return None
    if {first.is_mocktail, second.is_mocktail} == {True, False}:
        return None
    bases = allowed_bases(first.name) | allowed_bases(second.name)
    agreement = agreement_of(a, b, bases)
    is_match = (
        _is_enough(agreement, relation, a, b)
        and _mains_agree(a, b, bases)
        and _named_agree(first, second, relation, agreement)
        and not (relation == "detail" and _adds_ingredient(first, second, bases))
    )
    return (_RELATIONS.index(relation), -agreement.both) if is_match else None


def _is_enough(agreement: Agreement, relation: NameRelation, a: RecipeCore, b: RecipeCore) -> bool:
    least = _LEAST[relation]
    more = _MORE_OF_FEW if _is_simple(a) and _is_simple(b) else 0.0
    return agreement.smaller >= least.smaller and agreement.both >= least.both + more


def _mains_agree(a: RecipeCore, b: RecipeCore, allowed: frozenset[str]) -> bool:
    """Return whether the main ingredients agree: base spirits, other alcohol, and the mixers."""
    bases, others = _bases(a), _bases(b)
    spirits = {base_spirit(one.names[0]) for one in (*bases, *others)}
    if allowed and spirits <= allowed:
        return True
    if not bases or not others:
        return _has_main(a, b) and _has_main(b, a) and _mixers_agree(a, b)
    wines = [[one for one in core.mains if one not in _bases(core)] for core in (a, b)]
    return _share(bases, others) and _share(*wines) and _mixers_agree(a, b)


def _mixers_agree(a: RecipeCore, b: RecipeCore) -> bool:
    """Return whether a main mixer of one recipe is in the other, or both are fizzy."""
    if all(any(map(_is_fizzy, core.mixers)) for core in (a, b)):
        return True
    if not a.mixers or not b.mixers:
        return True
    return _share(a.mixers, b.ingredients) or _share(b.mixers, a.ingredients)


def _is_fizzy(one: CoreIngredient) -> bool:
    row = match_ingredient(one.names[0])
    return row is not None and row.kind in {"soda", "mixer"}


def _share(some: Sequence[CoreIngredient], others: Sequence[CoreIngredient]) -> bool:
    """Return whether some ingredients of both are alike; if one has none, they are."""
    pairs = [(one, other) for one in some for other in others]
    return not pairs or any(_likeness(one, other) >= _ALIKE for one, other in pairs)


def _named_agree(
    first: Candidate, second: Candidate, relation: NameRelation, agreement: Agreement
) -> bool:
    """Return whether both recipes have what only one of the names contains, such as mezcal.

    What neither has makes no difference between recipes that are nearly equal: the lemon of a
    shandy of beer and lemonade.
    """
    if relation in {"same", "near", "typo"}:
        return True
    named = differing_ingredients(first.name, second.name)
    return all(
        all(has) or (row.kind not in BOTTLES and not any(has) and min(agreement) >= _NEARLY_EQUAL)
        for row in named
        if row.kind in BOTTLES or relation == "detail"
        for has in [[_has(core, row) for core in (first.core, second.core)]]
    )


def _adds_ingredient(first: Candidate, second: Candidate, bases: frozenset[str]) -> bool:
    """Return whether the drink with the longer name has an ingredient that makes it another one."""
    one, other = (len(named_drink(drink.name).details) for drink in (first, second))
    return (one >= other and _has_more(first.core, second.core, bases)) or (
        other >= one and _has_more(second.core, first.core, bases)
    )


def _has_more(core: RecipeCore, other: RecipeCore, bases: frozenset[str]) -> bool:
    """Return whether a recipe has a defining ingredient that is not in the other one."""
    most = max((one.ml or 0 for one in core.ingredients), default=0)
    return any(
        _is_liqueur(one) or (one.weight >= _DEFINES and (one.ml or most) > _LITTLE * most)
        for one in core.ingredients
        if not _is_citrus_piece(one)
        if not any(
            max(_likeness(one, part), _as_base(one, part, bases)) >= _ALIKE
            for part in other.ingredients
        )
    )


def _is_citrus_piece(one: CoreIngredient) -> bool:
    return one.ml is None and "Citrus fruit" in ancestors(one.names[0])


def _is_liqueur(one: CoreIngredient) -> bool:
    row = match_ingredient(one.names[0])
    return row is not None and row.kind == "liqueur"


def _has(core: RecipeCore, ingredient: Ingredient) -> bool:
    """Return whether a recipe has an ingredient; brandy may be cognac, fruit not strawberry."""
    is_bottle = ingredient.kind in BOTTLES
    least = _OF_ITS_KIND if is_bottle else _OF_ITS_FLAVOUR
    return any(
        ingredient_likeness(ingredient.name, name) >= least
        for one in core.ingredients
        for name in one.names
        if is_bottle or name not in ancestors(ingredient.name)
    )


def _is_simple(core: RecipeCore) -> bool:
    return sum(one.weight >= _COUNTS for one in core.ingredients) <= _FEW


def _bases(core: RecipeCore) -> list[CoreIngredient]:
    """Return the base spirits among the main ingredients."""
    return [one for one in core.mains if one.alcoholic and base_spirit(one.names[0])]


def agreement_of(
    first: RecipeCore, second: RecipeCore, bases: frozenset[str] = frozenset()
) -> Agreement:
    """Return how much of two recipes is the same; the most similar ingredients are paired.

    Of `bases`, one base spirit takes the part of another.
    """
    pairs = [
        (likeness, one, other)
        for one in first.ingredients
        for other in second.ingredients
        if (likeness := max(_likeness(one, other), _as_base(one, other, bases))) >= _ALIKE
    ]
    pairs.sort(key=lambda pair: (-pair[0], sorted((pair[1].names[0], pair[2].names[0]))))
    paired: set[tuple[int, str]] = set()
    shared = []
    for likeness, one, other in pairs:
        ends = {(0, one.names[0]), (1, other.names[0])}
        if paired.isdisjoint(ends):
            paired |= ends
            shared.append(likeness * (one.weight + other.weight) / 2)
    total = fsum(shared)  # exact, so that the order of the recipes does not matter
    smaller = min(first.weight, second.weight)
    return Agreement(min(total / smaller, 1.0), 2 * total / (first.weight + second.weight))


def _as_base(one: CoreIngredient, other: CoreIngredient, bases: frozenset[str]) -> float:
    both = {base_spirit(one.names[0]), base_spirit(other.names[0])} if bases else {None}
    return _ALIKE if both <= bases else 0.0


def _has_main(core: RecipeCore, other: RecipeCore) -> bool:
    """Return whether a main ingredient of a recipe is in the other one."""
    others = [one for one in other.ingredients if one.alcoholic] or list(other.ingredients)
    return any(_likeness(main, one) >= _ALIKE for main in core.mains for one in others)


def _likeness(first: CoreIngredient, second: CoreIngredient) -> float:
    return max(ingredient_likeness(a, b) for a in first.names for b in second.names)
