"""The metadata of a catalogue file: the rows of its table `meta`.

Beside the fields of `Meta` there is:

reference  digest of the ingredient reference: with another one the file is written again
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec import Struct

from mocktailverse.catalogue.schema import FORMAT
from mocktailverse.conversion import converter
from mocktailverse.errors import CatalogueError


class Meta(Struct, frozen=True):
    """Version, format and counts of a catalogue file; times in ms since 1970 UTC."""

    version: str
    """The file's version; it sorts by time."""
    format: int
    """The file's format, as `PRAGMA user_version`."""
    built_at: int
    """When it was built."""
    drinks: int
    """Rows of `drinks`, withdrawn ones included."""
    ingredients: int
    """Rows of `ingredients`, including those that only have kinds in use."""
    withdrawn: int
    """Drinks that the source has withdrawn."""
    table: str
    """The drinks table that it was built from."""
    newest_observed_at: int | None
    """The latest `observed_at` of its drinks; null without any drink."""


_to_meta = converter(Meta)


def format_in(path: Path) -> int | None:
    """Return the format of a file, which may be of any format; None if it is not a database."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            ((number,),) = connection.execute("PRAGMA user_version")
    except sqlite3.DatabaseError:
        return None
    return int(number)


def read_meta(connection: sqlite3.Connection) -> Meta:
    """Return the metadata of a file.

    Raises:
        CatalogueError: the file is not a sealed catalogue of this format.
    """
    try:
        ((version,),) = connection.execute("PRAGMA user_version")
        if version != FORMAT:
            raise CatalogueError(f"Not a catalogue of format {FORMAT}: its format is {version}.")
        rows = dict(connection.execute("SELECT key, value FROM meta").fetchall())
        return _to_meta(rows)
    except (sqlite3.DatabaseError, msgspec.ValidationError) as error:
        raise CatalogueError(f"Not a sealed catalogue: {error}.") from error


def reference_of(connection: sqlite3.Connection) -> str:
    """Return the digest of the ingredient reference that a file was built with."""
    ((digest,),) = connection.execute("SELECT value FROM meta WHERE key = 'reference'")
    return str(digest)
