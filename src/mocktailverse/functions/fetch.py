"""fetch: collect raw records from the source by a strategy, and store them as raw objects.

    {"strategy": "search", "arguments": ["mojito"]}    what to fetch; `arguments` is optional
    {"strategy": "sweep", "max_requests": 500}         a sweep with at most 500 requests
    {"strategy": "sweep", "full": true}                a new sweep that stores every drink again
    {..., "cursor": {...}}                             resume where an earlier run stopped
    {..., "time_limit_s": 5}                           stop early, for callers that show progress

Without a cursor, an earlier run of the same strategy that ran out of time is resumed: its cursor is
stored under `state/fetch/` in the data bucket, beside the state of sweeps.
"""

import math
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from aws_lambda_powertools import Logger
from msgspec import Struct

from mocktailverse.functions.failure_log import failures_logged
from mocktailverse.functions.invocation_clock import InvocationClock
from mocktailverse.loads.object_version import RAW_PREFIX, ObjectVersion
from mocktailverse.settings import FetchSettings
from mocktailverse.sources.thecocktaildb.client import TheCocktailDB
from mocktailverse.sources.thecocktaildb.extract import extract, run_name
from mocktailverse.sources.thecocktaildb.extract_report import ExtractReport, FetchCursor
from mocktailverse.sources.thecocktaildb.extract_sweep import MAX_REQUESTS, extract_sweep
from mocktailverse.sources.thecocktaildb.page_fetcher import RESERVE_S
from mocktailverse.sources.thecocktaildb.strategies import plan
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.data_bucket import DataBucket
from mocktailverse.stores.environment import Stores

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class FetchEvent(Struct, frozen=True):
    """The function's event."""

    strategy: str
    arguments: tuple[str, ...] = ()
    cursor: FetchCursor | None = None
    time_limit_s: float = math.inf
    max_requests: int = MAX_REQUESTS
    full: bool = False


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


@failures_logged
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Fetch until done or out of time; return the report, with a cursor if it stopped early.

    Raises:
        UsageError: the strategy is unknown, or not possible with these arguments or this key.
    """
    client, bucket, logger = _runtime()
    request = msgspec.convert(event, FetchEvent)
    report = _fetch(client, bucket, request, InvocationClock(context))
    _store_cursor(bucket, request, report.cursor)
    result: dict[str, Any] = msgspec.to_builtins(report)
    logger.info("fetched", **{k: value for k, value in result.items() if k != "cursor"})
    if report.coverage and report.coverage.outage_suspected:
        logger.warning("too many drinks are absent at once: no absence was recorded")
    return result


def _fetch(
    client: TheCocktailDB, bucket: LoggedBucket, request: FetchEvent, clock: InvocationClock
) -> ExtractReport:
    stop_at = clock.now() + 1000 * (request.time_limit_s + RESERVE_S)

    def time_left_s() -> float:
        return min(clock.time_left_s(), (stop_at - clock.now()) / 1000)

    strategy = plan(request.strategy, request.arguments, premium=client.premium)
    cursor = request.cursor or (None if request.full else _stored_cursor(bucket, request))
    run = cursor.run if cursor else run_name(strategy.name, clock.now())
    if strategy.name == "sweep":
        return extract_sweep(
            client,
            bucket,
            run,
            now_ms=clock.now,
            time_left_s=time_left_s,
            cursor=cursor,
            max_requests=request.max_requests,
            full=request.full,
        )
    return extract(
        client, bucket, strategy, run, now_ms=clock.now, time_left_s=time_left_s, cursor=cursor
    )


def _stored_cursor(bucket: LoggedBucket, request: FetchEvent) -> FetchCursor | None:
    """Return the cursor of an earlier run of the same plan; plans with arguments store none."""
    stored = None if request.arguments else bucket.get(_state_key(request))
    try:
        return msgspec.json.decode(stored, type=FetchCursor | None) if stored else None
    except msgspec.MsgspecError:  # written by another version: start over
        return None


def _store_cursor(bucket: LoggedBucket, request: FetchEvent, cursor: FetchCursor | None) -> None:
    if not request.arguments:
        body = msgspec.json.encode(cursor)
        bucket.put(_state_key(request), body, metadata={}, content_type="application/json")


def _state_key(request: FetchEvent) -> str:
    return f"state/fetch/{request.strategy}.json"


@cache
def _runtime() -> tuple[TheCocktailDB, LoggedBucket, Logger]:
    settings = FetchSettings.read()
    client = TheCocktailDB(
        settings.source_url, settings.source_key, requests_per_s=settings.source_requests_per_s
    )
    logger = Logger()
    bucket = LoggedBucket(Stores(Clients(), settings.outputs()).bucket, logger)
    return client, bucket, logger
