"""A record as each source delivers it to the domain: cleaned text, not yet parsed."""

from msgspec import Struct

from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.drink import Alcoholic, Credit, Image, Method, Stated

LINES_LIMIT = 200
"""Maximum lines of a recipe: limits the size of its drink."""


class StatedLine(Struct, frozen=True):
    """What a source states of an ingredient besides its name and measure."""

    optional: bool = False
    """Whether the recipe calls the ingredient optional."""
    alternatives: tuple[str, ...] = ()
    """Names of what the recipe allows instead."""
    preparation: str | None = None
    """How the ingredient is prepared, or another note on it."""


class RawLine(Struct, frozen=True, gc=False):
    """One ingredient slot as received, without outer white space."""

    position: int
    """Slot in the raw record, from 1."""
    ingredient: str
    """The ingredient; the whole line with its measure, if the source does not separate them."""
    measure: str | None
    is_whole: bool = False
    """Whether `ingredient` is the whole line."""
    stated: StatedLine | None = None
    """What the source states in fields of their own; None if it has no such fields."""


class Record(Struct, frozen=True, gc=False):
    """One drink as its source states it, in the domain's vocabulary."""

    id: str
    """Id within the source."""
    name: str
    category: str | None
    alcoholic: Alcoholic | None
    glass: str | None
    iba: str | None
    tags: tuple[str, ...]
    instructions: dict[str, str]
    """By BCP 47 language tag."""
    lines: tuple[RawLine, ...]
    image: Image | None
    video: str | None
    quality: tuple[str, ...]
    """Quality codes from the source's mapping."""
    drift: tuple[Drift, ...] = ()
    """Changes in the source's format."""
    description: str | None = None
    """What the source says about the drink."""
    credit: Credit | None = None
    """Who wrote the recipe, where it was published, and its licence; None if nothing is stated."""
    stated: Stated | None = None
    """Figures that the source states; None if it states none."""
    garnish: str | None = None
    """The garnish, if the source states it apart from the ingredients."""
    method: Method | None = None
    """The method, if the source states it apart from the instructions."""


class Absence(Struct, frozen=True):
    """A tombstone: the source was asked for a drink by its id and did not have it."""

    id: str
    """Id within the source."""
    is_removal: bool = False
    """Whether the owner removed the drink. One removal withdraws it, which takes two absences."""
