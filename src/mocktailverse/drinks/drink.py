"""The Drink data contract, the same in JSON files, DynamoDB items and API responses.

Field names contain their units. Times are whole milliseconds since 1970-01-01 UTC. An unknown
value is None; `quality` or `certainty` gives the reason.
"""

from typing import Literal, Self

from msgspec import Struct

Alcoholic = Literal["alcoholic", "non_alcoholic", "optional_alcohol"]
Certainty = Literal["exact", "approximate", "range", "unknown"]
MeasureKind = Literal["volume", "count", "mass", "part", "qualitative", "none"]
Method = Literal["shaken", "stirred", "blended", "built", "muddled", "layered"]


class IngredientLine(Struct, frozen=True, gc=False):
    """One ingredient of a drink with its measure."""

    position: int
    """Slot in the raw record, from 1."""
    name: str
    """Canonical name, such as `Lime juice`; as written, if it is not in the reference."""
    name_raw: str
    """As received."""
    measure_raw: str | None
    """As received; null if the slot has no measure."""
    amount_min: float | None
    """Minimum amount, counted in `unit`; null if the measure has no amount."""
    amount_max: float | None
    """Maximum; equal to the minimum unless the measure is a range."""
    unit: str
    """A supported unit, such as `oz`; `none` for no unit, `other` for any other unit."""
    ml_min: float | None
    """Minimum volume; null if unknown or if the measure is not a volume (leaves, mass, parts)."""
    ml_max: float | None
    """Maximum volume."""
    kind: MeasureKind
    """What is measured: a volume, a mass, a number of pieces, ..."""
    certainty: Certainty
    """How reliable the measure is; `unknown` if it could not be parsed."""
    preparation: str | None = None
    """How the ingredient is prepared, such as `peeled and sliced`; null if not stated."""
    alternatives: tuple[str, ...] = ()
    """Canonical names of what the recipe allows instead: Sugar in "Honey or sugar"."""
    optional: bool = False
    """Whether the recipe calls the ingredient optional."""


class Image(Struct, frozen=True, gc=False):
    """The drink's picture and its terms of use."""

    url: str
    """URL of the picture, http or https."""
    licence: str | None
    """Licence; null if none is stated."""
    attribution: str | None
    """Author of the picture; null if not stated."""


class Credit(Struct, frozen=True):
    """Whose recipe it is, and its terms of use. At least one field is stated."""

    author: str | None = None
    """Who wrote the recipe; null if not stated."""
    url: str | None = None
    """Where the recipe was published, http or https; null if not stated."""
    licence: str | None = None
    """Licence of the recipe, such as `MIT`; null if none is stated."""

    @classmethod
    def of(cls, author: str | None, url: str | None, licence: str | None) -> Self | None:
        """Return the credit of a recipe; None if nothing is stated."""
        is_stated = any(text is not None for text in (author, url, licence))
        return cls(author, url, licence) if is_stated else None


class Stated(Struct, frozen=True):
    """Figures that the source or another tool states; never used in `derived`."""

    abv_percent: float | None = None
    """Stated ABV; whether as mixed or as served is not known."""


class Derived(Struct, frozen=True, gc=False):
    """Facts computed from the ingredient lines. Each figure is a range; null means unknown."""

    total_ml_min: float | None = None
    """Minimum volume as mixed, before ice melts into it."""
    total_ml_max: float | None = None
    """Maximum volume."""
    alcohol_g_min: float | None = None
    """Minimum mass of pure alcohol."""
    alcohol_g_max: float | None = None
    """Maximum mass of pure alcohol."""
    abv_percent_min: float | None = None
    """Minimum alcohol by volume (ABV) as mixed, before dilution."""
    abv_percent_max: float | None = None
    """Maximum ABV as mixed."""
    abv_served_percent_min: float | None = None
    """Minimum ABV as served, after the usual dilution of `method`."""
    abv_served_percent_max: float | None = None
    """Maximum ABV as served."""
    standard_drinks_min: float | None = None
    """Minimum number of US standard drinks of 14 g alcohol (NIAAA)."""
    standard_drinks_max: float | None = None
    """Maximum number of US standard drinks."""
    certainty: Certainty = "unknown"
    """`unknown` without a strength, `range` if a figure is a range, else that of the measures.

    At best `approximate` if an unknown ingredient is left out, such as one "to taste".
    """
    spirits: tuple[str, ...] = ()
    """Base spirits, the one with the largest amount first."""
    method: Method | None = None
    """How the drink is prepared; null if neither the source nor the instructions say."""
    is_mocktail: bool | None = None
    """Whether the drink certainly has at most 0.5 % vol as served; null if unknown."""
    unknown_because: tuple[str, ...] = ()
    """Ingredients that leave the strength or `is_mocktail` unknown, in the recipe's order."""
    likely_abv_served_percent: float | None = None
    """The likely ABV as served, from the usual figures; null if the range is unknown."""
    sugar_g_min: float | None = None
    """Minimum mass of sugar, natural and added; null if the sugar of an ingredient is unknown."""
    sugar_g_max: float | None = None
    """Maximum mass of sugar."""
    acid_g_min: float | None = None
    """Minimum mass of acid, as citric acid; null if the acid of an ingredient is unknown."""
    acid_g_max: float | None = None
    """Maximum mass of acid."""
    sugar_served_g_per_100ml_min: float | None = None
    """Minimum sugar in 100 ml as served, after the usual dilution of `method`."""
    sugar_served_g_per_100ml_max: float | None = None
    """Maximum sugar in 100 ml as served."""
    acid_served_g_per_100ml_min: float | None = None
    """Minimum acid in 100 ml as served."""
    acid_served_g_per_100ml_max: float | None = None
    """Maximum acid in 100 ml as served."""
    energy_kcal_min: float | None = None
    """Minimum energy; null if the fat or protein of an ingredient is unknown."""
    energy_kcal_max: float | None = None
    """Maximum energy."""


class Lineage(Struct, frozen=True, gc=False):
    """The raw bytes and the code version that a drink was made from."""

    bucket: str
    """Bucket of the raw object."""
    key: str
    """Key of the raw object."""
    version_id: str
    """S3 version of the raw object; `null` if the bucket was not versioned."""
    position: int
    """Array index of the record; in NDJSON and CSV, its decoded byte offset."""
    transform_version: int
    """Version of the transform code; it increases when the output changes."""


class Drink(Struct, frozen=True, gc=False):
    """One drink of the catalogue."""

    id: str
    """`<source>:<id in source>`."""
    source: str
    """Name of the source of the record."""
    name: str
    """Name of the drink."""
    category: str | None
    """Category, as the source states it."""
    alcoholic: Alcoholic | None
    """Whether it contains alcohol, as the source states it; compare `derived.is_mocktail`."""
    glass: str | None
    """Name of the glass."""
    iba: str | None
    """Category of the International Bartenders Association."""
    tags: tuple[str, ...]
    """Tags, as the source states them."""
    instructions: dict[str, str]
    """Instructions by language tag, such as `en`."""
    ingredients: tuple[IngredientLine, ...]
    """One line for each filled ingredient slot, in the order of the slots."""
    image: Image | None
    """Picture; null if the source has none."""
    video: str | None
    """URL of a video."""
    derived: Derived
    """Facts computed from the ingredient lines."""
    quality: tuple[str, ...]
    """[Quality codes](codes.md), sorted: remarks on the record."""
    content_hash: str
    """SHA-256 of the normalized content without lineage, in hex."""
    observed_at: int
    """Event time: when the source showed the drink with this content."""
    withdrawn_at: int | None
    """When the source stopped showing the drink (a soft delete); null while it shows it."""
    previous_name: str | None
    """Name of another drink that had this id before; set with quality `id_reassigned`."""
    lineage: Lineage
    """The raw bytes and the code version that it was made from."""
    description: str | None = None
    """What the source says about the drink; null if it says nothing."""
    credit: Credit | None = None
    """Author, place of publication and licence; null if the source states none of them."""
    stated: Stated | None = None
    """Figures that the source states; null if it states none. Compare `derived`."""
    garnish: str | None = None
    """The garnish, as the source states it apart from the ingredients; else null."""
