"""Run a fetch manually: invoke the fetch function until its plan is done."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from mocktailverse.loads.object_version import RAW_PREFIX, ObjectVersion, StoredObject
from mocktailverse.sources.thecocktaildb.extract_report import ExtractReport

STEP_S = 5
"""Seconds that the function fetches before it reports."""


class FetchPlan(Struct, frozen=True):
    """A strategy with its arguments and limits."""

    strategy: str
    arguments: tuple[str, ...] = ()
    limits: Mapping[str, int] = MappingProxyType({})
    """The event's `max_requests` and `full`, for a sweep."""


def fetch_all(
    invoke: Callable[[dict[str, Any]], dict[str, Any]],
    plan: FetchPlan,
    on_report: Callable[[ExtractReport], object] = lambda _report: None,
) -> ExtractReport:
    """Invoke the fetch function until its plan is done; return the sum of its reports.

    `invoke` takes the function's event and returns its response. `on_report` gets the sum so far,
    about every STEP_S seconds.

    Raises:
        UsageError: the strategy or its arguments are invalid.
        PermanentError: the function failed.
    """
    event: dict[str, Any] = {
        "strategy": plan.strategy,
        "arguments": plan.arguments,
        "time_limit_s": STEP_S,
        **plan.limits,
    }
    total: ExtractReport | None = None
    while True:
        response = invoke(event)
        report = msgspec.convert(response, ExtractReport)
        total = report if total is None else _sum(total, report)
        on_report(total)
        if report.stopped_because != "time":
            return total
        event["cursor"] = response["cursor"]


def fetched_versions(
    stored_under: Callable[[str], Iterable[StoredObject]], report: ExtractReport
) -> list[ObjectVersion]:
    """Return the raw object versions that a run stored."""
    keys = [key for key in report.objects if key.startswith(RAW_PREFIX)]
    prefixes = {key.rpartition("/")[0] + "/" for key in keys}
    return [
        stored.version
        for prefix in sorted(prefixes)
        for stored in stored_under(prefix)
        if stored.version.key in keys
    ]


def _sum(first: ExtractReport, second: ExtractReport) -> ExtractReport:
    added = ("pages", "requests", "records", "objects", "failed")
    sums = {name: getattr(first, name) + getattr(second, name) for name in added}
    return msgspec.structs.replace(second, **sums)
