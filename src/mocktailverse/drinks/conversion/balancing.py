"""Balance a plan: drafts of recipes, the one that changes least first."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from mocktailverse.drinks.balance.served import Served
from mocktailverse.drinks.conversion.bar_measures import (
    FINENESS,
    measure_text,
    ml_of,
    new_amount,
    rounded,
    unit_for_new,
)
from mocktailverse.drinks.conversion.usual_content import Content, content_of, content_of_line
from mocktailverse.drinks.conversion.drink_setting import Nature
from mocktailverse.drinks.conversion.planning import (
    Group,
    KeptLine,
    NewLine,
    Plan,
    canonical,
    dominating_unit,
)
from mocktailverse.drinks.conversion.solver import Amount, solve
from mocktailverse.drinks.drink import Drink, Method
from mocktailverse.drinks.record import RawLine
from mocktailverse.drinks.strength.dilution import MEASURED, dilution

LEAST_SCALE = 0.7
MOST_SCALE = 1.3
"""Limits for the amounts of kept lines; sweeteners may go down to nothing."""

MOST_WATER_SHARE = 0.33
"""Maximum plain water in the mix; below the limit, so that rounding keeps it."""

MOST_WATER_IN_MILK = 0.10
"""The same for coffee, milk and cream, which water makes thin."""

_TRIFLE_SHARE = 0.07
"""A filler below this share of the mix is left out."""

_UNCHANGED = 0.04
"""A kept line that changes by less than this share stays as written."""

_TIGHTNESS = 0.4
"""Share of a limit that the solver takes as its tolerance."""

_LENGTHENED = 1.2
"""Natural scale of the body of a drink that is lengthened."""

_STAGES: tuple[frozenset[Group], ...] = (
    frozenset(),
    frozenset({"sweetener"}),
    frozenset({"sweetener", "body"}),
    frozenset({"sweetener", "body", "citrus"}),
)
"""Which kept lines may change; the first stage at which the balance holds is used."""

_WEIGHTS: dict[Group, float] = {"fixed": 0.0, "sweetener": 0.3, "body": 1.0, "citrus": 2.0}


class Draft(NamedTuple):
    """The lines of a recipe that may keep the limits."""

    lines: tuple[RawLine, ...]
    used: frozenset[str]
    """Names of the new ingredients."""
    water: str | None
    """Measure of the plain water; None without any."""
    water_share: float
    """Share of plain water in the mix, beyond the melt water of the original."""
    dropped: tuple[str, ...]
    """Kept lines whose amount is now nothing."""
    lengthened_by: tuple[str, ...]
    """Canonical names of what takes the place of a bottle that nothing imitates."""


class _Mix(NamedTuple):
    """What the solver starts from."""

    totals: tuple[float, float, float]
    """Of the original: served ml, sugar, acid."""
    gaps: tuple[float, float, float]
    """What kept and new lines have to add: served ml, sugar, acid."""
    tolerances: tuple[float, float, float]
    melt: float
    """Melt water for each ml that is iced, in the mocktail."""
    melt_before_ml: float
    mixed_ml: float
    """Volume of the original before melt water."""


def drafts_of(
    drink: Drink,
    plan: Plan,
    before: Served,
    method: Method,
    served: Callable[[Draft], Served],
) -> Iterator[Draft]:
    """Yield drafts, the one that changes the kept lines least first.

    `served` returns the product's own figures of a draft. They differ from the linear ones of the
    solver where the glass limits an amount, so the first draft corrects the solver.
    """
    unit = unit_for_new(dominating_unit(drink.ingredients))
    mix = _mix_of(drink, plan, before, method)
    scales, amounts = _solved(plan, mix, _STAGES[0], method)
    first = _draft(plan, mix, scales, amounts, unit, FINENESS[-1])
    mix = _corrected(mix, _added(plan, mix, method, scales, amounts), served(first))
    seen = set()
    for stage in _STAGES:
        scales, amounts = _solved(plan, mix, stage, method)
        for fineness in FINENESS:
            draft = _draft(plan, mix, scales, amounts, unit, fineness)
            if draft.lines not in seen:
                seen.add(draft.lines)
                yield draft


def _added(
    plan: Plan, mix: _Mix, method: Method, scales: Sequence[float], amounts: Sequence[float]
) -> tuple[float, float, float]:
    """Return what the solver takes kept and new lines for: served ml, sugar, acid."""
    effects = [
        [scale * effect for effect in _effects_of_dose(one.content, one.nature, mix, method)]
        for one, scale in zip(plan.kept, scales, strict=True)
        if one.content
    ]
    for line, ml in zip(plan.new, amounts, strict=True):
        sugar, acid = content_of(line.name)
        effects.append([*_effects_of_dose(Content(ml, ml * sugar, ml * acid), line.nature, mix, method)])
    volume, sugar_g, acid_g = (sum(column) for column in zip(*effects, strict=True))
    return volume, sugar_g, acid_g


def _corrected(mix: _Mix, added: tuple[float, float, float], after: Served) -> _Mix:
    """Return the mix with the product's figures of one draft in place of the solver's."""
    if not (after.served_ml and after.sugar_served_g_per_100ml and after.acid_served_g_per_100ml):
        return mix
    volume = after.served_ml.usual
    actual = (
        volume,
        after.sugar_served_g_per_100ml.usual * volume / 100,
        after.acid_served_g_per_100ml.usual * volume / 100,
    )
    gaps = [
        total - (real - linear)
        for total, real, linear in zip(mix.totals, actual, added, strict=True)
    ]
    return mix._replace(gaps=(gaps[0], gaps[1], gaps[2]))


def _mix_of(drink: Drink, plan: Plan, before: Served, method: Method) -> _Mix:
    assert before.served_ml and before.sugar_served_g_per_100ml and before.acid_served_g_per_100ml  # noqa: S101, PT018 - checked by the caller
    volume = before.served_ml.usual
    sugar, acid = before.sugar_served_g_per_100ml.usual, before.acid_served_g_per_100ml.usual
    abv = drink.derived.abv_percent_max or 0.0
    melts = [_melt(method, strength, hot=plan.hot) for strength in (abv, 0.0)]
    contents = [(content_of_line(line), line.name) for line in drink.ingredients]
    known = [(content, plan_nature(plan, name)) for content, name in contents if content]
    iced_ml = sum(content.ml for content, nature in known if not _is_topping(nature, method))
    top_ml = sum(content.ml for content, nature in known if _is_topping(nature, method))
    unmeasured_ml = max(0.0, volume - iced_ml * (1 + melts[0]) - top_ml)
    unmeasured_ml = unmeasured_ml if len(known) < len(contents) else 0.0
    sugar_g, acid_g = sugar * volume / 100, acid * volume / 100
    rest_sugar = sugar_g - sum(content.sugar_g for content, _ in known)
    rest_acid = acid_g - sum(content.acid_g for content, _ in known)
    gaps = (volume - unmeasured_ml, sugar_g - rest_sugar, acid_g - rest_acid)
    tolerances = (
        0.04 * volume,
        max(0.15 * sugar, 0.75) * volume / 100 * _TIGHTNESS,
        max(0.15 * acid, 0.10) * volume / 100 * _TIGHTNESS,
    )
    return _Mix((volume, sugar_g, acid_g), gaps, tolerances, melts[1], iced_ml * melts[0], iced_ml + top_ml)


def plan_nature(plan: Plan, name: str) -> Nature:
    """Return the nature of an ingredient of the original."""
    from mocktailverse.drinks.conversion.drink_setting import nature_of

    return next((one.nature for one in plan.kept if one.line.name == name), nature_of(name))


def _melt(method: Method, abv_percent: float, *, hot: bool) -> float:
    if hot:
        return 0.0
    if method in MEASURED:
        a, b, c = MEASURED[method]
        abv = abv_percent / 100
        return a * abv**2 + b * abv + c
    low, high = dilution(method, abv_percent, ice_named=True, iced_glass=True)
    return (low + high) / 2


def _is_topping(nature: Nature, method: Method) -> bool:
    return method in {"shaken", "stirred"} and nature.is_fizzy


def _solved(
    plan: Plan, mix: _Mix, stage: frozenset[Group], method: Method
) -> tuple[list[float], list[float]]:
    """Return the scale of each kept line and the ml of each new one."""
    is_lengthened = any(not swap.stand_in.shares for swap in plan.swaps)
    variable = [
        one
        for one in plan.kept
        if one.group != "fixed" and (one.group in stage or (is_lengthened and one.group == "body"))
    ]
    gaps = list(mix.gaps)
    for one in plan.kept:
        if one not in variable and one.content:
            for i, effect in enumerate(_effects_of_dose(one.content, one.nature, mix, method)):
                gaps[i] -= effect
    amounts = [_kept_amount(one, mix, method, lengthened=is_lengthened) for one in variable]
    amounts += [_new_amount(line, plan, mix, method) for line in plan.new]
    values = solve(amounts, (gaps[0], gaps[1], gaps[2]), mix.tolerances)
    scales = dict(zip([one.line.position for one in variable], values, strict=False))
    return [scales.get(one.line.position, 1.0) for one in plan.kept], values[len(variable):]


def _effects_of_dose(
    content: Content, nature: Nature, mix: _Mix, method: Method
) -> tuple[float, float, float]:
    melt = 0.0 if _is_topping(nature, method) else mix.melt
    return content.ml * (1 + melt), content.sugar_g, content.acid_g


def _kept_amount(one: KeptLine, mix: _Mix, method: Method, *, lengthened: bool) -> Amount:
    assert one.content  # noqa: S101 - only measured lines vary
    effects = _effects_of_dose(one.content, one.nature, mix, method)
    if one.group == "sweetener":
        return Amount(1.0, 0.0, MOST_SCALE, effects, _WEIGHTS[one.group])
    if one.group == "body" and lengthened:
        return Amount(_LENGTHENED, LEAST_SCALE, MOST_SCALE, effects, 0.3)
    return Amount(1.0, LEAST_SCALE, MOST_SCALE, effects, _WEIGHTS[one.group])


def _new_amount(line: NewLine, plan: Plan, mix: _Mix, method: Method) -> Amount:
    if line.measure_raw is not None:
        return Amount(line.natural_ml, line.natural_ml, line.natural_ml, (0.0, 0.0, 0.0), 0.0)
    sugar, acid = content_of(line.name)
    effects = _effects_of_dose(Content(1.0, sugar, acid), line.nature, mix, method)
    largest_kept = max((one.content.ml for one in plan.kept if one.content), default=0.0)
    unmeasured = any(one.content is None for one in plan.kept)
    if line.is_filler:
        is_water = line.nature.kind == "water"
        return Amount(0.0, 0.0, _most_of_filler(line, plan, mix), effects, 0.6 if is_water else 0.2)
    natural = line.natural_ml
    if line.by_sugar:
        return Amount(natural, 0.5 * natural, 1.4 * natural, effects, 0.5)
    most = 1.6 * natural
    if plan.is_long and not unmeasured and largest_kept and line.nature.kind not in _DRINKS:
        most = min(most, largest_kept)
    least = 0.0 if line.is_hint else 0.5 * natural
    return Amount(min(natural, most), min(least, most), most, effects, 0.05)


def _most_of_filler(line: NewLine, plan: Plan, mix: _Mix) -> float:
    melt_lost = max(0.0, mix.melt_before_ml - mix.mixed_ml * mix.melt)
    if line.nature.kind == "water":
        share = MOST_WATER_IN_MILK if "creamy" in plan.settings else MOST_WATER_SHARE
        return share * mix.mixed_ml + melt_lost
    bottles_ml = sum(swap.ml for swap in plan.swaps)
    return bottles_ml + melt_lost


_DRINKS = frozenset({"wine", "beer", "cider", "soda"})


def _draft(
    plan: Plan,
    mix: _Mix,
    scales: Sequence[float],
    amounts: Sequence[float],
    unit: str,
    fineness: int,
) -> Draft:
    placed: list[tuple[float, str, str | None]] = [
        (line.position, line.name_raw, line.measure_raw) for line in plan.kept_bitters
    ]
    dropped: list[str] = []
    raised: list[str] = []
    water, water_ml, new_ml, used = None, 0.0, 0.0, set()
    for one, scale in zip(plan.kept, scales, strict=True):
        measure = _scaled_measure(one, scale, fineness)
        if measure == "":
            dropped.append(one.line.name)
            continue
        if scale > 1 + _UNCHANGED:
            raised.append(one.line.name)
        placed.append((one.line.position, one.line.name_raw, measure))
    for line, ml in zip(plan.new, amounts, strict=True):
        if line.measure_raw is not None:
            placed.append((line.position, line.name, line.measure_raw))
            used.add(line.name)
            continue
        amount, its_unit = new_amount(ml, unit, fineness)
        if amount <= 0 or (
            line.is_filler and fineness < FINENESS[-1] and ml < _TRIFLE_SHARE * mix.mixed_ml
        ):
            continue
        measure = measure_text(amount, its_unit)
        placed.append((line.position, line.name, measure))
        used.add(line.name)
        new_ml += ml_of(amount, its_unit)
        if line.nature.kind == "water":
            water, water_ml = measure, ml_of(amount, its_unit)
        if line.is_filler:
            raised.append(line.name)
    placed.sort(key=lambda entry: entry[0])
    mixed_ml = new_ml + sum(
        one.content.ml * scale for one, scale in zip(plan.kept, scales, strict=True) if one.content
    )
    extra = water_ml - max(0.0, mix.melt_before_ml - mixed_ml * mix.melt)
    return Draft(
        tuple(RawLine(i, name, text) for i, (_, name, text) in enumerate(placed, 1)),
        frozenset(used),
        water,
        max(0.0, extra / mixed_ml) if mixed_ml else 0.0,
        tuple(dropped),
        canonical(raised) or ("Water",),
    )


def _scaled_measure(one: KeptLine, scale: float, fineness: int) -> str | None:
    """Return the measure of a kept line; empty for nothing."""
    line = one.line
    if one.group == "fixed" or abs(scale - 1) < _UNCHANGED or line.amount_min is None:
        return line.measure_raw
    if scale < 0.05:  # noqa: PLR2004 - a trace of sugar is none
        return ""
    amount = rounded(line.amount_min * scale, line.unit, fineness)
    if amount == line.amount_min:
        return line.measure_raw
    lowest = 0.0 if one.group == "sweetener" else LEAST_SCALE
    if not lowest <= amount / line.amount_min <= MOST_SCALE:
        return line.measure_raw
    return measure_text(amount, line.unit) if amount else ""
