"""Drafts: the lines of a recipe with amounts that a bar measures."""

from collections.abc import Sequence
from typing import NamedTuple

from mocktailverse.drinks.conversion.bar_measures import (
    FINENESS,
    measure_text,
    ml_of,
    new_amount,
    rounded,
)
from mocktailverse.drinks.conversion.linear_mix import SOLIDS, Effects, LinearMix
from mocktailverse.drinks.conversion.planning import Plan
from mocktailverse.drinks.conversion.recipe_lines import KeptLine, NewLine
from mocktailverse.drinks.ingredients import canonical_name
from mocktailverse.drinks.record import RawLine

LEAST_SCALE = 0.7
MOST_SCALE = 1.3
"""Limits for the amounts of kept lines; sweeteners may go down to nothing."""

LEAST_NEW_ML = 2.0
"""Least amount of a flavour: under half a teaspoon."""

_UNCHANGED = 0.04
"""A kept line that changes by less than this share stays as written."""

_TRIFLE_SHARE = 0.10
"""What lengthens the drink is left out below this share of the mix, if the balance allows it."""

_NOTHING = 0.05
"""A sweetener below this share of its amount is left out."""


class Draft(NamedTuple):
    """The lines of a recipe that may keep the limits."""

    lines: tuple[RawLine, ...]
    used: frozenset[str]
    """Names of the new ingredients."""
    water: str | None
    """Measure of the plain water; None without any."""
    water_share: float
    """SubstitutePart of plain water in the mix, beyond the melt water of the original."""
    dropped: tuple[str, ...]
    """Kept lines whose amount is now nothing."""
    lengthened_by: tuple[str, ...]
    """Canonical names of what takes the place of a bottle that nothing imitates."""
    added: Effects
    """What the linear model takes the lines for."""


class _DraftLine(NamedTuple):
    """One line of a draft."""

    position: float
    name: str
    measure: str | None
    ml: float
    """Liquid, for the share of water."""
    effects: Effects
    lengthens: bool
    is_new: bool
    is_water: bool = False


def draft_of(
    plan: Plan,
    mix: LinearMix,
    solution: tuple[Sequence[float], Sequence[float]],
    unit: str,
    fineness: int,
) -> Draft:
    """Return the recipe of a solution: scales of the kept lines, ml of the new ones.

    `unit` is that of new lines; `fineness` is an index of `bar_measures.FINENESS`.
    """
    scales, amounts = solution
    kept = [_kept(one, scale, mix, fineness) for one, scale in zip(plan.kept, scales, strict=True)]
    new = [_new(line, ml, mix, unit, fineness) for line, ml in zip(plan.new, amounts, strict=True)]
    lines = [line for line in (*kept, *new) if line and line.measure != ""]
    effects = [line.effects for line in lines] or [(0.0, 0.0, 0.0)]
    volume, sugar_g, acid_g = (sum(column) for column in zip(*effects, strict=True))
    water = next((line for line in lines if line.is_water), None)
    mixed_ml = sum(line.ml for line in lines)
    extra_ml = water.ml - mix.melt_lost_ml(mixed_ml) if water else 0.0
    placed = [(line.position, line.name, line.measure) for line in lines]
    placed += [(line.position, line.name_raw, line.measure_raw) for line in plan.kept_bitters]
    placed.sort(key=lambda entry: entry[0])
    return Draft(
        tuple(RawLine(i, name, measure) for i, (_, name, measure) in enumerate(placed, 1)),
        frozenset(line.name for line in lines if line.is_new),
        water.measure if water else None,
        max(0.0, extra_ml / mixed_ml) if mixed_ml else 0.0,
        tuple(line.name for line in kept if line.measure == ""),
        canonical_names([line.name for line in lines if line.lengthens]) or ("Water",),
        (volume, sugar_g, acid_g),
    )


def canonical_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the canonical names."""
    return tuple(canonical_name(name)[0] for name in names)


def _kept(one: KeptLine, exact: float, mix: LinearMix, fineness: int) -> _DraftLine:
    measure, scale = _scaled(one, exact, fineness)
    ml, effects = 0.0, (0.0, 0.0, 0.0)
    if one.content:
        volume, sugar_g, acid_g = mix.effects_of(one.content)
        effects = (scale * volume, scale * sugar_g, scale * acid_g)
        ml = 0.0 if one.nature.kind in SOLIDS else scale * one.content.ml
    name = one.line.name_raw if measure != "" else one.line.name
    return _DraftLine(
        one.line.position, name, measure, ml, effects, scale > 1 + _UNCHANGED, is_new=False
    )


def _scaled(one: KeptLine, scale: float, fineness: int) -> tuple[str | None, float]:
    """Return the measure of a kept line, empty for nothing, and its exact scale."""
    line = one.line
    if one.group == "fixed" or abs(scale - 1) < _UNCHANGED or not line.amount_min:
        return line.measure_raw, 1.0
    lowest = 0.0 if one.group == "sweetener" else LEAST_SCALE
    amount = rounded(line.amount_min * scale, line.unit, fineness)
    exact = amount / line.amount_min
    if scale < _NOTHING or not amount:
        return "", 0.0
    if amount == line.amount_min or not lowest <= exact <= MOST_SCALE:
        return line.measure_raw, 1.0
    return measure_text(amount, line.unit), exact


def _new(line: NewLine, ml: float, mix: LinearMix, unit: str, fineness: int) -> _DraftLine | None:
    """Return a new line with an amount in `unit`; None if it rounds to nothing."""
    position, name, is_water = line.position, line.name, line.nature.kind == "water"
    if line.measure_raw is not None:
        return _DraftLine(
            position, name, line.measure_raw, 0.0, (0.0, 0.0, 0.0), lengthens=False, is_new=True
        )
    amount, its_unit = new_amount(ml, unit, fineness)
    if not (amount or line.is_filler or line.is_hint):
        amount, its_unit = new_amount(LEAST_NEW_ML, "ml", FINENESS[-1])
    is_trifle = line.is_filler and ml < _TRIFLE_SHARE * mix.mixed_ml
    if amount <= 0 or (is_trifle and fineness < FINENESS[-1]):
        return None
    ml, measure = ml_of(amount, its_unit), measure_text(amount, its_unit)
    effects = mix.effects_of_new(line, ml)
    return _DraftLine(position, name, measure, ml, effects, line.is_filler, True, is_water)  # noqa: FBT003 - fields
