"""The columns of a drink that say whether it can become a mocktail, and what that takes.

A conversion takes about a hundred times as long as writing the drink's row. So a sealed file has
at most `MOST_AT_ONCE` new ones; the next publishes add the rest (a backfill), and until then the
columns of a drink are null. A rebuild has no such limit.
"""

import logging
import sqlite3
from typing import NamedTuple

import msgspec

from mocktailverse.catalogue.changes.row_edits import Edit
from mocktailverse.catalogue.rows import READ_CHUNK, drinks_by_row
from mocktailverse.drinks.conversion.conversion_result import Conversion
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.substitutions.forms import forms_of
from mocktailverse.drinks.substitutions.needs import variety_of

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 5_000
"""Drinks converted in one publish: about 5 s of a whole core, 20 s of the publish function's."""

_PENDING = """
SELECT row FROM drinks
WHERE convertible IS NULL AND not_convertible_because IS NULL AND is_mocktail IS NOT 1 LIMIT ?
"""
_FAILED = "The conversion failed."


class ConversionColumns(NamedTuple):
    """Values of the columns; see their comments in `schema`."""

    convertible: str | None
    not_convertible_because: str | None
    mocktail_needs: str | None


def add_conversions(
    connection: sqlite3.Connection, edit: Edit, most: int | None = MOST_AT_ONCE
) -> None:
    """Fill the columns of drinks that are not converted yet: at most `most` of them, if given."""
    limit = -1 if most is None else most
    rows = [row for (row,) in connection.execute(_PENDING, (limit,))]
    for start in range(0, len(rows), READ_CHUNK):
        chunk = rows[start : start + READ_CHUNK]
        drinks = zip(chunk, drinks_by_row(connection, chunk), strict=True)
        values = ((*conversion_columns(drink), row) for row, drink in drinks)
        edit("update", "drinks", (*ConversionColumns._fields, "row"), values)


def conversion_columns(drink: Drink) -> ConversionColumns:
    """Return the columns of a drink that is not certainly a mocktail.

    A defect of the converter costs the value of one drink, never the publish.
    """
    from mocktailverse.drinks import to_mocktail  # noqa: PLC0415 - readers do not need it

    try:
        pantry = to_mocktail(drink, "pantry")
        if pantry.possible:
            return ConversionColumns("pantry", None, _needs(pantry))
        bottle = to_mocktail(drink, "bottle")
    except Exception:
        logger.exception("conversion failed", extra={"drink": drink.id})
        return ConversionColumns(None, _FAILED, None)
    if bottle.possible:
        return ConversionColumns("bottle", None, None)
    return ConversionColumns(None, bottle.reason or _FAILED, None)


def _needs(conversion: Conversion) -> str:
    """Return the lines of a mocktail as JSON: name, form, variety, alternatives, optional."""
    mocktail = conversion.drink
    assert mocktail is not None  # noqa: S101 - a possible conversion has one
    lines = mocktail.ingredients
    forms = forms_of(lines, mocktail.derived.method, mocktail.instructions.get("en"))
    needs = [
        (line.name, form, variety_of(line), line.alternatives, line.optional)
        for line, form in zip(lines, forms, strict=True)
    ]
    return msgspec.json.encode(needs).decode()
