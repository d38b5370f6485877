"""Convert a drink into a mocktail of the same volume, sweetness and acidity."""

from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import islice

from mocktailverse.drinks.balance.served import Served, served_of
from mocktailverse.drinks.conversion.balancing import Draft, drafts_of
from mocktailverse.drinks.conversion.conversion_result import (
    Confidence,
    Conversion,
    Replacement,
    Style,
    as_it_is,
    figures_of,
    refused,
)
from mocktailverse.drinks.conversion.limits import exceeded_limit
from mocktailverse.drinks.conversion.melting import melts_of, unmeasured_ml
from mocktailverse.drinks.conversion.planning import Plan, Refusal, canonical, plan_of
from mocktailverse.drinks.conversion.usual_content import PART_ML
from mocktailverse.drinks.conversion.wording import Course, instructions_for
from mocktailverse.drinks.drink import Drink, Method
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import Record
from mocktailverse.drinks.strength.pours import substance_of

MOST_DRAFTS = 5
"""Maximum number of recipes that are tried; most drinks need one or two."""

_OF_THE_TEXT = frozenset({"method", "alcohol"})
"""Limits that no other amounts help to keep."""

_HOME_MADE = "homemade liqueur"


def to_mocktail(drink: Drink, style: Style = "pantry", have: Sequence[str] = ()) -> Conversion:
    """Return the mocktail of a drink, or the reason why there is none.

    `style` is `pantry` (what a kitchen has) or `bottle` (0.0 bottles where one exists for the
    function). `have` are names of the reader's own bottles without alcohol; a bottle style uses
    them in place of the general ones. A mocktail is returned unchanged.
    """
    if drink.derived.is_mocktail:
        return as_it_is(drink)
    try:
        return _converted(drink, style, tuple(have))
    except Refusal as refusal:
        return refused(refusal.reason, refusal.would_help)


def _converted(drink: Drink, style: Style, have: tuple[str, ...]) -> Conversion:
    method = _require_understood(drink)
    before = _served(drink)
    served_ml = _require_figures(drink, before)
    melts = melts_of(drink, method)
    open_ml = unmeasured_ml(drink, melts, served_ml)
    limit: str | None = "balance"
    for bitters_stay in (True, False):
        plan = plan_of(drink, style, have, served_ml, open_ml, bitters_stay=bitters_stay)
        make = cache(partial(_recipe, drink, style, plan, method))
        drafts = drafts_of(drink, plan, before, melts, method, lambda one: make(one)[1])
        for draft in islice(drafts, MOST_DRAFTS):
            mocktail, after = make(draft)
            limit = exceeded_limit(drink, mocktail, before, after, draft.water_share)
            if limit is None:
                return _conversion(drink, style, plan, draft, mocktail, before, after)
            if limit in _OF_THE_TEXT:
                break
        if not plan.kept_bitters:
            break
    raise Refusal(
        f"No amounts within the limits keep the drink: its {limit} would differ too much.",
        "Another style." if style == "pantry" else None,
    )


def _require_understood(drink: Drink) -> Method:
    """Return the method; raise `Refusal` for a drink that cannot be understood."""
    facts = drink.derived
    if facts.is_mocktail is None:
        names = ", ".join(f"`{name}`" for name in facts.unknown_because or _unknown(drink))
        raise Refusal(
            f"Whether it has alcohol is unknown because of {names}.",
            "A recipe with ingredients that are in the reference.",
        )
    if _HOME_MADE in (drink.category or "").casefold():
        raise Refusal(
            "It is a home-made liqueur: an ingredient, not a drink.",
            "A syrup of the same flavour in the drinks that use it.",
        )
    if facts.method is None:
        raise Refusal(
            "The recipe does not say how it is mixed.",
            "Instructions that name a method, such as shaking.",
        )
    if facts.abv_served_percent_max is None:
        names = ", ".join(f"`{name}`" for name in facts.unknown_because) or "a line"
        raise Refusal(
            f"The amount or the strength of {names} is unknown.",
            "A recipe that states all amounts.",
        )
    return facts.method


def _unknown(drink: Drink) -> list[str]:
    lines = drink.ingredients
    return [line.name for line in lines if substance_of(line.name).abv_percent is None]


def _require_figures(drink: Drink, before: Served) -> float:
    if before.sugar_served_g_per_100ml is None or before.acid_served_g_per_100ml is None:
        raise Refusal(
            "The sugar or acid of an ingredient is unknown.",
            "A recipe with ingredients whose composition is known.",
        )
    if before.served_ml:
        return before.served_ml.usual
    if any(line.unit == "part" for line in drink.ingredients):
        return PART_ML * sum(line.amount_max or 0.0 for line in drink.ingredients)
    raise Refusal("The volume is unknown.", "A recipe that states all amounts.")


def _served(drink: Drink) -> Served:
    text = drink.instructions.get("en")
    return served_of(drink.ingredients, text, drink.glass, drink.category)


def _recipe(
    drink: Drink, style: Style, plan: Plan, method: Method, draft: Draft
) -> tuple[Drink, Served]:
    """Return the drink that the product makes of a draft, and its figures."""
    course = Course(draft.water, draft.dropped, draft.used)
    text = instructions_for(drink.instructions.get("en", ""), plan, method, drink.glass, course)
    record = Record(
        id=f"{drink.id.partition(':')[2]}~{style}",
        name=f"{drink.name} (alcohol-free)",
        category=drink.category,
        alcoholic="non_alcoholic",
        glass=drink.glass,
        iba=None,
        tags=(),
        instructions={"en": text},
        lines=draft.lines,
        image=None,
        video=None,
        quality=(),
    )
    made = normalize(record, drink.source, drink.observed_at, drink.lineage).drink
    assert made is not None  # noqa: S101 - a record always gives a drink
    return made, _served(made)


def _conversion(
    drink: Drink,
    style: Style,
    plan: Plan,
    draft: Draft,
    mocktail: Drink,
    before: Served,
    after: Served,
) -> Conversion:
    return Conversion(
        possible=True,
        drink=mocktail,
        replacements=tuple(_replacements(plan, draft)),
        lost=tuple(dict.fromkeys(swap.stand_in.lost for swap in plan.swaps)),
        before=figures_of(before),
        after=figures_of(after),
        confidence=_confidence(drink, plan),
    )


def _replacements(plan: Plan, draft: Draft) -> Iterator[Replacement]:
    for line in plan.kept_bitters:
        why = "So little stays below 0.5 % vol in this volume."
        yield Replacement(line.position, line.name, (line.name,), "bitters", why)
    by_position = sorted(
        ((line, swap) for swap in plan.swaps for line in swap.lines),
        key=lambda pair: pair[0].position,
    )
    for line, swap in by_position:
        to = canonical([name for name in swap.names if name in draft.used]) or draft.lengthened_by
        yield Replacement(line.position, line.name, to, swap.role.name, swap.stand_in.why)


def _confidence(drink: Drink, plan: Plan) -> Confidence:
    if len(plan.swaps) > 2 or drink.derived.certainty == "range":  # noqa: PLR2004
        return "low"
    if all(swap.stand_in.shares for swap in plan.swaps):
        return "high"
    return "medium"
