"""Routes of the harness: store raw files, trace them, fetch, replay, redrive, events, faults."""

import re
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Depends, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from mocktailverse.api.caching import fresh
from mocktailverse.api.errors import ApiError
from mocktailverse.api.openapi import errors
from mocktailverse.catalogue.answers import Page
from mocktailverse.errors import UsageError
from mocktailverse.local.harness import source_faults
from mocktailverse.local.harness.samples import sample_event
from mocktailverse.local.harness.way import way_of
from mocktailverse.local.harness.workbench import Workbench
from mocktailverse.pipeline.fetching import FetchPlan, fetch_all, fetched_versions
from mocktailverse.pipeline.ingest import InputFile, put_files
from mocktailverse.pipeline.moments import milliseconds, now
from mocktailverse.pipeline.recent import recent_loads
from mocktailverse.pipeline.redrive import redrive
from mocktailverse.pipeline.replay import replay, under, unfinished
from mocktailverse.sources import require_source
from mocktailverse.sources.thecocktaildb.strategies import plan

RECENT_LOADS = 20
RECENT_DAYS = 7

Json = dict[str, Any] | list[Any] | str | int | float | bool | None
"""An event may be any JSON value."""

router = APIRouter(
    prefix="/dev",
    tags=["harness"],
    default_response_class=Response,
    responses=errors(400, 403, 404, 409, 413, 422, 503),
)


def workbench_of(request: Request) -> Workbench:
    """Return the workbench of the app that received this request."""
    bench: Workbench = request.app.state.workbench
    return bench


Bench = Annotated[Workbench, Depends(workbench_of)]


class StrictBody(BaseModel):
    """The body of a request; an unknown field is refused."""

    model_config = ConfigDict(extra="forbid")


class FetchBody(StrictBody):
    """The options of `mocktailverse fetch`; `max_requests` and `full` are for a sweep only."""

    strategy: str = Field("random", examples=["random"])
    arguments: tuple[str, ...] = Field((), examples=[["3"]])
    max_requests: int | None = Field(None, ge=1)
    full: bool = False


class ReplayBody(StrictBody):
    """The options of `mocktailverse replay`: keys or prefixes of keys, or recent failures."""

    keys: tuple[str, ...] = ()
    version_id: str | None = Field(None, description="Only this version of the keys.")
    failed: bool = False
    rejected: bool = False


@router.post("/raw")
def store_raw(
    bench: Bench,
    file: Annotated[UploadFile, "json, ndjson or csv, plain or gzip"],
    source: Annotated[str, Form()] = "thecocktaildb",
    observed_at: Annotated[str | None, Form(description="ISO 8601 [now].")] = None,
) -> Response:
    """Store a file as raw objects, as `ingest` does; `/dev/way` shows the journey of each."""
    require_source(source)
    observed = milliseconds(observed_at) if observed_at else None
    if not file.size:
        raise UsageError("The file is empty. Send a file with records.")
    with tempfile.TemporaryDirectory() as folder:
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", file.filename or "").strip("-.")[-100:] or "file"
        path = Path(folder, name)
        with path.open("wb") as copy:
            shutil.copyfileobj(file.file, copy)
        versions = put_files(
            bench.bucket, [InputFile(path)], source, now=now(), observed_at=observed
        )
    return fresh({"objects": versions})


@router.get("/way")
def show_way(
    bench: Bench,
    key: Annotated[str, Query(pattern="^raw/", max_length=1024)],
    version_id: Annotated[str | None, Query(max_length=1024)] = None,
) -> Response:
    """Show the journey of a raw object, stage by stage; by default of its latest version."""
    return fresh(way_of(bench, key, version_id))


@router.get("/loads")
def list_recent_loads(bench: Bench) -> Response:
    """List the newest loads."""
    loads, _ = recent_loads(bench.loads, RECENT_DAYS, limit=RECENT_LOADS)
    return fresh(Page(loads, None))


@router.post("/fetch")
def fetch(bench: Bench, body: FetchBody) -> Response:
    """Fetch raw records from the source with the fetch function, until the plan is complete."""
    plan(body.strategy, body.arguments, premium=True)
    limits = {"full": body.full} | (
        {"max_requests": body.max_requests} if body.max_requests else {}
    )
    if body.strategy != "sweep":
        if any(limits.values()):
            raise UsageError(
                "`max_requests` and `full` are options of the strategy `sweep`. Remove them."
            )
        limits = {}
    fetch_plan = FetchPlan(body.strategy, body.arguments, limits)
    report = fetch_all(bench.functions, bench.function_names["fetch"], fetch_plan)
    stored = fetched_versions(bench.bucket, report)
    return fresh({"report": report, "objects": stored})


@router.post("/replay")
def replay_objects(bench: Bench, body: ReplayBody) -> Response:
    """Load raw objects again with the current code (reprocessing)."""
    if not (body.keys or body.failed or body.rejected):
        raise UsageError("Nothing was selected. Pass `keys`, `failed` or `rejected`.")
    chosen = [
        version
        for version in under(body.keys, bench.bucket)
        if body.version_id in (None, version.version_id)
    ]
    if body.failed or body.rejected:
        chosen += unfinished(bench.loads, failed=body.failed, rejected=body.rejected)
    requests = replay(dict.fromkeys(chosen), bench.loads, bench.queue, now=now())
    return fresh({"replayed": requests})


@router.post("/redrive")
def redrive_letters(bench: Bench) -> Response:
    """Send the dead letters to the queue again, after their cause was fixed."""
    return fresh({"redriven": redrive(bench.queue), "dead_letters": bench.queue.dead()})


@router.get("/functions")
def list_functions(bench: Bench) -> Response:
    """List the stack's functions, each with a sample event."""
    loads, _ = recent_loads(bench.loads, RECENT_DAYS, limit=1)
    newest = loads[0].object if loads else None
    page, _ = bench.drinks.page(1)
    drink_id = page[0].id if page else None
    items = [
        {"name": name, "function": function, "event": sample_event(name, newest, drink_id)}
        for name, function in sorted(bench.function_names.items())
    ]
    return fresh(Page(items, None))


@router.post("/events/{function}")
def send_event(
    bench: Bench, function: str, event: Annotated[Json, Body(examples=[{}])]
) -> Response:
    """Invoke a function with an event; return its result or error, and the end of its log."""
    if function not in bench.function_names:
        names = ", ".join(sorted(bench.function_names))
        message = f"`{function}` is not a function of this stack. Choose one of: {names}."
        raise ApiError(404, "no_such_function", message)
    name = bench.function_names[function]
    began = now()
    invocation = bench.functions.run(name, msgspec.json.encode(event))
    return fresh({**msgspec.structs.asdict(invocation), "duration_ms": now() - began})


@router.get("/faults")
def list_faults(bench: Bench) -> Response:
    """List the active faults of the simulated TheCocktailDB."""
    return fresh(Page(source_faults.faults(_simulation(bench)), None))


@router.post("/faults")
def add_fault(
    bench: Bench,
    fault: Annotated[dict[str, Any], Body(examples=[{"kind": "throttle", "every": 3}])],
) -> Response:
    """Add a fault to the active ones; the kind `none` removes all of them."""
    return fresh(Page(source_faults.add(_simulation(bench), msgspec.json.encode(fault)), None))


def _simulation(bench: Workbench) -> str:
    if bench.source_url is None:
        raise ApiError(
            409,
            "no_simulation",
            "This stack fetches from the real TheCocktailDB, which has no faults to switch.",
        )
    return bench.source_url
