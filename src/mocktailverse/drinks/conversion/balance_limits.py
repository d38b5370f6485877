"""The limits that every mocktail keeps, compared with its original by the usual figures."""

from mocktailverse.drinks.balance.composition import Spread
from mocktailverse.drinks.conversion.original import Original
from mocktailverse.drinks.derivation.served_figures import Served
from mocktailverse.drinks.drink import Method
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

SOUR_G_PER_100ML = 1.5
"""Acid from which a drink needs as much sugar to be drunk without spirit. An estimate."""

_ROUNDING = 0.001
"""Figures are shown with three decimals."""

MARGIN = 0.97
"""Share of a limit that is used, so that rounded figures keep it, too."""


def exceeded_limit(
    original: Original, method: Method | None, after: Served, water_share: float
) -> str | None:
    """Return the name of the first limit that a mocktail exceeds; None if it keeps all."""
    before, abv = original.before, after.abv_served_percent
    is_weak = abv is not None and abv.most <= NON_ALCOHOLIC_PERCENT
    keeps = {
        "method": method == original.method,
        "alcohol": is_weak,
        "volume": before.served_ml is None
        or not _differs(before.served_ml, after.served_ml, VOLUME_SHARE, 0.0),
        "sugar": not _differs(
            before.sugar_served_g_per_100ml,
            after.sugar_served_g_per_100ml,
            BALANCE_SHARE,
            SUGAR_G_PER_100ML,
        ),
        "acid": not _differs(
            before.acid_served_g_per_100ml,
            after.acid_served_g_per_100ml,
            BALANCE_SHARE,
            ACID_G_PER_100ML,
        ),
        "water": water_share <= PLAIN_WATER_SHARE,
        "sour": not _is_sour(after.sugar_served_g_per_100ml, after.acid_served_g_per_100ml),
    }
    return next((name for name, kept in keeps.items() if not kept), None)


def _is_sour(sugar: Spread | None, acid: Spread | None) -> bool:
    """Return whether it is hardly more than lemon juice."""
    if sugar is None or acid is None:
        return False
    return acid.usual > SOUR_G_PER_100ML and sugar.usual < acid.usual


def _differs(before: Spread | None, after: Spread | None, share: float, absolute: float) -> bool:
    if before is None or after is None:
        return True
    limit = max(share * before.usual, absolute) * MARGIN - _ROUNDING * (absolute > 0)
    return abs(after.usual - before.usual) > limit
