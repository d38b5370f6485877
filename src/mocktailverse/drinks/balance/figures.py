"""The figures of a drink as served, as ranges over everything that its recipe leaves open."""

from collections.abc import Sequence
from math import fsum
from typing import NamedTuple

from mocktailverse.drinks.balance.composition import Spread
from mocktailverse.drinks.balance.doses import ALL, Dose, make_dose
from mocktailverse.drinks.balance.settling import Settled, add_up
from mocktailverse.drinks.strength.dilution import NO_MELT, Melt
from mocktailverse.drinks.strength.mixture import concentration, highest, lowest
from mocktailverse.drinks.strength.pours import Range

_ANY_STRENGTH = (0.0, 96.0)
"""% vol of a mixture that holds something of unknown strength."""


class Figures(NamedTuple):
    """Figures as served; None where a figure has no bounds."""

    served_ml: Range | None = None
    sugar_g: Range | None = None
    acid_g: Range | None = None
    sugar_g_per_100ml: Range | None = None
    acid_g_per_100ml: Range | None = None
    energy_kcal: Range | None = None


NO_FIGURES = Figures()


def diluted_strength(settled: Settled) -> Range:
    """Return bounds of the strength as mixed, in % vol, of what takes melt water."""
    doses = [
        one
        for one in (*settled.doses, *settled.rest)
        if one.is_liquid and (one.melt.most or not settled.is_topped)
    ]
    if not all(one.has_strength for one in doses):
        return _ANY_STRENGTH
    if not doses:
        return 0.0, 0.0
    low, _, high = zip(*[one.amount for one in doses], strict=True)
    weak, _, strong = zip(*[one.abv_percent for one in doses], strict=True)
    bounds = None if settled.rest else concentration(low, high, weak, strong)
    return bounds or (min(weak), max(strong))


def served_strength(settled: Settled, melt: Melt) -> Range | None:
    """Return the % vol as served of a drink with something poured on top; None if unknown."""
    doses = [one for one in settled.doses if one.is_liquid]
    sums = settled.sums if len(doses) == len(settled.doses) else add_up(doses)
    is_complete = not sums.without_energy or all(one.has_strength for one in doses)
    if settled.rest or not doses or not is_complete:
        return None
    dry_ml = sums.low_ml + melt.least * sums.low_dry_ml
    wet_ml = sums.low_ml + melt.most * sums.low_wet_ml
    alcohol = sums.low_weak_alcohol, sums.low_strong_alcohol
    if sums.low_ml == sums.high_ml and wet_ml:
        return alcohol[0] / wet_ml, alcohol[1] / dry_ml
    strengths = [one.abv_percent for one in doses]
    return _ratio(alcohol, (dry_ml, wet_ml), strengths, _additions(doses, melt))


def figures_of(settled: Settled, melt: Melt) -> Figures:
    """Return the figures of a drink with this melt water per volume of what takes any."""
    doses, sums, rest, is_complete, is_topped, has_volume = settled
    if not is_complete or not (doses or rest):
        return NO_FIGURES
    if rest:
        return _open_figures(settled, melt)
    # What is diluted as a whole is computed as mixed; the water comes at the end.
    dry, water, wet = (1.0, melt, 1.0) if is_topped else (1 + melt.least, NO_MELT, 1 + melt.most)
    dry_ml = sums.low_ml + water.least * sums.low_dry_ml
    wet_ml = sums.low_ml + water.most * sums.low_wet_ml
    weak_sugar, strong_sugar = sums.low_weak_sugar, sums.low_strong_sugar
    weak_acid, strong_acid = sums.low_weak_acid, sums.low_strong_acid
    if sums.low_ml == sums.high_ml and wet_ml:
        sugar_ratio = weak_sugar / wet_ml, strong_sugar / dry_ml
        acid_ratio = weak_acid / wet_ml, strong_acid / dry_ml
    else:
        least_ml, additions = (dry_ml, wet_ml), _additions(doses, water)
        sugar, acid = zip(*[one.contents[:2] for one in doses], strict=True)
        sugar_ratio = _ratio((weak_sugar, strong_sugar), least_ml, sugar, additions)
        acid_ratio = _ratio((weak_acid, strong_acid), least_ml, acid, additions)
    ratios = _thinned(sugar_ratio, dry, wet), _thinned(acid_ratio, dry, wet)
    if not has_volume:
        return Figures(None, None, None, *ratios)
    return Figures(
        (dry_ml * dry, (sums.high_ml + water.most * sums.high_wet_ml) * wet),
        (weak_sugar / 100, sums.high_strong_sugar / 100),
        (weak_acid / 100, sums.high_strong_acid / 100),
        *ratios,
        None if sums.without_energy else (sums.low_weak_kcal / 100, sums.high_strong_kcal / 100),
    )


def _thinned(ratio: Range, dry: float, wet: float) -> Range:
    """Return a concentration after each volume became `dry` to `wet` volumes."""
    return ratio[0] / wet, ratio[1] / dry


_Addition = tuple[int, float, float, float]
"""What may be added to the least amounts: the index of the dose, its volume in ml, and the volume
that one ml becomes with the least and with the most melt water."""


def _additions(doses: Sequence[Dose], melt: Melt) -> list[_Addition]:
    return [
        (
            place,
            one.amount.most - one.amount.least,
            1 + melt.least * one.melt.least,
            1 + melt.most * one.melt.most,
        )
        for place, one in enumerate(doses)
        if one.amount.least != one.amount.most
    ]


def _ratio(
    solutes: Range, least_ml: Range, contents: Sequence[Spread], additions: Sequence[_Addition]
) -> Range:
    """Return the least and most of a solute in 100 ml; exact but for the melt water.

    `solutes` are those of the least amounts, with the least and the most contents of each dose;
    `least_ml` is their volume with the least and the most melt water.
    """
    dry_ml, wet_ml = least_ml
    thin = [(contents[place].least / wet, ml * wet) for place, ml, _, wet in additions]
    thick = [(contents[place].most / dry, ml * dry) for place, ml, dry, _ in additions]
    if dry_ml > 0:
        return lowest(solutes[0], wet_ml, thin), highest(solutes[1], dry_ml, thick)
    if not additions:
        return 0.0, 0.0
    return min(thin)[0], max(thick)[0]  # it may be all of one of them


def _open_figures(settled: Settled, melt: Melt) -> Figures:
    """Return the figures if the amount of something is unknown."""
    closed = figures_of(settled._replace(rest=[]), melt)
    rest = settled.rest
    sugar, acid = [one.contents.sugar_g for one in rest], [one.contents.acid_g for one in rest]
    shares = [one.melt if settled.is_topped else ALL for one in rest]
    return Figures(
        None,
        _mass_beside(closed.sugar_g, sugar),
        _mass_beside(closed.acid_g, acid),
        _ratio_beside(closed.sugar_g_per_100ml, sugar, shares, melt),
        _ratio_beside(closed.acid_g_per_100ml, acid, shares, melt),
    )


def _mass_beside(mass: Range | None, contents: Sequence[Spread]) -> Range | None:
    """Return the mass of a drink with any amount of other liquids; None if these have some."""
    return None if any(content.most for content in contents) else mass or (0.0, 0.0)


def _ratio_beside(
    ratio: Range | None, contents: Sequence[Spread], shares: Sequence[Spread], melt: Melt
) -> Range:
    """Return the contents of 100 ml of a drink with any amount of other liquids."""
    pairs = list(zip(contents, shares, strict=True))
    weak = [content.least / (1 + melt.most * share.most) for content, share in pairs]
    strong = [content.most / (1 + melt.least * share.least) for content, share in pairs]
    low, high = ratio or (min(weak), max(strong))
    return min(low, *weak), max(high, *strong)


def usual_strength(settled: Settled, melt: Melt) -> float | None:
    """Return the % vol as served with usual amounts and usual dilution; None if unknown."""
    doses = [one for one in settled.doses if one.is_liquid]
    water = melt.usual
    if settled.is_topped:
        volume = fsum([one.amount.usual * (1 + water * one.melt.usual) for one in doses])
    else:
        volume = fsum([one.amount.usual for one in doses]) * (1 + water)
    if settled.rest or volume <= 0:
        return None
    return fsum([one.amount.usual * one.abv_percent.usual for one in doses]) / volume


def usual_figures(settled: Settled, melt: Melt) -> Figures:
    """Return the figures with usual amounts, usual composition and usual dilution."""
    if settled.rest:
        return NO_FIGURES
    usual = [
        make_dose(
            one.measured,
            one.amount.usually(),
            one.abv_percent.usually(),
            one.contents.usually(),
            one.melt.usually(),
            one.has_strength,
        )
        for one in settled.doses
    ]
    water = Melt(melt.usual, melt.usual, melt.usual)
    return figures_of(settled._replace(doses=usual, sums=add_up(usual)), water)


def usual_alcohol_ml(settled: Settled) -> float | None:
    """Return the usual pure alcohol; None if it is unknown."""
    if settled.rest or not settled.has_volume:
        return None
    return fsum([one.amount.usual * one.abv_percent.usual for one in settled.doses]) / 100
