"""Reconcile: raw objects whose load never finished are sent to the queue again.

Loads that are merely slow are left alone: only those are re-queued whose messages have had all
their deliveries by now (visibility timeout x receive count). After three re-queues a load is
marked failed, for people to look at.
"""

from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct

from mocktailverse.loads.load import Load
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.request import LoadRequest
from mocktailverse.pipeline.load import RequestQueue

REQUEUE_LIMIT = 3
LOOK_BACK_MS = 7 * 24 * 3600 * 1000
"""Objects stored before that are not looked at; `mocktailverse verify` looks at all."""


class StoredObject(Protocol):
    """A listed object version; `stored_at` in ms."""

    @property
    def version(self) -> ObjectVersion: ...

    @property
    def stored_at(self) -> int: ...


class RawListing(Protocol):
    """Lists the raw object versions."""

    def versions(self) -> Iterator[StoredObject]: ...


class LoadsStore(Protocol):
    """Looks loads up, counts their re-queues, marks them failed."""

    def latest(self, version: ObjectVersion) -> Load | None: ...

    def requeued(self, version: ObjectVersion, generation: int, *, now: int) -> Load | None: ...

    def fail(self, version: ObjectVersion, generation: int, error: str, *, now: int) -> None: ...


class ReconcileReport(Struct):
    """Object versions looked at, and the keys re-queued and given up."""

    checked: int
    requeued: list[str]
    failed: list[str]


def reconcile(
    raw: RawListing, loads: LoadsStore, queue: RequestQueue, *, now: int, lost_after_ms: int
) -> ReconcileReport:
    """Re-queue what is lost; times in ms since 1970 UTC."""
    report = ReconcileReport(0, [], [])
    for stored in raw.versions():
        if not now - LOOK_BACK_MS <= stored.stored_at <= now - lost_after_ms:
            continue
        report.checked += 1
        load = loads.latest(stored.version)
        if load is not None and not is_lost(load, now - lost_after_ms):
            continue
        generation = load.generation if load else 1
        if load is not None and load.requeues >= REQUEUE_LIMIT:
            error = f"Not finished after {REQUEUE_LIMIT} re-queues. Last error: {load.error}"
            loads.fail(stored.version, generation, error, now=now)
            report.failed.append(stored.version.key)
        elif loads.requeued(stored.version, generation, now=now):
            queue.send(LoadRequest(stored.version, generation))
            report.requeued.append(stored.version.key)
    return report


def is_lost(load: Load, deadline: int) -> bool:
    """Whether a load is unfinished and gave no sign of life since a time in ms."""
    last_sign_of_life = max(load.active_at, load.requeued_at or 0)
    return load.status == "loading" and last_sign_of_life <= deadline
