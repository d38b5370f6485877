"""Rejected records: the quarantine of raw records that cannot load, with the reason for each."""

from msgspec import Struct

from mocktailverse.loads.object_version import ObjectVersion


class Rejected(Struct, frozen=True):
    """A raw record or object that cannot load: one line of `rejected/<load>/<segment>.ndjson`."""

    code: str
    """A [reason code](codes.md)."""
    path: str
    """JSON path of what is wrong in the record; `$` is all of it."""
    message: str
    """What is wrong, in a sentence."""
    position: int | None
    """The record's array index or decoded byte offset; null: the whole object."""
    raw: object
    """The raw record as JSON, or as text if it is not valid JSON; a very large one is truncated."""
    object: ObjectVersion
    """The raw object that holds it."""
