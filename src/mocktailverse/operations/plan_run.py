"""Plan an environment: what the code of this checkout would change of its published drinks."""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from mocktailverse.catalogue.format_upgrade import upgrade
from mocktailverse.catalogue.synced_copy import open_published
from mocktailverse.drinks.drink import Drink
from mocktailverse.loads.load_record import latest_generations
from mocktailverse.loads.object_version import ObjectVersion, StoredObject
from mocktailverse.operations.plan_processes import examiner_pool
from mocktailverse.operations.recent_loads import recent_loads
from mocktailverse.pipeline.plan import ReleasePlan
from mocktailverse.pipeline.plan_comparison import Scope, make_plan
from mocktailverse.pipeline.plan_object import ExaminedObject, ObjectTask, without_content
from mocktailverse.pipeline.ports import DailyLoads, RawStore
from mocktailverse.stores.data_bucket import DataBucket
from mocktailverse.stores.environment import Stores

_RECENT_DAYS = 2
_RECENT_MS = 24 * 3600 * 1000
"""Loads of older raw objects are not read: they have finished, or have failed for good."""

_PUBLISHED_MS = 600_000
"""Ten minutes after its load, all that an object changed is published."""

_REJECTED_KEY = re.compile(r"rejected/([0-9a-f]{24})-([0-9]+)/", re.ASCII)

OnObject = Callable[[int, int], None]


def plan(
    stores: Stores,
    *,
    raw_expires: bool,
    sample: int | None = None,
    on_object: OnObject = lambda _, __: None,
) -> ReleasePlan:
    """Return what this code would change of an environment's published drinks.

    Reads the published catalogue once and the raw objects, each with one request a MiB, and the
    load records of two days through their index. It writes nothing.

    Args:
        stores: the environment's.
        raw_expires: whether its raw objects expire: then the marks from several observations of a
            drink (`withdrawn_at`, `previous_name`) are not compared.
        sample: maximum number of raw objects to read, those that drinks are made from first.
        on_object: called with the number of raw objects read, and of those to read.

    Raises:
        MissingError: no catalogue is published.
        CatalogueError: the published catalogue cannot be read.
    """
    with open_published(stores.catalogue, partial(upgrade, complete=True)) as catalogue:
        stored = list(stores.bucket.versions())
        served = {drink.id: without_content(drink) for drink in catalogue.all_drinks()}
        scope = Scope(
            stored,
            sampled(stored, served.values(), sample),
            rejected_files(stores.bucket, stored),
            unsettled(stores.loads, stored, catalogue.meta.built_at),
            raw_expires,
        )
        open_raw = partial(DataBucket, stores.clients, stores.bucket.bucket)
        with examiner_pool(open_raw, catalogue.path) as examine:

            def examined(tasks: Sequence[ObjectTask]) -> Iterator[ExaminedObject]:
                for number, one in enumerate(examine(tasks), 1):
                    on_object(number, len(tasks))
                    yield one

            return make_plan(catalogue, served, scope, examined, stores.loads.latest)


def sampled(
    stored: Sequence[StoredObject], drinks: Iterable[Drink], sample: int | None
) -> frozenset[ObjectVersion]:
    """Return the objects to read, those of `drinks` first: the same every time, from all keys."""
    versions = frozenset(one.version for one in stored)
    if sample is None or sample >= len(versions):
        return versions
    served = {ObjectVersion.of(drink.lineage) for drink in drinks}
    ordered = sorted(versions, key=lambda one: (one not in served, one.trace_id))
    return frozenset(ordered[:sample])


def rejected_files(
    bucket: RawStore, stored: Sequence[StoredObject]
) -> dict[ObjectVersion, tuple[str, ...]]:
    """Return the last files `rejected/<trace id>-<generation>/<segment>.ndjson` of each object."""
    by_load: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for file in bucket.versions("rejected/"):
        if match := _REJECTED_KEY.match(file.version.key):
            by_load[match[1]][int(match[2])].add(file.version.key)
    files_of = ((one.version, by_load.get(one.version.trace_id)) for one in stored)
    return {version: tuple(sorted(files[max(files)])) for version, files in files_of if files}


def unsettled(
    loads: DailyLoads, stored: Sequence[StoredObject], built_at: int
) -> frozenset[ObjectVersion]:
    """Return the objects whose load has not finished, or may not be in a catalogue of `built_at`.

    All times are in ms since 1970 UTC.
    """
    now = time.time_ns() // 1_000_000
    recent, _ = recent_loads(loads, _RECENT_DAYS)
    latest = {load.object: load for load in latest_generations(recent)}
    published_until = max(built_at, now - _PUBLISHED_MS)

    def is_settled(one: StoredObject) -> bool:
        load = latest.get(one.version)
        if load is None:
            return one.stored_at <= now - _RECENT_MS
        return load.status == "done" and (load.finished_at or now) <= published_until

    return frozenset(one.version for one in stored if not is_settled(one))
