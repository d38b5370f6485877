"""Datasette plugin: bound the size of values in SQL.

Datasette's time limit interrupts a query between two steps of SQLite, and one step may create a
value of 1 GB: `randomblob(400000000)` took 7 s and 0.8 GB under a limit of 3 s.
"""

import sqlite3

from datasette import hookimpl

VALUE_BYTES = 512 * 1024
"""Maximum size of a value and of a row. An item of the drinks table has at most 400 KB, a rejected
record 384 KB. A result has at most 1,000 rows, so at most 512 MB."""

PATTERN_BYTES = 1000
"""Maximum length of a pattern for LIKE and GLOB, whose time grows with it and with the value."""


@hookimpl  # type: ignore[untyped-decorator]  # it has no types
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Limit a new connection."""
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_BYTES)
    conn.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, PATTERN_BYTES)
