"""Trials: the instructions and the figures of a draft, and the drink that the product makes of it.

Normalizing a recipe takes as long as computing its figures, so only the accepted one is normalized.
"""

from typing import NamedTuple

from mocktailverse.drinks.conversion.drafting import Draft
from mocktailverse.drinks.conversion.original import Original
from mocktailverse.drinks.conversion.planning import Plan
from mocktailverse.drinks.conversion.wording import instructions_for
from mocktailverse.drinks.derivation.outcome import outcome_of
from mocktailverse.drinks.derivation.portions import Trait
from mocktailverse.drinks.derivation.served import Served, served_from
from mocktailverse.drinks.drink import Drink, Method
from mocktailverse.drinks.normalize import normalize, portions_of
from mocktailverse.drinks.record import RawLine, Record


class Trial(NamedTuple):
    """A recipe that may become the mocktail."""

    draft: Draft
    lines: tuple[RawLine, ...]
    instructions: str
    method: Method | None
    """The method that the product reads from the instructions."""
    after: Served
    """The product's own figures."""


def trial_of(original: Original, plan: Plan, draft: Draft) -> Trial:
    """Return the recipe of a draft with its figures."""
    drink, lines = original.drink, draft.lines
    instructions = instructions_for(original, plan, draft)
    portions = portions_of(lines)
    traits = frozenset[Trait]().union(*[portion.traits for portion in portions])
    outcome = outcome_of(portions, traits, instructions, drink.glass, drink.category)
    return Trial(draft, lines, instructions, outcome.preparation.method, served_from(outcome))


def mocktail_of(drink: Drink, style: str, trial: Trial) -> Drink:
    """Return the drink that the product makes of a trial; `drink` is its original."""
    record = Record(
        id=f"{drink.id.partition(':')[2]}~{style}",
        name=f"{drink.name} (alcohol-free)",
        category=drink.category,
        alcoholic="non_alcoholic",
        glass=drink.glass,
        iba=None,
        tags=(),
        instructions={"en": trial.instructions},
        lines=trial.lines,
        image=None,
        video=None,
        quality=(),
    )
    mocktail = normalize(record, drink.source, drink.observed_at, drink.lineage).drink
    assert mocktail is not None  # noqa: S101 - a record always gives a drink
    return mocktail
