"""What one ingredient replaces: itself in other forms, the more general, the near equal."""

from functools import cache, lru_cache

from mocktailverse.drinks.ingredients import (
    Ingredient,
    all_ingredients,
    ancestors,
    match_ingredient,
)
from mocktailverse.drinks.substitutions.substitution_table import (
    CONFIDENCES,
    Confidence,
    Substitution,
    substitution_table,
)

_ABV_GAP_PERCENT = 8
"""A kind whose strength differs by more, in % vol, does not count as the usual one: of 151 proof
rum or a navy strength gin the recipe's amount is wrong."""

_STRONG_KINDS = frozenset({"spirit", "liqueur", "fortified_wine"})
_RANK: dict[Confidence, int] = {name: rank for rank, name in enumerate(CONFIDENCES.values())}


@lru_cache(maxsize=4096)
def replaceable_with(name: str) -> dict[str, Substitution]:
    """Return by name what an ingredient of the reference replaces, itself left out.

    Every way leads through forms of the same thing and more general ingredients, and has at most
    one step aside to another ingredient or brand. It does not lead by a general ingredient to
    another kind of it: Irish whiskey is a whiskey, and "whiskey" may do for bourbon, but Irish
    whiskey does not.
    """
    best: dict[tuple[str, bool], Substitution] = {(name, False): Substitution("same", "")}
    open_ends = [(name, False)]
    while open_ends:
        at, is_aside = open_ends.pop()
        way = best[at, is_aside]
        for target, step, is_step_aside in _steps(at):
            is_blocked = (name, target) in substitution_table().blocked
            is_narrowed = step.confidence != "same" and at != name and _narrows(at, target)
            if is_blocked or is_narrowed or (is_aside and is_step_aside):
                continue
            end = (target, is_aside or is_step_aside)
            joined = _joined(way, step)
            if end not in best or _rank(joined) < _rank(best[end]):
                best[end] = joined
                open_ends.append(end)
    reached: dict[str, Substitution] = {}
    for (target, _), way in best.items():
        if target != name and (target not in reached or _rank(way) < _rank(reached[target])):
            reached[target] = way
    return reached


def is_same_as(name: str, other: str) -> bool:
    """Return whether an ingredient is another one in another form."""
    substitution = replaceable_with(name).get(other)
    return substitution is not None and substitution.confidence == "same"


def is_as_good_as(name: str, other: str) -> bool:
    """Return whether an ingredient is the same as another one or near equal."""
    substitution = replaceable_with(name).get(other)
    return substitution is not None and substitution.confidence != "acceptable"


@lru_cache(maxsize=4096)
def counts_for(name: str) -> frozenset[str]:
    """Return the more general ingredients that an ingredient is a usual kind of."""
    counted = set()
    at: str | None = name
    while at and (parent := _parent(at)) and (step := _step_up(at)):
        if step.confidence == "acceptable" or (name, parent) in substitution_table().blocked:
            break
        counted.add(parent)
        at = parent
    return frozenset(counted)


@lru_cache(maxsize=4096)
def _steps(name: str) -> tuple[tuple[str, Substitution, bool], ...]:
    """Return the targets of single steps, the step, and whether it leads aside."""
    table, parent = substitution_table(), _parent(name)
    steps = [
        (
            target,
            step,
            step.confidence == "acceptable" or (step.confidence == "near" and target != parent),
        )
        for target, step in table.pairs.get(name, {}).items()
    ]
    if parent and parent not in table.pairs.get(name, {}) and (step := _step_up(name)):
        steps.append((parent, step, False))
    if step := table.brands.get(name):
        own = table.pairs.get(name, {})
        steps += [
            (brand, step, True)
            for brand in _brands().get(name, ())
            if brand not in own and (name, brand) not in table.blocked
        ]
    return tuple(steps)


def _narrows(general: str, kind: str) -> bool:
    """Return whether a step leads from a general ingredient to a kind, unless to a brand."""
    is_brand = general in substitution_table().brands and kind in _brands().get(general, ())
    return general in ancestors(kind) and not is_brand


def _step_up(name: str) -> Substitution | None:
    """Return how an ingredient counts for its parent; None if it does not."""
    ingredient = match_ingredient(name)
    parent = ingredient.parent if ingredient else None
    if ingredient is None or parent is None or (name, parent) in substitution_table().blocked:
        return None
    if stated := substitution_table().pairs.get(name, {}).get(parent):
        return stated
    return substitution_table().kinds.get(parent) if _is_as_strong(ingredient, parent) else None


def _is_as_strong(ingredient: Ingredient, other: str) -> bool:
    """Return whether a kind is as strong as usual, and alcohol-free if the general one is."""
    general = match_ingredient(other)
    if general is None:
        return True
    if general.alcoholic is False and ingredient.alcoholic is not False:
        return False
    if ingredient.kind not in _STRONG_KINDS:
        return True
    return abs(ingredient.abv_percent - general.abv_percent) <= _ABV_GAP_PERCENT


def _parent(name: str) -> str | None:
    ingredient = match_ingredient(name)
    return ingredient.parent if ingredient else None


@cache
def _brands() -> dict[str, list[str]]:
    """Return for each ingredient the usual products that are a kind of it."""
    brands: dict[str, list[str]] = {}
    for ingredient in all_ingredients():
        is_brand = ingredient.source.startswith("producer label")
        if is_brand and ingredient.parent and _step_up(ingredient.name):
            brands.setdefault(ingredient.parent, []).append(ingredient.name)
    return brands


def _joined(way: Substitution, step: Substitution) -> Substitution:
    worse = max(way.confidence, step.confidence, key=_RANK.__getitem__)
    return Substitution(worse, f"{way.why}; {step.why}" if way.why else step.why)


def _rank(substitution: Substitution) -> tuple[int, int]:
    """Return the sort key: better confidence first, then the shorter way."""
    return _RANK[substitution.confidence], substitution.why.count(";")
