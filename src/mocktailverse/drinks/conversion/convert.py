"""Convert a drink into a mocktail of the same volume, sweetness and acidity."""

from collections.abc import Iterator, Sequence

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
from mocktailverse.drinks.conversion.drafting import Draft, canonical_names, is_thin
from mocktailverse.drinks.conversion.original import Original, original_of
from mocktailverse.drinks.conversion.own_bottles import require_known
from mocktailverse.drinks.conversion.phrases import named
from mocktailverse.drinks.conversion.planning import Plan, plan_of
from mocktailverse.drinks.conversion.refusal import TRY_BOTTLES, NotConvertibleError
from mocktailverse.drinks.conversion.trials import Search, Trial, mocktail_of, trial_of
from mocktailverse.drinks.drink import Drink

MOST_REJECTED = 2
"""Maximum number of recipes that are rejected before the drink is; most need none."""

_LITTLE_WATER = 0.12
"""Plain water in the mix, beyond the melt water of the original, that one hardly tastes."""

_MANY_REPLACEMENTS = 3
"""With this many the mocktail is likely to be another drink."""

_OF_THE_TEXT = frozenset({"method", "alcohol"})
"""Limits that no other amounts help to keep."""

_OF_THE_AMOUNTS = frozenset({"balance", "volume", "sugar", "acid"})


_NO_AMOUNTS = "Without {{}} no amounts within the limits keep the {} of the drink."
_EXCEEDED = {
    "alcohol": "What stays, such as an extract, keeps it above 0.5 % vol without {}, too.",
    "method": "Its steps cannot be written without {}.",
    "water": "Without {} it would be more water, soda or milk than drink.",
    "sour": "Without {} it would be too sour to drink.",
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
    bitters_stay, still = True, False
    while True:
        plan = plan_of(original, style, have, bitters_stay=bitters_stay, still=still)
        best, limit = _best(original, plan)
        if best:
            mocktail = mocktail_of(original, style, plan, best)
            if mocktail.derived.is_mocktail:
                return _conversion(original, plan, best, mocktail)
            limit = "alcohol"
        if plan.kept_bitters and limit in _OF_THE_TEXT:
            bitters_stay = False
        elif not still and limit in _OF_THE_AMOUNTS and plan.may_be_still:
            still = True
        else:
            break
    bottles = named([line for swap in plan.swaps for line in swap.lines] or plan.kept_bitters)
    reason = _EXCEEDED[limit].format(bottles)
    raise NotConvertibleError(reason, TRY_BOTTLES if style == "pantry" else _BY_TASTE)


def _best(original: Original, plan: Plan) -> tuple[Trial | None, str]:
    """Return the first trial that keeps all limits with little water, else that with the least.

    If there is none, the second value is the limit that the last trial exceeds.
    """
    search, exceeded = Search(), "balance"
    for drafts in drafts_of(original, plan, search):
        for draft in drafts:
            if is_thin(plan, draft):
                exceeded = "water"
                continue
            trial = trial_of(original, plan, draft, search.texts)
            limit = exceeded_limit(original, trial.method, trial.after, draft.water_share)
            if limit is None:
                search.best = trial
                break
            exceeded = limit
            search.rejected.append(trial)
            if len(search.rejected) >= MOST_REJECTED or exceeded in _OF_THE_TEXT:
                return search.best, exceeded
        if search.best is not None and search.best.draft.water_share <= _LITTLE_WATER:
            break
    return search.best, exceeded


def _conversion(original: Original, plan: Plan, trial: Trial, mocktail: Drink) -> Conversion:
    return Conversion(
        possible=True,
        drink=mocktail,
        replacements=tuple(_replacements(plan, trial.draft)),
        lost=_lost(plan),
        before=figures_of(original.before),
        after=figures_of(trial.after),
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
    used, lengthened_by = draft.used, draft.lengthened_by
    for line, swap in by_position:
        to = canonical_names([name for name in swap.names if name in used]) or swap.joins
        if not (to or swap.is_left_out):
            to = lengthened_by
        yield Replacement(line.position, line.name, to, swap.role.name, swap.substitute.why)


def _confidence(drink: Drink, plan: Plan) -> Confidence:
    if len(plan.swaps) >= _MANY_REPLACEMENTS or drink.derived.certainty == "range":
        return "low"
    if all(swap.substitute.shares for swap in plan.swaps):
        return "high"
    return "medium"
