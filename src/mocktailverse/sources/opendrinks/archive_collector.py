"""Collect opendrinks' recipes from an archive: what is new or changed, and what is gone.

The archive is that of the repository, or another one: an address, or a file or folder of this
machine. Each object holds up to PART_RECIPES files, one a line, as they were received.
"""

from pathlib import Path

from mocktailverse.errors import PermanentError, TransientError, UnreachableError, UsageError
from mocktailverse.formatting import counted
from mocktailverse.loads.object_version import run_prefix
from mocktailverse.sources.collection import (
    CollectionContext,
    Failure,
    FetchReport,
    FetchRequest,
    ObjectStore,
)
from mocktailverse.sources.opendrinks.archive_changes import (
    LASTING_TIMES,
    ArchiveChanges,
    changes_of,
)
from mocktailverse.sources.opendrinks.archive_download import ArchiveClient, Download, Validators
from mocktailverse.sources.opendrinks.archive_state import OWN, ArchiveState, load_state, save_state
from mocktailverse.sources.opendrinks.byte_source import ArchiveError
from mocktailverse.sources.opendrinks.recipe_files import recipes_at
from mocktailverse.sources.web_addresses import is_web_address
from mocktailverse.times import run_name

SOURCE = "opendrinks"
STRATEGY = "archive"
PART_RECIPES = 250
"""Recipes of one raw object: a bucket costs money for each object that is put."""

RESERVE_S = 20.0
"""Seconds of a call that are kept for storing what was downloaded."""


class OpendrinksCollector:
    """Collects opendrinks' recipes."""

    url = "https://codeload.github.com/alfg/opendrinks/tar.gz/refs/heads/master"
    terms = "Its recipes are under the MIT licence. A fetch sends one request."
    strategies = (STRATEGY,)

    def __init__(self, client: ArchiveClient | None = None) -> None:
        """Take the client that downloads archives; tests replace it."""
        self._client = client or ArchiveClient()

    def check(self, request: FetchRequest) -> None:
        """Raise UsageError for a request with a strategy or options of other sources."""
        if request.strategy not in ("", STRATEGY) or request.arguments:
            raise UsageError(f"`{SOURCE}` has the strategy `{STRATEGY}` only, without arguments.")
        if request.max_requests is not None:
            raise UsageError(f"`{SOURCE}` needs one request. Remove the option `max_requests`.")
        if request.archive is not None and not request.archive.strip():
            raise UsageError("The archive's name is empty. Pass an address, a file or a folder.")
        if "://" in (address := request.archive or "") and not is_web_address(address):
            raise UsageError(f"`{address[:200]}` is not an http(s) URL.")

    def collect(self, request: FetchRequest, context: CollectionContext) -> FetchReport:
        """Store what is new in the archive; return the report.

        Raises:
            UsageError: the request cannot be done, or what it names is not an archive of recipes.
        """
        started_ms = context.now_ms()
        report = FetchReport(run_name(started_ms, STRATEGY), STRATEGY, SOURCE)
        own_address = context.access.url or self.url
        address = request.archive or own_address
        name = OWN if address == own_address else address
        state = load_state(context.store)
        before = state.archives.get(name, ArchiveState())
        is_same = before.address == address and not request.full
        try:
            validators = before.validators if is_same else Validators()
            download = self._read(address, validators, context)
        except ArchiveError as error:
            # Of the base class itself, so that a caller of the function knows it by its name.
            raise UsageError(f"`{address}`: {error}") from error
        except (TransientError, UnreachableError, PermanentError) as error:
            is_transient = not isinstance(error, PermanentError)
            report.failed.append(Failure(STRATEGY, address, str(error), is_transient))
            report.stopped_because = "unreachable" if is_transient else None
            return report
        observed_ms = context.now_ms()
        elsewhere = state.ids_beside(name)
        changes = changes_of(download.content, before, elsewhere, observed_ms, full=request.full)
        _store(changes, context.store, report, started_ms, observed_ms)
        # Without the validators, the next call examines a suspicious archive again.
        is_suspicious = changes.outage_suspected
        changes.state.validators = Validators() if is_suspicious else download.validators
        changes.state.address = address
        if changes.state != before:
            save_state(context.store, state, name, changes.state)
        report.requests, report.done = download.requests, True
        return _completed(report, changes, address)

    def _read(self, address: str, validators: Validators, context: CollectionContext) -> Download:
        if is_web_address(address):
            return self._client.download(
                address, validators, lambda: context.time_left_s() - RESERVE_S
            )
        if not context.reads_files:
            raise UsageError(
                f"`{address[:200]}` is not an http(s) URL. The fetch function reads no files; pass "
                "the path to `mocktailverse fetch` with `--archive`."
            )
        return Download(recipes_at(Path(address)), Validators(), 0)


def _store(
    changes: ArchiveChanges, store: ObjectStore, report: FetchReport, started_ms: int, at_ms: int
) -> None:
    """Store the objects of a run, observed at this time, and note them in its report."""
    prefix = run_prefix("raw", SOURCE, started_ms, report.run)
    starts = enumerate(range(0, len(changes.lines), PART_RECIPES), 1)
    parts = {f"part-{n:05d}": changes.lines[start : start + PART_RECIPES] for n, start in starts}
    if changes.absences:
        parts["absent"] = changes.absences
    run = {"source": SOURCE, "run": report.run, "strategy": STRATEGY, "observed-at": str(at_ms)}
    for part, lines in parts.items():
        key, body = f"{prefix}{part}.ndjson", b"".join(line + b"\n" for line in lines)
        metadata = {**run, "part": part}
        store.put(key, body, metadata=metadata, content_type="application/x-ndjson")
        report.objects.append(key)


def _completed(report: FetchReport, changes: ArchiveChanges, address: str) -> FetchReport:
    """Return the report with what was stored, and why."""
    report.records, report.pages = len(changes.lines), len(report.objects)
    report.outage_suspected = changes.outage_suspected
    report.coverage = {
        "files": len(changes.state.files),
        "new": changes.new,
        "changed": changes.changed,
        "missing": changes.missing,
        "absences": len(changes.absences),
        "skipped": changes.skipped,
    }
    files = counted(len(changes.state.files), "recipe")
    counts = f"{changes.new} new, {changes.changed} changed, {changes.missing} missing"
    report.remarks.append(f"{files} in {address}: {counts}")
    if changes.skipped:
        report.remarks.append(f"{counted(changes.skipped, 'link or special file')} skipped")
    if changes.outage_suspected:
        doubted = changes.state.doubted.values()
        left = LASTING_TIMES - min(one.times for one in doubted)
        report.remarks.append(
            f"{counted(len(doubted), 'recipe')} missing at once: the archive is probably not "
            f"complete, and none is withdrawn. {counted(left, 'more observation')} of it, a day or "
            "more apart, and they are."
        )
    if changes.absences:
        report.remarks.append(
            f"{counted(len(changes.absences), 'absence')} stored; a day after its first absence a "
            "drink is withdrawn."
        )
    return report
