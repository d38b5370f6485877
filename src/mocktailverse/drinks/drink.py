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
    name: str
    name_raw: str
    measure_raw: str | None
    amount_min: float | None
    amount_max: float | None
    unit: str
    ml_min: float | None
    ml_max: float | None
    kind: MeasureKind
    certainty: Certainty


class Image(Struct, frozen=True):
    """Where the drink's picture is and under which terms: `licence` None = not stated."""

    url: str
    licence: str | None
    attribution: str | None


class Derived(Struct, frozen=True):
    """Facts computed from the ingredient lines; each a range, None = not known.

    `abv_percent_*` is as mixed, before dilution; `abv_served_percent_*` after the usual
    dilution of the drink's `method`. A standard drink is 14 g of alcohol (NIAAA).
    """

    total_ml_min: float | None = None
    total_ml_max: float | None = None
    alcohol_g_min: float | None = None
    alcohol_g_max: float | None = None
    abv_percent_min: float | None = None
    abv_percent_max: float | None = None
    abv_served_percent_min: float | None = None
    abv_served_percent_max: float | None = None
    standard_drinks_min: float | None = None
    standard_drinks_max: float | None = None
    certainty: Certainty = "unknown"
    spirits: tuple[str, ...] = ()
    method: Method | None = None
    is_mocktail: bool | None = None


class Lineage(Struct, frozen=True):
    """Which raw bytes and which code a drink came from.

    `position` is the array index, or the decoded byte offset in NDJSON and CSV objects.
    """

    bucket: str
    key: str
    version_id: str
    position: int
    transform_version: int


class Drink(Struct, frozen=True):
    """One drink as the catalogue shows it.

    `id` is `<source>:<id in source>`. `content_hash` is the sha-256 over the normalized
    content without lineage. `previous_name` is set with quality `id_reassigned`.
    """

    id: str
    source: str
    name: str
    category: str | None
    alcoholic: Alcoholic | None
    glass: str | None
    iba: str | None
    tags: tuple[str, ...]
    instructions: dict[str, str]
    ingredients: tuple[IngredientLine, ...]
    image: Image | None
    video: str | None
    derived: Derived
    quality: tuple[str, ...]
    content_hash: str
    observed_at: int
    withdrawn_at: int | None
    previous_name: str | None
    lineage: Lineage
