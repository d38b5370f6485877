"""Collect from TheCocktailDB by a strategy, and resume a run that ran out of time.

Without a cursor in the request, an earlier run of the same strategy that ran out of time is
resumed: its cursor is stored under `state/fetch/`, beside the state of sweeps.
"""

import math
from functools import cache

import msgspec

from mocktailverse.errors import UsageError
from mocktailverse.sources.collection import (
    CollectionContext,
    FetchRequest,
    ObjectStore,
    SourceAccess,
)
from mocktailverse.sources.thecocktaildb.client import FREE_KEY, TheCocktailDB
from mocktailverse.sources.thecocktaildb.extract import extract, run_name
from mocktailverse.sources.thecocktaildb.extract_report import Coverage, ExtractReport, FetchCursor
from mocktailverse.sources.thecocktaildb.extract_sweep import MAX_REQUESTS, extract_sweep
from mocktailverse.sources.thecocktaildb.page_fetcher import RESERVE_S
from mocktailverse.sources.thecocktaildb.strategies import STRATEGIES, plan


class TheCocktailDBCollector:
    """Collects TheCocktailDB's drinks."""

    url = "https://www.thecocktaildb.com"
    terms = (
        "Its test key 1 is for development and education only, and it is sent at most 4 requests a"
        " second. Its drinks, texts and pictures belong to TheCocktailDB and its contributors."
    )
    strategies = STRATEGIES

    def check(self, request: FetchRequest) -> None:
        """Raise UsageError for a strategy, arguments or options that cannot be used together."""
        plan(_strategy_of(request), request.arguments, premium=True)
        if _strategy_of(request) != "sweep" and (request.max_requests or request.full):
            raise UsageError(
                "`max_requests` and `full` are options of the strategy `sweep`. Remove them."
            )
        if request.archive is not None:
            raise UsageError("TheCocktailDB has no archive. Remove the option `archive`.")

    def collect(self, request: FetchRequest, context: CollectionContext) -> ExtractReport:
        """Fetch until done or out of time; return the report, with a cursor if it stopped early.

        Raises:
            UsageError: the strategy is unknown, or not possible with these arguments or this key.
        """
        client, store = open_client(context.access), context.store
        limit_s = math.inf if request.time_limit_s is None else request.time_limit_s
        stop_at = context.now_ms() + 1000 * (limit_s + RESERVE_S)

        def time_left_s() -> float:
            return min(context.time_left_s(), (stop_at - context.now_ms()) / 1000)

        strategy = plan(_strategy_of(request), request.arguments, premium=client.premium)
        cursor = _cursor_of(request) or (None if request.full else _stored_cursor(store, request))
        run = cursor.run if cursor else run_name(strategy.name, context.now_ms())
        if strategy.name == "sweep":
            report = extract_sweep(
                client,
                store,
                run,
                now_ms=context.now_ms,
                time_left_s=time_left_s,
                cursor=cursor,
                max_requests=request.max_requests or MAX_REQUESTS,
                full=request.full,
            )
        else:
            report = extract(
                client,
                store,
                strategy,
                run,
                now_ms=context.now_ms,
                time_left_s=time_left_s,
                cursor=cursor,
            )
        _store_cursor(store, request, report.cursor)
        return completed(report)


@cache
def open_client(access: SourceAccess) -> TheCocktailDB:
    """Return the client, one for all calls of a process, so that it keeps its pace."""
    url = access.url or TheCocktailDBCollector.url
    return TheCocktailDB(url, access.key or FREE_KEY, requests_per_s=access.requests_per_s)


def _strategy_of(request: FetchRequest) -> str:
    return request.strategy or STRATEGIES[0]


def completed(report: ExtractReport) -> ExtractReport:
    """Add to a report what it says in the terms of all sources."""
    report.pages_left = len(report.cursor.pending) if report.cursor else 0
    if report.coverage:
        report.outage_suspected = report.coverage.outage_suspected
        report.remarks = [*_remarks(report.coverage)]
    return report


def _remarks(coverage: Coverage) -> tuple[str, ...]:
    each = f" ({coverage.requests_per_drink} requests per drink)" if coverage.seen else ""
    seen = (
        f"{coverage.seen} of {coverage.known} known drinks seen, {coverage.new} of them new",
        f"estimated total {coverage.estimated_total}; ended: {coverage.ended}{each}",
    )
    if coverage.outage_suspected:
        return (
            *seen,
            f"{coverage.absent} known drinks were absent, which is too many at once:",
            "an outage of the source is suspected, and none is withdrawn",
        )
    return (*seen, f"{coverage.absent} known drinks were absent") if coverage.absent else seen


def _cursor_of(request: FetchRequest) -> FetchCursor | None:
    try:
        return msgspec.convert(request.cursor, FetchCursor | None)
    except msgspec.ValidationError as error:
        raise UsageError(f"The cursor is not valid: {error}. Fetch without it.") from error


def _stored_cursor(store: ObjectStore, request: FetchRequest) -> FetchCursor | None:
    """Return the cursor of an earlier run of the same plan; plans with arguments store none."""
    stored = None if request.arguments else store.get(_state_key(request))
    try:
        return msgspec.json.decode(stored, type=FetchCursor | None) if stored else None
    except msgspec.MsgspecError:  # written by another version: start over
        return None


def _store_cursor(store: ObjectStore, request: FetchRequest, cursor: FetchCursor | None) -> None:
    if not request.arguments:
        body = msgspec.json.encode(cursor)
        store.put(_state_key(request), body, metadata={}, content_type="application/json")


def _state_key(request: FetchRequest) -> str:
    return f"state/fetch/{_strategy_of(request)}.json"
