"""Balance a plan: drafts of recipes, the one that changes least first."""

from collections.abc import Iterator
from typing import NamedTuple

from mocktailverse.drinks.conversion.bar_measures import FINENESS, unit_for_new
from mocktailverse.drinks.conversion.drafting import Draft, draft_of
from mocktailverse.drinks.conversion.linear_mix import Effects, LinearMix, linear_mix
from mocktailverse.drinks.conversion.original import Original
from mocktailverse.drinks.conversion.planning import Plan
from mocktailverse.drinks.conversion.recipe_lines import POURED_UNITS, Group, KeptLine, NewLine
from mocktailverse.drinks.conversion.rounding import (
    LEAST_SCALE,
    MOST_SCALE,
    least_scale,
    rounded_amounts,
)
from mocktailverse.drinks.conversion.solver import Amount, solve
from mocktailverse.drinks.conversion.swapping import is_imitated
from mocktailverse.drinks.conversion.trials import Search

MOST_WATER_SHARE = 0.33
"""Maximum plain water in the mix; below the limit, so that rounding keeps it."""

MOST_WATER_IN_MILK = 0.10
"""The same for coffee, milk and cream, which water makes thin."""

_ROUNDED_WATER = 0.02
"""How much rounding may change that share."""

_BELOW_THE_LARGEST = 0.95
"""Room for rounding below the largest kept line."""

_LENGTHENED = 1.2
"""Natural scale of the body of a drink that is lengthened."""

_FILLER_FOR_BOTTLES = 1.3
"""ml of soda or milk for a ml of bottles and melt water, at most: juice may take less ice."""

_DRINKS = frozenset({"wine", "beer", "cider"})
"""Kinds that may be the largest line of a long drink, like that which they replace."""

_WEIGHTS: dict[Group, float] = {"fixed": 0.0, "sweetener": 0.3, "body": 1.0, "citrus": 2.0}
_WEIGHT_OF_LENGTHENED_BODY = 0.8
_WEIGHT_BY_SUGAR = 1.0
_WEIGHT_BY_VOLUME = 40.0
_WEIGHT_OF_BREW = 1.0
_WEIGHT_OF_WATER = 0.6
_WEIGHT_OF_THINNING_WATER = 4.0
_WEIGHT_OF_FILLER = 0.2
"""How strongly amounts stay at their natural ones: estimates that make sensible recipes."""


class _Stage(NamedTuple):
    """How freely amounts may change; the first stage at which the balance holds is used."""

    groups: frozenset[Group]
    """Kept lines that may change."""
    stiffness: float
    """How strongly all amounts are kept at their natural ones."""


_STAGES = (
    _Stage(frozenset(), 1.0),
    _Stage(frozenset({"sweetener"}), 1.0),
    _Stage(frozenset({"sweetener"}), 0.05),
    _Stage(frozenset({"sweetener", "body"}), 0.3),
    _Stage(frozenset({"sweetener", "body", "citrus"}), 0.05),
)


def drafts_of(original: Original, plan: Plan, search: Search) -> Iterator[Iterator[Draft]]:
    """Yield drafts by stage, the one that changes the kept lines least first, coarse before fine.

    The caller adds its trials to the `search`. The product's figures differ from the linear model
    where the glass limits an amount, or where new instructions use a fruit in another way. So a
    rejected trial corrects the model, and its stage is repeated.
    """
    units = sorted(line.unit for line in original.drink.ingredients if line.unit in POURED_UNITS)
    unit = unit_for_new(units)
    mix = linear_mix(original, plan)
    stages = _stages_of(plan)
    while stages:
        solution, count = _solved(plan, mix, stages[-1]), len(search.rejected)
        if mix.is_promising(mix.added(*solution)):
            if not search.is_watery(mix.water_share(*solution) - _ROUNDED_WATER):
                yield _drafts(plan, mix, solution, unit, search)
        elif not (mix.is_exact or mix.is_corrected):
            yield iter([_finest(plan, mix, solution, unit)])
        if len(search.rejected) == count:
            stages.pop()
        else:
            rejected = search.rejected[-1]
            mix = mix.corrected(rejected.draft.added, rejected.after)


def _stages_of(plan: Plan) -> list[_Stage]:
    """Return the stages that differ for a plan, the last one first."""
    groups = {one.group for one in plan.kept}
    stages = {(stage.groups & groups, stage.stiffness): stage for stage in reversed(_STAGES)}
    return list(stages.values())


_Solution = tuple[list[float], list[float]]
"""The scale of each kept line and the ml of each new one."""


def _drafts(
    plan: Plan, mix: LinearMix, solution: _Solution, unit: str, search: Search
) -> Iterator[Draft]:
    """Yield the drafts that are new and keep the limits by the linear model, until one fails."""
    count = len(search.rejected)
    for fineness in FINENESS:
        amounts = rounded_amounts(plan, mix, solution, unit, fineness)
        sizes = [[one.size for one in lines] for lines in amounts]
        added, water_share = mix.added(*sizes), mix.water_share(*sizes)
        is_new = amounts not in search.drafts and not search.is_watery(water_share)
        if is_new and mix.is_promising(added):
            search.drafts.add(amounts)
            yield draft_of(plan, amounts, water_share, added)
        if len(search.rejected) > count:
            return


def _finest(plan: Plan, mix: LinearMix, solution: _Solution, unit: str) -> Draft:
    """Return a draft of a solution, to learn what the glass holds."""
    amounts = rounded_amounts(plan, mix, solution, unit, FINENESS[-1])
    sizes = [[one.size for one in lines] for lines in amounts]
    return draft_of(plan, amounts, mix.water_share(*sizes), mix.added(*sizes))


def _solved(plan: Plan, mix: LinearMix, stage: _Stage) -> _Solution:
    """Return the scale of each kept line and the ml of each new one."""
    is_lengthened, grows = _is_lengthened(plan), "body" not in stage.groups
    groups = stage.groups | {"body"} if is_lengthened else stage.groups
    places = [place for place, one in enumerate(plan.kept) if one.group in groups]
    amounts = [
        _kept_amount(plan.kept[place], mix.kept[place], lengthened=is_lengthened, grows=grows)
        for place in places
    ]
    amounts += [
        _new_amount(line, effects, plan, mix)
        for line, effects in zip(plan.new, mix.new, strict=True)
    ]
    amounts = [one._replace(weight=one.weight * stage.stiffness) for one in amounts]
    scales = [float(place not in places) for place in range(len(plan.kept))]
    fixed = mix.added(scales, [0.0] * len(plan.new))
    volume, sugar_g, acid_g = (gap - of for gap, of in zip(mix.gaps, fixed, strict=True))
    values = solve(amounts, (volume, sugar_g, acid_g), mix.tolerances)
    for place, value in zip(places, values, strict=False):
        scales[place] = value
    return scales, values[len(places) :]


def _is_lengthened(plan: Plan) -> bool:
    """Return whether the kept lines grow first: nothing imitates a bottle, or milk asks for it."""
    return "creamy" in plan.settings or not is_imitated(plan.swaps)


def _kept_amount(one: KeptLine, effects: Effects, *, lengthened: bool, grows: bool) -> Amount:
    if one.group == "sweetener":
        return Amount(1.0, least_scale(one), MOST_SCALE, effects, _WEIGHTS[one.group])
    if one.group == "body" and lengthened:
        least = 1.0 if grows else LEAST_SCALE
        return Amount(_LENGTHENED, least, MOST_SCALE, effects, _WEIGHT_OF_LENGTHENED_BODY)
    return Amount(1.0, LEAST_SCALE, MOST_SCALE, effects, _WEIGHTS[one.group])


def _new_amount(line: NewLine, effects: Effects, plan: Plan, mix: LinearMix) -> Amount:
    natural = line.natural_ml
    if line.measure_raw is not None:
        return Amount(natural, natural, natural, effects, 0.0)
    if line.is_filler:
        is_water = line.nature.kind == "water"
        weight = _WEIGHT_OF_WATER if is_water else _WEIGHT_OF_FILLER
        if is_water and _is_lengthened(plan):
            weight = _WEIGHT_OF_THINNING_WATER
        return Amount(0.0, 0.0, _most_of_filler(line, plan, mix), effects, weight)
    share, most, weight = 0.5, 1.6 * natural, _WEIGHT_BY_VOLUME
    if line.by_sugar:
        share, most, weight = 0.4, 1.4 * natural, _WEIGHT_BY_SUGAR
    elif line.nature.is_brew:
        weight = _WEIGHT_OF_BREW
    if line.nature.is_plain_soda and _is_lengthened(plan):
        most += _most_of_filler(line, plan, mix)
    if line.nature.kind not in _DRINKS:
        most = min(most, _largest_kept(plan) or most)
    least = 0.0 if line.is_hint else max(share * natural, line.least_ml)
    return Amount(min(natural, most), min(least, most), most, effects, weight)


def _most_of_filler(line: NewLine, plan: Plan, mix: LinearMix) -> float:
    """Return the maximum ml of what lengthens the drink."""
    melt_lost_ml = mix.melt_lost_ml(mix.mixed_ml)
    if line.nature.kind == "water":
        share = MOST_WATER_IN_MILK if "creamy" in plan.settings else MOST_WATER_SHARE
        return share * mix.mixed_ml + melt_lost_ml
    most = _FILLER_FOR_BOTTLES * (sum(swap.ml for swap in plan.swaps) + melt_lost_ml)
    return min(most, _largest_kept(plan) or most)


def _largest_kept(plan: Plan) -> float | None:
    """Return the ml of the largest kept line, which a long drink's replacements do not exceed.

    None if the drink is not long, or if a kept line fills the glass. Wine or beer counts as kept
    where it is replaced by the same without alcohol.
    """
    if not plan.is_long or any(one.is_open for one in plan.kept):
        return None
    kept = [one.content.ml for one in plan.kept if one.content]
    drinks = [line.natural_ml for line in plan.new if line.nature.kind in _DRINKS]
    return _BELOW_THE_LARGEST * max(kept + drinks, default=0.0) or None
