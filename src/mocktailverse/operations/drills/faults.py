"""Each failure that an alarm is for, provoked for as long as a `with` block lasts.

Whatever cause a fault has is gone at the block's end, as after a deployment that mends it; what it
left behind is for the runbook's commands.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from mocktailverse.errors import PermanentError
from mocktailverse.operations.drills.drill_stack import RECORDS, DrillStack, records
from mocktailverse.stores.functions import Invocation
from mocktailverse.times import now

NOT_THERE = "mocktailverse-not-there"
WAITED_S = 15 * 60
"""How long ago the doorbell rang that a drill delivers late."""

DEAR_UNITS = 100
"""Write capacity that costs about $35 a month beyond what is free."""


@contextmanager
def unloadable_objects(stack: DrillStack) -> Iterator[None]:
    """The transform function does not find its table: messages fail until they are dead letters."""
    table = {"MOCKTAILVERSE_DRINKS_TABLE": NOT_THERE}
    with stack.hurried_queue(), stack.misconfigured("TransformFunction", **table):
        stack.put(records(3, RECORDS + 1), "unloadable")
        stack.until(lambda: stack.stores.queue.dead() > 0, "a dead letter")
        yield


@contextmanager
def failing_function(stack: DrillStack) -> Iterator[None]:
    """The reconcile function lacks a setting, so that its schedule starts it in vain."""
    with stack.misconfigured("ReconcileFunction", MOCKTAILVERSE_LOADS_TABLE=""):
        _require_failure(stack.invoke("ReconcileFunction", {}))
        yield


@contextmanager
def no_raw_objects(stack: DrillStack) -> Iterator[None]:
    """The fetch function does not find its bucket, so that no sweep stores anything."""
    with stack.misconfigured("FetchFunction", MOCKTAILVERSE_DATA_BUCKET=NOT_THERE):
        _require_failure(stack.invoke("FetchFunction", {"strategy": "sweep"}))
        yield


@contextmanager
def records_without_ids(stack: DrillStack) -> Iterator[None]:
    """The source gives records of which every other one lacks its id."""
    given = records()
    for record in given[::2]:
        del record["idDrink"]
    stack.load(given, "without-ids")
    yield


@contextmanager
def unpublished_drinks(stack: DrillStack) -> Iterator[None]:
    """The publish function does not find its bucket; the stream rings again, for longer and longer.

    On the embedded AWS a drill cannot wait: the last ringing is a doorbell of 15 minutes ago.
    """
    began = now()
    with stack.misconfigured("PublishFunction", MOCKTAILVERSE_CATALOGUE_BUCKET=NOT_THERE):
        changed = records(3, RECORDS + 1)
        stack.load(changed, "unpublished")
        stack.until(lambda: stack.has_failed("PublishFunction", began), "publishing fails")
        rung_at = time.time() - WAITED_S
        bells = [
            {
                "Keys": {"id": {"S": f"thecocktaildb:{record['idDrink']}"}},
                "ApproximateCreationDateTime": rung_at,
            }
            for record in changed
        ]
        event = {"Records": [{"dynamodb": bell} for bell in bells]}
        _require_failure(stack.invoke("PublishFunction", event))
        yield


@contextmanager
def dear_table(stack: DrillStack) -> Iterator[None]:
    """Somebody gave the drinks table far more capacity than is free."""
    before = stack.set_write_capacity(DEAR_UNITS)
    try:
        yield
    finally:
        stack.set_write_capacity(before)


def _require_failure(done: Invocation) -> None:
    if done.error is None:
        raise PermanentError(f"The function should have failed, and answered {done.answer}.")
