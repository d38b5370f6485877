"""The extract stage for a sweep: raw objects with the drinks of the source, and with absences.

The state of the sweeps is stored under STATE_KEY at the end of each call. If it is lost, or a call
crashes before it is stored, the next sweep sends more requests; nothing else changes.

A drink that the source no longer has reaches the pipeline as a raw record, a tombstone:
`{"idDrink": "11007", "absent": true}`. It is written only at the end of a complete sweep, for known
drinks that a look-up by id did not find, and never if an outage is suspected.
"""

from collections.abc import Callable

import msgspec

from mocktailverse.sources.collection import ObjectStore
from mocktailverse.sources.thecocktaildb.client import SOURCE, TheCocktailDB
from mocktailverse.sources.thecocktaildb.extract import check_run
from mocktailverse.sources.thecocktaildb.extract_report import Coverage, ExtractReport, FetchCursor
from mocktailverse.sources.thecocktaildb.page_fetcher import PageFetcher
from mocktailverse.sources.thecocktaildb.sweep import Sweep
from mocktailverse.sources.thecocktaildb.sweep_state import SweepProgress, SweepState

MAX_REQUESTS = 3000
STATE_KEY = f"state/fetch/{SOURCE}/known.json"


def extract_sweep(  # noqa: PLR0913 - the task by position, everything else by keyword
    client: TheCocktailDB,
    store: ObjectStore,
    run: str,
    *,
    now_ms: Callable[[], int],
    time_left_s: Callable[[], float],
    cursor: FetchCursor | None = None,
    max_requests: int = MAX_REQUESTS,
    full: bool = False,
) -> ExtractReport:
    """Sweep the source until done, out of time or out of requests; return a report.

    Only a run that is out of time can be continued, at the report's cursor. If a run has used up
    its requests, or the source is down, the next run starts a new sweep with this one's state.
    `max_requests` limits the whole run. `full` fetches every known drink's record and every filter
    again, even if recently seen. The other arguments are those of `extract`.

    Raises:
        UsageError: the run's name is invalid, or the cursor belongs to another run.
    """
    check_run(run, "sweep", cursor)
    state = _stored_state(store)
    progress = state.begin(run, cursor.started_ms if cursor else now_ms(), full=full)
    sweep = Sweep(state, progress, premium=client.premium)
    start = cursor or FetchCursor(run, "sweep", progress.started_ms, ())
    fetcher = PageFetcher(client, store, start, now_ms, time_left_s)
    report = fetcher.report
    sent_before = progress.requests
    while not report.stopped_because:
        left = max_requests - progress.requests
        page = sweep.next_page(max(1, left))
        if page is None:
            report.done = True
            break
        if left < 1:
            report.stopped_because = "requests"
        elif fetcher.time_is_short(1):
            report.stopped_because = "time"
        else:
            fetcher.fetch(page, sweep.learn)
            progress.requests = sent_before + report.requests
    if report.done:
        _put_absences(fetcher, sweep)
    report.coverage = _coverage(report, state, progress, sweep)
    if report.stopped_because == "time":
        report.cursor = fetcher.cursor()
    else:
        state.sweep = None
    body = msgspec.json.encode(state)
    store.put(STATE_KEY, body, metadata={}, content_type="application/json")
    return report


def _put_absences(fetcher: PageFetcher, sweep: Sweep) -> None:
    absent = sweep.absences()
    if not absent:
        return
    # The earliest event time, as for every batch, so that it does not replace a later sighting.
    observed_ms = min(absent.values())
    lines = [msgspec.json.encode({"idDrink": drink_id, "absent": True}) for drink_id in absent]
    fetcher.put_raw("absent", lines, observed_ms)
    sweep.note_absences(observed_ms)


def _stored_state(store: ObjectStore) -> SweepState:
    """Return the state of earlier sweeps; an empty one if it cannot be read."""
    body = store.get(STATE_KEY)
    try:
        return msgspec.json.decode(body, type=SweepState) if body else SweepState()
    except msgspec.DecodeError:
        return SweepState()


def _coverage(
    report: ExtractReport, state: SweepState, progress: SweepProgress, sweep: Sweep
) -> Coverage:
    drinks = state.drinks.values()
    present = sum(not drink.withdrawn for drink in drinks)
    seen = sum(drink.seen_ms >= progress.started_ms for drink in drinks)
    return Coverage(
        known=present,
        seen=seen,
        held=sum(drink.full_ms >= progress.started_ms for drink in drinks),
        new=progress.new,
        absent=len(progress.absent),
        withdrawn=len(drinks) - present,
        estimated_total=max(present, _estimate(progress)),
        requests=progress.requests,
        requests_per_drink=round(progress.requests / max(1, seen), 3),
        outage_suspected=sweep.outage_suspected,
        ended=report.stopped_because or "done",
    )


def _estimate(progress: SweepProgress) -> int:
    """Return an estimate of the source's size by capture-recapture (Chapman's estimator).

    Known drinks are the marked animals, random drinks the second catch. Example: 599 known drinks;
    of 99 random ones 9 are new, so 90 are marked: 600 * 100 / 91 - 1, about 658.
    """
    draws, new, before = progress.drawn
    return round((before + 1) * (draws + 1) / (draws - new + 1)) - 1 if draws else 0
