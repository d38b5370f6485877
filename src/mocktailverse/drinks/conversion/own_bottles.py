"""The reader's own bottles: which general 0.0 bottles each can replace."""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from mocktailverse.drinks.conversion.conversion_result import UnknownBottleError
from mocktailverse.drinks.conversion.roles import general_bottles, role_of, substitute_for
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.ingredients import (
    LONGEST_NAME,
    ancestors,
    canonical_name,
    match_ingredient,
)
from mocktailverse.drinks.ingredients.name_readings import words
from mocktailverse.drinks.reference.tables import read_table
from mocktailverse.drinks.strength.pours import substance_of

_BOTANICAL = ("Non-alcoholic gin", "Non-alcoholic vodka")
"""What a 0.0 spirit of no special kind, such as Seedlip, replaces."""

_NAME_LENGTHS = (3, 2, 1)
"""Words of a kind inside a name, as in `Ritual Whiskey Alternative`; the longest decides."""


def own_name(general: str, have: Sequence[str]) -> str:
    """Return the reader's name of a general bottle, in a form that keeps its composition."""
    own = next((name for name in have if general in kinds_of(name)), None)
    if own is None:
        return general
    row = match_ingredient(own)
    is_kind = row is not None and general in (row.name, *ancestors(row.name))
    return own if is_kind else f"{general} ({own})"


def not_used(have: Sequence[str], mocktail: Drink) -> list[str]:
    """Return the reader's bottles that a mocktail does without."""
    used = [line.name_raw for line in mocktail.ingredients]
    return [name for name in have if name not in used and not any(f"({name})" in u for u in used)]


def require_known(have: Sequence[str]) -> None:
    """Raise `UnknownBottleError` for the first name that is not known."""
    for name in have:
        if not kinds_of(name):
            raise UnknownBottleError(name)


@lru_cache(maxsize=256)
def kinds_of(name: str) -> tuple[str, ...]:
    """Return the general bottles that an own one replaces; empty if it is not known."""
    if len(name) > LONGEST_NAME or substance_of(canonical_name(name)[0]).alcoholic is not False:
        return ()
    row = match_ingredient(name)
    lineage = (row.name, *ancestors(row.name)) if row else ()
    general = tuple(one for one in lineage if one in general_bottles())
    if general:
        return general
    kind = next(_kinds_in(words(name)), None)
    if kind:
        return (kind,)
    return _BOTANICAL if "Non-alcoholic spirit" in lineage else ()


def _kinds_in(spoken: Sequence[str]) -> Iterator[str]:
    """Yield the general bottles for the kinds that a name contains."""
    for length in _NAME_LENGTHS:
        for start in range(len(spoken) - length + 1):
            part = " ".join(spoken[start : start + length])
            if part in _kinds_by_words():
                yield _kinds_by_words()[part]
            role = role_of(part) if match_ingredient(part) else None
            substitute = substitute_for(role, "bottle", ()) if role else None
            if substitute and substitute.style == "bottle":
                yield substitute.shares[0].name


@cache
def _kinds_by_words() -> dict[str, str]:
    return {phrase: bottle for phrase, bottle, _source in read_table("own_bottles.csv")}
