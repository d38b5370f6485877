"""Swaps: what replaces the bottles of a drink."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import structs

from mocktailverse.drinks.conversion.conversion_result import Style
from mocktailverse.drinks.conversion.drink_setting import Nature, Setting, nature_of
from mocktailverse.drinks.conversion.own_bottles import own_name
from mocktailverse.drinks.conversion.phrases import lowered, named
from mocktailverse.drinks.conversion.refusal import TRY_BOTTLES, NotConvertibleError
from mocktailverse.drinks.conversion.roles import (
    Role,
    RoleSubstitute,
    SubstitutePart,
    substitute_for,
)
from mocktailverse.drinks.conversion.usual_content import Content
from mocktailverse.drinks.drink import IngredientLine

MOST_NEW = 3
"""Maximum number of new ingredients; plain water is not counted."""

LEAST_BREW_ML = 20.0
"""For less of a bottle no tea is made. An estimate."""

LITTLE_SHARE = 0.25
"""A liqueur up to this share of all bottles need not have an ingredient of its own."""

HINT_SHARE = 0.1
"""A replacement up to this share of the bottle is a hint of flavour."""


class Bottle(NamedTuple):
    """An alcoholic line that is to be replaced."""

    line: IngredientLine
    role: Role
    content: Content | None
    """None if its amount is unknown."""


class Swap(NamedTuple):
    """One group of alcoholic lines and what replaces it."""

    role: Role
    lines: tuple[IngredientLine, ...]
    ml: float
    sugar_g: float
    substitute: RoleSubstitute
    names: tuple[str, ...]
    """Names of the replacement, with the reader's own bottles."""
    joins: tuple[str, ...] = ()
    """Kept ingredients that do the job already, so that nothing of its own is needed."""

    @property
    def is_left_out(self) -> bool:
        """Whether nothing takes its place, not even what lengthens the drink."""
        return not (self.names or self.joins or self.role.is_base)


def swaps_of(
    bottles: Sequence[Bottle],
    style: Style,
    settings: tuple[Setting, ...],
    have: Sequence[str],
    kept: Sequence[Nature],
) -> list[Swap]:
    """Return one swap for all base spirits, and one for each other role."""
    groups: dict[str, list[Bottle]] = {}
    for bottle in bottles:
        groups.setdefault("base" if bottle.role.is_base else bottle.role.name, []).append(bottle)
    swaps = [_swap(group, style, settings, have) for group in groups.values()]
    swaps = [_joining(swap, kept) for swap in swaps]
    swaps = _with_one_brew(swaps, style, settings, have)
    return _with_few_ingredients(swaps)


def _swap(
    group: Sequence[Bottle], style: Style, settings: tuple[Setting, ...], have: Sequence[str]
) -> Swap:
    role = _leading_role(group, style, settings)
    substitute = substitute_for(role, style, settings)
    lines = tuple(bottle.line for bottle in group)
    if substitute is None:
        raise _nothing_for(lines[0], role, style, settings)
    if any(bottle.content is None for bottle in group):
        raise NotConvertibleError(
            f"The amount of `{lines[0].name}` is unknown.", "A recipe that states the amount."
        )
    contents = [bottle.content for bottle in group if bottle.content]
    ml, sugar_g = sum(one.ml for one in contents), sum(one.sugar_g for one in contents)
    return Swap(role, lines, ml, sugar_g, substitute, _names(substitute, have))


def _nothing_for(
    line: IngredientLine, role: Role, style: Style, settings: tuple[Setting, ...]
) -> NotConvertibleError:
    if style == "pantry" and substitute_for(role, "bottle", settings):
        return NotConvertibleError(
            f"Nothing in a pantry does the job of `{line.name}` ({role.name}).", TRY_BOTTLES
        )
    return NotConvertibleError(
        f"Nothing that goes with this drink does the job of `{line.name}` ({role.name}).",
        f"A recipe without `{line.name}`.",
    )


def _leading_role(group: Sequence[Bottle], style: Style, settings: tuple[Setting, ...]) -> Role:
    """Return the role of the largest amount among those that something imitates.

    Of equal amounts, the one that a brew imitates counts, because it has most flavour.
    """
    amounts: dict[Role, float] = {}
    for _, role, content in group:
        amounts[role] = amounts.get(role, 0.0) + (content.ml if content else 0.0)

    def rank(role: Role) -> tuple[bool, float, bool]:
        substitute = substitute_for(role, style, settings)
        shares = substitute.shares if substitute else ()
        return bool(shares), amounts[role], any(nature_of(part.name).is_brew for part in shares)

    return max(amounts, key=rank)


def _joining(swap: Swap, kept: Sequence[Nature]) -> Swap:
    """Return the swap without what the drink has already; its own tea does for any tea."""
    own = {nature.name for nature in kept}
    teas = [nature.name for nature in kept if nature.is_brew]
    parts, joins = [], []
    for part, name in zip(swap.substitute.shares, swap.names, strict=True):
        is_brew = nature_of(name).is_brew
        if name in own:
            joins.append(name)
        elif teas and is_brew:
            joins.append(teas[0])
        elif not is_brew or swap.ml >= LEAST_BREW_ML:
            parts.append((part, name))
    if len(parts) == len(swap.names):
        return swap
    swap = _with_parts(swap, parts)
    if parts:
        return swap
    why = "It is so little that it is left out; no tea is made for it."
    if joins:
        why = f"The drink has {lowered(joins[0])} already, which does the job."
    substitute = structs.replace(swap.substitute, why=why)
    return swap._replace(substitute=substitute, joins=tuple(joins))


def _with_parts(swap: Swap, parts: Sequence[tuple[SubstitutePart, str]]) -> Swap:
    """Return the swap with some of its parts, each with its name."""
    shares, names = tuple(part for part, _ in parts), tuple(name for _, name in parts)
    return swap._replace(substitute=structs.replace(swap.substitute, shares=shares), names=names)


def _names(substitute: RoleSubstitute, have: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the replacement; a bottle that the reader has goes before its kind."""
    return tuple(own_name(part.name, have) for part in substitute.shares)


def _brews(swap: Swap) -> set[str]:
    return {name for name in swap.names if nature_of(name).is_brew}


def _with_one_brew(
    swaps: list[Swap], style: Style, settings: tuple[Setting, ...], have: Sequence[str]
) -> list[Swap]:
    """Return the swaps with one brew: that of the largest bottle; the others do without tea."""
    brewing = sorted((swap for swap in swaps if _brews(swap)), key=lambda swap: -swap.ml)
    for swap in brewing[1:]:
        if _brews(swap) <= _brews(brewing[0]):
            continue
        without_tea = substitute_for(swap.role, style, ("creamy", *settings))
        if without_tea is None:
            raise NotConvertibleError(f"`{swap.lines[0].name}` takes a second brew.", TRY_BOTTLES)
        plain = swap._replace(substitute=without_tea, names=_names(without_tea, have))
        swaps = [plain if one is swap else one for one in swaps]
    return swaps


def _with_few_ingredients(swaps: list[Swap]) -> list[Swap]:
    """Return swaps with at most three new ingredients.

    Bitters are left out first, then hints of flavour; then the least liqueur joins the largest.
    """
    for simpler in (_without_bitters, _without_hint):
        if _count_of_names(swaps) > MOST_NEW:
            swaps = [simpler(swap) for swap in swaps]
    if _count_of_names(swaps) > MOST_NEW:
        swaps = _with_least_liqueur_joined(swaps)
    if (count := _count_of_names(swaps)) > MOST_NEW:
        bottles = named([line for swap in swaps for line in swap.lines])
        raise NotConvertibleError(
            f"{bottles} take {count} new ingredients; more than {MOST_NEW} make another drink.",
            "A simpler recipe with fewer bottles.",
        )
    return swaps


def _count_of_names(swaps: Sequence[Swap]) -> int:
    return len({name for swap in swaps for name in swap.names})


def _is_by_sugar(swap: Swap) -> bool:
    return any(part.ml_per_ml is None for part in swap.substitute.shares)


def _with_least_liqueur_joined(swaps: list[Swap]) -> list[Swap]:
    sweet = sorted((swap for swap in swaps if _is_by_sugar(swap)), key=lambda swap: swap.ml)
    if len(sweet) < 2 or sweet[0].ml > LITTLE_SHARE * sum(swap.ml for swap in swaps):  # noqa: PLR2004 - a pair
        return swaps
    return [_joined(sweet[0], sweet[-1]) if one is sweet[0] else one for one in swaps]


def _joined(least: Swap, largest: Swap) -> Swap:
    """Return a swap of a little liqueur for what replaces a larger one."""
    name = largest.names[0]
    why = f"It is so little that {name} takes its place, to keep the recipe simple."
    shares = (SubstitutePart(largest.substitute.shares[0].name, None),)
    substitute = RoleSubstitute(shares, why, f"the {least.role.name}", largest.substitute.style)
    return least._replace(substitute=substitute, names=(name,))


def _without_bitters(swap: Swap) -> Swap:
    if swap.role.name != "bitters":
        return swap
    left_out = RoleSubstitute(
        (),
        "A few dashes are left out to keep the recipe simple.",
        "the bitters",
        swap.substitute.style,
    )
    return swap._replace(substitute=left_out, names=())


def is_hint(share: SubstitutePart) -> bool:
    """Return whether it is only a hint of flavour."""
    return share.ml_per_ml is not None and share.ml_per_ml <= HINT_SHARE


def _without_hint(swap: Swap) -> Swap:
    """Return the swap without the hints of flavour beside a larger part."""
    pairs = list(zip(swap.substitute.shares, swap.names, strict=True))
    larger = [(share, name) for share, name in pairs if not is_hint(share)]
    return _with_parts(swap, larger) if larger else swap


def is_imitated(swaps: Sequence[Swap]) -> bool:
    """Return whether something imitates every bottle; what is left out does not count.

    Where the drink's own tea does the job, more of it lengthens the drink.
    """
    return all(
        swap.substitute.shares
        or swap.is_left_out
        or any(nature_of(name).is_sweetener for name in swap.joins)
        for swap in swaps
    )
