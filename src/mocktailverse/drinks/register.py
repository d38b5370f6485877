"""A drink as a last-writer-wins register: which of two observations stands, and what is kept.

`merge` is commutative, associative and idempotent. So deliveries may be duplicated, reordered
or replayed: the table comes out the same, byte for byte.

A source may give an id to another recipe (name and ingredients both change). The register
therefore remembers, beside the drink that stands, the latest observation of each other recipe
seen under the id. That memory is made from raw names alone, so that better code reading the
same raw records again leaves it as it is.

A source may withdraw a drink. The register remembers when it was looked for in vain; a later
sighting restores it.
"""

import hashlib
from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drift import Drift, vocabulary_drift
from mocktailverse.drinks.drink import Drink

Outcome = Literal["loaded", "unchanged", "stale"]

EARLIER_RECIPES_KEPT = 8
"""Bounds the item. The latest are kept, chosen together with the recipe that stands (so there
may be one more where times tie): only thus does the order of merging not matter."""

EARLIER_NAME_LIMIT = 1000
"""Characters of an earlier recipe's name; likewise."""

ABSENCES_KEPT = 64
"""Likewise; a sweep writes two or three before it takes a drink for withdrawn."""

WITHDRAWAL_MS = 24 * 3600 * 1000
"""Two absences so far apart withdraw a drink: one alone proves nothing."""


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


class Written(NamedTuple):
    """What became of a register that was written, and the words that the source replaced."""

    outcome: Outcome
    drift: tuple[Drift, ...] = ()


class Earlier(Struct, frozen=True, order=True):
    """Another recipe once seen under the same id, when it was last seen, and its name."""

    observed_at: int
    """When it was last seen."""
    recipe: str
    """Its fingerprint."""
    name: str
    """Its name, cut to 1,000 characters."""


class Register(Struct, frozen=True):
    """What the drinks table holds under one id: the drink, and what is needed to merge it.

    `drink` is None while the id is known from absences alone. `absences` are the times, in ms,
    at which the source had nothing under the id, since the drink that stands was observed.
    """

    id: str
    """`<source>:<id in source>`."""
    drink: Drink | None
    """The drink that stands; null while the id is known from absences alone."""
    recipe: str = ""
    """Fingerprint `<name>:<ingredients>:<exact name>` of the drink's raw names."""
    earlier: tuple[Earlier, ...] = ()
    """Other recipes that the source once gave under this id, the latest first."""
    absences: tuple[int, ...] = ()
    """When the source had nothing under the id, since the drink was observed."""

    @property
    def observed_at(self) -> int:
        """When the drink that stands was observed, or last looked for in vain, in ms."""
        return self.drink.observed_at if self.drink else self.absences[-1]

    @property
    def version(self) -> Version | None:
        """The version of the drink that stands."""
        return None if self.drink is None else version_of(self.drink)


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
    """What loading `new`, made from one record, onto `current` counts as.

    An equal version is this record itself, delivered again: it counts as `loaded`, so that a
    redelivered segment gives the same counts.
    """
    if current is None or current.drink is None:
        return "loaded"
    if new.drink is None:
        return "loaded" if max(new.absences) > current.drink.observed_at else "stale"
    if version_of(current.drink) == version_of(new.drink):
        return "loaded"
    if current.drink.content_hash == new.drink.content_hash:
        return "unchanged"
    return "loaded" if version_of(current.drink) < version_of(new.drink) else "stale"


def written(current: Register | None, new: Register) -> Written:
    """What writing `new` onto `current` did."""
    counted = outcome(current, new)
    if counted != "loaded" or current is None or current.drink is None or new.drink is None:
        return Written(counted)
    if current.recipe != new.recipe and _is_another_drink(current.recipe, new.recipe):
        return Written(counted)
    return Written(counted, vocabulary_drift(current.drink, new.drink))


def merge(current: Register | None, new: Register) -> Register:
    """The register after both observations, whichever came first."""
    if current is None:
        return new
    winner, other = ordered(current, new)
    earlier = _merged_earlier(winner, other)
    absences = _merged_absences(winner, other)
    if (earlier, absences) == (winner.earlier, winner.absences):
        return winner
    drink = winner.drink and _marked(winner.drink, winner.recipe, earlier, absences)
    return Register(winner.id, drink, winner.recipe, earlier, absences)


def without_memory(register: Register) -> Register:
    """The drink alone, without what other observations of its id make of it."""
    drink = register.drink and _marked(register.drink, register.recipe, (), ())
    return Register(register.id, drink, register.recipe)


def ordered(a: Register, b: Register) -> tuple[Register, Register]:
    """The one whose drink stands, and the other."""
    if a.drink is None or b.drink is None:
        return (b, a) if a.drink is None else (a, b)
    return (b, a) if version_of(a.drink) < version_of(b.drink) else (a, b)


def _merged_earlier(winner: Register, other: Register) -> tuple[Earlier, ...]:
    if other.drink is None or (winner.recipe == other.recipe and winner.earlier == other.earlier):
        return winner.earlier
    seen: dict[str, Earlier] = {}
    both = [
        _as_earlier(register.drink, register.recipe)
        for register in (winner, other)
        if register.drink is not None
    ]
    for earlier in (*winner.earlier, *other.earlier, *both):
        known = seen.get(earlier.recipe)
        if known is None or known < earlier:
            seen[earlier.recipe] = earlier
    latest = sorted(seen.values(), reverse=True)[: EARLIER_RECIPES_KEPT + 1]
    return tuple(earlier for earlier in latest if earlier.recipe != winner.recipe)


def _merged_absences(winner: Register, other: Register) -> tuple[int, ...]:
    """All absences since the drink that stands was observed."""
    if not (winner.absences or other.absences):
        return ()
    seen_at = winner.drink.observed_at if winner.drink else -1
    later = {at for at in (*winner.absences, *other.absences) if at > seen_at}
    return tuple(sorted(later)[-ABSENCES_KEPT:])


def _withdrawn_at(absences: tuple[int, ...]) -> int | None:
    """The first absence that lies WITHDRAWAL_MS after another, with no sighting between."""
    return next((at for at in absences if at - absences[0] >= WITHDRAWAL_MS), None)


def _as_earlier(drink: Drink, recipe: str) -> Earlier:
    return Earlier(drink.observed_at, recipe, drink.name[:EARLIER_NAME_LIMIT])


def _marked(
    drink: Drink, recipe: str, earlier: tuple[Earlier, ...], absences: tuple[int, ...]
) -> Drink:
    """The drink with what its other observations make of it.

    Quality `id_reassigned` and `previous_name` where the id was reassigned; `withdrawn_at`.
    """
    previous = next((e.name for e in earlier if _is_another_drink(e.recipe, recipe)), None)
    quality = {*drink.quality} - {Quality.ID_REASSIGNED.value}
    if previous is not None:
        quality.add(Quality.ID_REASSIGNED.value)
    return msgspec.structs.replace(
        drink,
        quality=tuple(sorted(quality)),
        previous_name=previous,
        withdrawn_at=_withdrawn_at(absences),
    )


def _is_another_drink(recipe: str, other: str) -> bool:
    name, ingredients, _ = recipe.split(":")
    other_name, other_ingredients, _ = other.split(":")
    return name != other_name and ingredients != other_ingredients


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
