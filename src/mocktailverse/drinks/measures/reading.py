"""The amount within a measure, before the ingredient is considered."""

from typing import NamedTuple

from mocktailverse.drinks.measures.quantity import read_quantity, token_at
from mocktailverse.drinks.measures.tokens import Token
from mocktailverse.drinks.measures.unit_matching import past_hyphen, unit_at
from mocktailverse.drinks.measures.words import UnitWord

Span = tuple[float, float]
"""Minimum and maximum."""


class Reading(NamedTuple):
    """An amount within a measure, before the ingredient is considered."""

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
    weighs: bool = False
    """Whether `ml` comes from ounces, which are a mass if the ingredient is solid."""

    @property
    def may_weigh(self) -> bool:
        """Whether the amount is in ounces, which are a mass if the ingredient is solid."""
        return self.weighs or self.word.weighs

    @property
    def volume(self) -> Span | None:
        """Minimum and maximum in ml, as stated or by the unit; None if both are unknown."""
        if self.ml is not None or self.amount is None or self.word.ml is None:
            return self.ml
        return self.amount[0] * self.word.ml[0], self.amount[1] * self.word.ml[1]


class SecondAmount(NamedTuple):
    """A second amount in a measure."""

    amount: Span
    word: UnitWord
    end: int
    """Index of the first token after it."""

    @property
    def volume(self) -> Span | None:
        """Minimum and maximum in ml; None for units without a volume."""
        return Reading(self.amount, self.word, 0, 0).volume


def second_amount(tokens: list[Token], at: int) -> SecondAmount | None:
    """Return the amount at `at` if a unit directly follows its number; else None."""
    while token_at(tokens, at).text in {"about", "approx", "ca", "~", "="}:
        at += 1
    quantity = read_quantity(tokens, at)
    if quantity is None:
        return None
    unit = unit_at(tokens, past_hyphen(tokens, quantity.end))
    return SecondAmount(quantity.span, unit.word, unit.end) if unit else None
