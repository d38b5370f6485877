"""A raw record as every source hands it on: cleaned text, not yet understood."""

from typing import NamedTuple

from msgspec import Struct

from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.drink import Alcoholic, Image


class RawLine(NamedTuple):
    """One ingredient slot, numbered from 1, as received but for outer white space."""

    position: int
    ingredient: str
    measure: str | None


class Record(Struct, frozen=True):
    """What a source says of one drink, in the domain's words.

    `id` is the id within the source; `instructions` are by BCP 47 language tag; `quality`
    holds what the source's mapping had to note, `drift` what is new in the source's format.
    """

    id: str
    name: str
    category: str | None
    alcoholic: Alcoholic | None
    glass: str | None
    iba: str | None
    tags: tuple[str, ...]
    instructions: dict[str, str]
    lines: tuple[RawLine, ...]
    image: Image | None
    video: str | None
    quality: tuple[str, ...]
    drift: tuple[Drift, ...] = ()


class Absence(Struct, frozen=True):
    """The source was asked for a drink by its id and had nothing."""

    id: str
