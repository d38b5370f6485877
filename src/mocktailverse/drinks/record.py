"""A record as each source delivers it to the domain: cleaned text, not yet parsed."""

from typing import NamedTuple

from msgspec import Struct

from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.drink import Alcoholic, Credit, Image, Stated


class RawLine(NamedTuple):
    """One ingredient slot as received, without outer white space."""

    position: int
    """Slot in the raw record, from 1."""
    ingredient: str
    measure: str | None


class Record(Struct, frozen=True):
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


class Absence(Struct, frozen=True):
    """A tombstone: the source was asked for a drink by its id and did not have it."""

    id: str
    """Id within the source."""
