"""Opens a catalogue to edit it, also one that was built with another ingredient reference.

The reference decides the ingredients' rows and counts, the conversions and the keys of groups. All
of them follow from the drinks, which the file has to the last field. So it is written again from
itself, without the table: about 0.5 ms a drink.
"""

import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

import msgspec

from mocktailverse.catalogue.rows import drinks_in_name_order
from mocktailverse.catalogue.writer import CatalogueWriter, OtherReferenceError
from mocktailverse.errors import CatalogueError


def open_to_edit(path: Path) -> CatalogueWriter:
    """Open a sealed catalogue of this format; `is_new` if it had to be written again.

    Raises:
        CatalogueError: it is not a catalogue, is damaged, or has another format.
    """
    try:
        return CatalogueWriter.open(path)
    except OtherReferenceError:
        return _written_again(path)


def _written_again(path: Path) -> CatalogueWriter:
    previous = path.with_name(f"{path.name}.previous")
    path.replace(previous)
    with ExitStack() as on_failure:
        writer = on_failure.enter_context(CatalogueWriter.create(path))
        try:
            with closing(sqlite3.connect(previous)) as connection:
                writer.put(drinks_in_name_order(connection))
        except (sqlite3.DatabaseError, msgspec.DecodeError, IndexError) as error:
            raise CatalogueError(f"The catalogue cannot be read: {error}.") from error
        finally:
            previous.unlink()
        on_failure.pop_all()
    return writer
