"""Full-text search over names, ingredients, tags and instructions.

Hits are ranked by where the words stand, not by how rare they are, so that the same drink has the
same rank in every catalogue, and a page can go on where the last one ended:

0. the name is what was typed; 1. the name begins with it; 2. every word is in the name;
3. every word is in name, ingredients or tags; 4. some are in the instructions only.

Within a rank, drinks are in name order. Words are runs of letters and digits, without case and
accents; where a script sets no spaces, a run is found by its beginning. A text without any letter
or digit (an emoji) is looked for within the names, up to `NAME_KEY_LENGTH` characters of them. At
most `LONGEST` characters and `MOST_WORDS` words count.
"""

import re
import sqlite3
import unicodedata
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache

import msgspec

from mocktailverse.catalogue.bits import pack, pack_flags, span
from mocktailverse.catalogue.connections import Connections
from mocktailverse.catalogue.index import Index
from mocktailverse.catalogue.rows import name_key, searched

LONGEST = 300
MOST_WORDS = 12
KEPT_SEARCHES = 64
"""Searches whose hits are kept, so that further pages and facets cost no second search."""

_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
# One array of all hits: a row of a result for each would take most of the time.
_MATCH = "SELECT json_group_array(rowid) FROM drink_texts WHERE drink_texts MATCH ?"
_BEYOND = "\U0010ffff"

Ranked = tuple[int, ...]
"""A set of drinks for each rank, best first; no drink is in two."""


def full_text(index: Index, connections: Connections) -> Callable[[str], Ranked]:
    """A function that searches, and keeps what it found last."""

    def find(text: str) -> Ranked:
        words = match_expression(text)
        if not words:
            return (_named(index, text),)
        in_name, close = f"({{name}} : ({words}))", f"({{name ingredients tags}} : ({words}))"
        with connections.borrow() as connection:
            named, near, far = (
                _matches(index, connection, expression)
                for expression in (in_name, f"{close} NOT {in_name}", f"({words}) NOT {close}")
            )
        begins, is_it = _beginning(index, text)
        return (named & is_it, named & begins & ~is_it, named & ~begins, near, far)

    kept = lru_cache(maxsize=KEPT_SEARCHES)(find)
    return lambda text: kept(unicodedata.normalize("NFC", text[:LONGEST]).strip())


def match_expression(text: str) -> str:
    """The words of a text as an FTS5 expression; empty where there is no letter and no digit."""
    words = [f'"{word}"' for word in _WORD.findall(searched(text))[:MOST_WORDS]]
    return " AND ".join(words) + "*" if words else ""


def _matches(index: Index, connection: sqlite3.Connection, expression: str) -> int:
    ((rows,),) = connection.execute(_MATCH, (expression,))
    flags = bytearray(index.size)
    for ordinal in map(index.ordinal_of_row.__getitem__, msgspec.json.decode(rows)):
        flags[ordinal] = 1
    return pack_flags(flags)


def _named(index: Index, text: str) -> int:
    """The drinks whose name, as it is sorted by, holds a text; none for a text of accents only."""
    wanted = name_key(text)
    if not wanted:
        return 0
    return pack((n for n, (name, _) in enumerate(index.keys) if wanted in name), index.size)


def _beginning(index: Index, text: str) -> tuple[int, int]:
    """The drinks whose name begins with a text, and among them those whose name it is."""
    wanted = name_key(text)
    start, end_of_equals, end = (
        bisect_left(index.keys, key) for key in ((wanted,), (wanted, _BEYOND), (wanted + _BEYOND,))
    )
    return span(start, end), span(start, end_of_equals)
