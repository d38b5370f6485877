"""Drafts: the lines of a recipe with amounts that a bar measures."""

import re
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from mocktailverse.drinks.conversion.bar_measures import (
    FINENESS,
    measure_text,
    ml_of,
    new_amount,
    rounded_within,
)
from mocktailverse.drinks.conversion.drink_body import flavour_of
from mocktailverse.drinks.conversion.drink_setting import Nature
from mocktailverse.drinks.conversion.linear_mix import SOLIDS, Effects, LinearMix
from mocktailverse.drinks.conversion.phrases import lowered
from mocktailverse.drinks.conversion.planning import Plan
from mocktailverse.drinks.conversion.recipe_lines import KeptLine, NewLine
from mocktailverse.drinks.ingredients import canonical_name
from mocktailverse.drinks.record import RawLine
from mocktailverse.drinks.units import ML_PER_UNIT

LEAST_SCALE = 0.7
MOST_SCALE = 1.3
"""Limits for the amounts of kept lines; sweeteners may go down to nothing."""

LEAST_FLAVOUR_SCALE = 0.5
"""The least of a sweetener that gives flavour and colour, too, such as grenadine."""

_AMOUNT_AND_REST = re.compile(r"\s*[\d./ ]*\d\s*(?P<rest>[^\W\d][^\d]*)")

LEAST_NEW_ML = 2.0
"""Least amount of a flavour: under half a teaspoon."""

_UNCHANGED = 0.04
"""A kept line that changes by less than this share stays as written."""

_TRIFLE_SHARE = 0.10
"""What lengthens the drink is left out below this share of the mix, if the balance allows it."""

MOST_FILLER = 1.5
"""ml of what lengthens the drink that a ml of flavour carries. An estimate."""

SPLASH_ML = 15.0
"""What lengthens a drink of any flavour."""

_NOTHING = 0.05
"""A sweetener below this share of its amount is left out."""


class Draft(NamedTuple):
    """The lines of a recipe that may keep the limits."""

    lines: tuple[RawLine, ...]
    used: frozenset[str]
    """Names of the new ingredients."""
    still: tuple[str, ...]
    """Water, milk or coffee that lengthens it, with its measure, as in "30 ml of water"."""
    fizzy: tuple[str, ...]
    """The same for soda."""
    water_share: float
    """Share of plain water in the mix, beyond the melt water of the original."""
    dropped: tuple[str, ...]
    """Kept lines whose amount is now nothing."""
    is_thin: bool
    """Whether it is more water, soda or milk than flavour."""
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
    nature: Nature
    lengthens: bool
    """Whether it is there to lengthen the drink, or more of it than in the original."""
    is_new: bool

    @property
    def is_filler(self) -> bool:
        """Whether it is there for its volume only."""
        return self.is_new and self.lengthens

    @property
    def adds_volume_only(self) -> bool:
        """Whether it gives hardly any flavour: a filler, or soda that replaces a bottle."""
        return self.is_filler or (self.is_new and self.nature.is_plain_soda)

    @property
    def text(self) -> str:
        """The line as inside a sentence."""
        return f"{self.measure} of {lowered(self.name)}"


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
    fillers = [line for line in lines if line.is_filler]
    water = next((line for line in fillers if line.nature.kind == "water"), None)
    mixed_ml = sum(line.ml for line in lines)
    extra_ml = water.ml - mix.melt_lost_ml(mixed_ml) if water else 0.0
    placed = [(line.position, line.name, line.measure) for line in lines]
    placed += [(line.position, line.name_raw, line.measure_raw) for line in plan.kept_bitters]
    placed.sort(key=lambda entry: entry[0])
    return Draft(
        tuple(RawLine(i, name, measure) for i, (_, name, measure) in enumerate(placed, 1)),
        frozenset(line.name for line in lines if line.is_new),
        tuple(line.text for line in fillers if not line.nature.is_fizzy),
        tuple(line.text for line in fillers if line.nature.is_fizzy),
        max(0.0, extra_ml / mixed_ml) if mixed_ml else 0.0,
        tuple(line.name for line in kept if line.measure == ""),
        _is_thin(plan, lines),
        canonical_names([line.name for line in lines if line.lengthens]) or ("Water",),
        (volume, sugar_g, acid_g),
    )


def _is_thin(plan: Plan, lines: Sequence[_DraftLine]) -> bool:
    """Return whether there is more of what lengthens than the flavour carries."""
    if any(one.content is None for one in plan.kept):
        return False
    filler_ml = sum(line.ml for line in lines if line.adds_volume_only)
    flavour_ml = sum(
        flavour_of(line.nature) * line.ml for line in lines if not line.adds_volume_only
    )
    return filler_ml > MOST_FILLER * flavour_ml + SPLASH_ML


def canonical_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the canonical names."""
    return tuple(canonical_name(name)[0] for name in names)


def least_scale(one: KeptLine) -> float:
    """Return the least scale of a kept line; nothing for what only sweetens."""
    if one.group != "sweetener":
        return LEAST_SCALE
    return 0.0 if one.nature.only_sweetens else LEAST_FLAVOUR_SCALE


def _kept(one: KeptLine, exact: float, mix: LinearMix, fineness: int) -> _DraftLine:
    measure, scale = _scaled(one, exact, fineness)
    ml, effects = 0.0, (0.0, 0.0, 0.0)
    if one.content:
        volume, sugar_g, acid_g = mix.effects_of(one.content)
        effects = (scale * volume, scale * sugar_g, scale * acid_g)
        ml = 0.0 if one.nature.kind in SOLIDS else scale * one.content.ml
    name = one.line.name_raw if measure != "" else one.line.name
    return _DraftLine(
        one.line.position,
        name,
        measure,
        ml,
        effects,
        one.nature,
        lengthens=scale > 1 + _UNCHANGED,
        is_new=False,
    )


def _scaled(one: KeptLine, scale: float, fineness: int) -> tuple[str | None, float]:
    """Return the measure of a kept line, empty for nothing, and its exact scale."""
    line = one.line
    if one.group == "fixed" or abs(scale - 1) < _UNCHANGED or not line.amount_min:
        return line.measure_raw, 1.0
    amount, unit = line.amount_min, line.unit
    if unit == "cup" and amount < 1 and one.nature.kind not in SOLIDS:
        amount, unit = amount * ML_PER_UNIT["cup"] / ML_PER_UNIT["oz"], "oz"
    bounds = amount * least_scale(one), amount * MOST_SCALE
    new = rounded_within(amount * scale, unit, fineness, bounds)
    if new is None or new == amount:
        return line.measure_raw, 1.0
    if scale < _NOTHING or not new:
        return "", 0.0
    measure = measure_text(new, unit)
    return _with_amount(line.measure_raw, measure) if unit == line.unit else measure, new / amount


def _with_amount(measure_raw: str | None, measure: str) -> str:
    """Return the measure as written, such as `6 oz hot`, with another amount."""
    written = _AMOUNT_AND_REST.fullmatch(measure_raw or "")
    return f"{measure.rpartition(' ')[0]} {written['rest']}" if written else measure


def _new(line: NewLine, ml: float, mix: LinearMix, unit: str, fineness: int) -> _DraftLine | None:
    """Return a new line with an amount in `unit`; None if it rounds to nothing."""
    write = partial(
        _DraftLine, line.position, line.name, nature=line.nature, lengthens=line.is_filler,
        is_new=True,
    )  # fmt: skip
    if line.measure_raw is not None:
        return write(line.measure_raw, 0.0, (0.0, 0.0, 0.0))
    amount, its_unit = new_amount(ml, unit, fineness)
    if not (amount or line.is_filler or line.is_hint):
        amount, its_unit = new_amount(LEAST_NEW_ML, "ml", FINENESS[-1])
    is_trifle = line.is_filler and ml < _TRIFLE_SHARE * mix.mixed_ml
    if amount <= 0 or (is_trifle and fineness < FINENESS[-1]):
        return None
    ml, measure = ml_of(amount, its_unit), measure_text(amount, its_unit)
    effects = mix.effects_of_new(line, ml)
    return write(measure, ml, effects)
