"""The extract stage: fetch a planned strategy and store the source's responses as raw objects.

`extract` runs a plan that is made beforehand. A sweep is planned while it runs, in
`mocktailverse.sources.thecocktaildb.extract_sweep`. Both fetch pages with `PageFetcher`.
"""

import re
from collections.abc import Callable

from msgspec.structs import replace

from mocktailverse.errors import UsageError
from mocktailverse.sources.collection import ObjectStore
from mocktailverse.sources.thecocktaildb.client import TheCocktailDB
from mocktailverse.sources.thecocktaildb.extract_report import ExtractReport, FetchCursor
from mocktailverse.sources.thecocktaildb.page_fetcher import PageFetcher
from mocktailverse.sources.thecocktaildb.responses import ApiResponse, Request
from mocktailverse.sources.thecocktaildb.strategies import FetchPage, Strategy, revealed
from mocktailverse.times import utc


def run_name(strategy: str, at_ms: int) -> str:
    """Return the name of a run, from its time (ms) and strategy: `20260131T060000Z-sweep`."""
    return f"{utc(at_ms):%Y%m%dT%H%M%SZ}-{strategy}"


def extract(  # noqa: PLR0913 - the task by position, everything else by keyword
    client: TheCocktailDB,
    store: ObjectStore,
    strategy: Strategy,
    run: str,
    *,
    now_ms: Callable[[], int],
    time_left_s: Callable[[], float],
    cursor: FetchCursor | None = None,
) -> ExtractReport:
    """Fetch and store the strategy's pages until done or out of time; return a report.

    Each call makes progress, so that a run which is continued at its cursor ends at some time. An
    error of the store ends the call. `run` is a part of the keys: letters, digits, `.`, `_` and
    `-`. The time left may be infinite. `cursor` is where an earlier call of the same run stopped.

    Raises:
        UsageError: the run's name is invalid, or the cursor belongs to another run.
    """
    check_run(run, strategy.name, cursor)
    start = cursor or FetchCursor(run, strategy.name, now_ms(), strategy.pages)
    fetcher = PageFetcher(client, store, start, now_ms, time_left_s)
    report, pending = fetcher.report, start.pending
    while pending and not report.stopped_because:
        page, *rest = pending
        if fetcher.time_is_short(len(page.requests)):
            report.stopped_because = "time"
        else:
            pending = (*_follow(fetcher, page), *rest)
    report.done = not pending
    if pending:
        report.cursor = fetcher.cursor(pending)
    return report


def check_run(run: str, strategy: str, cursor: FetchCursor | None) -> None:
    """Check the run's name, and that the cursor belongs to the run.

    Raises:
        UsageError: the name is invalid, or the cursor belongs to another run.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", run):
        raise UsageError(f"Invalid run name {run!r}: use letters, digits, `.`, `_` and `-` only.")
    if cursor and (cursor.run, cursor.strategy) != (run, strategy):
        raise UsageError(f"The cursor belongs to the run {cursor.run} ({cursor.strategy}).")


def _follow(fetcher: PageFetcher, page: FetchPage) -> tuple[FetchPage, ...]:
    """Fetch a page; return the pages that follow from it, to be fetched next.

    These are the look-ups that a listing reveals. If time ran out within the page, it is the rest
    of the page: the fetched part is stored, and the rest gets an object of its own.

    Example: of page `i-0002` with 25 requests, 10 were attempted. The rest is `i-0002-10` with 15.
    """
    responses: list[ApiResponse] = []

    def take(_request: Request, response: ApiResponse | None, _received_ms: int) -> bool:
        if response:
            responses.append(response)
        return True

    attempted = fetcher.fetch(page, take)
    if attempted < len(page.requests):
        part = f"{page.part}-{attempted}" if attempted else page.part
        return (replace(page, part=part, requests=page.requests[attempted:]),)
    if page.kind != "listing":
        return ()
    return tuple(new for response in responses for new in revealed(page, response.records))
