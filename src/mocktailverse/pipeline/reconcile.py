"""Reconcile: raw objects whose load never finished are sent to the queue again.

Loads that are merely slow are left alone: only those are re-queued whose messages have had all
their deliveries by now (visibility timeout x receive count). After three re-queues a load is
marked failed, for people to look at.
"""

from msgspec import Struct

from mocktailverse.loads.load_record import Load
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.pipeline.ports import LoadsStore, RawStore, RequestQueue

REQUEUE_LIMIT = 3
LOOK_BACK_MS = 7 * 24 * 3600 * 1000
"""Objects stored before that are not looked at; `mocktailverse verify` looks at all."""


class ReconcileReport(Struct):
    """Object versions looked at, and the keys re-queued and given up."""

    checked: int
    requeued: list[str]
    failed: list[str]


def reconcile(
    raw: RawStore, loads: LoadsStore, queue: RequestQueue, *, now: int, lost_after_ms: int
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
