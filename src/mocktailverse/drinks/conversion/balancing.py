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
from mocktailverse.drinks.conversion.drink_setting import nature_of
from mocktailverse.drinks.conversion.limits import (
    ACID_G_PER_100ML,
    BALANCE_SHARE,
    SUGAR_G_PER_100ML,
    VOLUME_SHARE,
)
from mocktailverse.drinks.conversion.melting import Melts
from mocktailverse.drinks.conversion.planning import (
    Group,
    KeptLine,
    NewLine,
    Plan,
    canonical,
    dominating_unit,
)
from mocktailverse.drinks.conversion.solver import Amount, solve
from mocktailverse.drinks.conversion.usual_content import Content, content_of, content_of_line
from mocktailverse.drinks.drink import Drink, Method
from mocktailverse.drinks.record import RawLine
from mocktailverse.drinks.strength.dilution import MEASURED

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

_LINEAR_ERROR = 0.03
"""Room for the error of the linear figures before they are corrected, as a share."""

_BELOW_THE_LARGEST = 0.95
"""Room for rounding below the largest kept line."""

_TIGHTNESS = 0.4
"""Share of a limit that the solver takes as its tolerance."""

_LENGTHENED = 1.2
"""Natural scale of the body of a drink that is lengthened."""


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
    added: tuple[float, float, float]
    """What the solver takes the lines for: served ml, grams of sugar and of acid."""


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
    melts: Melts,
    method: Method,
    served: Callable[[Draft], Served],
) -> Iterator[Draft]:
    """Yield drafts, the one that changes the kept lines least first.

    `served` returns the product's own figures of a draft. They differ from the linear ones of the
    solver where the glass limits an amount. So if no draft of the first solution keeps the limits,
    its figures correct the solver.
    """
    unit = unit_for_new(dominating_unit(drink.ingredients))
    mix = _mix_of(drink, plan, before, melts)
    seen = set()
    corrected = False
    for stage in _STAGES:
        for _ in range(2):
            solution = _solved(plan, mix, stage, method)
            drafts = [_draft(plan, mix, solution, unit, fineness, method) for fineness in FINENESS]
            for draft in drafts:
                error = 0.0 if corrected else _LINEAR_ERROR
                if draft.lines not in seen and _is_promising(mix, draft.added, error):
                    seen.add(draft.lines)
                    yield draft
            if corrected:
                break
            mix, corrected = _corrected(mix, drafts[-1].added, served(drafts[-1])), True


def _is_promising(mix: _Mix, added: tuple[float, float, float], error: float) -> bool:
    """Return whether the linear figures keep the limits, with room for a relative error."""
    offsets = [total - gap for total, gap in zip(mix.totals, mix.gaps, strict=True)]
    volume, sugar_g, acid_g = (a + b for a, b in zip(added, offsets, strict=True))
    if volume <= 0 or abs(volume / mix.totals[0] - 1) > VOLUME_SHARE + error:
        return False
    pairs = ((sugar_g, mix.totals[1], SUGAR_G_PER_100ML), (acid_g, mix.totals[2], ACID_G_PER_100ML))
    for grams, grams_before, absolute in pairs:
        usual = 100 * grams_before / mix.totals[0]
        limit = max((BALANCE_SHARE + error) * usual, (1 + 10 * error) * absolute)
        if abs(100 * grams / volume - usual) > limit:
            return False
    return True


def _corrected(mix: _Mix, added: tuple[float, float, float], after: Served) -> _Mix:
    """Return the mix with the product's figures of one draft in place of the solver's."""
    if after.sugar_served_g_per_100ml is None:
        return mix
    sugar, acid = usual_balance(after)
    volume = after.served_ml.usual if after.served_ml else added[0]
    actual = (volume, sugar * volume / 100, acid * volume / 100)
    gaps = [
        total - (real - linear)
        for total, real, linear in zip(mix.totals, actual, added, strict=True)
    ]
    return mix._replace(gaps=(gaps[0], gaps[1], gaps[2]))


def _mix_of(drink: Drink, plan: Plan, before: Served, melts: Melts) -> _Mix:
    contents = [content_of_line(line) for line in drink.ingredients]
    known = [content for content in contents if content]
    iced_ml = sum(content.ml for content in known if content.melts_ice)
    top_ml = sum(content.ml for content in known if not content.melts_ice)
    linear_ml = iced_ml * (1 + melts.before) + top_ml
    volume = before.served_ml.usual if before.served_ml else linear_ml
    sugar, acid = usual_balance(before)
    sugar_g, acid_g = sugar * volume / 100, acid * volume / 100
    # What is not in the linear model, such as soda that fills the glass, stays as it is.
    gaps = (volume, sugar_g, acid_g)
    if any(one.content is None for one in plan.kept):
        gaps = (
            linear_ml,
            sum(content.sugar_g for content in known),
            sum(content.acid_g for content in known),
        )
    tolerances = (
        _TIGHTNESS * VOLUME_SHARE * volume,
        _TIGHTNESS * max(BALANCE_SHARE * sugar, SUGAR_G_PER_100ML) * volume / 100,
        _TIGHTNESS * max(BALANCE_SHARE * acid, ACID_G_PER_100ML) * volume / 100,
    )
    dry_ml = sum(
        content.ml
        for line, content in zip(drink.ingredients, contents, strict=True)
        if content and nature_of(line.name).kind in _SOLIDS
    )
    totals, liquid_ml = (volume, sugar_g, acid_g), iced_ml - dry_ml
    return _Mix(
        totals, gaps, tolerances, melts.after, liquid_ml * melts.before, liquid_ml + top_ml
    )


def usual_balance(served: Served) -> tuple[float, float]:
    """Return the usual sugar and acid in 100 ml as served."""
    sugar, acid = served.sugar_served_g_per_100ml, served.acid_served_g_per_100ml
    return (sugar.usual if sugar else 0.0), (acid.usual if acid else 0.0)


def _solved(
    plan: Plan, mix: _Mix, stage: _Stage, method: Method
) -> tuple[list[float], list[float]]:
    """Return the scale of each kept line and the ml of each new one."""
    is_lengthened = any(not swap.stand_in.shares for swap in plan.swaps)
    variable = [
        one
        for one in plan.kept
        if one.group != "fixed"
        and (one.group in stage.groups or (is_lengthened and one.group == "body"))
    ]
    gaps = list(mix.gaps)
    for one in plan.kept:
        if one not in variable and one.content:
            for i, effect in enumerate(_effects_of(one.content, mix)):
                gaps[i] -= effect
    amounts = [_kept_amount(one, mix, method, lengthened=is_lengthened) for one in variable]
    amounts += [_new_amount(line, plan, mix, method) for line in plan.new]
    amounts = [one._replace(weight=one.weight * stage.stiffness) for one in amounts]
    values = solve(amounts, (gaps[0], gaps[1], gaps[2]), mix.tolerances)
    scales = dict(zip([one.line.position for one in variable], values, strict=False))
    return [scales.get(one.line.position, 1.0) for one in plan.kept], values[len(variable) :]


def _effects_of(content: Content, mix: _Mix) -> tuple[float, float, float]:
    return content.ml * (1 + content.melts_ice * mix.melt), content.sugar_g, content.acid_g


def _effects_of_new(
    line: NewLine, ml: float, mix: _Mix, method: Method
) -> tuple[float, float, float]:
    sugar, acid = content_of(line.name)
    melts_ice = not line.nature.is_fizzy or method not in MEASURED
    return _effects_of(Content(ml, ml * sugar, ml * acid, melts_ice), mix)


def _kept_amount(one: KeptLine, mix: _Mix, method: Method, *, lengthened: bool) -> Amount:
    assert one.content  # noqa: S101 - only measured lines vary
    effects = _effects_of(one.content, mix)
    if one.group == "sweetener":
        return Amount(1.0, 0.0, MOST_SCALE, effects, _WEIGHTS[one.group])
    if one.group == "body" and lengthened:
        return Amount(_LENGTHENED, LEAST_SCALE, MOST_SCALE, effects, 0.3)
    return Amount(1.0, LEAST_SCALE, MOST_SCALE, effects, _WEIGHTS[one.group])


def _new_amount(line: NewLine, plan: Plan, mix: _Mix, method: Method) -> Amount:
    if line.measure_raw is not None:
        return Amount(line.natural_ml, line.natural_ml, line.natural_ml, (0.0, 0.0, 0.0), 0.0)
    effects = _effects_of_new(line, 1.0, mix, method)
    if line.is_filler:
        is_water = line.nature.kind == "water"
        return Amount(0.0, 0.0, _most_of_filler(line, plan, mix), effects, 0.6 if is_water else 0.2)
    natural = line.natural_ml
    if line.by_sugar:
        return Amount(natural, 0.4 * natural, 1.4 * natural, effects, 0.5)
    most = 1.6 * natural
    if line.nature.kind not in _DRINKS:
        most = min(most, _largest_kept(plan) or most)
    least = 0.0 if line.is_hint else 0.5 * natural
    return Amount(min(natural, most), min(least, most), most, effects, 0.3)


def _largest_kept(plan: Plan) -> float | None:
    """Return the ml of the largest kept line, which a long drink's replacements do not exceed.

    None if the drink is not long, or if a kept line fills the glass.
    """
    if not plan.is_long or any(one.content is None for one in plan.kept):
        return None
    largest = max((one.content.ml for one in plan.kept if one.content), default=0.0)
    return _BELOW_THE_LARGEST * largest or None


def _most_of_filler(line: NewLine, plan: Plan, mix: _Mix) -> float:
    """Return the maximum ml of what lengthens the drink."""
    melt_lost = max(0.0, mix.melt_before_ml - mix.mixed_ml * mix.melt)
    if line.nature.kind == "water":
        share = MOST_WATER_IN_MILK if "creamy" in plan.settings else MOST_WATER_SHARE
        return share * mix.mixed_ml + melt_lost
    most = sum(swap.ml for swap in plan.swaps) + melt_lost
    return min(most, _largest_kept(plan) or most)


_SOLIDS = frozenset({"food", "sweetener"})
_DRINKS = frozenset({"wine", "beer", "cider", "soda"})


def _draft(
    plan: Plan,
    mix: _Mix,
    solution: tuple[Sequence[float], Sequence[float]],
    unit: str,
    fineness: int,
    method: Method,
) -> Draft:
    scales, amounts = solution
    placed: list[tuple[float, str, str | None]] = [
        (line.position, line.name_raw, line.measure_raw) for line in plan.kept_bitters
    ]
    dropped: list[str] = []
    raised: list[str] = []
    water, water_ml, new_ml, kept_ml, used = None, 0.0, 0.0, 0.0, set()
    effects: list[tuple[float, float, float]] = [(0.0, 0.0, 0.0)]
    for one, exact in zip(plan.kept, scales, strict=True):
        measure, scale = _scaled_measure(one, exact, fineness)
        if one.content:
            ml, sugar_g, acid_g = _effects_of(one.content, mix)
            effects.append((scale * ml, scale * sugar_g, scale * acid_g))
            kept_ml += scale * one.content.ml * (one.nature.kind not in _SOLIDS)
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
        effects.append(_effects_of_new(line, ml_of(amount, its_unit), mix, method))
        if line.nature.kind == "water":
            water, water_ml = measure, ml_of(amount, its_unit)
        if line.is_filler:
            raised.append(line.name)
    placed.sort(key=lambda entry: entry[0])
    mixed_ml = new_ml + kept_ml
    added = [sum(column) for column in zip(*effects, strict=True)]
    extra = water_ml - max(0.0, mix.melt_before_ml - mixed_ml * mix.melt)
    return Draft(
        tuple(RawLine(i, name, text) for i, (_, name, text) in enumerate(placed, 1)),
        frozenset(used),
        water,
        max(0.0, extra / mixed_ml) if mixed_ml else 0.0,
        tuple(dropped),
        canonical(raised) or ("Water",),
        (added[0], added[1], added[2]),
    )


def _scaled_measure(one: KeptLine, scale: float, fineness: int) -> tuple[str | None, float]:
    """Return the measure of a kept line, empty for nothing, and its exact scale."""
    line = one.line
    unchanged = line.measure_raw, 1.0
    if one.group == "fixed" or abs(scale - 1) < _UNCHANGED or not line.amount_min:
        return unchanged
    if scale < 0.05:  # noqa: PLR2004 - a trace of sugar is none
        return "", 0.0
    amount = rounded(line.amount_min * scale, line.unit, fineness)
    exact = amount / line.amount_min
    lowest = 0.0 if one.group == "sweetener" else LEAST_SCALE
    if amount == line.amount_min or not lowest <= exact <= MOST_SCALE:
        return unchanged
    return (measure_text(amount, line.unit), exact) if amount else ("", 0.0)
