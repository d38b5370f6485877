"""Measure a running environment: the figures of the `report` command.

Requests to AWS: loads in pages of 100 (about 9 read units each), at most LOADS for the report's
days and as many for the month; a query of 1 unit and an object or two for each of at most REJECTING
loads that rejected records; the catalogue once; and about 35 requests that cost nothing.
"""

import os
import platform
from collections import Counter
from collections.abc import Sequence
from itertools import chain, islice

from msgspec import Struct

from mocktailverse.catalogue.meta import Meta
from mocktailverse.catalogue.synced_copy import open_published
from mocktailverse.cost.cost_report import cost_report
from mocktailverse.cost.model import price_table
from mocktailverse.cost.running import running
from mocktailverse.errors import CatalogueError, MissingError
from mocktailverse.loads.load_record import Load, latest_generations
from mocktailverse.operations.findings import (
    FAILURES_WINDOW_MS,
    STUCK_AFTER,
    Finding,
    Operations,
    Publishings,
    findings,
    stuck_loads,
)
from mocktailverse.operations.metrics import (
    PUBLISHED,
    LoadMetrics,
    Publishing,
    ReadOnce,
    load_metrics,
    publishing_of,
    spread,
)
from mocktailverse.operations.month import MonthSoFar, MonthUsage
from mocktailverse.operations.quality import SourceQuality, quality
from mocktailverse.operations.recent_loads import recent_loads, rejected_lines
from mocktailverse.stores import cloudformation_stack
from mocktailverse.stores.alarms import read_alarm_states, read_log_metrics
from mocktailverse.stores.cloudformation_stack import stack_name
from mocktailverse.stores.environment import LOCAL, Stores
from mocktailverse.stores.error_translation import translated
from mocktailverse.stores.log_group import LogGroup, read_retentions
from mocktailverse.times import now as now_ms

DAY_MS = 24 * 3600 * 1000
LOADS = 3_000
"""Maximum number of loads read, newest first."""

REJECTING = 100
LINES = 5_000
"""Maximum numbers of loads that rejected records, and of their rejected lines, that are read."""

LAST_LOADS = 15
LOGS = "/aws/lambda/"
LOG_GROUPS = f"{LOGS}mocktailverse-"


class ReportOrigin(Struct, frozen=True, kw_only=True):
    """When (ms since 1970 UTC), where and of what a report was made."""

    at: int
    env: str
    region: str
    days: int
    loads_are_all: bool
    """Whether all loads of the days were read."""
    machine: str | None


class Rejects(Struct, frozen=True, kw_only=True):
    """Rejected lines by reason code, in the newest `loads` that rejected records."""

    codes: dict[str, int]
    loads: int
    are_all: bool


class CatalogueFigures(Struct, frozen=True, kw_only=True):
    """The published catalogue: its meta data, size, age, and data quality by source."""

    meta: Meta
    bytes: int
    age_s: float
    sources: Sequence[SourceQuality]


class Freshness(Struct, frozen=True, kw_only=True):
    """When things last happened, in ms since 1970 UTC; None if not within the report's days."""

    raw_stored_at: int | None
    load_done_at: int | None
    published_at: int | None


class Report(Struct, frozen=True, kw_only=True):
    """All figures of an environment; `attention` lists its health findings."""

    made: ReportOrigin
    metrics: LoadMetrics
    rejects: Rejects
    catalogue: CatalogueFigures | None
    catalogue_problem: str | None
    freshness: Freshness
    operations: Operations
    attention: Sequence[Finding]

    @property
    def ok(self) -> bool:
        """Whether there is no health finding."""
        return not self.attention


def measure(stores: Stores, env: str, days: int) -> Report:
    """Return the report of an environment over its last days, and of its cost over the month."""
    now = now_ms()
    pages = ReadOnce(stores.loads)
    loads, older = recent_loads(pages, days, limit=LOADS)
    current = latest_generations(loads)
    publishings = _publishings(stores, now - days * DAY_MS)
    published, problem = _published(stores, now)
    meta = published.meta if published else None
    metrics = load_metrics(loads, publishings)
    month = MonthUsage(pages, lambda: meta, running(env), now_ms).read()
    operations = _operations(stores, env, loads, publishings, month, now=now)
    return Report(
        made=ReportOrigin(
            at=now,
            env=env,
            region=stores.clients.region,
            days=days,
            loads_are_all=older is None,
            machine=_machine() if env == LOCAL else None,
        ),
        metrics=metrics,
        rejects=_rejects(stores, current),
        catalogue=published,
        catalogue_problem=problem,
        freshness=_freshness(loads, publishings),
        operations=operations,
        attention=findings(operations, metrics, current, problem or meta, now=now),
    )


def _publishings(stores: Stores, since: int) -> list[Publishing]:
    """Return the publish function's log entries, oldest first."""
    lines = stores.function_log("PublishFunction").lines_if_any(since, PUBLISHED)
    logged = (publishing_of(line.at, line.message) for line in lines)
    return [publishing for publishing in logged if publishing]


def _published(stores: Stores, now: int) -> tuple[CatalogueFigures | None, str | None]:
    """Return the published catalogue, or why it cannot be read; neither if there is none yet."""
    try:
        with open_published(stores.catalogue) as catalogue:
            figures = CatalogueFigures(
                meta=catalogue.meta,
                bytes=catalogue.path.stat().st_size,
                age_s=max(0, now - catalogue.meta.built_at) / 1000,
                sources=quality(catalogue.all_drinks()),
            )
    except MissingError:
        return None, None
    except CatalogueError as error:
        return None, str(error)
    return figures, None


def _operations(  # noqa: PLR0913 - the figures come from these
    stores: Stores,
    env: str,
    loads: Sequence[Load],
    publishings: Sequence[Publishing],
    month: MonthSoFar,
    *,
    now: int,
) -> Operations:
    clients = stores.clients
    names = sorted(stores.function_names.values())
    logs = {LOGS + name for name in names}
    with translated("Looking for the alarms"):
        alarms = cloudformation_stack.resources(clients, stack_name(env), "AWS::CloudWatch::Alarm")
    current = latest_generations(loads)
    timeout_ms = STUCK_AFTER * stores.queue.visibility_timeout_ms()
    waiting = stores.queue.waiting()
    last = publishings[-1] if publishings else None
    return Operations(
        is_emulated=clients.endpoint is not None,
        functions=[stores.functions.state(name) for name in names],
        failures=sum(_failures(stores, log, now - FAILURES_WINDOW_MS) for log in logs),
        log_groups=[group for group in read_retentions(clients, LOG_GROUPS) if group.name in logs],
        alarms=read_alarm_states(clients, alarms.values()),
        waiting=waiting,
        dead=stores.queue.dead(),
        last_loads=loads[:LAST_LOADS],
        failed=[load for load in current if load.status == "failed"],
        # Behind a backlog a continued load has to wait for its turn.
        stuck=[] if waiting else stuck_loads(current, now=now, timeout_ms=timeout_ms),
        publishings=Publishings(
            spread(one.lag_ms / 1000 for one in publishings),
            last.at if last else None,
            last.lag_ms if last else None,
        ),
        cost=cost_report(env, month.usage.at_this_rate(), price_table(), month.usage),
        cost_since=month.since,
    )


def _failures(stores: Stores, log: str, since: int) -> int:
    """Return the number of log lines that the alarm counts; one failure may log two lines.

    The embedded AWS does not evaluate such filters, so this does, for both.
    """
    filters = read_log_metrics(stores.clients, log)
    lines = LogGroup(stores.clients, log).lines_if_any(since) if filters else []
    return sum(any(one.matches(line.message) for one in filters) for line in lines)


def _rejects(stores: Stores, current: Sequence[Load]) -> Rejects:
    rejecting = [load for load in current if load.counts.rejected]
    lines = chain.from_iterable(
        rejected_lines(load, stores.loads, stores.bucket) for load in rejecting[:REJECTING]
    )
    codes = Counter(line.code for line in islice(lines, LINES))
    return Rejects(
        codes=dict(codes.most_common()),
        loads=min(len(rejecting), REJECTING),
        are_all=codes.total() == sum(load.counts.rejected for load in current),
    )


def _freshness(loads: Sequence[Load], publishings: Sequence[Publishing]) -> Freshness:
    done = [load for load in loads if load.status == "done"]
    return Freshness(
        raw_stored_at=max((load.stored_at or 0 for load in done), default=0) or None,
        load_done_at=max((load.finished_at or 0 for load in done), default=0) or None,
        published_at=publishings[-1].at if publishings else None,
    )


def _machine() -> str:
    load, *_ = os.getloadavg()
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load average {load:.1f}"
    )
