"""Extract: the source's answers become raw objects, byte for byte as received.

`raw/<source>/<yyyy>/<mm>/<dd>/<run>/<part>.json` holds one answer with many drinks,
`<part>.ndjson` up to 25 answers with few drinks each, one a line; listings lie under `listings/`,
which triggers nothing. The date is that on which the run began and the parts come from the plan:
a page fetched again after a crash replaces its object, in a versioned bucket as a new version.
Answers without records are not stored.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from mocktailverse.errors import PermanentError, TransientError, UnreachableError, UsageError
from mocktailverse.sources.thecocktaildb.client import (
    Answer,
    OutOfTimeError,
    Request,
    TheCocktailDB,
)
from mocktailverse.sources.thecocktaildb.strategies import Page, Strategy, revealed

UNREACHABLE_LIMIT = 3
# What one answer usually takes; what a slow one with its repetition and the store may take.
ANSWER_S = 0.5
RESERVE_S = 10.0


class RawStore(Protocol):
    """Where raw objects go."""

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str], content_type: str
    ) -> object:
        """Store the body under the key, in place of what was there."""


class Cursor(Struct, frozen=True):
    """Where a run stopped: what is still to be fetched. Plain data, to be sent as JSON."""

    run: str
    strategy: str
    started_ms: int
    pending: tuple[Page, ...]


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
    on and `stopped_because` why.
    """

    run: str
    strategy: str
    pages: int = 0
    requests: int = 0
    records: int = 0
    objects: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    done: bool = False
    cursor: Cursor | None = None
    stopped_because: Literal["time", "unreachable"] | None = None


def run_name(strategy: str, at_ms: int) -> str:
    """Name a run after its time (ms) and strategy: `20260131T060000Z-sweep`."""
    return f"{_utc(at_ms):%Y%m%dT%H%M%SZ}-{strategy}"


def extract(  # noqa: PLR0913 - what to do by position, everything else by keyword
    client: TheCocktailDB,
    store: RawStore,
    strategy: Strategy,
    run: str,
    *,
    now_ms: Callable[[], int],
    time_left_s: Callable[[], float],
    cursor: Cursor | None = None,
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
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", run):
        raise UsageError(f"{run!r} cannot name a run: letters, digits, '.', '_' and '-' only.")
    start = cursor or Cursor(run, strategy.name, now_ms(), strategy.pages)
    if (start.run, start.strategy) != (run, strategy.name):
        raise UsageError(f"The cursor belongs to the run {start.run} ({start.strategy}).")
    return _Extraction(client, store, start, now_ms, time_left_s).proceed(on_page)


class _Extraction:
    """One call of `extract`."""

    def __init__(
        self,
        client: TheCocktailDB,
        store: RawStore,
        start: Cursor,
        now_ms: Callable[[], int],
        time_left_s: Callable[[], float],
    ) -> None:
        self._client = client
        self._store = store
        self._start = start
        self._now_ms = now_ms
        self._time_left_s = time_left_s
        self._attended = 0  # requests that have an outcome, in this call
        self._report = ExtractReport(start.run, start.strategy)

    def proceed(self, on_page: Callable[[int, int], None] | None) -> ExtractReport:
        report = self._report
        requests_before = self._client.requests
        pending = self._start.pending
        while pending and not report.stopped_because:
            page, *rest = pending
            if self._attended and self._time_is_short(len(page.requests)):
                report.stopped_because = "time"
                break
            pending = (*self._page(page), *rest)
            if on_page:
                on_page(report.pages, report.pages + len(pending))
        report.requests = self._client.requests - requests_before
        report.done = not pending
        if pending:
            report.cursor = replace(self._start, pending=pending)
        return report

    def _time_is_short(self, requests: int) -> bool:
        each_s = max(ANSWER_S, self._client.interval_s)
        return self._time_left_s() < requests * each_s + RESERVE_S

    def _page(self, page: Page) -> tuple[Page, ...]:
        """Fetch and store one page; give the pages to do before all others.

        Those are what a listing reveals, or the rest of a page that had to stop half-way: what
        was fetched is stored at once, and the rest goes into an object of its own.
        """
        answers: list[tuple[int, Answer]] = []
        attended = 0
        for request in page.requests:
            if attended and self._time_is_short(1):
                self._report.stopped_because = "time"
                break
            if not self._attend(page, request, answers):
                break
            attended += 1
            self._attended += 1
        self._put(page, answers)
        if attended == len(page.requests):
            self._report.pages += 1
            return self._follow_ups(page, answers)
        if not attended:
            return (page,)
        rest = replace(page, part=f"{page.part}-{attended}", requests=page.requests[attended:])
        return (rest,)

    def _attend(self, page: Page, request: Request, answers: list[tuple[int, Answer]]) -> bool:
        """Add the request's answer or record its failure; False = it is still to be done."""
        try:
            answers.append(self._fetch(request))
        except UnreachableError:
            self._report.stopped_because = "unreachable"
            return False
        except OutOfTimeError as error:
            # A request that had the call to itself and still ran out of time would do so forever.
            if self._attended:
                self._report.stopped_because = "time"
                return False
            self._give_up(page, request, error)
        except (TransientError, PermanentError) as error:
            self._give_up(page, request, error)
        return True

    def _fetch(self, request: Request) -> tuple[int, Answer]:
        """Give the answer and the time in ms at which it was received."""
        for _ in range(UNREACHABLE_LIMIT - 1):
            try:
                return self._fetch_once(request)
            except UnreachableError:
                continue
        return self._fetch_once(request)

    def _fetch_once(self, request: Request) -> tuple[int, Answer]:
        answer = self._client.fetch(request, time_left_s=self._time_left_s)
        return self._now_ms(), answer

    def _give_up(self, page: Page, request: Request, error: Exception) -> None:
        transient = isinstance(error, TransientError)
        self._report.failed.append(Failure(page.part, str(request), str(error), transient))

    def _follow_ups(self, page: Page, answers: list[tuple[int, Answer]]) -> tuple[Page, ...]:
        if page.kind != "listing":
            return ()
        return tuple(new for _, answer in answers for new in revealed(page, answer.records))

    def _put(self, page: Page, answers: list[tuple[int, Answer]]) -> None:
        full = [(received_ms, answer) for received_ms, answer in answers if answer.records]
        if not full:
            return
        area = "listings" if page.kind == "listing" else "raw"
        form, content_type, body = _body(page, [answer.body for _, answer in full])
        day = f"{_utc(self._start.started_ms):%Y/%m/%d}"
        key = f"{area}/{self._client.source}/{day}/{self._start.run}/{page.part}.{form}"
        metadata = {
            # The earliest of a batch: no record claims to have been seen later than it was, so
            # that what an object of its own observed during the batch is not pushed out by an
            # answer from before it. Batches of a run do not overlap, so their order stays right.
            "observed-at": str(min(received_ms for received_ms, _ in full)),
            "source": self._client.source,
            "run": self._start.run,
            "strategy": self._start.strategy,
            "part": page.part,
        }
        self._store.put(key, body, metadata=metadata, content_type=content_type)
        self._report.objects.append(key)
        if area == "raw":
            self._report.records += sum(len(answer.records) for _, answer in full)


def _body(page: Page, bodies: list[bytes]) -> tuple[str, str, bytes]:
    if page.kind != "batch":
        return "json", "application/json", bodies[0]
    # Inside a JSON string a line break is always escaped: a raw one stands between tokens only.
    lines = (body.replace(b"\r", b" ").replace(b"\n", b" ") for body in bodies)
    return "ndjson", "application/x-ndjson", b"".join(line + b"\n" for line in lines)


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
