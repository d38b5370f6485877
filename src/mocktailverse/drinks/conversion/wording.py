"""The instructions of a mocktail: the original's text where that is safe, else a plain new one.

A text is edited only if every bottle in it can be replaced word by word. It is rewritten if a
bottle has no single replacement, if the text states amounts, or if the product would read another
method or other ice from it.
"""

from collections.abc import Iterator
from functools import cache

from mocktailverse.drinks.conversion.drafting import Draft
from mocktailverse.drinks.conversion.original import Original
from mocktailverse.drinks.conversion.planning import Plan
from mocktailverse.drinks.conversion.text_editing import edited_text, is_same_reading
from mocktailverse.drinks.conversion.text_rewriting import rewritten_text
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.strength.methods import preparation_of

_CHILL = " and chill"
"""The end of a step in `brews.csv`, for cold drinks."""


def instructions_for(original: Original, plan: Plan, draft: Draft) -> str:
    """Return the instructions of the mocktail in English."""
    text = original.drink.instructions.get("en", "")
    read = preparation_of(text)
    infusing = list(_infusing(plan))
    steps = edited_text(text, plan, read, draft)
    if steps is None or (infusing and not is_same_reading(" ".join([*infusing, steps]), read)):
        steps = rewritten_text(original, plan, read, draft)
    return " ".join([*infusing, steps])


def _infusing(plan: Plan) -> Iterator[str]:
    """Yield how each brew is made; one for a hot drink is not chilled."""
    for line in plan.new:
        if step := _brews().get(line.nature.name):
            yield step.replace(_CHILL, "") if plan.hot else step


@cache
def _brews() -> dict[str, str]:
    return {name: steps for name, steps, _source in read_table("brews.csv")}
