"""A drink as a last-writer-wins register: `merge` keeps the observation with the highest version.

`merge` is commutative, associative and idempotent, so order and repetition make no difference; see
docs/explanation/convergence.md. "Last" is the latest event time, not the time of writing.

    a = observed at 10, b = observed at 20:  merge(a, b) == merge(b, a) == merge(b, b) == b
"""

import hashlib
from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.content_changes import changed_fields
from mocktailverse.drinks.drift import Drift, vocabulary_drift
from mocktailverse.drinks.drink import Drink

Outcome = Literal["loaded", "unchanged", "stale"]

EARLIER_RECIPES_KEPT = 8
"""Limits the size of the item: only the latest are kept. The current recipe takes part in the
choice, so that the order of merging does not matter; there may be one more if times are equal."""

EARLIER_NAME_LIMIT = 1000
"""Maximum characters of an earlier recipe's name; limits the size of the item, too."""

ABSENCES_KEPT = 64
"""Limits the size of the item, too. A sweep writes two or three before a drink is withdrawn."""

WITHDRAWAL_MS = 24 * 3600 * 1000
"""Two absences this far apart withdraw a drink. One alone may be an error of the source."""


class Version(NamedTuple):
    """The version of an observation: the highest wins. Compared field by field, in this order."""

    observed_at: int
    transform_version: int
    content_hash: str
    key: str
    version_id: str
    position: int

    def sortable(self) -> str:
        """Return a string that sorts as the version does: numbers are padded with zeros.

        U+001F separates the fields, because it sorts before any character of a key.
        """
        return (
            f"{self.observed_at:015d}\x1f{self.transform_version:06d}\x1f{self.content_hash}"
            f"\x1f{self.key}\x1f{self.version_id}\x1f{self.position:015d}"
        )


class WriteResult(NamedTuple):
    """The outcome of a write, the words that the source replaced, and the changed fields."""

    outcome: Outcome
    drift: tuple[Drift, ...] = ()
    changed: tuple[str, ...] = ()


class Earlier(Struct, frozen=True, order=True):
    """Another recipe that the source once had under the same id."""

    observed_at: int
    """When it was last seen, in ms since 1970 UTC."""
    recipe: str
    """Its fingerprint; see `recipe_of`."""
    name: str
    """Its name, cut to 1,000 characters."""


class Register(Struct, frozen=True, gc=False):
    """The content of the drinks table under one id: the drink, and what `merge` needs."""

    id: str
    """`<source>:<id in source>`."""
    drink: Drink | None
    """The current drink; null if the id is known from absences alone."""
    recipe: str = ""
    """Fingerprint `<name>:<ingredients>:<exact name>` of the drink's raw names."""
    earlier: tuple[Earlier, ...] = ()
    """Other recipes that the source once had under this id, the latest first."""
    absences: tuple[int, ...] = ()
    """Times in ms at which the source did not have the id, after the drink was observed."""
    removed_at: int | None = None
    """The last of these times at which the owner removed the drink; null if nobody did."""

    @property
    def observed_at(self) -> int:
        """Event time in ms: when the current drink was observed; without one, the last absence."""
        return self.drink.observed_at if self.drink else self.absences[-1]

    @property
    def version(self) -> Version | None:
        """The version of the current drink."""
        return None if self.drink is None else version_of(self.drink)


def version_of(drink: Drink) -> Version:
    """Return the version of a drink, from its lineage."""
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
    """Return the fingerprint of a recipe: `<plain name>:<ingredients>:<exact name>`, all hashes.

    The first two parts ignore case, white space, order and repetition; they decide whether two
    recipes are the same drink. The third part makes the fingerprint unique to one exact name.
    """
    return recipe_of_plain(name, map(plain, ingredient_names))


def recipe_of_plain(name: str, ingredients: Iterable[str]) -> str:
    """Return the same fingerprint from the ingredients' names as `plain` gives them."""
    names = chr(31).join(sorted({*ingredients}))
    return f"{_digest(plain(name))}:{_digest(names)}:{_digest(name)}"


def outcome(current: Register | None, new: Register) -> Outcome:
    """Return how a load counts `new`, made from one record, if `current` is in the table.

    An equal version means at-least-once delivery: this record was delivered before. It counts as
    `loaded`, so that a redelivered segment gets the same counts.
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


def write_result(current: Register | None, new: Register) -> WriteResult:
    """Return the outcome of writing `new` over `current`, with the drift and the changed fields."""
    counted = outcome(current, new)
    if counted != "loaded" or current is None or current.drink is None or new.drink is None:
        return WriteResult(counted)
    is_same_content = current.drink.content_hash == new.drink.content_hash
    changed = () if is_same_content else changed_fields(current.drink, new.drink)
    if current.recipe != new.recipe and _is_another_drink(current.recipe, new.recipe):
        return WriteResult(counted, (), changed)
    return WriteResult(counted, vocabulary_drift(current.drink, new.drink), changed)


def merge(current: Register | None, new: Register) -> Register:
    """Return the register after both observations; their order does not matter."""
    if current is None:
        return new
    winner, other = ordered(current, new)
    earlier = _merged_earlier(winner, other)
    absences = _merged_absences(winner, other)
    removed_at = _merged_removal(winner, other)
    memory = earlier, absences, removed_at
    if memory == (winner.earlier, winner.absences, winner.removed_at):
        return winner
    both = Register(winner.id, winner.drink, winner.recipe, *memory)
    return msgspec.structs.replace(both, drink=both.drink and _marked(both.drink, both))


def without_memory(register: Register) -> Register:
    """Return the drink alone, without the marks from other observations of its id."""
    alone = Register(register.id, register.drink, register.recipe)
    return msgspec.structs.replace(alone, drink=alone.drink and _marked(alone.drink, alone))


def ordered(a: Register, b: Register) -> tuple[Register, Register]:
    """Return the register whose drink wins, and the other one."""
    if a.drink is None or b.drink is None:
        return (b, a) if a.drink is None else (a, b)
    return (b, a) if version_of(a.drink) < version_of(b.drink) else (a, b)


def _merged_earlier(winner: Register, other: Register) -> tuple[Earlier, ...]:
    if other.drink is None or (winner.recipe == other.recipe and winner.earlier == other.earlier):
        return winner.earlier
    # Choose the latest among all recipes, the winner's included, and only then leave out the
    # winner's: otherwise the result would depend on the order of merges.
    # Example: winner C, other B with earlier A: the latest are C, B, A; without C: (B, A).
    both = [
        Earlier(drink.observed_at, recipe, drink.name[:EARLIER_NAME_LIMIT])
        for drink, recipe in ((winner.drink, winner.recipe), (other.drink, other.recipe))
        if drink is not None
    ]
    oldest_first = sorted((*winner.earlier, *other.earlier, *both))
    latest_of = {earlier.recipe: earlier for earlier in oldest_first}
    latest = sorted(latest_of.values(), reverse=True)[: EARLIER_RECIPES_KEPT + 1]
    return tuple(earlier for earlier in latest if earlier.recipe != winner.recipe)


def _merged_absences(winner: Register, other: Register) -> tuple[int, ...]:
    """Return all absences after the current drink was observed."""
    if not (winner.absences or other.absences):
        return ()
    seen_at = winner.drink.observed_at if winner.drink else -1
    later = {at for at in (*winner.absences, *other.absences) if at > seen_at}
    return tuple(sorted(later)[-ABSENCES_KEPT:])


def _merged_removal(winner: Register, other: Register) -> int | None:
    """Return the last removal, unless the current drink was observed after it."""
    removals = [one.removed_at for one in (winner, other) if one.removed_at is not None]
    seen_at = winner.drink.observed_at if winner.drink else -1
    return max((at for at in removals if at > seen_at), default=None)


def _withdrawn_at(register: Register) -> int | None:
    """Return when the drink was removed, or when two absences had shown that it is gone."""
    if register.removed_at is not None:
        return register.removed_at
    absences = register.absences
    return next((at for at in absences if at - absences[0] >= WITHDRAWAL_MS), None)


def _marked(drink: Drink, register: Register) -> Drink:
    """Return the drink with the marks from other observations of its id.

    These are `withdrawn_at`, and if the id was reassigned, `previous_name` and quality
    `id_reassigned`.
    """
    recipe, earlier = register.recipe, register.earlier
    previous = next((e.name for e in earlier if _is_another_drink(e.recipe, recipe)), None)
    quality = {*drink.quality} - {Quality.ID_REASSIGNED.value}
    if previous is not None:
        quality.add(Quality.ID_REASSIGNED.value)
    return msgspec.structs.replace(
        drink,
        quality=tuple(sorted(quality)),
        previous_name=previous,
        withdrawn_at=_withdrawn_at(register),
    )


def _is_another_drink(recipe: str, other: str) -> bool:
    name, ingredients, _ = recipe.split(":")
    other_name, other_ingredients, _ = other.split(":")
    return name != other_name and ingredients != other_ingredients


def plain(text: str) -> str:
    """Return the text without differences of case and white space."""
    return " ".join(text.casefold().split())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
