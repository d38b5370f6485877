"""Own recipes, from what a person adds to what is stored: review, replace, remove.

A review shows what the transform will make of a recipe, by the same code, before it is stored.
Recipes are stored as raw objects, so that they load as those of any other source do.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from mocktailverse.drinks.drink import Drink, IngredientLine, Lineage
from mocktailverse.drinks.ingredients import canonical_name
from mocktailverse.drinks.ingredients.name_readings import words
from mocktailverse.drinks.ingredients.reference_rows import general_names, mentions
from mocktailverse.drinks.lines import names_several
from mocktailverse.drinks.measures import parse_measure
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import Absence
from mocktailverse.errors import RecordRejectedError, UsageError
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.operations.recipe_input import ReadRecipe, UnreadableRecipe
from mocktailverse.pipeline.ingest import IngestRun, Part
from mocktailverse.pipeline.ports import RawStore
from mocktailverse.sources import owned_source
from mocktailverse.sources.authoring import RecipeEnvelope
from mocktailverse.sources.slugs import free_slug, is_slug

Clash = Literal["refuse", "replace", "keep-both"]
"""What to do with a recipe whose id another one has."""

FindDrink = Callable[[str], Drink | None]
"""Returns the drink with an id, removed or not; None if there never was one."""

Status = Literal["new", "unchanged", "replaced", "conflict"]

_NO_LINEAGE = Lineage("", "", "", 0, 0)


class ReviewedLine(Struct, frozen=True):
    """An ingredient line as it is understood."""

    line: IngredientLine
    problems: tuple[str, ...]
    """What is not understood, in words; empty if everything is."""


class ReviewedRecipe(Struct, frozen=True):
    """A recipe as it is understood, before it is stored."""

    envelope: RecipeEnvelope
    drink: Drink
    """What the transform makes of it; its lineage is empty."""
    status: Status
    """What storing it does. A conflict is not stored: its id has another recipe."""

    @property
    def lines(self) -> list[ReviewedLine]:
        """The ingredients with what is not understood."""
        return [ReviewedLine(line, problems_of(line)) for line in self.drink.ingredients]

    @property
    def remarks(self) -> list[str]:
        """What is easily overlooked: fields that are not read, alcohol outside the ingredients."""
        remarks = []
        if fields := _unread_fields(self.envelope):
            remarks.append(f"Not read: {', '.join(fields)}.")
        if names := _alcohol_in_texts(self.drink):
            remarks.append(f"Its texts name {', '.join(names)}, but its ingredients do not.")
        return remarks


class Review(Struct, frozen=True):
    """All recipes of an input."""

    recipes: list[ReviewedRecipe]
    unreadable: list[UnreadableRecipe]

    @property
    def to_store(self) -> list[ReviewedRecipe]:
        """The recipes that are stored; an unchanged one as well, as it was observed again."""
        return [recipe for recipe in self.recipes if recipe.status != "conflict"]


def understood(envelope: RecipeEnvelope) -> Drink:
    """Return the drink that the transform makes of a recipe.

    Raises:
        RecordRejectedError: it cannot become a drink.
    """
    record = owned_source().records.from_json(envelope.encoded())
    assert not isinstance(record, Absence)  # noqa: S101 - an envelope holds a recipe
    drink = normalize(record, owned_source().name, 0, _NO_LINEAGE).drink
    assert drink is not None  # noqa: S101 - a record always gives a drink
    return drink


def review(read: Iterable[ReadRecipe], find: FindDrink, clash: Clash = "refuse") -> Review:
    """Return what is understood of recipes, and what storing them does.

    Two recipes of one input with the same id clash, too: the second one is a conflict, unless both
    are kept or they are equal.
    """
    reviewer = _Reviewer(find, clash)
    recipes: list[ReviewedRecipe] = []
    unreadable: list[UnreadableRecipe] = []
    for number, one in enumerate(read, 1):
        if isinstance(one, UnreadableRecipe):
            unreadable.append(one)
            continue
        try:
            recipe = reviewer.review(one)
        except RecordRejectedError as error:
            unreadable.append(UnreadableRecipe(number, error.code, error.path, str(error)))
            continue
        if recipe is not None:
            recipes.append(recipe)
    return Review(recipes, unreadable)


class _Reviewer:
    """Compares recipes with the present drinks, and with those before them."""

    def __init__(self, find: FindDrink, clash: Clash) -> None:
        self._find = find
        self._clash = clash
        self._added: dict[str, str] = {}
        """Content hashes of the recipes so far, by id."""

    def review(self, envelope: RecipeEnvelope) -> ReviewedRecipe | None:
        """Return a recipe with its status; None if it came before."""
        drink = understood(envelope)
        if self._added.get(drink.id) == drink.content_hash:
            return None
        status = self._status(drink)
        if status == "conflict" and self._clash == "keep-both":
            envelope, drink = self._renamed(envelope)
            status = self._status(drink)
        elif status == "conflict" and self._clash == "replace" and drink.id not in self._added:
            status = "replaced"
        if status != "conflict":
            self._added[drink.id] = drink.content_hash
        return ReviewedRecipe(envelope, drink, status)

    def _status(self, drink: Drink) -> Status:
        content_hash = self._hash(drink.id)
        if content_hash is None:
            return "new"
        return "unchanged" if content_hash == drink.content_hash else "conflict"

    def _hash(self, drink_id: str) -> str | None:
        """Return the content hash of the drink with this id; None if the id is free."""
        if drink_id in self._added:
            return self._added[drink_id]
        drink = self._find(drink_id)
        return None if drink is None or drink.withdrawn_at is not None else drink.content_hash

    def _renamed(self, envelope: RecipeEnvelope) -> tuple[RecipeEnvelope, Drink]:
        """Return the recipe under the next free slug, or under which it is kept already."""
        tried = {envelope.id}
        while True:
            slug = free_slug(envelope.id, tried)
            other = msgspec.structs.replace(envelope, id=slug)
            drink = understood(other)
            if self._hash(drink.id) in {None, drink.content_hash}:
                return other, drink
            tried.add(slug)


def problems_of(line: IngredientLine) -> tuple[str, ...]:
    """Return what is not understood of a line, in words."""
    if not line.name_raw:
        return ("the line has no ingredient; add its name",)
    names = (line.name, *line.alternatives)
    problems = [_unknown(name) for name in names if not canonical_name(name)[1]]
    measure = parse_measure(line.measure_raw, line.name)
    if measure.implausible:
        problems.append("the amount is too large")
    elif line.measure_raw and line.amount_min is None and line.kind == "none":
        problems.append("the measure is not understood")
    return tuple(problems)


def _unknown(name: str) -> str:
    if names_several(name):
        return f"several ingredients: {name}; write a line for each"
    return f"unknown ingredient: {name}"


def _unread_fields(envelope: RecipeEnvelope) -> list[str]:
    """Return the fields of a recipe in simple columns that have a text or list, and no meaning."""
    if envelope.format != "columns" or not isinstance(envelope.recipe, dict):
        return []
    texts = [
        name for name, value in envelope.recipe.items() if value and isinstance(value, str | list)
    ]
    return [name for name in texts if name and name not in owned_source().records.columns]


def _alcohol_in_texts(drink: Drink) -> list[str]:
    """Return the spirits that a mocktail's instructions and garnish name: rum.

    Other names are words of other things, too: a wine glass, a maraschino cherry, "vaso alto".
    """
    if not drink.derived.is_mocktail:
        return []
    texts = " ".join((*drink.instructions.values(), drink.garnish or ""))
    matches = [match for match in mentions(words(texts)) if match.alcoholic]
    spirits = {match.name for match in matches if match.kind == "spirit"}
    return sorted(spirits & general_names())


def drink_ids(read: Iterable[ReadRecipe]) -> list[str]:
    """Return the ids of the drinks that the recipes would become, each once."""
    envelopes = (one for one in read if isinstance(one, RecipeEnvelope))
    return list(dict.fromkeys(f"{owned_source().name}:{envelope.id}" for envelope in envelopes))


def store_recipes(store: RawStore, recipes: Sequence[ReviewedRecipe], now: int) -> ObjectVersion:
    """Store recipes as one raw object, observed `now` (ms since 1970 UTC); return its version."""
    body = b"".join(recipe.envelope.encoded() + b"\n" for recipe in recipes)
    return IngestRun(owned_source().name, now, now).put(store, 1, Part("recipes.ndjson", body))


def store_removals(store: RawStore, ids: Sequence[str], now: int) -> ObjectVersion:
    """Store the removal of drinks as one raw object; return its version.

    Raises:
        UsageError: an id is not that of an own recipe.
    """
    slugs = [own_slug(drink_id) for drink_id in ids]
    records = (msgspec.json.encode({"id": slug, "absent": True}) for slug in slugs)
    body = b"".join(record + b"\n" for record in records)
    return IngestRun(owned_source().name, now, now).put(store, 1, Part("removals.ndjson", body))


def own_slug(text: str) -> str:
    """Return the slug of `<source>:margarita`, or of `margarita`.

    Raises:
        UsageError: it is the id of another source, or not a slug.
    """
    source, colon, slug = text.rpartition(":")
    if colon and source != owned_source().name:
        raise UsageError(
            f"`{text[:100]}` is not one of your own recipes. Only those can be removed or replaced."
        )
    if not is_slug(slug):
        example = f"{owned_source().name}:margarita"
        raise UsageError(f"`{text[:100]}` is not the id of an own recipe, such as {example}.")
    return slug
