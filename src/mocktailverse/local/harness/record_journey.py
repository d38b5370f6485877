"""Trace a raw object through the pipeline: its stages, its drinks, its rejected records."""

from itertools import islice
from typing import Literal

from msgspec import Struct, field

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.register import Register
from mocktailverse.errors import MissingError
from mocktailverse.loads.load_record import Load
from mocktailverse.loads.object_version import ObjectVersion, StoredObject
from mocktailverse.loads.rejected import Rejected
from mocktailverse.local.harness.wiring import HarnessDependencies
from mocktailverse.operations.recent_loads import rejected_lines
from mocktailverse.pipeline.transformation import transform

MAX_ROWS = 50
"""Maximum number of drinks, and of rejected records, in a journey; the counts include all."""

StageState = Literal["waiting", "done", "failed", "skipped"]
"""`skipped` = the object has nothing for this stage."""


class JourneyStage(Struct, frozen=True):
    """A stage of the pipeline, and when the object completed it."""

    name: Literal["stored", "queued", "loaded", "published"]
    state: StageState
    detail: str
    at: int | None = None
    """When the stage was completed, in ms since 1970 UTC."""
    since_stored_ms: int | None = None
    """From the object's storage until `at`; None if `at` is earlier (the drinks did not change)."""


class JourneyDrink(Struct, frozen=True):
    """A drink of the object, as the drinks table has it now."""

    id: str
    name: str
    is_current: bool = field(name="stands")
    """Whether the table's item came from this object, not from another one's record."""
    published: bool


class RecordJourney(Struct, frozen=True):
    """The journey of a raw object through all stages."""

    object: ObjectVersion
    finished: bool
    """Whether no stage is waiting."""
    stages: list[JourneyStage]
    load: Load | None
    drinks: list[JourneyDrink]
    rejected: list[Rejected]
    catalogue: str | None
    """Version of the published catalogue; None before the first publication."""


def record_journey(
    harness: HarnessDependencies, key: str, version_id: str | None = None
) -> RecordJourney:
    """Return the journey of an object version; of the latest one if no version is given.

    Raises:
        MissingError: the object version does not exist.
    """
    stored = _stored(harness, key, version_id)
    version = stored.version
    load = harness.stores.loads.latest(version)
    registers = _registers(harness, version) if load and load.status == "done" else {}
    catalogue = _published_catalogue(harness)
    meta = catalogue.meta if catalogue else None
    drinks = [
        JourneyDrink(
            id=drink.id,
            name=drink.name,
            is_current=ObjectVersion.of(drink.lineage) == version,
            published=_is_published(drink, catalogue),
        )
        for register in registers.values()
        if (drink := register.drink)
    ]
    stages = [
        JourneyStage("stored", "done", f"{stored.bytes} bytes", stored.stored_at, 0),
        _queued(harness, load, stored.stored_at),
        _loaded(load, stored.stored_at),
        _publishing(load, drinks, meta.built_at if meta else None, stored.stored_at),
    ]
    rejected = rejected_lines(load, harness.stores.loads, harness.stores.bucket) if load else ()
    return RecordJourney(
        object=version,
        finished=all(stage.state != "waiting" for stage in stages),
        stages=stages,
        load=load,
        drinks=drinks,
        rejected=list(islice(rejected, MAX_ROWS)),
        catalogue=meta.version if meta else None,
    )


def _published_catalogue(harness: HarnessDependencies) -> Catalogue | None:
    try:
        return harness.catalogue.current()
    except MissingError:
        return None


def _is_published(drink: Drink, catalogue: Catalogue | None) -> bool:
    """Return whether the catalogue has the drink with the same content as the table."""
    published = catalogue.drink(drink.id) if catalogue else None
    return (
        published is not None
        and published.content_hash == drink.content_hash
        and published.withdrawn_at == drink.withdrawn_at
    )


def _stored(harness: HarnessDependencies, key: str, version_id: str | None) -> StoredObject:
    versions = [
        stored
        for stored in harness.stores.bucket.versions(key)
        if stored.version.key == key and version_id in (None, stored.version.version_id)
    ]
    if not versions:
        name = f"version `{version_id}` of `{key}`" if version_id else f"`{key}`"
        raise MissingError(f"The raw object {name} does not exist. List recent ones: `/dev/loads`.")
    return max(versions, key=lambda stored: stored.stored_at)


def _registers(harness: HarnessDependencies, version: ObjectVersion) -> dict[str, Register]:
    """Return the table's items for the object's first drinks, by id."""
    pieces = transform(harness.stores.bucket.open(version), version)
    ids = (piece.register.id for piece in pieces if piece.register and piece.register.drink)
    first_ids = list(dict.fromkeys(islice(ids, MAX_ROWS)))
    registers = harness.stores.drinks.many(first_ids)
    return {drink_id: registers[drink_id] for drink_id in first_ids if drink_id in registers}


def _queued(harness: HarnessDependencies, load: Load | None, stored_at: int) -> JourneyStage:
    if load is None:
        return JourneyStage(
            "queued", "waiting", f"messages in the queue: {harness.stores.queue.waiting()}"
        )
    detail = "received" if load.generation == 1 else f"received (replay {load.generation - 1})"
    return JourneyStage("queued", "done", detail, load.started_at, load.started_at - stored_at)


def _loaded(load: Load | None, stored_at: int) -> JourneyStage:
    if load is None or load.finished_at is None:
        return JourneyStage("loaded", "waiting", (load and load.error) or "")
    since = load.finished_at - stored_at
    if load.status == "failed":
        return JourneyStage("loaded", "failed", load.error or "", load.finished_at, since)
    counts = load.counts
    detail = (
        f"{counts.read} read: {counts.loaded} loaded, {counts.unchanged} unchanged, "
        f"{counts.stale} stale, {counts.rejected} rejected"
    )
    return JourneyStage("loaded", "done", detail, load.finished_at, since)


def _publishing(
    load: Load | None, drinks: list[JourneyDrink], built_at: int | None, stored_at: int
) -> JourneyStage:
    if load is None or load.status == "loading":
        return JourneyStage("published", "waiting", "")
    if not drinks:
        return JourneyStage("published", "skipped", "no drinks to publish")
    visible = sum(drink.published for drink in drinks)
    detail = f"{visible} of {len(drinks)} drinks in the catalogue"
    if visible < len(drinks):
        return JourneyStage("published", "waiting", detail)
    since = built_at - stored_at if built_at is not None else None
    return JourneyStage(
        "published", "done", detail, built_at, since if since and since >= 0 else None
    )
