"""fetch: ask the source by a strategy; its answers become raw objects.

    {"strategy": "search", "arguments": ["mojito"]}    what to fetch; `arguments` may be left out
    {"strategy": "sweep", "max_requests": 500}         a sweep by so many requests at most
    {"strategy": "sweep", "full": true}                a new sweep that holds every drink again
    {..., "cursor": {...}}                             go on where an earlier answer stopped
    {..., "time_limit_s": 5}                           stop early, for callers that show progress

Without a cursor, a run of the same strategy that ran out of time earlier is gone on with: its
cursor is kept under `state/fetch/` in the data bucket, beside what sweeps have learnt.
"""

import math
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from aws_lambda_powertools import Logger
from msgspec import Struct

from mocktailverse.functions.clock import InvocationClock
from mocktailverse.functions.failures import failures_logged
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
    """What the function is asked for."""

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
        """Store the body under the key, in place of what was there."""
        version = self.bucket.put(key, body, metadata=metadata, content_type=content_type)
        if key.startswith(RAW_PREFIX):  # nothing is loaded from listings
            self.logger.info("stored", trace=version.trace_id, key=key, bytes=len(body))
        return version

    def get(self, key: str) -> bytes | None:
        """What is stored under a key; None where nothing is."""
        return self.bucket.get(key)


class FetchRuntime(Struct, frozen=True):
    """What is built once and kept between invocations."""

    bucket: LoggedBucket
    client: TheCocktailDB
    logger: Logger


@failures_logged
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Fetch until done or out of time; answer the report, with a cursor where it stopped.

    Raises:
        UsageError: no such strategy, or not with these arguments or this key.
    """
    runtime = _runtime()
    asked = msgspec.convert(event, FetchEvent)
    report = _fetch(runtime, asked, InvocationClock(context))
    _keep_cursor(runtime.bucket, asked, report.cursor)
    answer: dict[str, Any] = msgspec.to_builtins(report)
    runtime.logger.info("fetched", **{k: value for k, value in answer.items() if k != "cursor"})
    if report.coverage and report.coverage.outage_suspected:
        runtime.logger.warning("too many drinks are absent at once: none was reported as absent")
    return answer


def _fetch(runtime: FetchRuntime, asked: FetchEvent, clock: InvocationClock) -> ExtractReport:
    stop_at = clock.now() + 1000 * (asked.time_limit_s + RESERVE_S)

    def time_left_s() -> float:
        return min(clock.time_left_s(), (stop_at - clock.now()) / 1000)

    strategy = plan(asked.strategy, asked.arguments, premium=runtime.client.premium)
    cursor = asked.cursor or (None if asked.full else _kept_cursor(runtime.bucket, asked))
    run = cursor.run if cursor else run_name(strategy.name, clock.now())
    if strategy.name == "sweep":
        return extract_sweep(
            runtime.client,
            runtime.bucket,
            run,
            now_ms=clock.now,
            time_left_s=time_left_s,
            cursor=cursor,
            max_requests=asked.max_requests,
            full=asked.full,
        )
    return extract(
        runtime.client,
        runtime.bucket,
        strategy,
        run,
        now_ms=clock.now,
        time_left_s=time_left_s,
        cursor=cursor,
    )


def _kept_cursor(bucket: LoggedBucket, asked: FetchEvent) -> FetchCursor | None:
    """Where an earlier run of the same plan ran out of time; plans with arguments keep none."""
    kept = None if asked.arguments else bucket.get(_state_key(asked))
    try:
        return msgspec.json.decode(kept, type=FetchCursor | None) if kept else None
    except msgspec.MsgspecError:  # written by another version: begin anew
        return None


def _keep_cursor(bucket: LoggedBucket, asked: FetchEvent, cursor: FetchCursor | None) -> None:
    if not asked.arguments:
        body = msgspec.json.encode(cursor)
        bucket.put(_state_key(asked), body, metadata={}, content_type="application/json")


def _state_key(asked: FetchEvent) -> str:
    return f"state/fetch/{asked.strategy}.json"


@cache
def _runtime() -> FetchRuntime:
    settings = FetchSettings.read()
    client = TheCocktailDB(
        settings.source_url,
        settings.source_key,
        requests_per_s=settings.source_requests_per_s,
    )
    logger = Logger()
    bucket = LoggedBucket(Stores(Clients(), settings.outputs()).bucket, logger)
    return FetchRuntime(bucket, client, logger)
