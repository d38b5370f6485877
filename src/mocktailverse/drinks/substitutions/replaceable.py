"""What one ingredient replaces: itself in other forms, the more general, the near equal."""

from functools import cache, lru_cache

from mocktailverse.drinks.ingredients import Ingredient, ancestors
from mocktailverse.drinks.ingredients.reference_rows import rows_by_name
from mocktailverse.drinks.substitutions.substitution_table import (
    RANKS,
    Level,
    Substitution,
    substitution_table,
)

_ABV_GAP_PERCENT = 8
"""A kind whose strength differs by more, in % vol, does not count as the usual one: of 151 proof
rum or a navy strength gin the recipe's amount is wrong."""

_STRONG_KINDS = frozenset({"spirit", "liqueur", "fortified_wine"})


@lru_cache(maxsize=4096)
def replaceable_with(name: str) -> dict[str, Substitution]:
    """Return by name what an ingredient of the reference replaces, itself left out.

    Every way leads through forms of the same thing and more general ingredients, and has at most
    one step aside to another ingredient or brand; what is acceptable may also replace a brand. It
    does not lead by a general ingredient to another kind of it: Irish whiskey is a whiskey, and
    "whiskey" may do for bourbon, but Irish whiskey does not.
    """
    best: dict[tuple[str, bool], Substitution] = {(name, False): Substitution("same", "")}
    open_ends = [(name, False)]
    while open_ends:
        at, is_aside = open_ends.pop()
        way = best[at, is_aside]
        for target, step, is_step_aside in _steps(at):
            is_blocked = (name, target) in substitution_table().blocked
            is_narrowed = step.level != "same" and at != name and _narrows(at, target)
            is_to_brand = way.level == "acceptable" and target in _brands().get(at, ())
            is_second = is_aside and is_step_aside and not is_to_brand
            if is_blocked or is_narrowed or is_second:
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


def is_as_good_as(name: str, other: str, least: Level = "near") -> bool:
    """Return whether an ingredient replaces another one at least this well."""
    substitution = replaceable_with(name).get(other)
    return substitution is not None and substitution.rank <= RANKS[least]


@lru_cache(maxsize=4096)
def counts_for(name: str) -> frozenset[str]:
    """Return the more general ingredients that an ingredient is a usual kind of."""
    counted: list[str] = []
    while up := _step_up(counted[-1] if counted else name):
        parent, step = up
        if step.level == "acceptable" or (name, parent) in substitution_table().blocked:
            break
        counted.append(parent)
    return frozenset(counted)


@lru_cache(maxsize=4096)
def _steps(name: str) -> tuple[tuple[str, Substitution, bool], ...]:
    """Return the targets of single steps, the step, and whether it leads aside."""
    table, up = substitution_table(), _step_up(name)
    pairs = table.pairs.get(name, {})
    steps = [(target, step, step.rank > RANKS["kind"]) for target, step in pairs.items()]
    if up:
        parent, step = up
        steps = [one for one in steps if one[0] != parent]
        steps.append((parent, step, step.level == "acceptable"))
    if step_to_brand := table.brands.get(name):
        steps += [
            (brand, step_to_brand, True)
            for brand in _brands().get(name, ())
            if brand not in pairs and (name, brand) not in table.blocked
        ]
    return tuple(steps)


def _narrows(general: str, kind: str) -> bool:
    """Return whether a step leads from a general ingredient to a kind, unless to a brand."""
    is_brand = general in substitution_table().brands and kind in _brands().get(general, ())
    return general in ancestors(kind) and not is_brand


@lru_cache(maxsize=4096)
def _step_up(name: str) -> tuple[str, Substitution] | None:
    """Return an ingredient's parent and how well it counts for it; None if it does not."""
    ingredient, table = rows_by_name().get(name), substitution_table()
    parent = ingredient.parent if ingredient else None
    if ingredient is None or parent is None or (name, parent) in table.blocked:
        return None
    step = table.pairs.get(name, {}).get(parent)
    if step is None and _is_as_strong(ingredient, rows_by_name()[parent]):
        step = table.kinds.get(parent)
    return (parent, step) if step else None


def _is_as_strong(ingredient: Ingredient, general: Ingredient) -> bool:
    """Return whether a kind is as strong as usual, and alcohol-free if the general one is."""
    if general.alcoholic is False and ingredient.alcoholic is not False:
        return False
    if ingredient.kind not in _STRONG_KINDS:
        return True
    return abs(ingredient.abv_percent - general.abv_percent) <= _ABV_GAP_PERCENT


@cache
def _brands() -> dict[str, list[str]]:
    """Return for each ingredient the usual products that are a kind of it."""
    brands: dict[str, list[str]] = {}
    for name, ingredient in rows_by_name().items():
        if ingredient.source.startswith("producer label") and (up := _step_up(name)):
            brands.setdefault(up[0], []).append(name)
    return brands


def _joined(way: Substitution, step: Substitution) -> Substitution:
    level = max(way.level, step.level, key=RANKS.__getitem__)
    return Substitution(level, f"{way.why}; {step.why}" if way.why else step.why)


def _rank(substitution: Substitution) -> tuple[int, int]:
    """Return the sort key: better confidence first, then the shorter way."""
    return substitution.rank, substitution.why.count(";")
