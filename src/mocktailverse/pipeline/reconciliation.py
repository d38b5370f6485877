"""Reconcile: sends raw objects to the queue again whose load never finished.

It finds events that were lost and loads that nothing will finish. Slow loads are left alone: a load
counts as lost only once its messages must have had all their deliveries (visibility timeout x
receive count). After three re-queues a load is marked failed, and an operator has to look at it.
"""

from msgspec import Struct

from mocktailverse.loads.load_record import Load
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.pipeline.ports import LoadsStore, RawStore, RequestQueue

REQUEUE_LIMIT = 3
LOOK_BACK_MS = 7 * 24 * 3600 * 1000
"""Older objects are not checked; `mocktailverse verify` checks all."""


class ReconcileReport(Struct):
    """The number of object versions checked, and the keys that were re-queued or marked failed."""

    checked: int
    requeued: list[str]
    failed: list[str]


def reconcile(
    raw: RawStore, loads: LoadsStore, queue: RequestQueue, *, now: int, lost_after_ms: int
) -> ReconcileReport:
    """Re-queue the raw objects whose load made no progress for `lost_after_ms`; return the result.

    `now` is in ms since 1970 UTC.
    """
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
    """Return whether a load is unfinished and made no progress since a time in ms."""
    last_activity = max(load.active_at, load.requeued_at or 0)
    return load.status == "loading" and last_activity <= deadline
