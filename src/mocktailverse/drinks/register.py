"""A drink as a last-writer-wins register: which of two observations stands, and what is kept.

`merge` is commutative, associative and idempotent. So deliveries may be duplicated, reordered
or replayed: the table comes out the same, byte for byte.

A source may give an id to another recipe (name and ingredients both change). The register
therefore remembers, beside the drink that stands, the latest observation of each other recipe
seen under the id. That memory is made from raw names alone, so that better code reading the
same raw records again leaves it as it is.
"""

import hashlib
from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Drink

Outcome = Literal["loaded", "unchanged", "stale"]

EARLIER_RECIPES_KEPT = 8
"""Bounds the item. The latest are kept, chosen together with the recipe that stands (so there
may be one more where times tie): only thus does the order of merging not matter."""


class Version(NamedTuple):
    """What decides which observation stands; compared field by field in this order."""

    observed_at: int
    transform_version: int
    content_hash: str
    key: str
    version_id: str
    position: int

    def sortable(self) -> str:
        """One string that sorts as the version does (U+001F sorts before any key character)."""
        return (
            f"{self.observed_at:015d}\x1f{self.transform_version:06d}\x1f{self.content_hash}"
            f"\x1f{self.key}\x1f{self.version_id}\x1f{self.position:015d}"
        )


class Earlier(Struct, frozen=True, order=True):
    """Another recipe once seen under the same id, when it was last seen, and its name."""

    observed_at: int
    recipe: str
    name: str


class Register(Struct, frozen=True):
    """A drink with what is needed to merge it; one item of the drinks table."""

    drink: Drink
    recipe: str
    earlier: tuple[Earlier, ...] = ()

    @property
    def version(self) -> Version:
        """The version of the drink that stands."""
        return version_of(self.drink)


def version_of(drink: Drink) -> Version:
    """The version of a drink, from its lineage."""
    lineage = drink.lineage
    return Version(
        drink.observed_at,
        lineage.transform_version,
        drink.content_hash,
        lineage.key,
        lineage.version_id,
        lineage.position,
    )


def recipe_of(name: str, ingredient_names: Iterable[str]) -> str:
    """The fingerprint `<plain name>:<ingredients>:<name>` of a recipe, from its raw names.

    In the first two parts case, white space, order and repetition do not count; the third
    makes one fingerprint stand for one exact name.
    """
    names = sorted({_plain(ingredient) for ingredient in ingredient_names})
    return f"{_digest(_plain(name))}:{_digest(chr(31).join(names))}:{_digest(name)}"


def outcome(current: Register | None, new: Register) -> Outcome:
    """What loading `new` onto `current` counts as.

    An equal version is this record itself, delivered again: it counts as `loaded`, so that a
    redelivered segment gives the same counts.
    """
    if current is None or current.version == new.version:
        return "loaded"
    if current.drink.content_hash == new.drink.content_hash:
        return "unchanged"
    return "loaded" if current.version < new.version else "stale"


def merge(current: Register | None, new: Register) -> Register:
    """The register after both observations, whichever came first."""
    if current is None:
        return new
    winner, other = (new, current) if current.version < new.version else (current, new)
    if winner.recipe == other.recipe and winner.earlier == other.earlier:
        return winner
    seen: dict[str, Earlier] = {}
    for earlier in (*winner.earlier, *other.earlier, _as_earlier(winner), _as_earlier(other)):
        known = seen.get(earlier.recipe)
        if known is None or known < earlier:
            seen[earlier.recipe] = earlier
    latest = sorted(seen.values(), reverse=True)[: EARLIER_RECIPES_KEPT + 1]
    kept = tuple(earlier for earlier in latest if earlier.recipe != winner.recipe)
    return Register(_marked(winner.drink, winner.recipe, kept), winner.recipe, kept)


def _as_earlier(register: Register) -> Earlier:
    return Earlier(register.drink.observed_at, register.recipe, register.drink.name)


def _marked(drink: Drink, recipe: str, earlier: tuple[Earlier, ...]) -> Drink:
    """The drink with quality `id_reassigned` and `previous_name` where the id was reassigned."""
    previous = next((e.name for e in earlier if _is_another_drink(e.recipe, recipe)), None)
    if previous == drink.previous_name:
        return drink
    quality = {*drink.quality} - {Quality.ID_REASSIGNED.value}
    if previous is not None:
        quality.add(Quality.ID_REASSIGNED.value)
    return msgspec.structs.replace(drink, quality=tuple(sorted(quality)), previous_name=previous)


def _is_another_drink(recipe: str, other: str) -> bool:
    name, ingredients, _ = recipe.split(":")
    other_name, other_ingredients, _ = other.split(":")
    return name != other_name and ingredients != other_ingredients


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
