"""Drafts: the lines of a recipe with amounts that a bar measures."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mocktailverse.drinks.conversion.drink_body import flavour_of
from mocktailverse.drinks.conversion.drink_setting import Nature
from mocktailverse.drinks.conversion.linear_mix import Effects
from mocktailverse.drinks.conversion.phrases import lowered
from mocktailverse.drinks.conversion.planning import Plan
from mocktailverse.drinks.conversion.recipe_lines import KeptLine
from mocktailverse.drinks.conversion.rounding import UNCHANGED, BarAmount, BarAmounts
from mocktailverse.drinks.conversion.usual_content import Content
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.ingredients import canonical_name
from mocktailverse.drinks.record import RawLine

_AMOUNT_AND_REST = re.compile(r"\s*[\d./ ]*\d\s*(?P<rest>[^\W\d][^\d]*)")

MOST_FILLER = 1.5
"""ml of what lengthens the drink that a ml of flavour carries. An estimate."""

LEAST_FLAVOUR = 0.33
"""Least flavour in the mix other than that of a brew, compared with juice. An estimate."""

SPLASH_ML = 15.0
"""What lengthens a drink of any flavour."""


class _DraftLine(NamedTuple):
    """One line of a draft."""

    position: float
    name: str
    measure: str | None
    ml: float
    nature: Nature
    lengthens: bool
    """Whether it is there to lengthen the drink, or more of it than in the original."""
    is_new: bool
    fills_up: bool = False
    """Whether only the glass limits it."""

    @property
    def is_filler(self) -> bool:
        """Whether it is there for its volume only."""
        return self.is_new and self.lengthens

    @property
    def adds_volume_only(self) -> bool:
        """Whether it gives hardly any flavour: a filler, or soda that replaces a bottle."""
        return self.is_filler or (self.is_new and self.nature.is_plain_soda)

    @property
    def text(self) -> str:
        """The line as inside a sentence."""
        return f"{self.measure} of {lowered(self.name)}"


class Draft(NamedTuple):
    """A recipe that may keep the limits."""

    parts: tuple[_DraftLine, ...]
    kept_bitters: tuple[IngredientLine, ...]
    dropped: tuple[str, ...]
    """Kept lines whose amount is now nothing."""
    water_share: float
    """Share of plain water in the mix, beyond the melt water of the original."""
    added: Effects
    """What the linear model takes the lines for."""

    @property
    def lines(self) -> tuple[RawLine, ...]:
        """The lines of the recipe."""
        placed = [(line.position, line.name, line.measure) for line in self.parts]
        placed += [(line.position, line.name_raw, line.measure_raw) for line in self.kept_bitters]
        placed.sort(key=lambda entry: entry[0])
        return tuple(RawLine(i, name, measure) for i, (_, name, measure) in enumerate(placed, 1))

    @property
    def used(self) -> frozenset[str]:
        """Names of the new ingredients."""
        return frozenset(line.name for line in self.parts if line.is_new)

    @property
    def still(self) -> tuple[str, ...]:
        """Water, milk or coffee that lengthens it, with its measure: "30 ml of water"."""
        return tuple(
            line.text for line in self.parts if line.is_filler and not line.nature.is_fizzy
        )

    @property
    def fizzy(self) -> tuple[str, ...]:
        """The same for soda."""
        return tuple(line.text for line in self.parts if line.is_filler and line.nature.is_fizzy)

    @property
    def lengthened_by(self) -> tuple[str, ...]:
        """Canonical names of what takes the place of a bottle that nothing imitates.

        If nothing is added, it is more of what fills the glass.
        """
        longer = [line for line in self.parts if line.lengthens]
        longer = longer or [line for line in self.parts if line.fills_up]
        return canonical_names([line.name for line in longer]) or ("Water",)


def draft_of(plan: Plan, amounts: BarAmounts, water_share: float, added: Effects) -> Draft:
    """Return the recipe with these amounts of the kept and the new lines."""
    kept, new = amounts
    dropped = [one.line.name for one, to in zip(plan.kept, kept, strict=True) if not to.size]
    lines = (*_kept_lines(plan, kept), *_new_lines(plan, new))
    return Draft(lines, plan.kept_bitters, tuple(dropped), water_share, added)


def is_thin(plan: Plan, draft: Draft) -> bool:
    """Return whether there is more of water, soda or milk than the flavour carries.

    A brew carries some of it, but no drink is made of tea and water alone.
    """
    if any(one.is_open for one in plan.kept):
        return False
    filler_ml = sum(line.ml for line in draft.parts if line.adds_volume_only)
    flavours = [line for line in draft.parts if not line.adds_volume_only]
    flavour_ml = sum(flavour_of(line.nature) * line.ml for line in flavours)
    brew_ml = sum(line.ml for line in flavours if line.is_new and _is_light(line.nature))
    mixed_ml = sum(line.ml for line in draft.parts if line.is_new or not _is_plain(line.nature))
    if flavour_ml - brew_ml < LEAST_FLAVOUR * mixed_ml:
        return True
    return filler_ml > MOST_FILLER * flavour_ml + SPLASH_ML


def _is_plain(nature: Nature) -> bool:
    return nature.kind == "water" or nature.is_plain_soda


def _is_light(nature: Nature) -> bool:
    """Return whether it imitates a spirit with hardly any sugar or acid."""
    return nature.is_brew or "Coconut water" in nature.lineage


def canonical_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the canonical names."""
    return tuple(canonical_name(name)[0] for name in names)


def _kept_lines(plan: Plan, amounts: Sequence[BarAmount]) -> Iterator[_DraftLine]:
    for one, (scale, measure) in zip(plan.kept, amounts, strict=True):
        if scale:
            content = one.content or Content(0.0, 0.0, 0.0)
            yield _DraftLine(
                one.line.position,
                one.line.name_raw,
                one.line.measure_raw if measure is None else _with_amount(one, measure),
                scale * content.ml,
                one.nature,
                lengthens=scale > 1 + UNCHANGED,
                is_new=False,
                fills_up=one.is_open,
            )


def _with_amount(one: KeptLine, measure: str) -> str:
    """Return the measure as written, such as `6 oz hot`, with another amount."""
    written = _AMOUNT_AND_REST.fullmatch(one.line.measure_raw or "")
    amount, _, unit = measure.rpartition(" ")
    is_same_unit = unit.removesuffix("s") == one.line.unit
    return f"{amount} {written['rest']}" if written and is_same_unit else measure


def _new_lines(plan: Plan, amounts: Sequence[BarAmount]) -> Iterator[_DraftLine]:
    for line, (ml, measure) in zip(plan.new, amounts, strict=True):
        if ml:
            yield _DraftLine(
                line.position,
                line.name,
                measure,
                ml,
                line.nature,
                lengthens=line.is_filler,
                is_new=True,
            )
