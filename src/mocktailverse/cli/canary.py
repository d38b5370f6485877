"""The canary: an object without records goes the whole way, which proves that the chain lives."""

from mocktailverse.cli.connection import Connection
from mocktailverse.cli.following import follow
from mocktailverse.drinks.ledger import Load
from mocktailverse.errors import TransientError
from mocktailverse.pipeline.moments import now

NO_RECORDS = b'{"drinks": null}'


def prove_chain(connection: Connection) -> Load:
    """Send a canary through bucket, queue, function and tables, and wait for its load.

    Raises:
        TransientError: it did not arrive.
    """
    version = connection.bucket.put(
        f"raw/thecocktaildb/canary/{now()}.json",
        NO_RECORDS,
        metadata={"observed-at": str(now())},
        content_type="application/json",
    )
    (load,) = follow(connection, [version])
    if load.status != "done":
        raise TransientError(f"The canary's load failed: {load.error}")
    return load
