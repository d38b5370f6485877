"""Derive the facts of a drink: volume, alcohol, strength, spirits, method, whether a mocktail.

Each figure is a range that covers everything that the recipe leaves open. A figure without bounds
is None. For the formulas and their sources see docs/explanation/strength.md.
"""

from collections.abc import Iterable, Sequence

from mocktailverse.drinks.balance.doses import ETHANOL_G_PER_ML
from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.derivation.causes import causes_of
from mocktailverse.drinks.derivation.outcome import Outcome
from mocktailverse.drinks.derivation.portions import Portion, Trait
from mocktailverse.drinks.drink import Alcoholic, Certainty, Derived
from mocktailverse.drinks.strength.pours import NON_ALCOHOLIC_PERCENT, Range

STANDARD_DRINK_G = 14.0
"""Alcohol in a US standard drink (NIAAA)."""

_Figure = tuple[float | None, float | None]

_NO_BOUNDS: _Figure = (None, None)

_CONTRADICTED: dict[tuple[str | None, bool | None], tuple[Quality, ...]] = {
    ("alcoholic", True): (Quality.STRENGTH_CONTRADICTS,),
    ("non_alcoholic", False): (Quality.STRENGTH_CONTRADICTS,),
}


def derive(outcome: Outcome, alcoholic: Alcoholic | None) -> tuple[Derived, tuple[Quality, ...]]:
    """Return a drink's derived facts, and quality codes where they contradict the source.

    `alcoholic` is what the source states. The code is `strength_contradicts` if the source calls a
    drink with alcohol non-alcoholic or the reverse, and `volume_implausible` if the lines add up to
    more than one recipe makes.
    """
    mixed, served = outcome.mixed, outcome.abv_served_percent
    portions, traits, totals = mixed.portions, mixed.traits, mixed.totals
    quality = () if mixed.is_plausible else (Quality.VOLUME_IMPLAUSIBLE,)
    strength = served or totals.abv_percent
    if "food" in traits:
        strength = _thinned(strength, totals.total_ml[1], portions)
    mocktail = _is_mocktail(traits, strength, partial=totals.partial) if portions else None
    causes = causes_of(
        portions,
        is_strength_known=totals.abv_percent is not None,
        is_mocktail_known=mocktail is not None,
    )
    grams = _scaled(totals.alcohol_ml, ETHANOL_G_PER_ML)
    standard_drinks = _scaled(grams, 1 / STANDARD_DRINK_G)
    likely = (outcome.likely_abv_served_percent, None)
    strengths = totals.total_ml, grams, totals.abv_percent, served, standard_drinks
    ends = _in_hundredths((*strengths, likely, *outcome.figures[1:]))
    derived = Derived(  # type: ignore[call-arg]  # five figures have ten ends
        *ends[:10],  # type: ignore[arg-type]  # mypy does not count them
        _certainty(ends, rough="imprecise" in traits),
        _spirits(portions),
        mixed.preparation.method,
        mocktail,
        causes,
        ends[10],
        *ends[12:],
    )
    return derived, (*_CONTRADICTED.get((alcoholic, mocktail), ()), *quality)


def _certainty(ends: Sequence[float | None], *, rough: bool) -> Certainty:
    least_ml, most_ml, _, _, weakest, strongest, *_ = ends
    if weakest is None:
        return "unknown"
    if weakest != strongest or least_ml != most_ml:
        return "range"
    return "approximate" if rough else "exact"


def _spirits(portions: Sequence[Portion]) -> tuple[str, ...]:
    """Return the base spirits by amount, the largest first; equal ones by name."""
    sums: dict[str, float] = {}
    for portion in portions:
        if spirit := portion.spirit:
            sums[spirit] = sums.get(spirit, 0.0) + portion.amount
    if len(sums) < 2:  # noqa: PLR2004 - one needs no order
        return tuple(sums)
    return tuple(sorted(sums, key=lambda spirit: (-sums[spirit], spirit)))


def _thinned(
    abv_percent: Range | None, most_ml: float | None, portions: Sequence[Portion]
) -> Range | None:
    """Return the strength in a drink with food, whose volume the totals leave out."""
    if abv_percent is None or most_ml is None:
        return abv_percent
    share = most_ml / (most_ml + sum([portion.food_ml for portion in portions]))
    return abv_percent[0] * share, abv_percent[1] * share


def _is_mocktail(
    traits: frozenset[Trait], abv_percent: Range | None, *, partial: bool
) -> bool | None:
    """Return whether the drink certainly has at most 0.5 % vol as served; None if unknown.

    Any alcoholic ingredient makes it False. Bitters and extracts count by the resulting strength.
    The result is unknown if an ingredient may be alcoholic, if the strength is unbounded or
    partial, or if food may make a drink with an extract weaker than computed.
    """
    if "alcoholic" in traits:
        return False
    if "doubtful" in traits:
        return None
    if "strong" not in traits:
        return True
    if abv_percent is None or partial:
        return None
    weakest, strongest = abv_percent
    if strongest <= NON_ALCOHOLIC_PERCENT:
        return True
    is_thinned = "food" in traits and "bitters" not in traits
    return None if weakest <= NON_ALCOHOLIC_PERCENT or is_thinned else False


def _scaled(figure: Range | None, factor: float) -> Range | None:
    return (figure[0] * factor, figure[1] * factor) if figure else None


def _in_hundredths(figures: Iterable[_Figure | None]) -> list[float | None]:
    """Return the least and the most of each figure, precise enough and equal on every machine."""
    ends: list[float | None] = []
    for figure in figures:
        least, most = figure or _NO_BOUNDS
        end = least and (least * 100.0 + 0.5) // 1.0 / 100.0  # faster than `round`
        ends += (end, end if most == least else most and (most * 100.0 + 0.5) // 1.0 / 100.0)
    return ends
