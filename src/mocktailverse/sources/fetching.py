"""Run a fetch manually: invoke the fetch function until its plan is done."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec.structs import replace

from mocktailverse.loads.object_version import RAW_PREFIX, ObjectVersion, StoredObject
from mocktailverse.sources.collection import FetchReport, FetchRequest

STEP_S = 5
"""Seconds that the function fetches before it reports."""


def fetch_all(
    invoke: Callable[[dict[str, Any]], dict[str, Any]],
    request: FetchRequest,
    on_report: Callable[[FetchReport], object] = lambda _report: None,
) -> FetchReport:
    """Invoke the fetch function until its plan is done; return the sum of its reports.

    `invoke` takes the function's event and returns its response. `on_report` gets the sum so far,
    about every STEP_S seconds.

    Raises:
        UsageError: the strategy or its arguments are invalid.
        PermanentError: the function failed.
    """
    request = replace(request, time_limit_s=STEP_S)
    total: FetchReport | None = None
    while True:
        response = invoke(msgspec.to_builtins(request))
        report = msgspec.convert(response, FetchReport)
        total = report if total is None else _sum(total, report)
        on_report(total)
        if report.stopped_because != "time":
            return total
        request = replace(request, cursor=response["cursor"])


def fetched_versions(
    stored_under: Callable[[str], Iterable[StoredObject]], report: FetchReport
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


def _sum(first: FetchReport, second: FetchReport) -> FetchReport:
    added = ("pages", "requests", "records", "objects", "failed")
    sums = {name: getattr(first, name) + getattr(second, name) for name in added}
    return replace(second, **sums)
