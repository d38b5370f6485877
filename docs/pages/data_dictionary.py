"""The page of all data: contracts, objects in S3, items in DynamoDB, tables of the catalogue."""

import re
from collections.abc import Mapping
from typing import Any

from pages import stored
from pages.kinds import struct_table, unit_of
from pages.markdown import code, page, table
from pages.meanings import (
    MissingMeaningError,
    docstring,
    fields,
    opening,
    sentence,
    summary,
    word,
    words,
)
from pages.source import resources

from mocktailverse.catalogue import schema
from mocktailverse.catalogue.meta import Meta
from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.drink import Derived, Drink, Image, IngredientLine, Lineage
from mocktailverse.drinks.register import Earlier, Register
from mocktailverse.drinks.units import FIFTH_ML, ML_PER_UNIT
from mocktailverse.loads.load_record import Checkpoint, Counts, Load, Segment
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.stores import catalogue_object, export_objects

DRINK = (Drink, IngredientLine, Derived, Image, Lineage)
LOAD = (Load, ObjectVersion, Counts, Drift, Segment, Checkpoint, Rejected)
BUCKET = "mocktailverse.stores.data_bucket"
ITEMS = "mocktailverse.stores.items"
LOADS = "mocktailverse.stores.load_items"
META = "mocktailverse.catalogue.meta"
SPREAD: dict[str, list[tuple[str, type]]] = {
    "drinks": [("", Drink), ("", Derived), ("image_", Image), ("lineage_", Lineage)],
    "drink_ingredients": [("", IngredientLine)],
}
"""The contracts that tables of catalogue.sqlite spread over columns, with the columns' prefixes.
What has a prefix may stand without it, too."""

BLOCK = re.compile(
    r"((?:^-- [^\n]*\n)*)^CREATE (?:VIRTUAL )?TABLE (\w+)(.*?);$", re.DOTALL | re.MULTILINE
)
COMMENT = re.compile(r"^ +(\w+) .*? -- (.*)$", re.MULTILINE)


def data_dictionary() -> str:
    """The page.

    Raises:
        MissingMeaningError: a field, an attribute or a column does not say what it means.
    """
    load, segment = stored.load_items()
    return page(
        "Data dictionary",
        "Every field of the data, wherever it is kept: type, unit, whether null is possible, and "
        "what it means.",
        "the contracts and the stores in `src/mocktailverse/`",
        "Units stand in the names. A value that is not known is null; a range has `min` and `max`, "
        "which are equal where it is none. Times are whole ms since 1970-01-01 UTC.",
        "## In JSON",
        "The API, the exports and `--json` give a Drink so.",
        *(_struct(kind) for kind in DRINK),
        "### Units of a measure",
        _units(),
        *(_struct(kind) for kind in LOAD),
        "## In S3",
        "The data bucket holds, by the beginning of the key:",
        _listed(words(BUCKET)[0], "prefix"),
        _keys(),
        "A raw object's metadata:",
        _metadata(),
        "The catalogue bucket holds:",
        table(("key or prefix", "meaning"), _published()),
        "## In DynamoDB",
        "The letters are DynamoDB's: S text, N number, BOOL boolean, L list, M map. Lists and maps "
        "hold what the fields of the same names hold in JSON.",
        "### The drinks table",
        _key_schema("DrinksTable"),
        _attributes("DrinksTable", stored.drink_item(), _of_words(ITEMS), Drink, Register),
        _struct(Earlier, "####"),
        "### The loads table",
        _key_schema("LoadsTable"),
        "A load; an attribute that is not there counts as null, or as 0:",
        _attributes("LoadsTable", load, _of_words(LOADS), ObjectVersion, Load, Counts),
        "A segment of a load:",
        _attributes("LoadsTable", segment, _of_words(LOADS), Segment),
        "## catalogue.sqlite",
        "One SQLite file, published to the catalogue bucket. Lists and maps are JSON text, "
        "booleans are 0 and 1.",
        *_tables(),
    )


def _struct(kind: type, level: str = "###") -> str:
    found = struct_table(kind, linked_structs=(*DRINK, *LOAD))
    return f"{level} {kind.__name__}\n\n{summary(kind)}\n\n{found}"


def _units() -> str:
    units = {**ML_PER_UNIT, "bottle (a fifth)": FIFTH_ML}
    rows = [(code(name), f"{ml:g}") for name, ml in units.items()]
    return "Units of volume; an ounce of a solid is mass and has no ml.\n\n" + table(
        ("unit", "ml"), rows
    )


def _listed(found: Mapping[str, str], head: str) -> str:
    return table((head, "meaning"), [(code(n), sentence(text)) for n, text in found.items()])


def _keys() -> str:
    objects = {**stored.raw_objects(), "rejected lines": stored.rejected_object()}
    lines = [f"{name:16}{found.key}" for name, found in objects.items()]
    return "\n".join(["Keys as they are made:", "", "```text", *lines, "```"])


def _published() -> list[tuple[str, str]]:
    found = {catalogue_object.KEY: catalogue_object, export_objects.PREFIX: export_objects}
    return [(code(key), opening(docstring(module.__name__))) for key, module in found.items()]


def _metadata() -> str:
    """The metadata of raw objects: who gives it, with a sample."""
    written: dict[str, dict[str, str]] = {}
    for writer, found in stored.raw_objects().items():
        for name, value in found.metadata.items():
            written.setdefault(name, {})[writer] = value
    rows = [
        (code(n), ", ".join(by), code(next(iter(by.values()))), sentence(word(n, BUCKET)))
        for n, by in written.items()
    ]
    return table(("key", "given by", "such as", "meaning"), rows)


def _key_schema(logical_id: str) -> str:
    """A sentence on the keys of a table and its indexes, as deployed."""
    properties = resources("dev")[logical_id].properties
    indexes = properties.get("GlobalSecondaryIndexes", ())
    told = [f"Key: {_key(properties)}."]
    told += [f"Index {code(index['IndexName'])}: {_key(index)}." for index in indexes]
    if stream := properties.get("StreamSpecification"):
        told.append(f"Its stream tells {code(stream['StreamViewType'])}.")
    return " ".join(told)


def _key(properties: Mapping[str, Any]) -> str:
    names = [code(part["AttributeName"]) for part in properties["KeySchema"]]
    return f"{names[0]}, sorted by {names[1]}" if names[1:] else names[0]


def _of_words(module: str) -> dict[str, str]:
    return {name: sentence(text) for found in words(module) for name, text in found.items()}


def _attributes(
    logical_id: str, kinds: Mapping[str, str], own: Mapping[str, str], *contracts: type
) -> str:
    """The attributes of a table's item: its keys, the contracts' fields, what only the item has."""
    meanings = {n: text for kind in reversed(contracts) for n, text in fields(kind).items()}
    meanings |= own
    keys = [part["AttributeName"] for part in resources("dev")[logical_id].properties["KeySchema"]]
    told = dict.fromkeys((*keys, *(name for kind in contracts for name in fields(kind)), *kinds))
    rows = [
        (code(name), kinds[name], _meaning(meanings, name, f"the attribute of {logical_id}"))
        for name in told
        if name in kinds
    ]
    return table(("attribute", "type", "meaning"), rows)


def _tables() -> list[str]:
    tables, indexes, keys = stored.catalogue()
    comments = {name: (above, body) for above, name, body in BLOCK.findall(schema.TABLES)}
    parts = []
    for name, columns in tables.items():
        above, body = comments[name]
        told = sentence(" ".join(line.removeprefix("-- ") for line in above.splitlines()))
        parts += [f"### {name}", told]
        if not any(column.type for column in columns[1:]):  # a full-text index, or key and value
            parts.append("Columns: " + ", ".join(code(column.name) for column in columns) + ".")
        else:
            parts.append(_columns(name, columns, dict(COMMENT.findall(body))))
    meanings = fields(Meta) | _of_words(META)
    rows = [(code(key), unit_of(key), _meaning(meanings, key, "meta's key")) for key in keys]
    index_rows = [(code(name), code(of), code(on)) for name, of, on in indexes]
    return [
        *parts,
        table(("key", "unit", "meaning of the value"), rows),
        "### Indexes",
        table(("index", "table", "columns"), index_rows),
    ]


def _columns(table_name: str, columns: list[stored.Column], own: Mapping[str, str]) -> str:
    known = {
        name: text
        for prefix, kind in reversed(SPREAD.get(table_name, []))
        for field, text in fields(kind).items()
        for name in (field, f"{prefix}{field}")
    }
    meanings = known | {name: sentence(text) for name, text in own.items()}
    rows = [
        (
            code(column.name),
            column.type + (", key" if column.in_key else ""),
            unit_of(column.name),
            "yes" if column.nullable else "no",
            _meaning(meanings, column.name, f"the column of {table_name}"),
        )
        for column in columns
    ]
    return table(("column", "type", "unit", "null", "meaning"), rows)


def _meaning(meanings: Mapping[str, str], name: str, what: str) -> str:
    if name not in meanings:
        raise MissingMeaningError(f"{what} {name} says nowhere what it means.")
    return meanings[name]
