"""fetch: collect raw records from a source, and store them as raw objects.

    {"source": "<source>"}                             the source; without it the default one
    {"strategy": "search", "arguments": ["mojito"]}    what to fetch; `arguments` is optional
    {"strategy": "sweep", "max_requests": 500}         a sweep with at most 500 requests
    {"strategy": "sweep", "full": true}                a new sweep that stores every drink again
    {..., "cursor": {...}}                             resume where an earlier run stopped
    {..., "time_limit_s": 5}                           stop early, for callers that show progress
    {"dry_run": true}                                  read the state, request and store nothing

The collector of the source does the work. It keeps its state under `state/fetch/` in the data
bucket.

Its metric, of a run that collects everything from the default source without a limit of requests:

RecordsFetched  raw records that were stored; not written if there were none
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from msgspec import Struct

from mocktailverse.functions.failure_log import failures_logged
from mocktailverse.functions.invocation_clock import InvocationClock
from mocktailverse.functions.json_log import json_logger
from mocktailverse.loads.object_version import DEFAULT_SOURCE, RAW_PREFIX, ObjectVersion
from mocktailverse.settings import FetchSettings
from mocktailverse.sources import require_source
from mocktailverse.sources.collection import (
    CollectionContext,
    Collector,
    FetchRequest,
    SourceAccess,
)
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.data_bucket import DataBucket
from mocktailverse.stores.environment import Stores

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class LoggedBucket(Struct, frozen=True):
    """Stores raw objects, and logs the trace id of each."""

    bucket: DataBucket
    logger: Logger

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str], content_type: str
    ) -> ObjectVersion:
        version = self.bucket.put(key, body, metadata=metadata, content_type=content_type)
        if key.startswith(RAW_PREFIX):  # listings are not loaded: no log line refers to them
            self.logger.info("stored", trace=version.trace_id, key=key, bytes=len(body))
        return version

    def get(self, key: str) -> bytes | None:
        return self.bucket.get(key)


class ReadOnlyBucket(Struct, frozen=True):
    """Reads a collector's state, and stores nothing."""

    bucket: LoggedBucket

    def put(self, key: str, body: bytes, *, metadata: Mapping[str, str], content_type: str) -> None:
        pass

    def get(self, key: str) -> bytes | None:
        return self.bucket.get(key)


@failures_logged
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Fetch until done or out of time; return the report, with a cursor if it stopped early.

    Raises:
        UsageError: the source is unknown, or the request cannot be done.
    """
    settings, bucket, logger, metrics = _runtime()
    request = msgspec.convert(event, FetchRequest)
    collector, clock = require_source(request.source).collector, InvocationClock(context)
    collector.check(request)
    access = access_to(request.source, settings)
    context_ = CollectionContext(bucket, access, clock.now, clock.time_left_s)
    if request.dry_run:  # without time a collector sends no request
        context_ = CollectionContext(ReadOnlyBucket(bucket), access, clock.now, lambda: 0.0)
    report = collector.collect(request, context_)
    report.source = request.source
    result: dict[str, Any] = msgspec.to_builtins(report)
    logger.info("fetched", **{k: value for k, value in result.items() if k != "cursor"})
    if report.records and _is_sweep(request, collector):
        metrics.add_metric("RecordsFetched", MetricUnit.Count, report.records)
        metrics.flush_metrics()
        metrics.clear_metrics()  # if metrics are disabled, flushing does not
    if report.outage_suspected:
        logger.warning("too many drinks are absent at once: no absence was recorded")
    return result


def _is_sweep(request: FetchRequest, collector: Collector) -> bool:
    """Return whether the run does what the alarm on missing data expects every day."""
    return (
        request.source == DEFAULT_SOURCE
        and request.strategy in ("", collector.strategies[0])
        and request.max_requests is None
    )


def access_to(source: str, settings: FetchSettings) -> SourceAccess:
    """Return how to reach a source, by what the settings say of this source only."""
    keys, rates = settings.keys(), settings.rates()
    key = keys.get(source, keys.get("") if source == DEFAULT_SOURCE else None)
    rate = rates.get(source, rates.get("", SourceAccess().requests_per_s))
    return SourceAccess(settings.urls().get(source), key, rate)


@cache
def _runtime() -> tuple[FetchSettings, LoggedBucket, Logger, Metrics]:
    settings, logger = FetchSettings.read(), json_logger()
    bucket = LoggedBucket(Stores(Clients(), settings.outputs()).bucket, logger)
    return settings, bucket, logger, Metrics()
