"""Bring restored data up to date: what a stop or a crash has interrupted goes on.

Messages and change notifications are not kept on disk. So a start looks for the raw objects whose
latest load is not finished and sends them again, from their checkpoint on. Drinks that were written
but not published are published. A load by another TRANSFORM_VERSION is replayed.

`inspect` reads the data files before the embedded AWS opens them; `publish` and `resume` act on its
result.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from mocktailverse.catalogue.changes.head import decode_head
from mocktailverse.catalogue.changes.publication import repeat
from mocktailverse.catalogue.changes.row_edits import unpack
from mocktailverse.catalogue.file_names import file_name, parts_folder
from mocktailverse.catalogue.meta import format_in
from mocktailverse.catalogue.schema import FORMAT
from mocktailverse.drinks.transform_version import TRANSFORM_VERSION
from mocktailverse.errors import CatalogueError
from mocktailverse.formatting import counted
from mocktailverse.loads.load_keys import object_key
from mocktailverse.loads.load_request import FIRST_GENERATION, LoadRequest
from mocktailverse.loads.object_version import RAW_PREFIX, ObjectVersion
from mocktailverse.local.data_files import DataFiles, DerivedFileError, set_aside_derived
from mocktailverse.operations.rebuild import rebuild_catalogue
from mocktailverse.pipeline.publishing import Publisher
from mocktailverse.pipeline.replay import replay
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.items import value_of
from mocktailverse.stores.load_items import is_load
from mocktailverse.times import now

Item = Mapping[str, Any]


class Interrupted(msgspec.Struct, frozen=True):
    """What the data files hold, and what was interrupted."""

    raw_objects: int
    drinks: int
    unfinished: tuple[LoadRequest, ...]
    """Loads to continue; each request may take over the lease of a worker that has ended."""
    outdated: tuple[ObjectVersion, ...]
    """Raw objects whose latest load is done, but by another TRANSFORM_VERSION."""
    unpublished: tuple[str, ...]
    """Ids of drinks that differ between table and catalogue."""
    is_newer: bool
    """Whether newer code than this computed the tables."""

    def __str__(self) -> str:
        """Return a summary for people."""
        objects, drinks = counted(self.raw_objects, "raw object"), counted(self.drinks, "drink")
        parts = [f"restored {drinks} from {objects}"]
        if self.unfinished:
            parts.append(f"{counted(len(self.unfinished), 'unfinished load')} continued")
        if self.outdated:
            version = f"version {TRANSFORM_VERSION} of the transform"
            parts.append(f"{counted(len(self.outdated), 'raw object')} replayed with {version}")
        return "; ".join(parts)


def prepare(folder: Path, on_notice: Callable[[str], None]) -> Interrupted:
    """Return what the data files in a folder hold, once they can be used.

    Derived data that is damaged, or that newer code computed, is set aside: it is computed again
    from the raw objects. `on_notice` gets a text about that for people.

    Raises:
        DataFileError, UsageError: the raw objects cannot be read.
    """
    try:
        interrupted = inspect(folder)
    except DerivedFileError as error:
        problem = f"The tables cannot be read ({error.__cause__})"
    else:
        if not interrupted.is_newer:
            return interrupted
        problem = "A newer version of Mocktailverse computed the tables"
    aside = set_aside_derived(folder)
    on_notice(f"{problem}; `{aside}` has them, and all raw objects are loaded again")
    return inspect(folder)


def inspect(folder: Path) -> Interrupted:
    """Return what the data files in a folder hold; they are created if missing.

    Raises:
        DerivedFileError: the derived data is damaged.
        DataFileError, UsageError: the raw objects cannot be read.
    """
    with closing(DataFiles(folder)) as files:
        raw, catalogue = _stored_objects(files)
        drinks: dict[str, tuple[object, ...]] = {}
        loads: dict[str, Item] = {}
        for _table, partition, sort, item in files.items():
            if item is None:
                continue
            if "version" in item:  # a drink, and not only its absences
                drinks[partition] = _fingerprint(item)
            elif "part" in item and is_load(item) and sort >= _sort_key(loads.get(partition)):
                loads[partition] = item
    latest = {version: loads.get(object_key(version)) for version in raw}
    done = {  # the transform version of each raw object whose load is done
        version: value_of(load["transform_version"])
        for version, load in latest.items()
        if load and load["status"]["S"] == "done"
    }
    return Interrupted(
        raw_objects=len(raw),
        drinks=len(drinks),
        unfinished=tuple(_request(v, load) for v, load in latest.items() if v not in done),
        outdated=tuple(v for v, number in done.items() if number != TRANSFORM_VERSION),
        unpublished=tuple(_unpublished(drinks, catalogue)),
        is_newer=max(done.values(), default=0) > TRANSFORM_VERSION,
    )


def publish(interrupted: Interrupted, stores: Stores) -> None:
    """Publish what is unpublished.

    A catalogue that is missing or cannot be edited is rebuilt: the publish function never does it.
    """
    if not interrupted.unpublished and stores.catalogue.etag() is not None:
        return
    with tempfile.TemporaryDirectory(prefix="mocktailverse-publish-") as folder:
        publisher = Publisher(stores.drinks, stores.catalogue, Path(folder), now_ms=now)
        try:
            publisher.publish(interrupted.unpublished)
        except CatalogueError:
            rebuild_catalogue(stores)


def resume(interrupted: Interrupted, stores: Stores) -> None:
    """Send unfinished loads and replays to the queue."""
    for request in interrupted.unfinished:
        stores.queue.send(request)
    replay(interrupted.outdated, stores.loads, stores.queue, now=now())


def _stored_objects(files: DataFiles) -> tuple[list[ObjectVersion], dict[str, bytes]]:
    """Return the raw objects, and the content of those of the published catalogue, by key."""
    raw: list[ObjectVersion] = []
    catalogue: dict[str, bytes] = {}
    for kept in files.objects():
        if kept.body is None:
            continue
        if kept.key == file_name() or kept.key.startswith(parts_folder(file_name())):
            catalogue[kept.key] = kept.body
        elif kept.key.startswith(RAW_PREFIX):
            raw.append(ObjectVersion(kept.bucket, kept.key, kept.version_id or "null"))
    return raw, catalogue


def _sort_key(load: Item | None) -> str:
    return load["part"]["S"] if load else ""


def _request(version: ObjectVersion, load: Item | None) -> LoadRequest:
    """Return the request that continues a load, or begins it."""
    if load is None:
        return LoadRequest(version, FIRST_GENERATION)
    owner = load.get("lease_owner")
    generation = value_of(load["generation"])
    return LoadRequest(version, generation, waited_for=value_of(owner) if owner else None)


def _fingerprint(item: Item) -> tuple[object, ...]:
    """Return the fields of a drink's item that `_PUBLISHED` reads from the catalogue."""
    return (
        value_of(item["content_hash"]),
        value_of(item["lineage"])["transform_version"],
        value_of(item["withdrawn_at"]),
        value_of(item["previous_name"]),
    )


def _assemble(catalogue: Mapping[str, bytes], path: Path) -> None:
    """Write the published file from its objects; KeyError without one of them.

    Raises:
        CatalogueError: one of them is damaged.
    """
    head = decode_head(catalogue[file_name()])
    path.write_bytes(catalogue[head.snapshot.key])
    edits = (unpack(catalogue[part.key]) for part in head.since_snapshot)
    repeat(path, chain.from_iterable(edits))
    if format_in(path) != FORMAT:
        raise CatalogueError("The published file has another format than its name says.")


_PUBLISHED = "SELECT id, content_hash, transform_version, withdrawn_at, previous_name FROM drinks"


def _unpublished(
    drinks: Mapping[str, tuple[object, ...]], catalogue: Mapping[str, bytes]
) -> list[str]:
    """Return the ids that differ; all, unless there is a catalogue of this format."""
    published: dict[str, tuple[object, ...]] = {}
    if file_name() in catalogue:
        with tempfile.TemporaryDirectory(prefix="mocktailverse-inspect-") as folder:
            path = Path(folder, "catalogue.sqlite")
            try:
                _assemble(catalogue, path)
                with closing(sqlite3.connect(path)) as connection:
                    published = {key: values for key, *values in connection.execute(_PUBLISHED)}
            except (CatalogueError, KeyError, sqlite3.Error):  # `publish` rebuilds it
                return [*drinks]
    ids = dict.fromkeys([*drinks, *published])
    return [key for key in ids if drinks.get(key) != tuple(published.get(key, ()))]
