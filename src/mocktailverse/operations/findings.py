"""Health findings: the state of an environment, and what of it needs an operator."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct

from mocktailverse.catalogue.meta import Meta
from mocktailverse.cost.cost_report import CostReport
from mocktailverse.formatting import counted
from mocktailverse.loads.load_record import Load
from mocktailverse.operations.metrics import Distribution, LoadMetrics
from mocktailverse.pipeline.reconciliation import is_lost
from mocktailverse.stores.alarms import AlarmState
from mocktailverse.stores.functions import FunctionState
from mocktailverse.stores.log_group import LogRetention

LAG_LIMIT_MS = 600_000
"""The threshold of the alarm on publish lag: ten minutes."""

STUCK_AFTER = 2
"""Visibility timeouts without activity after which an open load counts as stuck: if its worker
died, its message was delivered again after one."""

FAILURES_WINDOW_MS = 300_000
"""The window of the alarm on function errors: five minutes."""


class Runbook(StrEnum):
    """The pages of docs/runbooks."""

    BUDGET = "budget"
    DEAD_LETTERS = "dead-letters"
    FUNCTION_ERRORS = "function-errors"
    NO_LOAD = "no-load"
    PUBLISH_LAG = "publish-lag"
    REJECTED_SHARE = "rejected-share"


class Finding(Struct, frozen=True):
    """Something that needs an operator, and the runbook for it."""

    what: str
    runbook: Runbook


class Publishings(Struct, frozen=True):
    """The lag of the catalogue behind the table; `last_at` in ms since 1970 UTC."""

    lag_s: Distribution | None
    last_at: int | None
    last_lag_ms: int | None


class Operations(Struct, frozen=True, kw_only=True):
    """An environment's state; times in ms since 1970 UTC.

    `is_emulated` on the embedded AWS, which evaluates no alarm and costs nothing. `failed` and
    `stuck` are loads that no replay has superseded; `stuck` ones are open without activity for
    STUCK_AFTER visibility timeouts. `failures` are those of the last FAILURES_WINDOW_MS. `cost` is
    the month's, counted from `cost_since`.
    """

    is_emulated: bool
    functions: Sequence[FunctionState]
    failures: int
    log_groups: Sequence[LogRetention]
    alarms: Sequence[AlarmState]
    waiting: int
    dead: int
    last_loads: Sequence[Load]
    failed: Sequence[Load]
    stuck: Sequence[Load]
    publishings: Publishings
    cost: CostReport
    cost_since: int


def stuck_loads(loads: Sequence[Load], *, now: int, timeout_ms: int) -> list[Load]:
    """Return the open loads without activity for `timeout_ms`."""
    return [load for load in loads if is_lost(load, now - timeout_ms)]


def findings(
    operations: Operations,
    metrics: LoadMetrics,
    loads: Sequence[Load],
    catalogue: Meta | str | None,
    *,
    now: int,
) -> list[Finding]:
    """Return the health findings; `loads` are those that no replay has superseded.

    `catalogue` is the published catalogue's meta data, or why it cannot be read; None if none was
    published. Rejected records are not a finding: they are counted and kept, and not a fault of the
    pipeline.
    """
    return [
        *_of_alarms(operations),
        *_of_functions(operations),
        *_of_loads(operations, metrics),
        *_of_publishing(operations, loads, catalogue, now),
        *_of_cost(operations),
    ]


def _of_alarms(operations: Operations) -> Iterator[Finding]:
    for alarm in operations.alarms:
        if alarm.state == "ALARM":
            yield Finding(f"The alarm {alarm.name} is active: {alarm.reason}", runbook_of(alarm))


def _of_functions(operations: Operations) -> Iterator[Finding]:
    for function in operations.functions:
        if function.failed:
            state = f"{function.state}, last update {function.last_update}: {function.reason}"
            yield Finding(f"The function {function.name} is {state}", Runbook.FUNCTION_ERRORS)
    if operations.failures:
        text = f"{counted(operations.failures, 'failure')} of functions in the last five minutes"
        yield Finding(text, Runbook.FUNCTION_ERRORS)


def _of_loads(operations: Operations, metrics: LoadMetrics) -> Iterator[Finding]:
    if operations.dead:
        yield Finding(counted(operations.dead, "dead letter"), Runbook.DEAD_LETTERS)
    if operations.failed:
        yield Finding(counted(len(operations.failed), "failed load"), Runbook.DEAD_LETTERS)
    if operations.stuck:
        yield Finding(counted(len(operations.stuck), "stuck load"), Runbook.NO_LOAD)
    if metrics.not_conserving:
        loads = counted(len(metrics.not_conserving), "load")
        yield Finding(f"{loads} with counts that do not add up", Runbook.DEAD_LETTERS)


def _of_publishing(
    operations: Operations, loads: Sequence[Load], catalogue: Meta | str | None, now: int
) -> Iterator[Finding]:
    if isinstance(catalogue, str):
        yield Finding(f"The catalogue cannot be read: {catalogue}", Runbook.PUBLISH_LAG)
        return
    lag_ms = operations.publishings.last_lag_ms
    if lag_ms is not None and lag_ms > LAG_LIMIT_MS:
        yield Finding(f"The last publishing was {lag_ms / 1000:,.0f} s behind", Runbook.PUBLISH_LAG)
    built_at = catalogue.built_at if catalogue else 0
    unpublished = [
        load
        for load in loads
        if load.counts.loaded
        and load.finished_at is not None
        and load.finished_at < now - LAG_LIMIT_MS
        and built_at < load.started_at
    ]
    if unpublished:
        number = counted(len(unpublished), "load")
        yield Finding(f"{number} newer than the published catalogue", Runbook.PUBLISH_LAG)


def _of_cost(operations: Operations) -> Iterator[Finding]:
    beyond = [
        f"{line.service}, {line.what}"
        for line in operations.cost.lines
        if line.free and line.so_far is not None and line.so_far > line.free
    ]
    if beyond and not operations.is_emulated:
        yield Finding(f"More was used this month than is free: {'; '.join(beyond)}", Runbook.BUDGET)


def runbook_of(alarm: AlarmState) -> Runbook:
    """Return the runbook that an alarm's description names; by default that of function errors."""
    name = alarm.description.rpartition("docs/runbooks/")[2].removesuffix(".md")
    return Runbook(name) if name in set(Runbook) else Runbook.FUNCTION_ERRORS
