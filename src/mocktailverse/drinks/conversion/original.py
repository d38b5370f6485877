"""The original of a conversion: a drink that can be understood, with its figures."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from mocktailverse.drinks.balance.composition import composition_of
from mocktailverse.drinks.conversion.phrases import named, quoted
from mocktailverse.drinks.conversion.refusal import NotConvertibleError
from mocktailverse.drinks.conversion.usual_content import PART_ML, Content, content_of_portion
from mocktailverse.drinks.derivation.outcome import Outcome, outcome_of
from mocktailverse.drinks.derivation.portions import portion_of
from mocktailverse.drinks.derivation.served import served_from
from mocktailverse.drinks.derivation.served_figures import Served
from mocktailverse.drinks.drink import Drink, Method
from mocktailverse.drinks.strength.dilution import MEASURED, usual_dilution
from mocktailverse.drinks.strength.glasses import vessel_of
from mocktailverse.drinks.strength.methods import preparation_of
from mocktailverse.drinks.strength.pours import substance_of
from mocktailverse.drinks.text import INSTRUCTIONS_LIMIT

_HOME_MADE = "homemade liqueur"

_KEPT_FOR_LATER = re.compile(
    r"\b(?:steep|infuse|macerate|age|mature|ripen|st(?:and|ore)|leave|rest)\b[^.]{0,80}"
    r"\b(?:days|weeks?|months?)\b",
    re.IGNORECASE,
)
"""A step of a liqueur that somebody makes at home."""


class Melts(NamedTuple):
    """Usual melt water for each ml that is iced."""

    before: float
    after: float
    """Without alcohol, which melts more ice."""


class Original(NamedTuple):
    """A drink that is to be converted."""

    drink: Drink
    method: Method
    before: Served
    served_ml: float
    """Usual volume; in parts, with the solver's size of a part."""
    melts: Melts
    unmeasured_ml: float
    """Usual volume of the lines that only the glass limits."""
    contents: tuple[Content | None, ...]
    """What each line adds, by the usual figures; None if only the glass limits it."""
    stated_method: Method | None = None
    """The method, if the source states it and the instructions do not say it."""


def original_of(drink: Drink) -> Original:
    """Return the drink with its figures; raise `NotConvertibleError` if they are unknown."""
    method = _require_understood(drink)
    portions = [portion_of(line) for line in drink.ingredients]
    text = drink.instructions.get("en")
    stated = method if preparation_of(text).method != method else None
    outcome = outcome_of(portions, preparation_of(text, stated), drink.glass, drink.category)
    contents = tuple(content_of_portion(portion, outcome.mixed.preparation) for portion in portions)
    before = served_from(outcome)
    served_ml = _require_figures(drink, before, contents)
    melts = _melts_of(drink, method, outcome, ice_named="ice" in outcome.mixed.traits)
    unmeasured_ml = _unmeasured_ml(contents, method, melts, served_ml)
    return Original(drink, method, before, served_ml, melts, unmeasured_ml, contents, stated)


def _require_understood(drink: Drink) -> Method:
    """Return the method; raise `NotConvertibleError` for a drink that cannot be understood."""
    facts = drink.derived
    if facts.is_mocktail is None:
        names = quoted(facts.unknown_because or _unknown(drink))
        raise NotConvertibleError(
            f"Whether it has alcohol is unknown because of {names}.",
            "A recipe with ingredients that are in the reference.",
        )
    if _HOME_MADE in (drink.category or "").casefold() or (
        facts.method is None
        and _KEPT_FOR_LATER.search(drink.instructions.get("en", "")[:INSTRUCTIONS_LIMIT])
    ):
        raise NotConvertibleError(
            "It is a home-made liqueur: an ingredient, not a drink.",
            "A syrup of the same flavour in the drinks that use it.",
        )
    if facts.method is None:
        raise NotConvertibleError(
            "The recipe does not say how it is mixed.",
            "Instructions that name a method, such as shaking.",
        )
    if facts.abv_served_percent_max is None:
        names = quoted(facts.unknown_because) or "a line"
        raise NotConvertibleError(
            f"The amount or the strength of {names} is unknown.",
            "A recipe that states all amounts.",
        )
    return facts.method


def _unknown(drink: Drink) -> list[str]:
    lines = drink.ingredients
    return [line.name for line in lines if substance_of(line.name).abv_percent is None]


def _require_figures(drink: Drink, before: Served, contents: Sequence[Content | None]) -> float:
    if before.sugar_served_g_per_100ml is None or before.acid_served_g_per_100ml is None:
        unknown = [line for line in drink.ingredients if composition_of(line.name) is None]
        open_lines = [
            line for line, one in zip(drink.ingredients, contents, strict=True) if one is None
        ]
        raise NotConvertibleError(
            f"The sugar or acid of {named(unknown or open_lines) or 'a line'} is unknown.",
            "A recipe with amounts, and with ingredients whose composition is known.",
        )
    if before.served_ml:
        return before.served_ml.usual
    if any(line.unit == "part" for line in drink.ingredients):
        return PART_ML * sum(line.amount_max or 0.0 for line in drink.ingredients)
    open_lines = [line for line in drink.ingredients if line.ml_max is None]
    raise NotConvertibleError(
        f"The volume is unknown because of {named(open_lines) or 'a line'}.",
        "A recipe that states all amounts.",
    )


def _melts_of(drink: Drink, method: Method, outcome: Outcome, *, ice_named: bool) -> Melts:
    """Return the melt water of a drink and of one without alcohol, made in the same way."""
    if not outcome.melt.most:
        return Melts(0.0, 0.0)
    vessel = vessel_of(drink.glass, drink.category)
    after = usual_dilution(
        method,
        0.0,
        ice_named=outcome.mixed.preparation.ice_named or ice_named,
        iced_glass=vessel is None or vessel.iced,
    )
    return Melts(outcome.melt.usual, after)


def _unmeasured_ml(
    contents: Sequence[Content | None], method: Method, melts: Melts, served_ml: float
) -> float:
    """Return the usual volume of the lines that only the glass limits."""
    if None not in contents:
        return 0.0
    measured = sum(
        content.ml * (1 + (content.melts_ice or method not in MEASURED) * melts.before)
        for content in contents
        if content
    )
    return max(0.0, served_ml - measured)
