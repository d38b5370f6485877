"""The figures of a drink as served, as ranges over everything that its recipe leaves open."""

from collections.abc import Sequence
from math import fsum
from operator import truediv
from typing import NamedTuple

from mocktailverse.drinks.balance.composition import Spread
from mocktailverse.drinks.balance.doses import ALL, Dose, Sums
from mocktailverse.drinks.balance.settling import Settled
from mocktailverse.drinks.strength.dilution import Melt
from mocktailverse.drinks.strength.mixture import concentration
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
    _, low, _, high, weak, strong, *_ = zip(*doses, strict=True)
    bounds = None if settled.rest else concentration(low, high, weak, strong)
    return bounds or (min(weak), max(strong))


def served_strength(settled: Settled, melt: Melt) -> Range | None:
    """Return the % vol as served of a drink with something poured on top; None if unknown."""
    doses = [one for one in settled.doses if one.is_liquid]
    if settled.rest or not doses or not all(one.has_strength for one in doses):
        return None
    return _topped(doses, [one.weak for one in doses], [one.strong for one in doses], melt)


def figures_of(settled: Settled, melt: Melt) -> Figures:
    """Return the figures of a drink with this melt water per volume of what takes any."""
    doses, rest, is_complete, is_topped, has_volume = settled
    if not is_complete or not (doses or rest):
        return NO_FIGURES
    if rest:
        return _open_figures(settled, melt)
    sums = Sums._make(map(fsum, zip(*[one.sums for one in doses], strict=True)))
    dry_ml, wet_ml = sums.low_ml * (1 + melt.least), sums.high_ml * (1 + melt.most)
    if dry_ml and sums.low_ml == sums.high_ml and not is_topped:
        sugar = sums.low_weak_sugar / wet_ml, sums.low_strong_sugar / dry_ml
        acid = sums.low_weak_acid / wet_ml, sums.low_strong_acid / dry_ml
    else:
        contents = [one.contents for one in doses]
        sugar = _mixed(doses, [one.sugar_g for one in contents], melt, is_topped=is_topped)
        acid = _mixed(doses, [one.acid_g for one in contents], melt, is_topped=is_topped)
    if not has_volume:
        return Figures(None, None, None, sugar, acid)
    if is_topped:
        dry_ml = fsum([one.low * (1 + melt.least * one.melt.least) for one in doses])
        wet_ml = fsum([one.high * (1 + melt.most * one.melt.most) for one in doses])
    return Figures(
        (dry_ml, wet_ml),
        (sums.low_weak_sugar / 100, sums.high_strong_sugar / 100),
        (sums.low_weak_acid / 100, sums.high_strong_acid / 100),
        sugar,
        acid,
        None if sums.without_energy else (sums.low_weak_kcal / 100, sums.high_strong_kcal / 100),
    )


def _mixed(
    doses: Sequence[Dose], contents: Sequence[Spread], melt: Melt, *, is_topped: bool
) -> Range:
    """Return the least and most of a solute in 100 ml."""
    weak, _, strong = zip(*contents, strict=True)
    if is_topped:
        return _topped(doses, weak, strong, melt)
    low, high = [one.low for one in doses], [one.high for one in doses]
    thin, thick = concentration(low, high, weak, strong) or (min(weak), max(strong))
    return thin / (1 + melt.most), thick / (1 + melt.least)


def _topped(
    doses: Sequence[Dose], weak: Sequence[float], strong: Sequence[float], melt: Melt
) -> Range:
    """Return the least and most of a solute in 100 ml if each dose has its share of melt water."""
    ends = []
    for factors in (
        [1 + melt.most * one.melt.most for one in doses],
        [1 + melt.least * one.melt.least for one in doses],
    ):
        low = [one.low * factor for one, factor in zip(doses, factors, strict=True)]
        high = [one.high * factor for one, factor in zip(doses, factors, strict=True)]
        thin, thick = list(map(truediv, weak, factors)), list(map(truediv, strong, factors))
        ends.append(concentration(low, high, thin, thick) or (min(thin), max(thick)))
    return ends[0][0], ends[1][1]


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
        volume = fsum([one.usual * (1 + water * one.melt.usual) for one in doses])
    else:
        volume = fsum([one.usual for one in doses]) * (1 + water)
    if settled.rest or volume <= 0:
        return None
    return fsum([one.usual * one.usual_percent for one in doses]) / volume


def usual_figures(settled: Settled, melt: Melt) -> Figures:
    """Return the figures with usual amounts, usual composition and usual dilution."""
    if settled.rest:
        return NO_FIGURES
    usual = [one.usually() for one in settled.doses]
    return figures_of(settled._replace(doses=usual), Melt(melt.usual, melt.usual, melt.usual))


def usual_alcohol_ml(settled: Settled) -> float | None:
    """Return the usual pure alcohol; None if it is unknown."""
    if settled.rest or not settled.has_volume:
        return None
    return fsum([one.usual * one.usual_percent for one in settled.doses]) / 100
