"""Settle how much of each ingredient a drink gets, from its glass and its instructions."""

import re
from collections.abc import Iterable, Sequence
from math import fsum
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from mocktailverse.drinks.balance.composition import Spread
from mocktailverse.drinks.balance.contents import NONE, Contents
from mocktailverse.drinks.balance.doses import (
    ALL,
    LEAST_MUDDLED,
    UNKNOWN_DOSE,
    Dose,
    Fruit,
    make_dose,
)
from mocktailverse.drinks.strength.glasses import Glass
from mocktailverse.drinks.strength.methods import Preparation
from mocktailverse.drinks.strength.totals import DASHES_ML, NEGLIGIBLE_SHARE, filling_ml

Use = Literal["blended", "muddled", "pressed", "garnish", "open"]
"""How a fruit is used; `open` if the instructions do not say."""

_USES: dict[Use, tuple[str, ...]] = {
    "muddled": ("muddl", "mash", "crush", "smash", "bruis", "pound"),
    "blended": ("blend", "puree", "purée", "lique", "liqui", "process", "whiz"),
    "pressed": ("squeez", "juice of", "juice from", "juice the", " press", "-press"),
    "garnish": (
        "garnish", "decorat", "serve", "rim ", "rim,", "float", "wedge", "slice", "twist", "peel",
        "zest", "top",
    ),
}  # fmt: skip
"""Beginnings of words that state a use, which are found faster than by a regular expression."""
_ML = frozenset({"ml"})
_STRAINED_METHODS = frozenset({"shaken", "stirred", "blended"})
_ADDED = re.compile(r"\b(?:top|fill|float|add|drizzl|splash|layer|sink|finish)")


class Settled(Struct, frozen=True, gc=False):
    """The doses of one drink, all with the same unit of amount."""

    doses: list[Dose]
    rest: list[Dose]
    """Doses of any amount."""
    is_complete: bool
    """Whether the composition of all that matters is known."""
    is_topped: bool
    """Whether something takes no melt water; if not, all doses take it, whatever their `melt`."""
    has_volume: bool = True
    """Whether the amounts are ml; otherwise only their ratio is known."""


def settle(
    doses: Iterable[Dose | Fruit],
    preparation: Preparation,
    vessel: Glass | None,
    *,
    ice_named: bool,
) -> Settled:
    """Return what the drink gets of each dose; the vessel's size bounds doses without an amount."""
    used: list[Dose] = []
    for one in doses:
        settled = _of_fruit(one, preparation) if isinstance(one, Fruit) else one
        if settled:
            used.append(settled)
    if preparation.method == "blended":
        used = [_blended(dose) for dose in used]
    late_from = preparation.late_from
    if late_from is not None:
        early, late = preparation.text[:late_from], preparation.text[late_from:]
        used = [_poured_late(dose, early, late) for dose in used]
    rest: list[Dose] = []
    kinds = {dose.measured for dose in used}
    has_volume = "part" not in kinds and kinds != {"glass"}
    if not has_volume:
        used = [dose for dose in used if dose.measured != "ml" or dose.high >= DASHES_ML]
        is_complete = _all_known(used) and len({dose.measured for dose in used}) == 1
    elif kinds <= _ML:
        is_complete = _all_known(used)
    else:
        used, rest = _measured(used, preparation, vessel, ice_named=ice_named)
        is_complete = _all_known(used) and all(dose.contents.is_complete for dose in rest)
    is_topped = preparation.method in _STRAINED_METHODS and (
        any(dose.melt is not ALL and _is_on_top(dose) for dose in used)
        or any(dose.melt == NONE for dose in rest)
    )
    return Settled(used, rest, is_complete, is_topped, has_volume)


def _blended(dose: Dose) -> Dose:
    """Return the dose as part of what is blended, unless it fills up the glass afterwards."""
    return dose if dose.melt.most or dose.measured == "fill" else replace(dose, melt=ALL)


def _is_on_top(dose: Dose) -> bool:
    least, _, most = dose.melt
    return (least < 1 and dose.low > 0) or (most < 1 and dose.high > 0)


def _measured(
    doses: Sequence[Dose], preparation: Preparation, vessel: Glass | None, *, ice_named: bool
) -> tuple[list[Dose], list[Dose]]:
    """Return the doses in ml, and those whose amount not even the glass bounds."""
    if vessel:
        doses = [_in_ml(dose, vessel) for dose in doses]
    measured = [dose for dose in doses if dose.measured == "ml"]
    rest = [dose for dose in doses if dose.measured != "ml"]
    if rest and vessel and all(dose.measured in {"fill", "rest"} for dose in rest):
        least, most = vessel.filled_ml(ice_named=ice_named)
        is_filled = preparation.filled or any(dose.measured == "fill" for dose in rest)
        is_on_top = is_filled and preparation.method in _STRAINED_METHODS
        liquids = [dose for dose in measured if dose.is_liquid]
        volume = fsum([dose.low for dose in liquids]), fsum([dose.high for dose in liquids])
        filled = filling_ml(volume, (least if is_filled else 0.0, most))
        if filled and all(dose.contents.is_complete and dose.has_strength for dose in rest):
            return [*measured, _filling(rest, filled, is_on_top=is_on_top)], []
    return measured, rest


def _all_known(doses: Sequence[Dose]) -> bool:
    """Return whether the doses of unknown composition are too small to matter."""
    unknown = [dose for dose in doses if not dose.contents.is_complete]
    if not unknown:
        return True
    amount = fsum([dose.high for dose in unknown])
    is_bounded = all(dose.measured != "unbounded" for dose in unknown)
    return is_bounded and amount <= NEGLIGIBLE_SHARE * fsum([dose.low for dose in doses])


def _in_ml(dose: Dose, vessel: Glass) -> Dose:
    if dose.measured != "glass":
        return dose
    return dose.with_amount(*_around(dose.low * vessel.ml_min, dose.high * vessel.ml_max))


def _around(low: float, high: float) -> Spread:
    """Return a range with its middle as the usual figure."""
    return Spread(low, (low + high) / 2, high)


def _filling(rest: Sequence[Dose], ml: tuple[float, float], *, is_on_top: bool) -> Dose:
    """Return one dose for those that share the rest of the glass, in unknown proportions."""
    if len(rest) == 1:
        filling = rest[0].with_amount(*_around(*ml))
        return replace(filling, melt=NONE) if is_on_top else filling
    contents = [one.contents for one in rest]
    return make_dose(
        "ml",
        *_around(*ml),
        min(one.weak for one in rest),
        max(one.strong for one in rest),
        Contents(
            _any_of([one.sugar_g for one in contents]),
            _any_of([one.acid_g for one in contents]),
            _any_of([one.kcal for one in contents]),
            has_energy=all(one.has_energy for one in contents),
        ),
        NONE if is_on_top else _any_of([one.melt for one in rest]),
    )


def _any_of(figures: Sequence[Spread]) -> Spread:
    """Return the figure of a mixture of these, in unknown proportions."""
    least, usual, most = zip(*figures, strict=True)
    return Spread(min(least), fsum(usual) / len(usual), max(most))


def _poured_late(dose: Dose, early: str, late: str) -> Dose:
    """Return the dose without melt water if the instructions add it to the strained drink."""
    if not dose.melt.most or not dose.name or dose.name not in late or dose.name in early:
        return dose
    for sentence in _sentences(late):
        added = _ADDED.search(sentence)
        if added and dose.name in sentence[added.end() :]:
            return replace(dose, melt=NONE)
    return dose


def _of_fruit(fruit: Fruit, preparation: Preparation) -> Dose | None:
    use = _use_of(fruit, preparation)
    if use == "garnish":
        return None
    if use == "blended":
        return fruit.whole or UNKNOWN_DOSE
    dose = fruit.juice or fruit.whole
    if dose is None:
        # The text describes the juice of another line.
        return None if use == "pressed" and fruit.garnish else UNKNOWN_DOSE
    if use == "pressed":
        return dose
    least = LEAST_MUDDLED if use == "muddled" else 0.0
    low = dose.low * least
    return dose.with_amount(low, (low + dose.usual) / 2, dose.high)


def _use_of(fruit: Fruit, preparation: Preparation) -> Use:
    uses: set[Use | None] = set()
    if fruit.stem in preparation.text:
        for sentence in _sentences(preparation.text):
            if fruit.stem in sentence:
                uses.add(_use_in(f" {sentence} "))
    for use in ("muddled", "blended", "pressed", "garnish"):
        if use in uses:
            return use
    if fruit.garnish:
        return "garnish"
    return "blended" if preparation.method == "blended" else "open"


def _sentences(text: str) -> list[str]:
    """Return the sentences of a text on one line; some may be empty."""
    return text.replace(";", ".").replace("!", ".").split(".")


def _use_in(sentence: str) -> Use | None:
    """Return the use that a sentence states first in this order; None if it states none."""
    for use, stems in _USES.items():
        if any(map(sentence.__contains__, stems)):
            return use
    return None
