"""The Drink contract: what the catalogue holds, as JSON, DynamoDB item and API answer alike.

Units stand in the names; times are whole milliseconds since 1970-01-01 UTC; a value that is
not known is None, and `quality` or `certainty` says why.
"""

from typing import Literal

from msgspec import Struct

Alcoholic = Literal["alcoholic", "non_alcoholic", "optional_alcohol"]
Certainty = Literal["exact", "approximate", "range", "unknown"]
MeasureKind = Literal["volume", "count", "mass", "part", "qualitative", "none"]
Method = Literal["shaken", "stirred", "blended", "built", "muddled", "layered"]


class IngredientLine(Struct, frozen=True):
    """One ingredient of a drink with its measure.

    `position` is the slot in the raw record, from 1. `name` is canonical, `name_raw` and
    `measure_raw` are as received. `amount_*` counts `unit`s; `ml_*` is None where the measure
    is no volume (fruit, leaves, mass, parts) or not known.
    """

    position: int
    """Its slot in the raw record, from 1."""
    name: str
    """Canonical, such as `Lime juice`; as received where it is not in the reference."""
    name_raw: str
    """As received."""
    measure_raw: str | None
    """As received; null where the slot has none."""
    amount_min: float | None
    """How many of `unit`, at least; null where no amount is given."""
    amount_max: float | None
    """At most; the same where it is no range."""
    unit: str
    """One of the known units, such as `oz`; `none` where there is none, `other` where it is
    another."""
    ml_min: float | None
    """The volume, at least; null where the measure is no volume or not known."""
    ml_max: float | None
    """At most."""
    kind: MeasureKind
    """What the measure is."""
    certainty: Certainty
    """How far the measure is to be believed; `unknown` where it could not be read."""


class Image(Struct, frozen=True):
    """Where the drink's picture is and under which terms."""

    url: str
    """Address of the picture, http or https."""
    licence: str | None
    """Its licence; null where none is stated."""
    attribution: str | None
    """Whose picture it is; null where it is not stated."""


class Derived(Struct, frozen=True):
    """Facts computed from the ingredient lines; each figure a range, null where not known.

    `abv_percent_*` is as mixed, before dilution; `abv_served_percent_*` after the usual
    dilution of the drink's `method`. A standard drink is 14 g of alcohol (NIAAA).
    """

    total_ml_min: float | None = None
    """The volume as mixed, before ice melts into it, at least."""
    total_ml_max: float | None = None
    """At most."""
    alcohol_g_min: float | None = None
    """Pure alcohol, at least."""
    alcohol_g_max: float | None = None
    """At most."""
    abv_percent_min: float | None = None
    """Strength by volume as mixed, before dilution, at least."""
    abv_percent_max: float | None = None
    """At most."""
    abv_served_percent_min: float | None = None
    """Strength by volume after the usual dilution of `method`, at least."""
    abv_served_percent_max: float | None = None
    """At most."""
    standard_drinks_min: float | None = None
    """Standard drinks of 14 g alcohol (NIAAA), at least."""
    standard_drinks_max: float | None = None
    """At most."""
    certainty: Certainty = "unknown"
    """`unknown` without a strength, `range` where a figure is one, else what the measures are.

    At best `approximate` beside an unknown ingredient that is left out, such as one "to taste".
    """
    spirits: tuple[str, ...] = ()
    """The base spirits, the one with the largest amount first."""
    method: Method | None = None
    """How it is made; null where the instructions do not tell."""
    is_mocktail: bool | None = None
    """Whether it surely has at most 0.5 % vol; null where that is not known."""


class Lineage(Struct, frozen=True):
    """Which raw bytes and which code a drink came from.

    `position` is the array index, or the decoded byte offset in NDJSON and CSV objects.
    """

    bucket: str
    """The raw object's bucket."""
    key: str
    """The raw object's key."""
    version_id: str
    """The raw object's version; `null` where the bucket was not versioned."""
    position: int
    """The record's array index, or its decoded byte offset in NDJSON and CSV."""
    transform_version: int
    """Version of the code that made it; it rises when the output changes."""


class Drink(Struct, frozen=True):
    """One drink as the catalogue shows it.

    `id` is `<source>:<id in source>`. `content_hash` is the sha-256 over the normalized
    content without lineage. `previous_name` is set with quality `id_reassigned`.
    """

    id: str
    """`<source>:<id in source>`."""
    source: str
    """Where the record comes from, such as `thecocktaildb`."""
    name: str
    """Name of the drink."""
    category: str | None
    """As the source sorts it."""
    alcoholic: Alcoholic | None
    """What the source says of it; `derived.is_mocktail` is computed."""
    glass: str | None
    """Name of the glass."""
    iba: str | None
    """The category of the International Bartenders Association."""
    tags: tuple[str, ...]
    """The source's tags."""
    instructions: dict[str, str]
    """By language tag, such as `en`."""
    ingredients: tuple[IngredientLine, ...]
    """One line an ingredient slot that is filled, in the order of the slots."""
    image: Image | None
    """Its picture."""
    video: str | None
    """Address of a video."""
    derived: Derived
    """What is computed from the ingredient lines."""
    quality: tuple[str, ...]
    """[Quality codes](codes.md), sorted: what is worth knowing of it."""
    content_hash: str
    """SHA-256 over the normalized content without lineage, in hex."""
    observed_at: int
    """When the source showed it so."""
    withdrawn_at: int | None
    """Since when the source does not show it any more; null while it does."""
    previous_name: str | None
    """The other drink's name that had this id before, with quality `id_reassigned`."""
    lineage: Lineage
    """Which raw bytes and which code it came from."""
