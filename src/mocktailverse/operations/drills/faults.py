"""The failure of each alarm, caused for as long as a `with` block lasts.

At the block's end the cause is gone, as after a deployment that fixes it. What the failure left
behind is for the runbook's commands.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from mocktailverse.loads.object_version import DEFAULT_SOURCE
from mocktailverse.operations.drills.drill_stack import RECORDS, DrillStack, records
from mocktailverse.stores.functions import change_notifications
from mocktailverse.times import now

MISSING = "mocktailverse-missing"
DELAY_S = 15 * 60
"""Age of the change notification that a drill delivers late."""

EXPENSIVE_UNITS = 100
"""Write capacity that costs about $35 a month beyond the free tier."""


@contextmanager
def unloadable_objects(stack: DrillStack) -> Iterator[None]:
    """The transform function lacks its table: messages fail until they become dead letters."""
    table = {"MOCKTAILVERSE_DRINKS_TABLE": MISSING}
    with stack.hurried_queue(), stack.misconfigured("TransformFunction", **table):
        stack.put(records(3, RECORDS + 1), "unloadable")
        stack.until(lambda: stack.stores.queue.dead() > 0, "a dead letter")
        yield


@contextmanager
def failing_function(stack: DrillStack) -> Iterator[None]:
    """The reconcile function lacks a setting, so that every scheduled run fails."""
    with stack.misconfigured("ReconcileFunction", MOCKTAILVERSE_LOADS_TABLE=""):
        stack.invoke_failing("ReconcileFunction", {})
        yield


@contextmanager
def failing_sweeps(stack: DrillStack) -> Iterator[None]:
    """The fetch function lacks its bucket, so that no sweep stores anything.

    What is ingested manually meanwhile does not hide that.
    """
    with stack.misconfigured("FetchFunction", MOCKTAILVERSE_DATA_BUCKET=MISSING):
        stack.invoke_failing("FetchFunction", {"strategy": "sweep"})
        stack.load(records(3, RECORDS + 1), "manual")
        yield


@contextmanager
def records_without_ids(stack: DrillStack) -> Iterator[None]:
    """Every other record of the source lacks its id."""
    given = records()
    for record in given[::2]:
        del record["idDrink"]
    stack.load(given, "without-ids")
    yield


@contextmanager
def unpublished_drinks(stack: DrillStack) -> Iterator[None]:
    """The publish function lacks its bucket; the stream retries with growing delays.

    A drill on the embedded AWS cannot wait: it delivers a change notification of 15 minutes ago.
    """
    began = now()
    with stack.misconfigured("PublishFunction", MOCKTAILVERSE_CATALOGUE_BUCKET=MISSING):
        changed = records(3, RECORDS + 1)
        stack.load(changed, "unpublished")
        stack.until(lambda: stack.has_failed("PublishFunction", began), "publishing fails")
        ids = [f"{DEFAULT_SOURCE}:{record['idDrink']}" for record in changed]
        event = change_notifications(ids, time.time() - DELAY_S)
        stack.invoke_failing("PublishFunction", event)
        yield


@contextmanager
def expensive_table(stack: DrillStack) -> Iterator[None]:
    """The drinks table has far more capacity than is free."""
    before = stack.set_write_capacity(EXPENSIVE_UNITS)
    try:
        yield
    finally:
        stack.set_write_capacity(before)
