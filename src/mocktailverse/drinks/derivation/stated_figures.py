"""Compare the figures that a source states with those that are computed from the lines."""

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Derived, Stated

TOLERANCE_PERCENT = 1.0
"""% vol by which a stated strength may differ: two tools rarely agree on the melt water."""
TOLERANCE_SHARE = 0.1
"""Share of the stated strength by which it may differ: the other tool may assume other bottles."""


def stated_differences(stated: Stated | None, derived: Derived) -> tuple[Quality, ...]:
    """Return `stated_strength_differs` if the stated strength is far from the computed one.

    Other tools state a strength as mixed or as served, so anything from the weakest drink as served
    to the strongest as mixed agrees. Without a computed strength there is nothing to compare.

    Example: 24 % stated, 20.1 to 22.3 % computed: the tolerance is 2.4, so they agree.
    """
    if stated is None or stated.abv_percent is None:
        return ()
    weakest, strongest = derived.abv_percent_min, derived.abv_percent_max
    if weakest is None or strongest is None:
        return ()
    if derived.abv_served_percent_min is not None:
        weakest = min(weakest, derived.abv_served_percent_min)
    tolerance = max(TOLERANCE_PERCENT, TOLERANCE_SHARE * stated.abv_percent)
    agrees = weakest - tolerance <= stated.abv_percent <= strongest + tolerance
    return () if agrees else (Quality.STATED_STRENGTH_DIFFERS,)
