"""The price table, and what usage costs: everything beyond the free limits, times its price."""

import tomllib
from collections.abc import Iterable
from datetime import date
from importlib import resources

from msgspec import Struct

from mocktailverse.conversion import converter
from mocktailverse.cost.usage import LEVELS, Usage


class Price(Struct, frozen=True, kw_only=True):
    """The price of one kind of usage."""

    usage: str
    """The field of Usage that it is for."""
    service: str
    what: str
    unit: str
    usd: float
    """The price of `per` units."""
    per: float
    source: str
    checked: str
    """What confirmed the price, as of when, and what could not be confirmed."""
    free: float = 0
    """Units that are free every month."""


class PriceTable(Struct, frozen=True):
    """The prices of one region on one day."""

    as_of: date
    region: str
    prices: tuple[Price, ...]


class CostLine(Struct, frozen=True):
    """One line of a monthly bill."""

    price: Price
    amount: float
    usd: float

    @property
    def used_share(self) -> float | None:
        """Share of the free units that is used; None if none are free."""
        return self.amount / self.price.free if self.price.free else None


_to_price_table = converter(PriceTable)


def price_table() -> PriceTable:
    """Return the price table that is part of this package."""
    text = resources.files(__package__).joinpath("prices.toml").read_text("utf-8")
    return _to_price_table(tomllib.loads(text))


def month(usage: Usage, table: PriceTable) -> list[CostLine]:
    """Return the bill for an account with this usage only, in the order of the price table."""
    return [_line(usage, price) for price in table.prices]


def total_usd(lines: Iterable[CostLine]) -> float:
    """Return the sum of a bill."""
    return sum(line.usd for line in lines)


def _line(usage: Usage, price: Price) -> CostLine:
    amount = getattr(usage, price.usage)
    charged = max(0.0, amount - price.free) / price.per
    if price.usage in LEVELS:
        charged *= usage.month_share
    return CostLine(price, amount, charged * price.usd)
