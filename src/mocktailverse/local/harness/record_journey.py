"""The way of a raw object: where it stands, stage by stage, and what came of it."""

from itertools import islice
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from mocktailverse.drinks.register import Register
from mocktailverse.errors import MissingError
from mocktailverse.loads.load_record import Load
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.local.harness.wiring import HarnessDependencies
from mocktailverse.operations.recent_loads import rejected_lines
from mocktailverse.pipeline.transform import transform

if TYPE_CHECKING:
    from mocktailverse.catalogue.reader import Catalogue

SHOWN = 50
"""Drinks, and rejected records, that are shown; the counts tell of all."""

State = Literal["waiting", "done", "failed", "skipped"]


class Stage(Struct, frozen=True):
    """A stage of the way: since when it is done, in ms since 1970 and since the storing.

    `skipped` = nothing came this far. `since_stored_ms` is None where it was so before the
    object was stored.
    """

    name: Literal["stored", "queued", "loaded", "published"]
    state: State
    detail: str
    at: int | None = None
    since_stored_ms: int | None = None


class WayDrink(Struct, frozen=True):
    """A drink that the object tells of, as it stands now.

    `stands` = this object's record is what the table holds, not a later or other one's.
    """

    id: str
    name: str
    stands: bool
    published: bool


class Way(Struct, frozen=True):
    """All stages, and what came of the object; `finished` when nothing more is to come."""

    object: ObjectVersion
    finished: bool
    stages: list[Stage]
    load: Load | None
    drinks: list[WayDrink]
    rejected: list[Rejected]
    catalogue: str | None
    """Version of the catalogue that was looked at."""


def way_of(harness: HarnessDependencies, key: str, version_id: str | None = None) -> Way:
    """The way of an object version; the latest one where no version is named.

    Raises:
        MissingError: there is no such object version.
    """
    found = [stored for stored in harness.stores.bucket.versions(key) if stored.version.key == key]
    chosen = [s for s in found if version_id in (None, s.version.version_id)]
    if not chosen:
        raise MissingError(f"There is no raw object {key!r} of this version.")
    stored = max(chosen, key=lambda s: s.stored_at)
    version = stored.version
    load = harness.stores.loads.latest(version)
    registers = _registers(harness, version) if load and load.status == "done" else {}
    published = _Published(harness)
    drinks = [
        WayDrink(
            id=register.id,
            name=register.drink.name,
            stands=register.drink.lineage.key == version.key
            and register.drink.lineage.version_id == version.version_id,
            published=published.holds(register),
        )
        for register in registers.values()
        if register.drink
    ]
    stages = [
        Stage("stored", "done", f"{stored.bytes} bytes", stored.stored_at, 0),
        _queued(harness, load, stored.stored_at),
        _loaded(load, stored.stored_at),
        _publishing(load, drinks, published.built_at, stored.stored_at),
    ]
    return Way(
        object=version,
        finished=all(stage.state != "waiting" for stage in stages),
        stages=stages,
        load=load,
        drinks=drinks,
        rejected=list(
            islice(rejected_lines(load, harness.stores.loads, harness.stores.bucket), SHOWN)
        )
        if load
        else [],
        catalogue=published.version,
    )


class _Published:
    """The catalogue as it is now, if there is one."""

    def __init__(self, harness: HarnessDependencies) -> None:
        self._catalogue: Catalogue | None
        try:
            self._catalogue = harness.catalogue.current()
        except MissingError:
            self._catalogue = None
        self.version = self._catalogue.meta.version if self._catalogue else None
        self.built_at = self._catalogue.meta.built_at if self._catalogue else None

    def holds(self, register: Register) -> bool:
        """Whether it shows a drink with the content that stands in the table."""
        shown = self._catalogue.drink(register.id) if self._catalogue else None
        drink = register.drink
        return bool(
            shown
            and drink
            and shown.content_hash == drink.content_hash
            and shown.withdrawn_at == drink.withdrawn_at
        )


def _registers(harness: HarnessDependencies, version: ObjectVersion) -> dict[str, Register]:
    """What the table holds of the first drinks that the object tells of."""
    pieces = transform(harness.stores.bucket.open(version), version)
    told = (piece.register.id for piece in pieces if piece.register and piece.register.drink)
    ids = list(islice(dict.fromkeys(islice(told, SHOWN)), SHOWN))
    found = harness.stores.drinks.many(ids)
    return {drink_id: found[drink_id] for drink_id in ids if drink_id in found}


def _queued(harness: HarnessDependencies, load: Load | None, stored_at: int) -> Stage:
    if load is None:
        return Stage(
            "queued", "waiting", f"{harness.stores.queue.waiting()} messages are on the queue"
        )
    detail = "received" if load.generation == 1 else f"received again: load {load.generation}"
    return Stage("queued", "done", detail, load.started_at, load.started_at - stored_at)


def _loaded(load: Load | None, stored_at: int) -> Stage:
    if load is None or load.finished_at is None:
        return Stage("loaded", "waiting", (load and load.error) or "")
    since = load.finished_at - stored_at
    if load.status == "failed":
        return Stage("loaded", "failed", load.error or "", load.finished_at, since)
    counts = load.counts
    detail = (
        f"{counts.read} read: {counts.loaded} loaded, {counts.unchanged} unchanged, "
        f"{counts.stale} stale, {counts.rejected} rejected"
    )
    return Stage("loaded", "done", detail, load.finished_at, since)


def _publishing(
    load: Load | None, drinks: list[WayDrink], built_at: int | None, stored_at: int
) -> Stage:
    if load is None or load.status == "loading":
        return Stage("published", "waiting", "")
    if not drinks:
        return Stage("published", "skipped", "no drink to publish")
    visible = sum(drink.published for drink in drinks)
    detail = f"{visible} of {len(drinks)} drinks are in the catalogue"
    if visible < len(drinks):
        return Stage("published", "waiting", detail)
    since = built_at - stored_at if built_at is not None else None
    return Stage("published", "done", detail, built_at, since if since and since >= 0 else None)
