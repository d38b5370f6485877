"""Convert a drink into a mocktail of the same volume, sweetness and acidity."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

from mocktailverse.drinks.conversion.balance_limits import exceeded_limit
from mocktailverse.drinks.conversion.balancing import drafts_of
from mocktailverse.drinks.conversion.conversion_result import (
    Confidence,
    Conversion,
    Replacement,
    Style,
    as_it_is,
    figures_of,
    refused,
)
from mocktailverse.drinks.conversion.drafting import Draft, canonical_names
from mocktailverse.drinks.conversion.original import Original, original_of, served_figures
from mocktailverse.drinks.conversion.own_bottles import require_known
from mocktailverse.drinks.conversion.phrases import named
from mocktailverse.drinks.conversion.planning import Plan, plan_of
from mocktailverse.drinks.conversion.refusal import TRY_BOTTLES, NotConvertibleError
from mocktailverse.drinks.conversion.wording import instructions_for
from mocktailverse.drinks.derivation.served import Served
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import Record

MOST_DRAFTS = 4
"""Maximum number of recipes that are tried; most drinks need one or two."""

_LITTLE_WATER = 0.12
"""Plain water in the mix, beyond the melt water of the original, that one hardly tastes."""

_MANY_REPLACEMENTS = 3
"""With this many the mocktail is likely to be another drink."""

_LESS_WATER = 0.03
"""Difference of that share for which more of the kept lines may change."""

_OF_THE_TEXT = frozenset({"method", "alcohol"})
"""Limits that no other amounts help to keep."""


_NO_AMOUNTS = "Without {{}} no amounts within the limits keep the {} of the drink."
_EXCEEDED = {
    "alcohol": "What stays, such as an extract, keeps it above 0.5 % vol without {}, too.",
    "method": "Its steps cannot be written without {}.",
    "water": "Without {} it would be more water, soda or milk than drink.",
    **{name: _NO_AMOUNTS.format(name) for name in ("balance", "volume", "sugar", "acid")},
}
"""Why there is no mocktail, by the limit that the last draft exceeds."""

_BY_TASTE = "A recipe with more juice, tea, coffee or milk, or amounts by taste."


def to_mocktail(drink: Drink, style: Style = "pantry", have: Sequence[str] = ()) -> Conversion:
    """Return the mocktail of a drink, or the reason why there is none.

    `style` is `pantry` (what a kitchen has) or `bottle` (0.0 bottles where one exists for the
    function). `have` are names of the reader's own bottles without alcohol; a bottle style uses
    them in place of the general ones, and a name that is not known raises `UnknownBottleError`. A
    mocktail is returned unchanged.
    """
    require_known(have)
    if drink.derived.is_mocktail:
        return as_it_is(drink)
    try:
        return _converted(drink, style, tuple(have))
    except NotConvertibleError as refusal:
        return refused(refusal.reason, refusal.would_help)


def _converted(drink: Drink, style: Style, have: tuple[str, ...]) -> Conversion:
    original = original_of(drink)
    limit = "balance"
    for bitters_stay in (True, False):
        plan = plan_of(original, style, have, bitters_stay=bitters_stay)
        best, limit = _best(original, style, plan)
        if best:
            return _conversion(original, plan, *best)
        if not plan.kept_bitters or limit not in _OF_THE_TEXT:
            break
    bottles = named([line for swap in plan.swaps for line in swap.lines] or plan.kept_bitters)
    reason = _EXCEEDED[limit].format(bottles)
    raise NotConvertibleError(reason, TRY_BOTTLES if style == "pantry" else _BY_TASTE)


def _best(
    original: Original, style: Style, plan: Plan
) -> tuple[tuple[Draft, Drink, Served] | None, str]:
    """Return the first draft that keeps all limits with little water, else that with the least.

    If there is none, the second value is the limit that the last draft exceeds.
    """
    make = cache(partial(_mocktail, original, style, plan))
    best, exceeded, tried = None, "balance", 0
    for drafts in drafts_of(original, plan, partial(_figures, make)):
        for draft in drafts:
            if best and draft.water_share >= best[0].water_share - _LESS_WATER:
                continue
            if draft.is_thin:
                exceeded = "water"
                continue
            tried += 1
            mocktail, after = make(draft)
            limit = exceeded_limit(original, mocktail, after, draft.water_share)
            if limit is None:
                best = draft, mocktail, after
                break
            exceeded = limit
        is_done = best is not None and best[0].water_share <= _LITTLE_WATER
        if is_done or tried >= MOST_DRAFTS or exceeded in _OF_THE_TEXT:
            break
    return best, exceeded


def _figures(make: Callable[[Draft], tuple[Drink, Served]], draft: Draft) -> Served:
    return make(draft)[1]


def _mocktail(original: Original, style: Style, plan: Plan, draft: Draft) -> tuple[Drink, Served]:
    """Return the drink that the product makes of a draft, and its figures."""
    drink = original.drink
    record = Record(
        id=f"{drink.id.partition(':')[2]}~{style}",
        name=f"{drink.name} (alcohol-free)",
        category=drink.category,
        alcoholic="non_alcoholic",
        glass=drink.glass,
        iba=None,
        tags=(),
        instructions={"en": instructions_for(original, plan, draft)},
        lines=draft.lines,
        image=None,
        video=None,
        quality=(),
    )
    mocktail = normalize(record, drink.source, drink.observed_at, drink.lineage).drink
    assert mocktail is not None  # noqa: S101 - a record always gives a drink
    return mocktail, served_figures(mocktail)


def _conversion(
    original: Original, plan: Plan, draft: Draft, mocktail: Drink, after: Served
) -> Conversion:
    return Conversion(
        possible=True,
        drink=mocktail,
        replacements=tuple(_replacements(plan, draft)),
        lost=_lost(plan),
        before=figures_of(original.before),
        after=figures_of(after),
        confidence=_confidence(original.drink, plan),
    )


def _lost(plan: Plan) -> tuple[str, ...]:
    """Return each loss once; not the warmth if the warmth and the body are lost."""
    losses = dict.fromkeys(swap.substitute.lost for swap in plan.swaps)
    return tuple(
        loss for loss in losses if not any(loss != other and loss in other for other in losses)
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
        to = (
            canonical_names([name for name in swap.names if name in draft.used])
            or draft.lengthened_by
        )
        yield Replacement(line.position, line.name, to, swap.role.name, swap.substitute.why)


def _confidence(drink: Drink, plan: Plan) -> Confidence:
    if len(plan.swaps) >= _MANY_REPLACEMENTS or drink.derived.certainty == "range":
        return "low"
    if all(swap.substitute.shares for swap in plan.swaps):
        return "high"
    return "medium"
