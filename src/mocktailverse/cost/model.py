"""The sum: usage times prices, beyond what is free."""

import tomllib
from datetime import date
from importlib import resources

from msgspec import Struct

from mocktailverse.conversion import converter
from mocktailverse.cost.usage import LEVELS, Usage


class Price(Struct, frozen=True, kw_only=True):
    """The price of `per` units of one field of Usage; `free` units a month cost nothing.

    `checked` says what confirmed it, as of when, and what could not be confirmed.
    """

    usage: str
    service: str
    what: str
    unit: str
    usd: float
    per: float
    source: str
    checked: str
    free: float = 0


class PriceTable(Struct, frozen=True):
    """The prices of a region on a day."""

    as_of: date
    region: str
    prices: tuple[Price, ...]


class Line(Struct, frozen=True, kw_only=True):
    """One line of the bill; `used_share` of the free limit is None where nothing is free."""

    usage: str
    service: str
    what: str
    amount: float
    unit: str
    free_limit: float
    used_share: float | None
    usd: float


_to_price_table = converter(PriceTable)


def price_table() -> PriceTable:
    """The table that comes with the package."""
    text = resources.files(__package__).joinpath("prices.toml").read_text("utf-8")
    return _to_price_table(tomllib.loads(text))


def month(usage: Usage, table: PriceTable) -> list[Line]:
    """The bill of an account that uses this and nothing else, in the order of the price table."""
    return [_line(usage, price) for price in table.prices]


def total_usd(lines: list[Line]) -> float:
    """The sum of a bill."""
    return sum(line.usd for line in lines)


def _line(usage: Usage, price: Price) -> Line:
    amount = getattr(usage, price.usage)
    charged = max(0.0, amount - price.free) / price.per
    if price.usage in LEVELS:
        charged *= usage.month_share
    return Line(
        usage=price.usage,
        service=price.service,
        what=price.what,
        amount=amount,
        unit=price.unit,
        free_limit=price.free,
        used_share=amount / price.free if price.free else None,
        usd=charged * price.usd,
    )
