"""Rebuild the published catalogue of an environment, at a pace that leaves capacity to others."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from mocktailverse.catalogue.file_names import file_name, format_of, obsolete
from mocktailverse.pipeline.publishing import PublishResult
from mocktailverse.pipeline.rebuilding import Rebuild
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.read_pace import ReadPace
from mocktailverse.times import now


def rebuild_catalogue(
    stores: Stores, on_drink: Callable[[int], None] = lambda _: None
) -> PublishResult:
    """Publish a file of this code's format, built from the whole drinks table.

    The file of the format before stays, for the way back; older ones are deleted. `on_drink` is
    called with the number of drinks read so far.

    Raises:
        TransientError: every upload met a conflict, or a store failed. Nothing was published.
    """
    files, own, pace = stores.catalogue_files, file_name(), pace_of(stores)
    spend = pace.spend if pace else None
    keys = files.published_keys()
    others = [files.file(key) for key in keys if key != own and format_of(key)]
    with tempfile.TemporaryDirectory(prefix="mocktailverse-rebuild-") as folder:
        rebuild = Rebuild(
            stores.drinks, files.file(own), others, Path(folder), now_ms=now, spend=spend
        )
        result = rebuild.run(stores.drinks.all(spend), on_drink)
    for key in obsolete(keys):
        files.delete(key)
    return result


def pace_of(stores: Stores) -> ReadPace | None:
    """Return the pace for long reads of the drinks table.

    None if it is on demand, or in the embedded AWS, which does not limit reads.
    """
    units = 0 if stores.clients.endpoint else stores.drinks.read_units()
    return ReadPace(units) if units else None
