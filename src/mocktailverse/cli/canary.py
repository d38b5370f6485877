"""The canary: an object without records goes the whole way, which proves that the chain lives."""

from mocktailverse.cli.connection import disk_watch
from mocktailverse.cli.following import PATIENCE_S, follow
from mocktailverse.errors import TransientError
from mocktailverse.loads.load_record import Load
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now

CANARY_PREFIX = "raw/thecocktaildb/canary/"
NO_RECORDS = b'{"drinks": null}'


def prove_chain(stores: Stores, patience_s: float = PATIENCE_S) -> Load:
    """Send a canary through bucket, queue, function and tables, and wait for its load.

    Raises:
        TransientError: it did not arrive, or nothing moved for `patience_s` seconds.
    """
    check_disk = disk_watch(stores)
    version = stores.bucket.put(
        f"{CANARY_PREFIX}{now()}.json",
        NO_RECORDS,
        metadata={"observed-at": str(now())},
        content_type="application/json",
    )
    (load,) = follow(stores, [version], patience_s=patience_s, on_poll=check_disk)
    if load.status != "done":
        raise TransientError(f"The canary's load failed: {load.error}")
    return load
