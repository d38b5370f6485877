"""The figures of a drink as served, as ranges over everything that its recipe leaves open."""

from collections.abc import Sequence
from math import fsum
from typing import NamedTuple

from msgspec.structs import replace

from mocktailverse.drinks.balance.composition import Spread
from mocktailverse.drinks.balance.doses import ALL, Dose
from mocktailverse.drinks.balance.settling import Settled
from mocktailverse.drinks.strength.dilution import Melt
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
    weak, strong = [one.weak for one in doses], [one.strong for one in doses]
    if not settled.rest:
        low, high = [one.low for one in doses], [one.high for one in doses]
        if bounds := concentration(low, high, weak, strong):
            return bounds
    return min(weak), max(strong)


def served_strength(settled: Settled, melt: Melt) -> Range | None:
    """Return the % vol as served of a drink with something poured on top; None if unknown."""
    doses = [one for one in settled.doses if one.is_liquid]
    if settled.rest or not doses or not all(one.has_strength for one in doses):
        return None
    alcohol = (
        fsum([one.low * one.weak for one in doses]),
        fsum([one.low * one.strong for one in doses]),
    )
    dry_ml, wet_ml, _ = _topped_ml(doses, melt)
    additions = _additions(doses, melt, is_topped=True)
    percents = [(one.weak, one.strong) for one, *_ in additions]
    return _ratio(alcohol, (dry_ml, wet_ml), percents, additions)


def figures_of(settled: Settled, melt: Melt) -> Figures:
    """Return the figures of a drink with this melt water per volume of what takes any."""
    doses, is_topped = settled.doses, settled.is_topped
    if not settled.is_complete or not (doses or settled.rest):
        return NO_FIGURES
    if settled.rest:
        return _open_figures(settled, melt)
    (
        low_ml, high_ml, weak_sugar, strong_sugar, most_sugar, weak_acid, strong_acid, most_acid,
        weak_kcal, most_kcal, without_energy,
    ) = map(fsum, zip(*[one.sums for one in doses], strict=True))  # fmt: skip
    if is_topped:
        dry_ml, wet_ml, most_ml = _topped_ml(doses, melt)
    else:
        wet = 1 + melt.most
        dry_ml, wet_ml, most_ml = low_ml * (1 + melt.least), low_ml * wet, high_ml * wet
    if low_ml == high_ml and wet_ml:
        sugar, acid = (
            (weak_sugar / wet_ml, strong_sugar / dry_ml),
            (weak_acid / wet_ml, strong_acid / dry_ml),
        )
    else:
        additions, least_ml = _additions(doses, melt, is_topped=is_topped), (dry_ml, wet_ml)
        contents = [one.contents for one, *_ in additions]
        sugar = _ratio(
            (weak_sugar, strong_sugar), least_ml, [one.sugar_g for one in contents], additions
        )
        acid = _ratio(
            (weak_acid, strong_acid), least_ml, [one.acid_g for one in contents], additions
        )
    if not settled.has_volume:
        return Figures(None, None, None, sugar, acid)
    return Figures(
        (dry_ml, most_ml),
        (weak_sugar / 100, most_sugar / 100),
        (weak_acid / 100, most_acid / 100),
        sugar,
        acid,
        None if without_energy else (weak_kcal / 100, most_kcal / 100),
    )


def _topped_ml(doses: Sequence[Dose], melt: Melt) -> tuple[float, float, float]:
    """Return the least volume with the least and with the most melt water, and the most volume."""
    return (
        fsum([one.low * (1 + melt.least * one.melt.least) for one in doses]),
        fsum([one.low * (1 + melt.most * one.melt.most) for one in doses]),
        fsum([one.high * (1 + melt.most * one.melt.most) for one in doses]),
    )


_Addition = tuple[Dose, float, float, float]
"""What may be added to the least amounts: the dose, its volume in ml, and the volume that one ml
becomes with the least and with the most melt water."""


def _additions(doses: Sequence[Dose], melt: Melt, *, is_topped: bool) -> list[_Addition]:
    least, most = melt.least, melt.most
    return [
        (
            one,
            one.high - one.low,
            1 + least * (one.melt.least if is_topped else 1),
            1 + most * (one.melt.most if is_topped else 1),
        )
        for one in doses
        if one.high != one.low
    ]


def _ratio(
    solutes: Range,
    least_ml: Range,
    contents: Sequence[tuple[float, ...]],
    additions: Sequence[_Addition],
) -> Range:
    """Return the least and most of a solute in 100 ml; exact but for the melt water.

    `solutes` are those of the least amounts, with the least and the most contents of each dose;
    `least_ml` is their volume with the least and the most melt water. `contents` are those of the
    additions, from least to most.
    """
    if not additions:
        return (solutes[0] / least_ml[1], solutes[1] / least_ml[0]) if least_ml[0] else (0.0, 0.0)
    thin, thick = [], []
    for content, (_, ml, dry, wet) in zip(contents, additions, strict=True):
        thin.append((content[0] / wet, ml * wet))
        thick.append((content[-1] / dry, ml * dry))
    dry_ml, wet_ml = least_ml
    if dry_ml > 0:
        return lowest(solutes[0], wet_ml, thin), highest(solutes[1], dry_ml, thick)
    return min(thin)[0], max(thick)[0]  # it may be all of one of them


def _open_figures(settled: Settled, melt: Melt) -> Figures:
    """Return the figures if the amount of something is unknown."""
    closed = figures_of(replace(settled, rest=[]), melt)
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
    return figures_of(replace(settled, doses=usual), Melt(melt.usual, melt.usual, melt.usual))


def usual_alcohol_ml(settled: Settled) -> float | None:
    """Return the usual pure alcohol; None if it is unknown."""
    if settled.rest or not settled.has_volume:
        return None
    return fsum([one.usual * one.usual_percent for one in settled.doses]) / 100
