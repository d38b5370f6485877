"""The derived facts of a drink: volume, alcohol, strength, spirits, method, whether a mocktail.

Each figure is a range that covers what the recipe leaves open; what cannot be bounded is None.
The formulas and their sources: docs/explanation/strength.md.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Alcoholic, Certainty, Derived, IngredientLine, Method
from mocktailverse.drinks.strength.contents import Contents, contents_of, without_alcohol
from mocktailverse.drinks.strength.dilution import dilution
from mocktailverse.drinks.strength.glasses import Glass, find_glass
from mocktailverse.drinks.strength.methods import mentions_ice, preparation_method
from mocktailverse.drinks.strength.mixture import Range
from mocktailverse.drinks.strength.pours import Pour, could_be_liquid, pour_of, substance_of

ETHANOL_G_PER_ML = 0.789
"""Density of ethanol at 20 °C."""

STANDARD_DRINK_G = 14.0
"""Alcohol of a US standard drink (NIAAA)."""

NON_ALCOHOLIC_PERCENT = 0.5
"""Below this a beverage may be called non-alcoholic (US 27 CFR 7.65)."""

_PARTY = re.compile(r"\b(?:punch|party|homemade)\b", re.IGNORECASE)
_FILLING = re.compile(r"\b(?:fill(?:s|ed|ing)?|top(?:s|ped|ping)?)\b", re.IGNORECASE)


def derive(
    lines: Sequence[IngredientLine],
    instructions: str | None,
    alcoholic: Alcoholic | None,
    glass: str | None = None,
    category: str | None = None,
) -> tuple[Derived, tuple[Quality, ...]]:
    """Compute a drink's derived facts and what contradicts its source.

    Args:
        lines: the normalized ingredient lines; their order does not matter.
        instructions: the English instructions.
        alcoholic: what the source says of alcohol.
        glass: the glass's name; its size bounds what a recipe does not measure.
        category: a punch or a home-made liqueur is not bounded by the glass it is served in.

    Returns:
        The facts, and `strength_contradicts` when the source calls a drink with alcohol
        non-alcoholic or one without any alcoholic.
    """
    vessel = None if category and _PARTY.search(category) else find_glass(glass)
    ice_named = mentions_ice(instructions) or any(
        substance_of(line.name).kind == "ice" for line in lines
    )
    filling = bool(instructions and _FILLING.search(instructions))
    pours = [pour for line in lines if (pour := pour_of(line, filling=filling))]
    contents = contents_of(pours, vessel, ice_named=ice_named)
    if lines and all(_is_dry(line) for line in lines):
        contents = without_alcohol(contents)
    method = preparation_method(instructions)
    grams = _scaled(contents.alcohol_ml, ETHANOL_G_PER_ML)
    mocktail = _is_mocktail(lines, contents.abv_percent)
    derived = Derived(
        _round(contents.total_min),
        _round(contents.total_max),
        *_rounded(grams),
        *_rounded(contents.abv_percent),
        *_rounded(_served(contents.abv_percent, method, vessel, ice_named=ice_named)),
        *_rounded(_scaled(grams, 1 / STANDARD_DRINK_G)),
        certainty=_certainty(pours, contents),
        spirits=_spirits(lines),
        method=method,
        is_mocktail=mocktail,
    )
    return derived, _contradictions(alcoholic, mocktail=mocktail)


def _is_dry(line: IngredientLine) -> bool:
    """Whether a line brings no alcohol: a liquid without any, or a solid even if unknown."""
    abv_percent = substance_of(line.name).abv_percent
    return abv_percent == (0, 0) or (abv_percent is None and not could_be_liquid(line))


def _served(
    mixed: Range | None, method: Method | None, vessel: Glass | None, *, ice_named: bool
) -> Range | None:
    if mixed is None or mixed[1] == 0:
        return mixed
    iced_glass = vessel is None or vessel.iced
    weakest = dilution(method, mixed[0], ice_named=ice_named, iced_glass=iced_glass)
    strongest = dilution(method, mixed[1], ice_named=ice_named, iced_glass=iced_glass)
    if weakest is None or strongest is None:
        return None
    return mixed[0] / (1 + weakest[1]), mixed[1] / (1 + strongest[0])


def _certainty(pours: Sequence[Pour], contents: Contents) -> Certainty:
    if contents.abv_percent is None:
        return "unknown"
    low, high = _rounded(contents.abv_percent)
    if low != high or _round(contents.total_min) != _round(contents.total_max):
        return "range"
    if contents.approximate or not all(
        pour.exact and not pour.imprecise_unit and pour.substance.labelled for pour in pours
    ):
        return "approximate"
    return "exact"


def _spirits(lines: Sequence[IngredientLine]) -> tuple[str, ...]:
    """The base spirits, the one with the largest amount first, else by name."""
    amounts: dict[str, float] = defaultdict(float)
    for line in lines:
        if spirit := substance_of(line.name).spirit:
            amounts[spirit] += line.ml_max or line.amount_max or 0
    return tuple(sorted(amounts, key=lambda spirit: (-amounts[spirit], spirit)))


def _is_mocktail(lines: Sequence[IngredientLine], mixed: Range | None) -> bool | None:
    """False with any alcoholic ingredient; bitters alone count by the strength they give.

    None when an unknown ingredient may hold alcohol, or too little is known of the bitters.
    """
    found = [(substance_of(line.name), line) for line in lines]
    alcoholic = [substance for substance, _ in found if substance.alcoholic]
    if any(substance.kind != "bitters" for substance in alcoholic):
        return False
    if not found or any(
        substance.alcoholic is None and could_be_liquid(line) for substance, line in found
    ):
        return None
    if not alcoholic:
        return True
    if mixed and mixed[1] < NON_ALCOHOLIC_PERCENT:
        return True
    return False if mixed and mixed[0] >= NON_ALCOHOLIC_PERCENT else None


def _contradictions(alcoholic: Alcoholic | None, *, mocktail: bool | None) -> tuple[Quality, ...]:
    claimed = {"alcoholic": False, "non_alcoholic": True}.get(alcoholic or "")
    if claimed is None or mocktail is None or claimed == mocktail:
        return ()
    return (Quality.STRENGTH_CONTRADICTS,)


def _scaled(figure: Range | None, factor: float) -> Range | None:
    return (figure[0] * factor, figure[1] * factor) if figure else None


def _round(figure: float | None) -> float | None:
    """Two decimals: finer than any bar measures, coarse enough to be equal on every machine."""
    return None if figure is None else round(figure, 2)


def _rounded(figure: Range | None) -> tuple[float | None, float | None]:
    return (_round(figure[0]), _round(figure[1])) if figure else (None, None)
