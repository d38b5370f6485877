"""The state of a quiet stack, read with boto3 and sqlite3."""

import json
import sqlite3
import tempfile
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from boto3.dynamodb.types import TypeDeserializer

if TYPE_CHECKING:
    from .stack import Stack

_deserializer = TypeDeserializer()
SEGMENT_MARK = "#"
CATALOGUE_DRINKS = """
SELECT id, name, content_hash, observed_at, withdrawn_at, previous_name, lineage_bucket,
       lineage_key, lineage_version_id, lineage_position
FROM drinks
"""
CATALOGUE_LINES = "SELECT drink_id, position, name_raw, measure_raw FROM drink_ingredients"

Item = dict[str, Any]
Line = tuple[int, str, str | None]


class StoredVersion(NamedTuple):
    """A raw object version as S3 lists it."""

    key: str
    version_id: str
    body: bytes
    stored_ms: int


class SeenLoad(NamedTuple):
    """A load, and the rejected lines of its segments in order."""

    item: Item
    rejected: list[Item]


class SeenDrink(NamedTuple):
    """A drink in the table or in the catalogue."""

    name: str
    content_hash: str
    observed_at: int
    withdrawn_at: int | None
    previous_name: str | None
    lineage: tuple[str, str, str, int]
    """Bucket, key, version id and position."""
    lines: tuple[Line, ...]
    earlier: frozenset[tuple[int, str]] = frozenset()
    """When other recipes of the id were last seen, and their names; only the table has them."""
    absences: tuple[int, ...] = ()
    """The times of later absences; only the table has them."""

    @property
    def shown(self) -> tuple[object, ...]:
        """The fields that the catalogue follows, without the latest observation."""
        return (
            self.name,
            self.content_hash,
            self.withdrawn_at,
            self.previous_name,
            self.lines,
        )


class Seen(NamedTuple):
    """The whole stack at one time."""

    versions: list[StoredVersion]
    loads: list[SeenLoad]
    table: dict[str, SeenDrink]
    """Drinks by id without their source; without ids that have only absences."""
    absent_only: dict[str, tuple[int, ...]]
    """The ids that have only absences, and the times of these."""
    catalogue: dict[str, SeenDrink] | None
    """None if nothing is published."""
    dead: int


def observe(stack: "Stack") -> Seen:
    """Return the state of the whole stack."""
    items = [_item(raw) for raw in stack.items("DrinksTable")]
    return Seen(
        list(_versions(stack)),
        _loads(stack),
        {_id(item["id"]): _table_drink(item) for item in items if "name" in item},
        {_id(item["id"]): _absences(item) for item in items if "name" not in item},
        catalogue_drinks(stack.catalogue()),
        stack.dead(),
    )


def table_drinks(stack: "Stack") -> dict[str, SeenDrink]:
    """Return the drinks of the table by id, without ids that have only absences."""
    items = [_item(raw) for raw in stack.items("DrinksTable")]
    return {_id(item["id"]): _table_drink(item) for item in items if "name" in item}


def catalogue_drinks(body: bytes | None) -> dict[str, SeenDrink] | None:
    """Return the drinks of a catalogue file by id.

    Raises:
        sqlite3.DatabaseError: the file is damaged.
    """
    if body is None:
        return None
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        with closing(sqlite3.connect(f"file:{file.name}?mode=ro", uri=True)) as connection:
            ((verdict,),) = connection.execute("PRAGMA integrity_check").fetchall()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
            lines: dict[str, list[Line]] = {}
            for drink_id, *line in connection.execute(CATALOGUE_LINES):
                lines.setdefault(drink_id, []).append(tuple(line))
            return {
                _id(row[0]): SeenDrink(*row[1:6], row[6:10], tuple(sorted(lines.get(row[0], ()))))
                for row in connection.execute(CATALOGUE_DRINKS)
            }


def _versions(stack: "Stack") -> Any:
    bucket = stack.outputs["DataBucket"]
    pages = stack.s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix="raw/")
    for page in pages:
        for entry in page.get("Versions", ()):
            key, version_id = entry["Key"], entry["VersionId"]
            response = stack.s3.get_object(Bucket=bucket, Key=key, VersionId=version_id)
            stored_ms = int(response["LastModified"].timestamp() * 1000)
            yield StoredVersion(key, version_id, response["Body"].read(), stored_ms)


def _loads(stack: "Stack") -> list[SeenLoad]:
    items = [_item(raw) for raw in stack.items("LoadsTable")]
    segments = sorted(
        (item for item in items if SEGMENT_MARK in item["part"]), key=lambda item: item["part"]
    )
    loads = []
    for item in items:
        if SEGMENT_MARK not in item["part"]:
            keys = [
                segment["rejected_key"]
                for segment in segments
                if segment["object"] == item["object"]
                and segment["part"].startswith(item["part"] + SEGMENT_MARK)
                and segment.get("rejected_key")
            ]
            loads.append(SeenLoad(item, [line for key in keys for line in _rejected(stack, key)]))
    return loads


def _rejected(stack: "Stack", key: str) -> list[Item]:
    body = stack.s3.get_object(Bucket=stack.outputs["DataBucket"], Key=key)["Body"].read()
    return [json.loads(line) for line in body.splitlines() if line]


def _table_drink(item: Item) -> SeenDrink:
    lineage = item["lineage"]
    withdrawn_at = item.get("withdrawn_at")
    return SeenDrink(
        item["name"],
        item["content_hash"],
        int(item["observed_at"]),
        None if withdrawn_at is None else int(withdrawn_at),
        item.get("previous_name"),
        (lineage["bucket"], lineage["key"], lineage["version_id"], int(lineage["position"])),
        tuple(
            (int(line["position"]), line["name_raw"], line["measure_raw"])
            for line in item["ingredients"]
        ),
        frozenset(
            (int(recipe["observed_at"]), recipe["name"]) for recipe in item.get("earlier", ())
        ),
        _absences(item),
    )


def _absences(item: Item) -> tuple[int, ...]:
    return tuple(int(at) for at in item.get("absences", ()))


def _item(raw: dict[str, Any]) -> Item:
    return {name: _deserializer.deserialize(value) for name, value in raw.items()}


def _id(full: str) -> str:
    return full.removeprefix("thecocktaildb:")
