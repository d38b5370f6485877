"""Waiting for loads to finish; and the canary, an empty object whose load is a health check."""

import time
from collections import deque
from collections.abc import Callable, Sequence

from mocktailverse.cli.connection import local_stores
from mocktailverse.cli.progress import progress
from mocktailverse.errors import TransientError
from mocktailverse.loads.load_record import Load
from mocktailverse.loads.object_version import CANARY_PREFIX, ObjectVersion
from mocktailverse.local.full_disk import FullDiskWatch
from mocktailverse.local.state import LocalStack
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now

_NO_RECORDS = b'{"drinks": null}'

TIMEOUT_S = 300
"""For how long no load may change."""

# Loads to read at a time, and the pause after them. The embedded AWS costs nothing. On AWS each
# read costs a unit of the loads table, which has few free ones: 2 reads every 2 s.
_LOCAL_READS, _LOCAL_PAUSE_S = 16, 0.2
_AWS_READS, _AWS_PAUSE_S = 2, 2.0


def wait_for_loads(
    stores: Stores,
    versions: Sequence[ObjectVersion],
    generations: Sequence[int] = (),
    timeout_s: float = TIMEOUT_S,
    on_poll: Callable[[], None] | None = None,
) -> list[Load]:
    """Return the loads of object versions once each is done or failed.

    Args:
        stores: the environment.
        versions: the object versions to wait for.
        generations: the generation of each version's load; any, if left out.
        timeout_s: for how long no load may change.
        on_poll: called between polls; may raise to end the wait. By default it watches the disk.

    Raises:
        TransientError: no load has changed for `timeout_s` seconds.
        UnreachableError: a local process reports a full disk.
    """
    on_poll = on_poll or FullDiskWatch(stores.process_logs).check
    generation_of = dict(zip(versions, generations or [1] * len(versions), strict=True))
    pending = deque(generation_of)
    latest: dict[ObjectVersion, Load] = {}
    changed_at, reads_since_change = time.monotonic(), 0
    is_local = stores.clients.endpoint is not None
    reads, pause_s = (_LOCAL_READS, _LOCAL_PAUSE_S) if is_local else (_AWS_READS, _AWS_PAUSE_S)
    with progress() as bar:
        task = bar.add_task("loading", total=len(generation_of))
        while pending:
            has_changed = False
            for _ in range(min(reads, len(pending))):
                version = pending.popleft()
                load = stores.loads.latest(version)
                has_changed |= load != latest.get(version)
                if load:
                    latest[version] = load
                if not load or load.generation < generation_of[version] or load.status == "loading":
                    pending.append(version)
            bar.update(task, completed=len(generation_of) - len(pending))
            reads_since_change += reads
            on_poll()
            if has_changed:
                changed_at, reads_since_change = time.monotonic(), 0
            elif (  # only after each pending load was read again
                reads_since_change >= len(pending) and time.monotonic() - changed_at > timeout_s
            ):
                raise TransientError(
                    f"Timed out: {len(pending)} loads are not finished, and none has changed for "
                    f"{timeout_s:.0f} s. See `mocktailverse loads` and `mocktailverse status`."
                )
            if pending and not (has_changed and is_local):
                time.sleep(pause_s)
    return [latest[version] for version in generation_of]


def send_canary(stores: Stores, timeout_s: float = TIMEOUT_S) -> Load:
    """Send a canary through bucket, queue, function and tables; return its load once it is done.

    Raises:
        TransientError: its load failed, or nothing has changed for `timeout_s` seconds.
    """
    check_disk = FullDiskWatch(stores.process_logs).check
    version = stores.bucket.put(
        f"{CANARY_PREFIX}{now()}.json",
        _NO_RECORDS,
        metadata={"observed-at": str(now())},
        content_type="application/json",
    )
    (load,) = wait_for_loads(stores, [version], timeout_s=timeout_s, on_poll=check_disk)
    if load.status != "done":
        raise TransientError(f"The canary's load failed: {load.error}")
    return load


def check_local_stack(stack: LocalStack) -> None:
    """Raise TransientError if a canary does not pass through a local stack."""
    send_canary(local_stores(stack))
