"""All data: contracts, objects in S3, items in DynamoDB, tables of the catalogue."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pages import stored_data
from pages.cells import code, table
from pages.meanings import all_words, docstring, fields, meaning, opening, sentence, word
from pages.struct_tables import struct_table, unit_of
from pages.template_source import resources

from mocktailverse.catalogue import file_names, schema
from mocktailverse.catalogue.changes import head, row_edits
from mocktailverse.catalogue.meta import Meta
from mocktailverse.drinks.content_changes import Changes
from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.drink import (
    Credit,
    Derived,
    Drink,
    Image,
    IngredientLine,
    Lineage,
    Stated,
)
from mocktailverse.drinks.register import Register
from mocktailverse.drinks.units import ML_PER_UNIT, UNIT_SIZES
from mocktailverse.loads.load_record import Checkpoint, Counts, Load, Segment
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.stores import data_bucket, export_objects, items, load_items

DRINK = (Drink, IngredientLine, Derived, Image, Credit, Stated, Lineage)
LOAD = (Load, ObjectVersion, Counts, Drift, Changes, Segment, Checkpoint, Rejected)
SPREAD: dict[str, list[tuple[str, type]]] = {
    "drinks": [
        *(("", Drink), ("", Derived), ("image_", Image), ("lineage_", Lineage)),
        *(("credit_", Credit), ("stated_", Stated)),
    ],
    "drink_ingredients": [("", IngredientLine)],
}
"""The contracts whose fields are columns of a table, and the prefix that a column may have."""

TABLE = re.compile(
    r"((?:^-- [^\n]*\n)*)^CREATE (?:VIRTUAL )?TABLE (\w+)(.*?);$", re.DOTALL | re.MULTILINE
)
COMMENT = re.compile(r"^ +(\w+) .*? -- (.*)$", re.MULTILINE)


def contracts(*kinds: type, level: str = "###") -> Iterator[str]:
    """Yield a section for each Struct.

    Raises:
        MissingMeaningError: a field is not documented.
    """
    for kind in kinds:
        yield f"{level} {kind.__name__}\n\n{opening(kind.__doc__)}"
        yield struct_table(kind, linked_structs=(*DRINK, *LOAD))


def units() -> str:
    """Return the table of the units of volume."""
    rows = [(code(name), f"{ml:g}") for name, ml in ML_PER_UNIT.items()]
    for unit, before, words, _, low, high, *_ in UNIT_SIZES:
        name = f"{before} {words}".strip().replace("|", ", ")
        rows.append((f"{code(unit)} as {name}", low if low == high else f"{low} to {high}"))
    return table(("unit", "ml"), rows)


def keys() -> str:
    """Return an example of each kind of key in the data bucket."""
    examples = {n: one.key for n, one in stored_data.raw_objects().items()}
    examples["rejected lines"] = stored_data.rejected_key()
    lines = (f"{name:16}{key}\n" for name, key in examples.items())
    return f"```text\n{''.join(lines)}```"


def metadata() -> str:
    """Return the table of the metadata of raw objects."""
    examples: dict[str, dict[str, str]] = {}
    for writer, raw_object in stored_data.raw_objects().items():
        for name, value in raw_object.metadata.items():
            examples.setdefault(name, {})[writer] = value
    rows = [
        (code(n), ", ".join(by), code(next(iter(by.values()))), word(n, data_bucket.__name__))
        for n, by in examples.items()
    ]
    return table(("key", "given by", "such as", "meaning"), rows)


def published() -> dict[str, str]:
    """Return the meanings of the keys of the catalogue bucket."""
    name = file_names.file_name()
    folder = file_names.parts_folder(name)
    modules = {
        name: head,
        f"{folder}<version>.ndjson.gz": row_edits,
        f"{folder}<version>.sqlite": schema,
        export_objects.PREFIX: export_objects,
    }
    return {key: opening(docstring(module.__name__)) for key, module in modules.items()}


def key_schema(logical_id: str) -> str:
    """Return a sentence on each key, index and stream of a deployed table."""
    properties = resources("dev")[logical_id].properties
    sentences = [f"Key: {_key(properties)}."]
    indexes = properties.get("GlobalSecondaryIndexes", ())
    sentences += [f"Index {code(index['IndexName'])}: {_key(index)}." for index in indexes]
    if stream := properties.get("StreamSpecification"):
        sentences.append(f"Its stream records contain {code(stream['StreamViewType'])}.")
    return " ".join(sentences)


def _key(properties: Mapping[str, Any]) -> str:
    return ", sorted by ".join(code(part["AttributeName"]) for part in properties["KeySchema"])


def drink_attributes() -> str:
    """Return the table of the attributes of an item of the drinks table."""
    types = stored_data.drink_item()
    return _attributes("DrinksTable", types, items.__name__, Drink, Register)


def load_attributes() -> str:
    """Return the table of the attributes of a load in the loads table."""
    types, _ = stored_data.load_items()
    return _attributes("LoadsTable", types, load_items.__name__, ObjectVersion, Load, Counts)


def segment_attributes() -> str:
    """Return the table of the attributes of a segment in the loads table."""
    _, types = stored_data.load_items()
    return _attributes("LoadsTable", types, load_items.__name__, Segment)


def _attributes(logical_id: str, types: Mapping[str, str], module: str, *kinds: type) -> str:
    """Return attributes in the order: keys, the contracts' fields, what only the item has."""
    meanings = {n: text for kind in reversed(kinds) for n, text in fields(kind).items()}
    meanings |= all_words(module)
    keys = [part["AttributeName"] for part in resources("dev")[logical_id].properties["KeySchema"]]
    ordered = dict.fromkeys((*keys, *(name for kind in kinds for name in fields(kind)), *types))
    rows = [
        (code(name), types[name], meaning(meanings, name, f"the docstring of `{module}`"))
        for name in ordered
        if name in types
    ]
    return table(("attribute", "type", "meaning"), rows)


def catalogue() -> Iterator[str]:
    """Yield a section for each table of the catalogue's file, and one for the indexes."""
    tables, indexes, meta_keys = stored_data.catalogue()
    comments = {name: (above, body) for above, name, body in TABLE.findall(schema.TABLES)}
    for name, columns in tables.items():
        above, body = comments[name]
        yield f"### {name}\n\n{sentence(' '.join(above.replace('-- ', '').split()))}"
        if any(column.type for column in columns[1:]):
            yield _columns(name, columns, dict(COMMENT.findall(body)))
        else:  # a full-text index, or keys and values
            yield f"Columns: {', '.join(code(column.name) for column in columns)}."
    meanings = fields(Meta) | all_words(Meta.__module__)
    rows = [(code(n), unit_of(n), meaning(meanings, n, "Meta")) for n in meta_keys]
    yield table(("key", "unit", "meaning of the value"), rows)
    yield "### Indexes"
    yield table(("index", "table", "columns"), [tuple(map(code, index)) for index in indexes])


def _columns(name: str, columns: list[stored_data.Column], comments: Mapping[str, str]) -> str:
    meanings = {
        column: text
        for prefix, kind in reversed(SPREAD.get(name, []))
        for field, text in fields(kind).items()
        for column in (field, f"{prefix}{field}")
    }
    meanings |= {column: sentence(text) for column, text in comments.items()}
    rows = [
        (
            code(column.name),
            column.type + (", key" if column.in_key else ""),
            unit_of(column.name),
            "yes" if column.is_nullable else "no",
            meaning(meanings, column.name, f"the table {name}"),
        )
        for column in columns
    ]
    return table(("column", "type", "unit", "null", "meaning"), rows)
