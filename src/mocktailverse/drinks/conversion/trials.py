"""Trials: the instructions and the figures of a draft, and the drink that the product makes of it.

Writing and normalizing a recipe take as long as computing its figures. So only the accepted one is
normalized, and drafts that differ in their amounts only are computed with one text.
"""

from typing import NamedTuple

from mocktailverse.drinks.conversion.drafting import Draft
from mocktailverse.drinks.conversion.original import Original
from mocktailverse.drinks.conversion.planning import Plan
from mocktailverse.drinks.conversion.wording import instructions_for
from mocktailverse.drinks.derivation.outcome import outcome_of
from mocktailverse.drinks.derivation.served import served_from
from mocktailverse.drinks.derivation.served_figures import Served
from mocktailverse.drinks.drink import Drink, Method
from mocktailverse.drinks.normalize import normalize, portions_of
from mocktailverse.drinks.record import RawLine, Record
from mocktailverse.drinks.strength.methods import preparation_of

LESS_WATER = 0.03
"""Difference in the share of water for which more of the kept lines may change."""


class Trial(NamedTuple):
    """A recipe that may become the mocktail."""

    draft: Draft
    lines: tuple[RawLine, ...]
    instructions: str | None
    """None if those of another draft, with other amounts, were used."""
    method: Method | None
    """The method that the product reads from the instructions."""
    after: Served
    """The product's own figures."""


class Search:
    """What has been tried, and what is worth trying."""

    def __init__(self) -> None:
        self.best: Trial | None = None
        """The trial within all limits with the least water."""
        self.rejected: list[Trial] = []
        self.drafts: set[object] = set()
        """The amounts that have been yielded."""
        self.texts: dict[tuple[str, ...], str] = {}
        """Instructions by the names of the lines."""

    def is_watery(self, water_share: float) -> bool:
        """Return whether a draft with this share of water does not improve on the best trial."""
        best = self.best
        return best is not None and water_share >= best.draft.water_share - LESS_WATER


def trial_of(
    original: Original, plan: Plan, draft: Draft, texts: dict[tuple[str, ...], str]
) -> Trial:
    """Return the recipe of a draft with its figures.

    `texts` are the instructions written so far, by the names of the lines.
    """
    drink, lines = original.drink, draft.lines
    names = tuple(line.ingredient for line in lines)
    instructions = None if names in texts else instructions_for(original, plan, draft)
    text = texts.setdefault(names, instructions or "")
    portions = portions_of(lines)
    preparation = preparation_of(text, original.stated_method)
    outcome = outcome_of(portions, preparation, drink.glass, drink.category)
    return Trial(draft, lines, instructions, outcome.mixed.preparation.method, served_from(outcome))


def mocktail_of(original: Original, style: str, plan: Plan, trial: Trial) -> Drink:
    """Return the drink that the product makes of a trial."""
    drink = original.drink
    instructions = trial.instructions or instructions_for(original, plan, trial.draft)
    record = Record(
        id=f"{drink.id.partition(':')[2]}~{style}",
        name=f"{drink.name} (alcohol-free)",
        category=drink.category,
        alcoholic="non_alcoholic",
        glass=drink.glass,
        iba=None,
        tags=(),
        instructions={"en": instructions},
        lines=trial.lines,
        image=None,
        video=None,
        quality=(),
        method=original.stated_method,
    )
    mocktail = normalize(record, drink.source, drink.observed_at, drink.lineage).drink
    assert mocktail is not None  # noqa: S101 - a record always gives a drink
    return mocktail
