"""Extract: the source's answers become raw objects, byte for byte as received.

`raw/<source>/<yyyy>/<mm>/<dd>/<run>/<part>.json` holds one answer with many drinks,
`<part>.ndjson` up to 25 answers with few drinks each, one a line; listings lie under `listings/`,
which triggers nothing. The date is that on which the run began and the parts come from the plan:
a page fetched again after a crash replaces its object, in a versioned bucket as a new version.
Answers without records are not stored. `extract` fetches a plan made beforehand; a sweep, which is
planned as it goes, is in `mocktailverse.sources.thecocktaildb.extract_sweep`.
"""

import re
from collections.abc import Callable, Iterable
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from mocktailverse.errors import PermanentError, TransientError, UnreachableError, UsageError
from mocktailverse.loads.object_version import run_prefix
from mocktailverse.sources import ObjectStore
from mocktailverse.sources.thecocktaildb.client import OutOfTimeError, TheCocktailDB
from mocktailverse.sources.thecocktaildb.coverage import Coverage
from mocktailverse.sources.thecocktaildb.responses import ApiResponse, Request
from mocktailverse.sources.thecocktaildb.strategies import FetchPage, Strategy, revealed
from mocktailverse.times import utc

UNREACHABLE_LIMIT = 3
# A source that fails so many requests in a row, each tried again and again, is as good as down.
FAILURES_IN_A_ROW = 5
# What one answer usually takes; what a slow one with its repetition and the store may take.
ANSWER_S = 0.5
RESERVE_S = 10.0


class FetchCursor(Struct, frozen=True):
    """Where a run stopped, and what is still to be fetched. Plain data, to be sent as JSON.

    A sweep has nothing pending: what it knows says how it goes on. `failures_in_a_row` are those
    of the last requests.
    """

    run: str
    strategy: str
    started_ms: int
    pending: tuple[FetchPage, ...]
    failures_in_a_row: int = 0


class Failure(Struct, frozen=True):
    """A request that the run gave up on; `transient` = a later run may well succeed."""

    part: str
    request: str
    error: str
    transient: bool


class ExtractReport(Struct):
    """What one call of `extract` did; a call that goes on at a cursor reports its own part only.

    `requests` counts repetitions, `records` the drinks stored, `objects` are the keys written.
    `done` is false when the call stopped before the end of the plan: `cursor` says where to go
    on and `stopped_because` why. A sweep also tells its coverage; one that has used up its number
    of requests ends without a cursor.
    """

    run: str
    strategy: str
    pages: int = 0
    requests: int = 0
    records: int = 0
    objects: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    done: bool = False
    cursor: FetchCursor | None = None
    stopped_because: Literal["time", "requests", "unreachable"] | None = None
    coverage: Coverage | None = None


def run_name(strategy: str, at_ms: int) -> str:
    """Name a run after its time (ms) and strategy: `20260131T060000Z-sweep`."""
    return f"{utc(at_ms):%Y%m%dT%H%M%SZ}-{strategy}"


def extract(  # noqa: PLR0913 - what to do by position, everything else by keyword
    client: TheCocktailDB,
    store: ObjectStore,
    strategy: Strategy,
    run: str,
    *,
    now_ms: Callable[[], int],
    time_left_s: Callable[[], float],
    cursor: FetchCursor | None = None,
    on_page: Callable[[int, int], None] | None = None,
) -> ExtractReport:
    """Fetch the strategy's pages and store them, until done or out of time.

    Each call gets at least one page done, so that going on at the cursor comes to an end.

    Args:
        client: the source.
        store: takes the raw objects; its errors end the call.
        strategy: the plan.
        run: names this run, in the keys too: letters, digits, `.`, `_` and `-`.
        now_ms: the time in ms since 1970.
        time_left_s: seconds that this call may still take; infinite is fine.
        cursor: where an earlier call of the same run stopped.
        on_page: called after each page with the pages done and the pages known.

    Raises:
        UsageError: the run's name cannot stand in a key, or the cursor is another run's.
    """
    check_run(run, strategy.name, cursor)
    start = cursor or FetchCursor(run, strategy.name, now_ms(), strategy.pages)
    fetching = PageFetcher(client, store, start, now_ms, time_left_s)
    report, pending = fetching.report, start.pending
    while pending and not report.stopped_because:
        page, *rest = pending
        if fetching.time_is_short(len(page.requests)):
            report.stopped_because = "time"
            break
        pending = (*_follow(fetching, page), *rest)
        if on_page:
            on_page(report.pages, report.pages + len(pending))
    report.done = not pending
    if pending:
        report.cursor = replace(fetching.cursor(), pending=pending)
    return report


def check_run(run: str, strategy: str, cursor: FetchCursor | None) -> None:
    """Check the run's name, and that a cursor is of this run.

    Raises:
        UsageError: the name cannot stand in a key, or the cursor is another run's.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", run):
        raise UsageError(f"{run!r} cannot name a run: letters, digits, '.', '_' and '-' only.")
    if cursor and (cursor.run, cursor.strategy) != (run, strategy):
        raise UsageError(f"The cursor belongs to the run {cursor.run} ({cursor.strategy}).")


def _follow(fetching: "PageFetcher", page: FetchPage) -> tuple[FetchPage, ...]:
    """Fetch a page; give the pages to do before all others.

    Those are what a listing reveals, or the rest of a page that had to stop half-way: what was
    fetched is stored at once, and the rest goes into an object of its own.
    """
    answers: list[ApiResponse] = []

    def take(_request: Request, answer: ApiResponse | None, _received_ms: int) -> bool:
        if answer:
            answers.append(answer)
        return True

    attended = fetching.fetch(page, take)
    if attended < len(page.requests):
        part = f"{page.part}-{attended}" if attended else page.part
        return (replace(page, part=part, requests=page.requests[attended:]),)
    if page.kind != "listing":
        return ()
    return tuple(new for answer in answers for new in revealed(page, answer.records))


class PageFetcher:
    """Fetches the pages of one call, stores their answers and keeps the report."""

    def __init__(
        self,
        client: TheCocktailDB,
        store: ObjectStore,
        start: FetchCursor,
        now_ms: Callable[[], int],
        time_left_s: Callable[[], float],
    ) -> None:
        self.report = ExtractReport(start.run, start.strategy)
        self._client = client
        self._store = store
        self._start = start
        self._now_ms = now_ms
        self._time_left_s = time_left_s
        self._attended = 0  # requests that have an outcome, in this call
        self._failures_in_a_row = start.failures_in_a_row
        self._requests_before = client.requests

    def time_is_short(self, requests: int) -> bool:
        """Whether so many requests may not fit any more; never before the call's first one."""
        each_s = max(ANSWER_S, self._client.interval_s)
        return self._attended > 0 and self._time_left_s() < requests * each_s + RESERVE_S

    def fetch(
        self, page: FetchPage, take: Callable[[Request, ApiResponse | None, int], bool]
    ) -> int:
        """Fetch a page as far as time allows, and store it.

        Args:
            page: the page.
            take: gets each request's answer with the time in ms at which it was received, or None
                for an answer where the request was given up, and says whether to store it.

        Returns:
            How many of the page's requests have an outcome.
        """
        kept: list[tuple[int, ApiResponse]] = []
        attended = 0
        for request in page.requests:
            if attended and self.time_is_short(1):
                self.report.stopped_because = "time"
            if self.report.stopped_because:
                break
            outcome = self._attend(page, request)
            if outcome is None:
                break
            received_ms, answer = outcome
            if take(request, answer, received_ms) and answer and answer.records:
                kept.append((received_ms, answer))
            attended += 1
            self._attended += 1
        self.report.requests = self._client.requests - self._requests_before
        self.report.pages += attended == len(page.requests)
        if kept:
            self._put(page, kept)
        return attended

    def cursor(self) -> FetchCursor:
        """The cursor of the run, with the pages that were pending at its start."""
        return replace(self._start, failures_in_a_row=self._failures_in_a_row)

    def put_raw(self, part: str, lines: Iterable[bytes], observed_ms: int) -> None:
        """Store lines of NDJSON as a raw object of this run, observed at that time."""
        body = b"".join(line + b"\n" for line in lines)
        self._put_object("raw", part, ("ndjson", "application/x-ndjson", body), observed_ms)

    def _attend(self, page: FetchPage, request: Request) -> tuple[int, ApiResponse | None] | None:
        """Give the time and the answer, or no answer for a failure; None = still to be done."""
        try:
            outcome = self._fetch(request)
        except UnreachableError:
            self.report.stopped_because = "unreachable"
            return None
        except OutOfTimeError as error:
            # A request that had the call to itself and still ran out of time would do so forever.
            if self._attended:
                self.report.stopped_because = "time"
                return None
            return self._give_up(page, request, error)
        except (TransientError, PermanentError) as error:
            return self._give_up(page, request, error)
        self._failures_in_a_row = 0
        return outcome

    def _fetch(self, request: Request) -> tuple[int, ApiResponse]:
        for _ in range(UNREACHABLE_LIMIT - 1):
            try:
                return self._fetch_once(request)
            except UnreachableError:
                continue
        return self._fetch_once(request)

    def _fetch_once(self, request: Request) -> tuple[int, ApiResponse]:
        answer = self._client.fetch(request, time_left_s=self._time_left_s)
        return self._now_ms(), answer

    def _give_up(self, page: FetchPage, request: Request, error: Exception) -> tuple[int, None]:
        transient = isinstance(error, TransientError)
        self.report.failed.append(Failure(page.part, str(request), str(error), transient))
        self._failures_in_a_row += transient
        if self._failures_in_a_row >= FAILURES_IN_A_ROW:
            self.report.stopped_because = "unreachable"
        return self._now_ms(), None

    def _put(self, page: FetchPage, kept: list[tuple[int, ApiResponse]]) -> None:
        area = "listings" if page.kind == "listing" else "raw"
        content = _content(page, [answer.body for _, answer in kept])
        # The earliest of a batch: no record claims to have been seen later than it was, so that
        # what an object of its own observed during the batch is not pushed out by an answer from
        # before it. Batches of a run do not overlap, so their order stays right.
        self._put_object(area, page.part, content, min(received_ms for received_ms, _ in kept))
        if area == "raw":
            self.report.records += sum(len(answer.records) for _, answer in kept)

    def _put_object(
        self, area: str, part: str, content: tuple[str, str, bytes], observed_ms: int
    ) -> None:
        form, content_type, body = content
        start = self._start
        prefix = run_prefix(area, self._client.source, start.started_ms, start.run)
        key = f"{prefix}{part}.{form}"
        metadata = {
            "observed-at": str(observed_ms),
            "source": self._client.source,
            "run": start.run,
            "strategy": start.strategy,
            "part": part,
        }
        self._store.put(key, body, metadata=metadata, content_type=content_type)
        self.report.objects.append(key)


def _content(page: FetchPage, bodies: list[bytes]) -> tuple[str, str, bytes]:
    """Give the form, which is the key's ending, the content type and the body."""
    if page.kind != "batch":
        return "json", "application/json", bodies[0]
    # Inside a JSON string a line break is always escaped: a raw one stands between tokens only.
    lines = (body.replace(b"\r", b" ").replace(b"\n", b" ") for body in bodies)
    return "ndjson", "application/x-ndjson", b"".join(line + b"\n" for line in lines)
