"""The volume and strength of several liquids of uncertain amounts, mixed."""

from collections.abc import Sequence
from math import fsum
from typing import Protocol

from msgspec import Struct

Range = tuple[float, float]


class Liquid(Struct, frozen=True):
    """An amount (ml, or any one unit) and a strength (% vol), each from least to most."""

    low: float
    high: float
    abv_low: float
    abv_high: float


class Amount(Protocol):
    """Anything that is at least `low` and at most `high`."""

    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def total(amounts: Sequence[Amount]) -> Range:
    """The summed amount, from least to most."""
    return fsum(one.low for one in amounts), fsum(one.high for one in amounts)


def alcohol(liquids: Sequence[Liquid]) -> Range:
    """The summed pure alcohol in the liquids' unit, from least to most."""
    return (
        fsum(one.low * one.abv_low for one in liquids) / 100,
        fsum(one.high * one.abv_high for one in liquids) / 100,
    )


def strength(liquids: Sequence[Liquid]) -> Range | None:
    """The least and the most % vol that the mixture can have; None when it may be nothing.

    The extremes lie where every liquid stronger than some threshold is at one end of its amount
    and every weaker one at the other, so trying each liquid's strength as the threshold is exact.
    """
    if total(liquids)[0] <= 0:
        return None
    if all(one.low == one.high and one.abv_low == one.abv_high for one in liquids):
        only = _mean([one.low for one in liquids], [one.abv_low for one in liquids])
        return only, only
    weak = [one.abv_low for one in liquids]
    strong = [one.abv_high for one in liquids]
    return (
        min(
            _mean([one.high if one.abv_low <= limit else one.low for one in liquids], weak)
            for limit in weak
        ),
        max(
            _mean([one.high if one.abv_high >= limit else one.low for one in liquids], strong)
            for limit in strong
        ),
    )


def _mean(amounts: list[float], abv_percent: list[float]) -> float:
    parts = fsum(amount * abv for amount, abv in zip(amounts, abv_percent, strict=True))
    return parts / fsum(amounts)
