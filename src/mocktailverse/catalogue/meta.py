"""What a catalogue says of itself: the rows of its table `meta`.

Beside the fields of `Meta` there is, for the writer alone:

reference  digest of the ingredients' reference: under another one the file is made anew
"""

import sqlite3

import msgspec
from msgspec import Struct

from mocktailverse.catalogue.schema import FORMAT
from mocktailverse.conversion import converter
from mocktailverse.errors import CatalogueError


class Meta(Struct, frozen=True):
    """`version` sorts by time; `table` is the drinks table it was made from; times in ms.

    `drinks` counts the withdrawn ones, too; `ingredients` also those that only have kinds in use.
    """

    version: str
    """The file's version; it sorts by time."""
    format: int
    """The file's format, as `PRAGMA user_version`."""
    built_at: int
    """When it was made."""
    drinks: int
    """Rows of `drinks`, withdrawn ones too."""
    ingredients: int
    """Rows of `ingredients`, also those that only have kinds in use."""
    withdrawn: int
    """Drinks that the source has withdrawn."""
    table: str
    """The drinks table that it was made from."""
    newest_observed_at: int | None
    """The latest `observed_at` of its drinks; null where there is none."""


_to_meta = converter(Meta)


def read_meta(connection: sqlite3.Connection) -> Meta:
    """Read the meta rows.

    Raises:
        CatalogueError: the database is no catalogue of this format.
    """
    try:
        ((found,),) = connection.execute("PRAGMA user_version")
        if found != FORMAT:
            raise CatalogueError(f"The file is no catalogue of format {FORMAT} but says {found}.")
        rows = dict(connection.execute("SELECT key, value FROM meta").fetchall())
        return _to_meta(rows)
    except (sqlite3.DatabaseError, msgspec.ValidationError) as error:
        raise CatalogueError(f"The file is no sealed catalogue: {error}.") from error
