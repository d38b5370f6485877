"""The figures of a drink as served, as ranges over everything that its recipe leaves open."""

from collections.abc import Sequence
from math import fsum
from operator import mul, truediv
from typing import NamedTuple

from mocktailverse.drinks.balance.composition import Spread
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
    doses = [dose for dose in (*settled.doses, *settled.rest) if dose.melt.most and dose.is_liquid]
    if not all(dose.has_strength for dose in doses):
        return _ANY_STRENGTH
    if not doses:
        return 0.0, 0.0
    _, amounts, strengths, *_ = zip(*doses, strict=True)
    low, _, high = zip(*amounts, strict=True)
    weak, _, strong = zip(*strengths, strict=True)
    bounds = None if settled.rest else concentration(low, high, weak, strong)
    return bounds or (min(weak), max(strong))


def served_strength(settled: Settled, melt: Melt) -> Range | None:
    """Return the % vol as served of a drink with something poured on top; None if unknown."""
    doses = [dose for dose in settled.doses if dose.is_liquid]
    if settled.rest or not doses or not all(dose.has_strength for dose in doses):
        return None
    _, amounts, strengths, _, _, _, shares, *_ = zip(*doses, strict=True)
    return _Mixture(amounts, shares, melt).per_100_ml(strengths)


def usual_strength(settled: Settled, melt: Melt) -> float | None:
    """Return the % vol as served with usual amounts and usual dilution; None if unknown."""
    doses = [dose for dose in settled.doses if dose.is_liquid]
    volume = fsum([dose.amount.usual * (1 + melt.usual * dose.melt.usual) for dose in doses])
    if settled.rest or volume <= 0:
        return None
    return fsum([dose.amount.usual * dose.abv_percent.usual for dose in doses]) / volume


def usual_alcohol(settled: Settled) -> float:
    """Return the usual pure alcohol in ml."""
    return fsum([dose.amount.usual * dose.abv_percent.usual for dose in settled.doses]) / 100


def figures_of(settled: Settled, melt: Melt) -> Figures:
    """Return the figures of a drink with this melt water per volume of what takes any."""
    if not settled.is_known or not (settled.doses or settled.rest):
        return NO_FIGURES
    if settled.rest:
        return _open_figures(settled, melt)
    _, amounts, _, sugar, acid, kcal, shares, _, has_energy, *_ = zip(*settled.doses, strict=True)
    mixture = _Mixture(amounts, shares, melt)
    ratios = mixture.per_100_ml(sugar), mixture.per_100_ml(acid)
    if not settled.has_volume:
        return Figures(None, None, None, *ratios)
    energy = mixture.sum_of(kcal) if all(has_energy) else None
    return Figures(mixture.volume(), mixture.sum_of(sugar), mixture.sum_of(acid), *ratios, energy)


class _Mixture:
    """The amounts of a drink, and the volumes that they become with the melt water."""

    def __init__(self, amounts: Sequence[Spread], shares: Sequence[Spread], melt: Melt) -> None:
        self._low, _, self._high = zip(*amounts, strict=True)
        # The volume that each ml becomes with the least and with the most melt water.
        self._driest = [1 + melt.least * share.least for share in shares]
        self._wettest = [1 + melt.most * share.most for share in shares]

    def volume(self) -> Range:
        """Return the volume as served."""
        return _sum(self._low, self._driest), _sum(self._high, self._wettest)

    def sum_of(self, contents: Sequence[Spread]) -> Range:
        """Return the mass, or energy, of these contents of 100 ml."""
        weak, _, strong = zip(*contents, strict=True)
        return _sum(self._low, weak) / 100, _sum(self._high, strong) / 100

    def per_100_ml(self, contents: Sequence[Spread]) -> Range:
        """Return the extreme contents of 100 ml as served; exact but for the melt water."""
        weak, _, strong = zip(*contents, strict=True)
        low, high, driest, wettest = self._low, self._high, self._driest, self._wettest
        if low == high and (volume := _sum(low, driest)):
            return _sum(low, weak) / _sum(low, wettest), _sum(low, strong) / volume
        thin, thick = list(map(truediv, weak, wettest)), list(map(truediv, strong, driest))
        wet = concentration(_times(low, wettest), _times(high, wettest), thin, thin)
        dry = concentration(_times(low, driest), _times(high, driest), thick, thick)
        if wet is None or dry is None:
            return min(thin), max(thick)  # it may be all of one of them
        return wet[0], dry[1]


def _sum(amounts: Sequence[float], factors: Sequence[float]) -> float:
    return fsum(map(mul, amounts, factors))


def _times(amounts: Sequence[float], factors: Sequence[float]) -> list[float]:
    return list(map(mul, amounts, factors))


def _open_figures(settled: Settled, melt: Melt) -> Figures:
    """Return the figures if the amount of something is unknown."""
    doses, rest, *_ = settled
    closed = figures_of(settled._replace(rest=[]), melt) if doses else NO_FIGURES
    _, _, _, sugar, acid, _, shares, *_ = zip(*rest, strict=True)
    return Figures(
        None,
        _mass_beside(closed.sugar_g, sugar),
        _mass_beside(closed.acid_g, acid),
        _ratio_beside(closed.sugar_g_per_100ml, sugar, shares, melt),
        _ratio_beside(closed.acid_g_per_100ml, acid, shares, melt),
    )


def _mass_beside(mass: Range | None, open_contents: Sequence[Spread]) -> Range | None:
    """Return the mass of a drink with any amount of other liquids; None if these have some."""
    return None if any(content.most for content in open_contents) else mass or (0.0, 0.0)


def _ratio_beside(
    ratio: Range | None, open_contents: Sequence[Spread], shares: Sequence[Spread], melt: Melt
) -> Range:
    """Return the contents of 100 ml of a drink with any amount of other liquids."""
    pairs = list(zip(open_contents, shares, strict=True))
    weak = [content.least / (1 + melt.most * share.most) for content, share in pairs]
    strong = [content.most / (1 + melt.least * share.least) for content, share in pairs]
    low, high = ratio or (min(weak), max(strong))
    return min(low, *weak), max(high, *strong)


def usual_figures(settled: Settled, melt: Melt) -> Figures:
    """Return the figures with usual amounts, usual composition and usual dilution."""
    if settled.rest:
        return NO_FIGURES
    usual = settled._replace(doses=[dose.usually() for dose in settled.doses])
    return figures_of(usual, Melt(melt.usual, melt.usual, melt.usual))
