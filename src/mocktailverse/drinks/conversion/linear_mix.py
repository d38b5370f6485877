"""A linear model of the mocktail: what each line adds to volume, sugar and acid as served.

It is exact where all amounts are measured, because a drink without alcohol takes the same share of
melt water whatever the amounts are. Where the glass limits an amount, the figures of a first draft
correct it.
"""

from collections.abc import Iterator, Sequence
from operator import mul
from typing import NamedTuple

from mocktailverse.drinks.conversion.balance_limits import (
    ACID_G_PER_100ML,
    BALANCE_SHARE,
    MARGIN,
    SUGAR_G_PER_100ML,
    VOLUME_SHARE,
)
from mocktailverse.drinks.conversion.original import Original
from mocktailverse.drinks.conversion.planning import Plan
from mocktailverse.drinks.conversion.recipe_lines import NewLine
from mocktailverse.drinks.conversion.usual_content import Content, content_of
from mocktailverse.drinks.derivation.served_figures import Served
from mocktailverse.drinks.strength.dilution import MEASURED

_TIGHTNESS = 0.4
"""Share of a limit that the solver takes as its tolerance."""

_ROUGH = 1.3
"""Room for the error of linear figures that are not exact yet, as a share of the limits."""

Effects = tuple[float, float, float]
"""Served ml, grams of sugar and grams of acid."""


class LinearMix(NamedTuple):
    """What the lines of the mocktail have to add up to."""

    totals: Effects
    """Of the original."""
    gaps: Effects
    """What kept and new lines have to add; the rest is what only the glass limits."""
    tolerances: Effects
    melt: float
    """Melt water for each ml that is iced, in the mocktail."""
    melt_before_ml: float
    """Melt water of the original."""
    mixed_ml: float
    """Liquids of the original before melt water."""
    kept: tuple[Effects, ...]
    """What each kept line adds in its original amount; nothing if only the glass limits it."""
    new: tuple[Effects, ...]
    """What a ml of each new line adds."""
    liquids_ml: tuple[float, ...]
    """ml of each kept and a ml of each new line; 0 for solids."""
    waters: tuple[int, ...]
    """Places of plain water, which only lengthens, among them."""
    is_exact: bool
    """Whether the glass limits none of the kept lines."""
    is_corrected: bool = False

    def added(self, scales: Sequence[float], amounts_ml: Sequence[float]) -> Effects:
        """Return what kept lines of these scales and new lines of these ml add."""
        volume = sugar_g = acid_g = 0.0
        for one, amount in zip((*self.kept, *self.new), (*scales, *amounts_ml), strict=True):
            volume += amount * one[0]
            sugar_g += amount * one[1]
            acid_g += amount * one[2]
        return volume, sugar_g, acid_g

    def melt_lost_ml(self, mixed_ml: float) -> float:
        """Return the melt water that a mocktail of `mixed_ml` does not get."""
        return max(0.0, self.melt_before_ml - mixed_ml * self.melt)

    def water_share(self, scales: Sequence[float], amounts_ml: Sequence[float]) -> float:
        """Return the share of plain water in the mix, beyond the melt water of the original."""
        amounts = (*scales, *amounts_ml)
        mixed_ml = sum(map(mul, self.liquids_ml, amounts))
        water_ml = sum(amounts[place] for place in self.waters)
        extra_ml = water_ml - self.melt_lost_ml(mixed_ml) if water_ml else 0.0
        return max(0.0, extra_ml / mixed_ml) if mixed_ml else 0.0

    def corrected(self, added: Effects, after: Served) -> "LinearMix":
        """Return the mix with the product's figures of a draft in place of the linear ones."""
        if after.sugar_served_g_per_100ml is None:
            return self._replace(is_corrected=True)
        volume = after.served_ml.usual if after.served_ml else added[0]
        actual = _effects_in(after, volume)
        gaps = [
            total - (real - linear)
            for total, real, linear in zip(self.totals, actual, added, strict=True)
        ]
        return self._replace(gaps=(gaps[0], gaps[1], gaps[2]), is_corrected=True)

    def is_promising(self, added: Effects) -> bool:
        """Return whether lines that add this keep the limits, as far as the model is exact."""
        volume, sugar_g, acid_g = (
            one + total - gap for one, total, gap in zip(added, self.totals, self.gaps, strict=True)
        )
        before_ml, before_sugar_g, before_acid_g = self.totals
        room = MARGIN if self.is_exact or self.is_corrected else _ROUGH
        if volume <= 0 or abs(volume / before_ml - 1) > room * VOLUME_SHARE:
            return False
        return all(
            abs(100 * grams / volume - 100 * grams_before / before_ml)
            <= room * max(BALANCE_SHARE * 100 * grams_before / before_ml, absolute)
            for grams, grams_before, absolute in (
                (sugar_g, before_sugar_g, SUGAR_G_PER_100ML),
                (acid_g, before_acid_g, ACID_G_PER_100ML),
            )
        )


def linear_mix(original: Original, plan: Plan) -> LinearMix:
    """Return the linear model of a drink's mocktail."""
    lines = original.drink.ingredients
    measured = [
        (line, content) for line, content in zip(lines, original.contents, strict=True) if content
    ]
    is_iced_apart = original.method in MEASURED
    top_ml = sum(content.ml for _, content in measured if is_iced_apart and not content.melts_ice)
    iced_ml = sum(content.ml for _, content in measured) - top_ml
    dry_ml = sum(content.ml for _, content in measured if not content.is_liquid)
    melts = original.melts
    linear_ml = iced_ml * (1 + melts.before) + top_ml
    volume = original.before.served_ml.usual if original.before.served_ml else linear_ml
    totals = _effects_in(original.before, volume)
    is_exact = not any(one.is_open for one in plan.kept)
    gaps = totals
    if not is_exact:
        sugar_g = sum(content.sugar_g for _, content in measured)
        gaps = (linear_ml, sugar_g, sum(content.acid_g for _, content in measured))
    staying = [content for line, content in measured if line in plan.kept_bitters]
    for volume_of_one, sugar_g, acid_g in _effects(staying, melts.after, apart=is_iced_apart):
        gaps = (gaps[0] - volume_of_one, gaps[1] - sugar_g, gaps[2] - acid_g)
    kept = [one.content or Content(0.0, 0.0, 0.0) for one in plan.kept]
    new = [_content_of_ml(line) for line in plan.new]
    liquid_ml = iced_ml - dry_ml
    return LinearMix(
        totals,
        gaps,
        _tolerances(totals),
        melts.after,
        liquid_ml * melts.before,
        liquid_ml + top_ml,
        tuple(_effects(kept, melts.after, apart=is_iced_apart)),
        tuple(_effects(new, melts.after, apart=is_iced_apart)),
        (*(one.ml * one.is_liquid for one in kept), *(1.0 for _ in new)),
        tuple(len(kept) + i for i, line in enumerate(plan.new) if line.is_plain_water),
        is_exact,
    )


def _tolerances(totals: Effects) -> Effects:
    volume, sugar_g, acid_g = totals
    return (
        _TIGHTNESS * VOLUME_SHARE * volume,
        _TIGHTNESS * max(BALANCE_SHARE * sugar_g, SUGAR_G_PER_100ML * volume / 100),
        _TIGHTNESS * max(BALANCE_SHARE * acid_g, ACID_G_PER_100ML * volume / 100),
    )


def _content_of_ml(line: NewLine) -> Content:
    sugar, acid = content_of(line.nature.name)
    return Content(1.0, sugar, acid, not line.nature.is_fizzy)


def _effects(contents: Sequence[Content], melt: float, *, apart: bool) -> Iterator[Effects]:
    """Yield what each content adds; unless some of it is iced `apart`, all takes melt water."""
    for ml, sugar_g, acid_g, melts_ice, _ in contents:
        yield ml * (1 + (melts_ice or not apart) * melt), sugar_g, acid_g


def _effects_in(served: Served, volume: float) -> Effects:
    """Return the usual figures of a drink of this volume."""
    sugar, acid = served.sugar_served_g_per_100ml, served.acid_served_g_per_100ml
    return (
        volume,
        (sugar.usual if sugar else 0.0) * volume / 100,
        (acid.usual if acid else 0.0) * volume / 100,
    )
