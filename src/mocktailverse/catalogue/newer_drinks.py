"""Compares two catalogue files: which drinks does one of them know later than the other?

Files of different formats, and a file and the table that it is built from, are compared by the
version of each drink (see `drinks.register`), not by clocks.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

_VERSION = (
    *("observed_at", "transform_version", "content_hash"),
    *("lineage_key", "lineage_version_id", "lineage_position"),
)
_MARKS = ("quality", "withdrawn_at", "previous_name")
"""They may change without the version, when another observation of the id arrives."""


def _row(table: str, columns: tuple[str, ...]) -> str:
    return f"({', '.join(f'{table}.{column}' for column in columns)})"


_AHEAD = f"""
SELECT other.id FROM other.drinks AS other LEFT JOIN mine.drinks AS mine ON mine.id = other.id
WHERE mine.id IS NULL OR {_row("other", _VERSION)} > {_row("mine", _VERSION)}
   OR ({_row("other", _VERSION)} = {_row("mine", _VERSION)}
       AND {_row("other", _MARKS)} IS NOT {_row("mine", _MARKS)})
"""  # noqa: S608 - the names above


def newer_drinks(other: Path, than: Path) -> set[str]:
    """Return the ids of the drinks that `other` has later than the file `than`, or only it has.

    A drink of one version that differs is included, as either may be the later one. A file that
    cannot be read has none.
    """
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("ATTACH ? AS other", (str(other),))
            connection.execute("ATTACH ? AS mine", (str(than),))
            return {drink_id for (drink_id,) in connection.execute(_AHEAD)}
        except sqlite3.DatabaseError:
            return set()
