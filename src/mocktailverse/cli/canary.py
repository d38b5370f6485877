"""The canary: an empty object sent through the whole pipeline as a health check."""

from mocktailverse.cli.connection import disk_watch, local_stores
from mocktailverse.cli.load_waiting import TIMEOUT_S, wait_for_loads
from mocktailverse.errors import TransientError
from mocktailverse.loads.load_record import Load
from mocktailverse.local.state import LocalStack
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now

CANARY_PREFIX = "raw/thecocktaildb/canary/"
_NO_RECORDS = b'{"drinks": null}'


def send_canary(stores: Stores, timeout_s: float = TIMEOUT_S) -> Load:
    """Send a canary through bucket, queue, function and tables; return its load once it is done.

    Raises:
        TransientError: its load failed, or nothing has changed for `timeout_s` seconds.
    """
    check_disk = disk_watch(stores)
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
