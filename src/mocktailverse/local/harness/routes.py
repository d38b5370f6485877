"""What the harness does: raw files in, their way, fetch, replay, redrive, events, faults."""

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
from mocktailverse.catalogue.search.query import Page
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
"""What an event may be."""

router = APIRouter(
    prefix="/dev",
    tags=["harness"],
    default_response_class=Response,
    responses=errors(400, 403, 404, 409, 413, 422, 503),
)


def workbench_of(request: Request) -> Workbench:
    """The workbench of the app that got this request."""
    bench: Workbench = request.app.state.workbench
    return bench


Bench = Annotated[Workbench, Depends(workbench_of)]


class Wish(BaseModel):
    """What a request asks for; a name that is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class FetchWish(Wish):
    """As `mocktailverse fetch`; the limits are those of a sweep."""

    strategy: str = Field("random", examples=["random"])
    arguments: tuple[str, ...] = Field((), examples=[["3"]])
    max_requests: int | None = Field(None, ge=1)
    full: bool = False


class ReplayWish(Wish):
    """As `mocktailverse replay`: keys or beginnings of keys, or what went wrong of late."""

    keys: tuple[str, ...] = ()
    version_id: str | None = Field(None, description="Of these keys, this version alone.")
    failed: bool = False
    rejected: bool = False


@router.post("/raw")
def store_raw(
    bench: Bench,
    file: Annotated[UploadFile, "json, ndjson or csv, plain or gzip"],
    source: Annotated[str, Form()] = "thecocktaildb",
    observed_at: Annotated[str | None, Form(description="ISO 8601 [now].")] = None,
) -> Response:
    """Store a file as raw objects, by the front door; ask for the way of each at `/dev/way`."""
    require_source(source)
    observed = milliseconds(observed_at) if observed_at else None
    if not file.size:
        raise UsageError("The file is empty: there is nothing to read in it.")
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
    """Where a raw object stands, stage by stage, and what came of it; the latest version."""
    return fresh(way_of(bench, key, version_id))


@router.get("/loads")
def list_recent_loads(bench: Bench) -> Response:
    """The newest loads, to look at the way of one."""
    loads, _ = recent_loads(bench.loads, RECENT_DAYS, limit=RECENT_LOADS)
    return fresh(Page(loads, None))


@router.post("/fetch")
def fetch(bench: Bench, wish: FetchWish) -> Response:
    """Collect raw records from the source with the fetch function, to the end of the plan."""
    plan(wish.strategy, wish.arguments, premium=True)
    limits = {"full": wish.full} | (
        {"max_requests": wish.max_requests} if wish.max_requests else {}
    )
    if wish.strategy != "sweep":
        if any(limits.values()):
            raise UsageError("max_requests and full are for the sweep.")
        limits = {}
    asked = FetchPlan(wish.strategy, wish.arguments, limits)
    report = fetch_all(bench.functions, bench.function_names["fetch"], asked)
    stored = fetched_versions(bench.bucket, report)
    return fresh({"report": report, "objects": stored})


@router.post("/replay")
def replay_objects(bench: Bench, wish: ReplayWish) -> Response:
    """Load raw objects anew, by the front door: the same objects, today's code."""
    if not (wish.keys or wish.failed or wish.rejected):
        raise UsageError("Say what to replay: keys, failed, or rejected.")
    chosen = [
        version
        for version in under(wish.keys, bench.bucket)
        if wish.version_id in (None, version.version_id)
    ]
    if wish.failed or wish.rejected:
        chosen += unfinished(bench.loads, failed=wish.failed, rejected=wish.rejected)
    requests = replay(dict.fromkeys(chosen), bench.loads, bench.queue, now=now())
    return fresh({"replayed": requests})


@router.post("/redrive")
def redrive_letters(bench: Bench) -> Response:
    """Send the dead letters to the queue again, after their cause was repaired."""
    return fresh({"redriven": redrive(bench.queue), "dead_letters": bench.queue.dead()})


@router.get("/functions")
def list_functions(bench: Bench) -> Response:
    """The stack's functions, each with an event to start from."""
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
    """Invoke a function with an event; what it answers or raises, and the end of its log."""
    if function not in bench.function_names:
        known = ", ".join(sorted(bench.function_names))
        raise ApiError(404, "no_such_function", f"There is no function {function!r}: {known}.")
    name = bench.function_names[function]
    began = now()
    done = bench.functions.run(name, msgspec.json.encode(event))
    return fresh({**msgspec.structs.asdict(done), "duration_ms": now() - began})


@router.get("/faults")
def list_faults(bench: Bench) -> Response:
    """The faults of the simulated TheCocktailDB that are switched on."""
    return fresh(Page(source_faults.faults(_simulation(bench)), None))


@router.post("/faults")
def add_fault(
    bench: Bench,
    fault: Annotated[dict[str, Any], Body(examples=[{"kind": "throttle", "every": 3}])],
) -> Response:
    """Switch a fault on beside the others; the kind `none` switches all of them off."""
    return fresh(Page(source_faults.add(_simulation(bench), msgspec.json.encode(fault)), None))


def _simulation(bench: Workbench) -> str:
    if bench.source_url is None:
        raise ApiError(409, "no_simulation", "This stack fetches from the real TheCocktailDB.")
    return bench.source_url
