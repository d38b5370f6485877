"""The ingredients that leave a drink's strength, or whether it is a mocktail, unknown."""

from collections.abc import Sequence

from mocktailverse.drinks.derivation.portions import Portion
from mocktailverse.drinks.strength.pours import Measured, Pour

_WITHOUT_AMOUNT: frozenset[Measured] = frozenset({"unbounded", "rest", "fill"})


def causes_of(
    portions: Sequence[Portion], *, is_strength_known: bool, is_mocktail_known: bool
) -> tuple[str, ...]:
    """Return the names of the responsible ingredients, in the order of the portions.

    A strength is unknown because of ingredients of unknown strength, without a limited amount, or
    so large that no recipe has them. `is_mocktail` is unknown because of ingredients that may be
    alcoholic, or of bitters and extracts whose share is unknown.
    """
    if is_strength_known and is_mocktail_known:
        return ()
    causes = [] if is_strength_known else _of_strength(portions)
    if not is_mocktail_known:
        causes += _with(portions, "doubtful") or _with(portions, "strong")
    # By identity: comparing portions takes longer, and equal ones are all responsible.
    responsible = {id(one) for one in causes or portions}
    names = (name for one in portions if id(one) in responsible for name in one.names)
    return tuple(dict.fromkeys(names))


def _of_strength(portions: Sequence[Portion]) -> list[Portion]:
    liquids = [(one, one.pour) for one in portions if one.pour]
    measured = {pour.measured for _, pour in liquids}
    unknown = [one for one, pour in liquids if not pour.has_strength]
    if unknown and "unbounded" not in measured:
        return unknown
    # Next to volumes, parts and shares of a glass have no size.
    unlimited = measured & _WITHOUT_AMOUNT or measured - {"ml"}
    without_limit = [one for one, pour in liquids if pour.measured in unlimited]
    return [*unknown, *without_limit] or _largest(liquids)


def _largest(liquids: Sequence[tuple[Portion, Pour]]) -> list[Portion]:
    most = max((pour.high for _, pour in liquids), default=0.0)
    return [one for one, pour in liquids if pour.high == most]


def _with(portions: Sequence[Portion], trait: str) -> list[Portion]:
    return [one for one in portions if trait in one.traits]
