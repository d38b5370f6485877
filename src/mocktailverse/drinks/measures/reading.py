"""The amount that the grammar reads, before the ingredient is considered."""

from typing import NamedTuple

from mocktailverse.drinks.measures.words import UnitWord

Span = tuple[float, float]
"""Minimum and maximum."""


class Reading(NamedTuple):
    """An amount within a measure, and its place among the tokens."""

    amount: Span | None
    """Number of units; None if the measure has none, such as "slices"."""
    word: UnitWord
    """The unit; NO_UNIT for a bare number."""
    start: int
    """Index of the first token of the amount."""
    end: int
    """Index of the first token after it."""
    ml: Span | None = None
    """The volume that the text itself states; None if the unit determines it."""
    approximate: bool = False

    @property
    def volume(self) -> Span | None:
        """Minimum and maximum in ml, as stated or by the unit; None if both are unknown."""
        if self.ml is not None or self.amount is None or self.word.ml is None:
            return self.ml
        return self.amount[0] * self.word.ml, self.amount[1] * self.word.ml
