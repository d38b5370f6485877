"""The limits that every mocktail keeps, compared with its original by the usual figures."""

from mocktailverse.drinks.balance.composition import Spread
from mocktailverse.drinks.balance.served import Served
from mocktailverse.drinks.conversion.original import Original
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.strength.pours import NON_ALCOHOLIC_PERCENT

VOLUME_SHARE = 0.10
"""Maximum relative difference of the served volume."""

BALANCE_SHARE = 0.15
"""Maximum relative difference of sugar and acid per 100 ml as served, unless the absolute limits
are wider."""

SUGAR_G_PER_100ML = 0.75
ACID_G_PER_100ML = 0.10

PLAIN_WATER_SHARE = 0.35
"""Maximum share of plain water in the mix, beyond the melt water of the original."""

_ROUNDING = 0.001
"""Figures are shown with three decimals."""

_MARGIN = 0.97
"""Share of a limit that is used, so that rounded figures keep it, too."""


def exceeded_limit(
    original: Original, mocktail: Drink, after: Served, water_share: float
) -> str | None:
    """Return the name of the first limit that the mocktail exceeds; None if it keeps all."""
    before = original.before
    if mocktail.derived.method != original.method:
        return "method"
    if not mocktail.derived.is_mocktail:
        return "alcohol"
    if after.abv_served_percent is None or after.abv_served_percent.most > NON_ALCOHOLIC_PERCENT:
        return "alcohol"
    if before.served_ml and _differs(before.served_ml, after.served_ml, VOLUME_SHARE, 0.0):
        return "volume"
    if _differs(
        before.sugar_served_g_per_100ml,
        after.sugar_served_g_per_100ml,
        BALANCE_SHARE,
        SUGAR_G_PER_100ML,
    ):
        return "sugar"
    if _differs(
        before.acid_served_g_per_100ml,
        after.acid_served_g_per_100ml,
        BALANCE_SHARE,
        ACID_G_PER_100ML,
    ):
        return "acid"
    if water_share > PLAIN_WATER_SHARE:
        return "water"
    return None


def _differs(before: Spread | None, after: Spread | None, share: float, absolute: float) -> bool:
    if before is None or after is None:
        return True
    limit = max(share * before.usual, absolute) * _MARGIN - _ROUNDING * (absolute > 0)
    return abs(after.usual - before.usual) > limit
