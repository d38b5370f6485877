"""A drink as rows of the catalogue, and back: the same drink, to the last field."""

import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence

import msgspec

from mocktailverse.drinks.drink import Derived, Drink, Image, IngredientLine, Lineage

NAME_KEY_LENGTH = 100
"""Characters of the key that drinks are sorted by; the id settles ties."""

_DERIVED = Derived.__struct_fields__
_LINE = IngredientLine.__struct_fields__
_TEXT_LISTS = ("tags", "instructions", "quality")
_PLAIN = tuple(
    name
    for name in Drink.__struct_fields__
    if name not in {"ingredients", "image", "derived", "lineage", *_TEXT_LISTS}
)

DRINK_COLUMNS = (
    *_PLAIN, *_TEXT_LISTS, "name_key",
    "image_url", "image_licence", "image_attribution",
    *_DERIVED,
    "lineage_bucket", "lineage_key", "lineage_version_id", "lineage_position", "transform_version",
)  # fmt: skip
LINE_COLUMNS = ("drink_id", *_LINE)


def name_key(name: str) -> str:
    """What names are sorted by: without case, accents and white space around them."""
    plain = unicodedata.normalize("NFKD", name[:NAME_KEY_LENGTH].strip().casefold())
    key = "".join(c for c in plain if not unicodedata.combining(c))
    return key[:NAME_KEY_LENGTH]  # one character may have become eighteen


def drink_row(drink: Drink) -> tuple[object, ...]:
    """The values of DRINK_COLUMNS."""
    image, derived = drink.image, drink.derived
    lineage = drink.lineage
    facts = [
        _json(value) if name == "spirits" else value
        for name, value in zip(_DERIVED, msgspec.structs.astuple(derived), strict=True)
    ]
    return (
        *(getattr(drink, name) for name in _PLAIN),
        *(_json(getattr(drink, name)) for name in _TEXT_LISTS),
        name_key(drink.name),
        *((image.url, image.licence, image.attribution) if image else (None, None, None)),
        *facts,
        lineage.bucket, lineage.key, lineage.version_id, lineage.position,
        lineage.transform_version,
    )  # fmt: skip


def line_rows(drink: Drink) -> list[tuple[object, ...]]:
    """The values of LINE_COLUMNS, one tuple an ingredient line."""
    return [(drink.id, *msgspec.structs.astuple(line)) for line in drink.ingredients]


def text_row(drink: Drink) -> tuple[str, str, str, str]:
    """What the full-text index holds: name, ingredients, instructions, tags."""
    names = dict.fromkeys(name for line in drink.ingredients for name in (line.name, line.name_raw))
    return (
        _searchable(drink.name),
        _searchable("\n".join(names)),
        _searchable("\n".join(drink.instructions.values())),
        _searchable("\n".join(drink.tags)),
    )


def searched(text: str) -> str:
    """A text as its words are searched for: without case, ligatures and widths; ß is ss."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _searchable(text: str) -> str:
    """The text, and behind it those of its words that SQLite would not find by `searched`."""
    if text.isascii():
        return text
    known = unicodedata.normalize("NFC", text).lower().split()
    return " ".join((text, *sorted({*searched(text).split()}.difference(known))))


def to_drink(row: sqlite3.Row, lines: Iterable[Sequence[object]]) -> Drink:
    """The drink of a row that has DRINK_COLUMNS and of its lines with LINE_COLUMNS."""
    image = (
        Image(row["image_url"], row["image_licence"], row["image_attribution"])
        if row["image_url"] is not None
        else None
    )
    facts = {name: row[name] for name in _DERIVED}
    facts["spirits"] = tuple(msgspec.json.decode(row["spirits"]))
    facts["is_mocktail"] = None if row["is_mocktail"] is None else bool(row["is_mocktail"])
    return Drink(
        **{name: row[name] for name in _PLAIN},
        tags=tuple(msgspec.json.decode(row["tags"])),
        instructions=msgspec.json.decode(row["instructions"]),
        quality=tuple(msgspec.json.decode(row["quality"])),
        ingredients=tuple(IngredientLine(*line[1:]) for line in lines),  # type: ignore[arg-type]  # as stored
        image=image,
        derived=Derived(**facts),
        lineage=Lineage(
            row["lineage_bucket"], row["lineage_key"], row["lineage_version_id"],
            row["lineage_position"], row["transform_version"],
        ),
    )  # fmt: skip


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
