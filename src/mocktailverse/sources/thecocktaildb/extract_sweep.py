"""Sweeping: a sweep of the source becomes raw objects, absences of drinks included.

What sweeps have learnt lies under `state/fetch/<source>/known.json`, written when a call ends. To
lose it, or the part of it that a crashed call had learnt, costs requests and nothing else.

A drink that the source has no more is told to the pipeline like everything else, by a raw record:
`{"idDrink": "11007", "absent": true}`. It is written only at the end of a complete sweep, for
known drinks that a look-up by id did not find, and never while an outage is suspected.
"""

from collections.abc import Callable

import msgspec

from mocktailverse.sources import ObjectStore
from mocktailverse.sources.thecocktaildb.client import TheCocktailDB
from mocktailverse.sources.thecocktaildb.extract import (
    ExtractReport,
    FetchCursor,
    PageFetcher,
    check_run,
)
from mocktailverse.sources.thecocktaildb.sweep import Sweep
from mocktailverse.sources.thecocktaildb.sweep_state import SweepState

MAX_REQUESTS = 3000


def extract_sweep(  # noqa: PLR0913 - what to do by position, everything else by keyword
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
    """Sweep the source until done, out of time or out of requests.

    Only a run that is out of time has a cursor to go on at. After one that used up its requests,
    or met a source that is down, the next run begins anew and builds on what this one learnt.

    Args:
        client: the source.
        store: takes the raw objects, and keeps what is known.
        run: names this run, in the keys too: letters, digits, `.`, `_` and `-`.
        now_ms: the time in ms since 1970.
        time_left_s: seconds that this call may still take; infinite is fine.
        cursor: where an earlier call of the same run stopped.
        max_requests: the most requests of the whole run.
        full: hold every known drink's record again, and ask every filter, however recently seen.

    Raises:
        UsageError: the run's name cannot stand in a key, or the cursor is another run's.
    """
    check_run(run, "sweep", cursor)
    known = _known(store, client.source)
    progress = known.begin(run, cursor.started_ms if cursor else now_ms(), full=full)
    sweep = Sweep(known, progress, premium=client.premium)
    start = cursor or FetchCursor(run, "sweep", progress.started_ms, ())
    fetching = PageFetcher(client, store, start, now_ms, time_left_s)
    report = fetching.report
    sent_before = progress.requests
    while not report.stopped_because:
        left = max_requests - progress.requests
        page = sweep.next_page(max(1, left))
        if page is None:
            report.done = True
            break
        if left < 1:
            report.stopped_because = "requests"
        elif fetching.time_is_short(1):
            report.stopped_because = "time"
        else:
            fetching.fetch(page, sweep.learn)
            progress.requests = sent_before + report.requests
    if report.done:
        _put_absences(fetching, sweep)
    report.coverage = sweep.coverage(report.stopped_because or "done")
    if report.stopped_because == "time":
        report.cursor = fetching.cursor()
    else:
        known.sweep = None
    body = msgspec.json.encode(known)
    store.put(_key(client.source), body, metadata={}, content_type="application/json")
    return report


def _put_absences(fetching: PageFetcher, sweep: Sweep) -> None:
    absent = sweep.absences()
    if not absent:
        return
    # The earliest, as for every batch: a sighting after it is not pushed out.
    observed_ms = min(absent.values())
    lines = [msgspec.json.encode({"idDrink": drink_id, "absent": True}) for drink_id in absent]
    fetching.put_raw("absent", lines, observed_ms)
    sweep.note_absences(observed_ms)


def _known(store: ObjectStore, source: str) -> SweepState:
    """What earlier sweeps learnt; nothing where it cannot be read, which costs requests only."""
    kept = store.get(_key(source))
    try:
        return msgspec.json.decode(kept, type=SweepState) if kept else SweepState()
    except msgspec.DecodeError:
        return SweepState()


def _key(source: str) -> str:
    return f"state/fetch/{source}/known.json"
