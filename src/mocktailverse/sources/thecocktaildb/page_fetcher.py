"""Fetch pages and store their responses as raw objects, byte for byte as received.

`raw/<source>/<yyyy>/<mm>/<dd>/<run>/<part>.json` holds one response with many drinks.
`<part>.ndjson` holds up to 25 responses with a few drinks each, one in each line. Listings are
stored under `listings/`, which triggers no pipeline. The date is the day on which the run started,
and the parts come from the plan. So a page that is fetched again after a crash replaces its object
(as a new version in the versioned bucket). Responses without records are not stored.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress

from msgspec.structs import replace

from mocktailverse.errors import PermanentError, TransientError, UnreachableError
from mocktailverse.loads.object_version import run_prefix
from mocktailverse.sources.collection import Failure, ObjectStore
from mocktailverse.sources.thecocktaildb.client import SOURCE, OutOfTimeError, TheCocktailDB
from mocktailverse.sources.thecocktaildb.extract_report import ExtractReport, FetchCursor
from mocktailverse.sources.thecocktaildb.responses import ApiResponse, Request
from mocktailverse.sources.thecocktaildb.strategies import FetchPage

UNREACHABLE_LIMIT = 3
"""Attempts to connect for one request; each one includes the client's own retries."""
FAILURES_IN_A_ROW = 5
"""After this many failed requests in a row the source counts as down (a circuit breaker)."""
RESPONSE_S = 0.5
"""Usual time of one response."""
RESERVE_S = 10.0
"""Time reserved for a slow response with a retry, and for storing the page."""


class PageFetcher:
    """Fetches the pages of one call, stores their responses and updates the report."""

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
        self._attempted = 0  # requests of this call that succeeded or failed permanently
        self._failures_in_a_row = start.failures_in_a_row
        self._requests_before = client.requests

    def time_is_short(self, requests: int) -> bool:
        """Return whether time is too short for more requests; False before the first one."""
        each_s = max(RESPONSE_S, self._client.interval_s)
        return self._attempted > 0 and self._time_left_s() < requests * each_s + RESERVE_S

    def fetch(
        self, page: FetchPage, take: Callable[[Request, ApiResponse | None, int], bool]
    ) -> int:
        """Fetch a page as far as time allows, and store it; return the number of requests done.

        A request is done if it succeeded or failed permanently. `take` gets each of these with its
        response (None if it failed) and the time in ms at which it was received; it returns whether
        to store the response.
        """
        responses: list[tuple[int, ApiResponse]] = []
        attempted = 0
        for request in page.requests:
            if attempted and self.time_is_short(1):
                self.report.stopped_because = "time"
            if self.report.stopped_because:
                break
            outcome = self._attempt(page, request)
            if outcome is None:
                break
            received_ms, response = outcome
            if take(request, response, received_ms) and response and response.records:
                responses.append((received_ms, response))
            attempted += 1
            self._attempted += 1
        self.report.requests = self._client.requests - self._requests_before
        self.report.pages += attempted == len(page.requests)
        if responses:
            self._put(page, responses)
        return attempted

    def cursor(self, pending: tuple[FetchPage, ...] = ()) -> FetchCursor:
        """Return the run's cursor, with the pages that are left to fetch."""
        return replace(self._start, pending=pending, failures_in_a_row=self._failures_in_a_row)

    def put_raw(self, part: str, lines: Iterable[bytes], observed_ms: int) -> None:
        """Store NDJSON lines as a raw object of this run, with this event time."""
        self._put_object("raw", part, _ndjson(lines), observed_ms)

    def _attempt(self, page: FetchPage, request: Request) -> tuple[int, ApiResponse | None] | None:
        """Return the time with the response, or with None for a failure; None = not done."""
        try:
            response = self._fetch(request)
        except UnreachableError:
            self.report.stopped_because = "unreachable"
            return None
        except OutOfTimeError as error:
            # If the first request of a call runs out of time, it would do so in every call.
            if self._attempted:
                self.report.stopped_because = "time"
                return None
            return self._give_up(page, request, error)
        except (TransientError, PermanentError) as error:
            return self._give_up(page, request, error)
        self._failures_in_a_row = 0
        return self._now_ms(), response

    def _fetch(self, request: Request) -> ApiResponse:
        for _ in range(UNREACHABLE_LIMIT - 1):
            with suppress(UnreachableError):
                return self._client.fetch(request, time_left_s=self._time_left_s)
        return self._client.fetch(request, time_left_s=self._time_left_s)

    def _give_up(self, page: FetchPage, request: Request, error: Exception) -> tuple[int, None]:
        transient = isinstance(error, TransientError)
        self.report.failed.append(Failure(page.part, str(request), str(error), transient))
        self._failures_in_a_row += transient
        if self._failures_in_a_row >= FAILURES_IN_A_ROW:
            self.report.stopped_because = "unreachable"
        return self._now_ms(), None

    def _put(self, page: FetchPage, responses: list[tuple[int, ApiResponse]]) -> None:
        area = "listings" if page.kind == "listing" else "raw"
        content = _content(page, [response.body for _, response in responses])
        # The event time of a batch is that of its earliest response. Otherwise a record would claim
        # to be newer than it is, and could replace one that was observed during the batch and
        # stored in another object. Batches of a run do not overlap, so their order is correct.
        self._put_object(area, page.part, content, min(received_ms for received_ms, _ in responses))
        if area == "raw":
            self.report.records += sum(len(response.records) for _, response in responses)

    def _put_object(
        self, area: str, part: str, content: tuple[str, str, bytes], observed_ms: int
    ) -> None:
        extension, content_type, body = content
        start = self._start
        key = f"{run_prefix(area, SOURCE, start.started_ms, start.run)}{part}.{extension}"
        metadata = {
            "observed-at": str(observed_ms),
            "source": SOURCE,
            "run": start.run,
            "strategy": start.strategy,
            "part": part,
        }
        self._store.put(key, body, metadata=metadata, content_type=content_type)
        self.report.objects.append(key)


def _content(page: FetchPage, bodies: list[bytes]) -> tuple[str, str, bytes]:
    """Return the format (the key's extension), the content type and the body."""
    if page.kind != "batch":
        return "json", "application/json", bodies[0]
    # A JSON string escapes line breaks, so a raw line break is white space between tokens. Without
    # it, each response fits in one line of NDJSON.
    return _ndjson(body.replace(b"\r", b" ").replace(b"\n", b" ") for body in bodies)


def _ndjson(lines: Iterable[bytes]) -> tuple[str, str, bytes]:
    return "ndjson", "application/x-ndjson", b"".join(line + b"\n" for line in lines)
