"""New lines: what the swaps of a drink add to its recipe, with their natural amounts."""

from collections.abc import Sequence

from mocktailverse.drinks.conversion.drink_setting import nature_of
from mocktailverse.drinks.conversion.recipe_lines import NewLine
from mocktailverse.drinks.conversion.swapping import Swap, is_hint
from mocktailverse.drinks.conversion.usual_content import content_of

LEAST_SYRUP_SHARE = 0.1
"""Least syrup for a ml of liqueur, so that its flavour stays. An estimate."""

_DASHES = frozenset({"dash", "drop", "splash"})


def new_lines_of(swaps: Sequence[Swap]) -> list[NewLine]:
    """Return the new lines of all swaps; the same ingredient for two roles is one line."""
    lines: dict[str, NewLine] = {}
    for swap in swaps:
        position = min(line.position for line in swap.lines)
        for share, name in zip(swap.substitute.shares, swap.names, strict=True):
            ml = _natural_ml(swap, share.ml_per_ml, name)
            earlier = lines.get(name)
            if earlier:
                lines[name] = earlier._replace(natural_ml=earlier.natural_ml + ml)
            else:
                lines[name] = NewLine(
                    name,
                    nature_of(name),
                    position,
                    ml,
                    by_sugar=share.ml_per_ml is None,
                    least_ml=LEAST_SYRUP_SHARE * swap.ml if share.ml_per_ml is None else 0.0,
                    is_hint=is_hint(share) and len(swap.names) > 1,
                    measure_raw=_same_measure(swap),
                )
    return list(lines.values())


def _same_measure(swap: Swap) -> str | None:
    """Return the measure of dashes and of what only the glass limits."""
    only = swap.lines[0]
    if len(swap.lines) > 1 or [share.ml_per_ml for share in swap.substitute.shares] != [1]:
        return None
    return only.measure_raw if only.unit in _DASHES else None


def _natural_ml(swap: Swap, ml_per_ml: float | None, name: str) -> float:
    if ml_per_ml is not None:
        return swap.ml * ml_per_ml
    per_ml = content_of(nature_of(name).name)[0]
    return max(swap.sugar_g / per_ml if per_ml else swap.ml / 2, LEAST_SYRUP_SHARE * swap.ml)
