"""Roles: what a bottle does in a drink, and what can do it instead.

The knowledge is in `reference/roles.csv` (bottle to role) and `reference/replacements.csv` (role
to replacement, by style and setting).
"""

from functools import cache, lru_cache
from typing import NamedTuple

from msgspec import Struct

from mocktailverse.drinks.conversion.conversion_result import Style
from mocktailverse.drinks.conversion.drink_setting import Setting
from mocktailverse.drinks.ingredients import ancestors, family_of, match_ingredient
from mocktailverse.drinks.reference.tables import read_table

IMPOSSIBLE = "-"
"""In the table: in this setting nothing replaces the bottle."""

BY_SUGAR = "sugar"


class Role(NamedTuple):
    """What a bottle does in a drink."""

    name: str
    is_base: bool
    """Whether it is a base spirit; several of them become one replacement."""


class SubstitutePart(NamedTuple):
    """One ingredient of a replacement."""

    name: str
    ml_per_ml: float | None
    """ml for each ml of the bottle; None for as much as has the bottle's sugar."""


class RoleSubstitute(Struct, frozen=True):
    """What replaces a role in a style and setting."""

    shares: tuple[SubstitutePart, ...]
    """Empty if the drink is only lengthened."""
    why: str
    lost: str
    style: Style


def role_of(name: str) -> Role | None:
    """Return the role of an alcoholic ingredient, canonical or not; None if it has none."""
    row = match_ingredient(name)
    family = None if row else family_of(name)
    reference = row or family
    return _role(reference.name) if reference else None


def substitute_for(
    role: Role, style: Style, settings: tuple[Setting, ...]
) -> RoleSubstitute | None:
    """Return what replaces a role; None if nothing does.

    The setting that comes first decides. A bottle style without a bottle takes the pantry's.
    """
    return _substitute(role.name, style, settings)


@cache
def general_bottles() -> frozenset[str]:
    """Return the names of all 0.0 bottles of the table."""
    return frozenset(
        part.name
        for substitute in _substitutes().values()
        if substitute
        for part in substitute.shares
        if part.name.startswith("Non-alcoholic")
    )


@cache
def _role(name: str) -> Role | None:
    table = _roles()
    return next((table[of] for of in (name, *ancestors(name)) if of in table), None)


@lru_cache(maxsize=1024)
def _substitute(role: str, style: Style, settings: tuple[Setting, ...]) -> RoleSubstitute | None:
    table = _substitutes()
    styles: tuple[Style, ...] = ("bottle", "pantry") if style == "bottle" else ("pantry",)
    for one in styles:
        for setting in (*settings, ""):
            if (role, one, setting) in table:
                return table[role, one, setting]
    return None


@cache
def _roles() -> dict[str, Role]:
    return {name: Role(role, base == "yes") for name, role, base in read_table("roles.csv")}


@cache
def _substitutes() -> dict[tuple[str, str, str], RoleSubstitute | None]:
    return {
        (role, style, setting): (
            None if to == IMPOSSIBLE else RoleSubstitute(tuple(_shares(to)), why, lost, style)  # type: ignore[arg-type]  # a test examines the table
        )
        for role, style, setting, to, why, lost, _source in read_table("replacements.csv")
    }


def _shares(to: str) -> list[SubstitutePart]:
    shares = []
    for text in to.split("|") if to else ():
        name, times, share = text.partition("*")
        if times:
            shares.append(SubstitutePart(name, float(share)))
        else:
            shares.append(SubstitutePart(text.removesuffix(f"={BY_SUGAR}"), None))
    return shares
