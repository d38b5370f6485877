"""Routes of the harness: store and trace raw files, fetch, replay, redrive, invoke, faults."""

import re
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import httpx2
import msgspec
from fastapi import APIRouter, Body, Depends, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from mocktailverse.api.caching import fresh
from mocktailverse.api.error_responses import ApiError
from mocktailverse.api.openapi import errors
from mocktailverse.catalogue.search.query import Page
from mocktailverse.errors import UnreachableError, UsageError
from mocktailverse.loads.object_version import DEFAULT_SOURCE
from mocktailverse.local.harness.record_journey import record_journey
from mocktailverse.local.harness.samples import sample_event
from mocktailverse.local.harness.wiring import HarnessDependencies
from mocktailverse.operations.recent_loads import objects_to_replay, recent_loads
from mocktailverse.pipeline.ingest import InputFile, put_files
from mocktailverse.pipeline.redrive import redrive
from mocktailverse.pipeline.replay import replay, under
from mocktailverse.sources import require_source
from mocktailverse.sources.collection import FetchRequest
from mocktailverse.sources.fetching import fetch_all, fetched_versions
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now, parse_past_time

RECENT_LOADS = 20
RECENT_DAYS = 7
FAULTS_TIMEOUT_S = 5.0

Json = dict[str, Any] | list[Any] | str | int | float | bool | None
"""An event may be any JSON value."""

router = APIRouter(
    prefix="/dev",
    tags=["harness"],
    default_response_class=Response,
    responses=errors(400, 403, 404, 409, 413, 422, 503),
)


def harness_of(request: Request) -> HarnessDependencies:
    """Return the harness's dependencies, which the app of this request holds."""
    harness: HarnessDependencies = request.app.state.harness
    return harness


def stores_of(request: Request) -> Stores:
    """Return the stores of the local stack."""
    return harness_of(request).stores


Harness = Annotated[HarnessDependencies, Depends(harness_of)]
StackStores = Annotated[Stores, Depends(stores_of)]


class StrictBody(BaseModel):
    """The body of a request; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid")


class FetchBody(StrictBody):
    """The options of `mocktailverse fetch`."""

    source: str = DEFAULT_SOURCE
    strategy: str = Field("", examples=["random"], description="Empty: everything of the source.")
    arguments: tuple[str, ...] = Field((), examples=[["3"]])
    archive: str | None = Field(None, pattern="^https?://", description="Address of an archive.")
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
    stores: StackStores,
    file: Annotated[UploadFile, "json, ndjson or csv, plain or gzip"],
    source: Annotated[str, Form()] = DEFAULT_SOURCE,
    observed_at: Annotated[str | None, Form(description="ISO 8601 time; by default now.")] = None,
) -> Response:
    """Store a file as raw objects, like `ingest`; `/dev/way` shows the journey of each object."""
    require_source(source)
    observed = parse_past_time(observed_at) if observed_at else None
    if not file.size:
        raise UsageError("The file is empty. Send a file with records.")
    with tempfile.TemporaryDirectory() as folder:
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", file.filename or "").strip("-.")[-100:] or "file"
        path = Path(folder, name)
        with path.open("wb") as copy:
            shutil.copyfileobj(file.file, copy)
        versions = put_files(
            stores.bucket, [InputFile(path)], source, now=now(), observed_at=observed
        )
    return fresh({"objects": versions})


@router.get("/way")
def show_record_journey(
    harness: Harness,
    key: Annotated[str, Query(pattern="^raw/", max_length=1024)],
    version_id: Annotated[str | None, Query(max_length=1024)] = None,
) -> Response:
    """Show the journey of a raw object, stage by stage; by default of the latest version."""
    return fresh(record_journey(harness, key, version_id))


@router.get("/loads")
def list_recent_loads(stores: StackStores) -> Response:
    """List the newest loads."""
    loads, _ = recent_loads(stores.loads, RECENT_DAYS, limit=RECENT_LOADS)
    return fresh(Page(loads, None))


@router.post("/fetch")
def fetch(stores: StackStores, body: FetchBody) -> Response:
    """Fetch raw records from the source with the fetch function, until the plan is complete."""
    request = FetchRequest(**body.model_dump())
    require_source(request.source).collector.check(request)
    report = fetch_all(partial(stores.functions.invoke, stores.function_names["fetch"]), request)
    stored = fetched_versions(stores.bucket.versions, report)
    return fresh({"report": report, "objects": stored})


@router.post("/replay")
def replay_objects(stores: StackStores, body: ReplayBody) -> Response:
    """Load raw objects again with the current code (reprocessing)."""
    if not (body.keys or body.failed or body.rejected):
        raise UsageError("Nothing was selected. Pass `keys`, `failed` or `rejected`.")
    versions = [
        version
        for version in under(body.keys, stores.bucket)
        if body.version_id in (None, version.version_id)
    ]
    if body.failed or body.rejected:
        versions += objects_to_replay(stores.loads, failed=body.failed, rejected=body.rejected)
    requests = replay(dict.fromkeys(versions), stores.loads, stores.queue, now=now())
    return fresh({"replayed": requests})


@router.post("/redrive")
def redrive_letters(stores: StackStores) -> Response:
    """Move the dead letters back to the queue, after their cause is fixed (redrive)."""
    sent = redrive(stores.queue).sent
    return fresh({"redriven": sent, "dead_letters": stores.queue.dead()})


@router.get("/functions")
def list_functions(stores: StackStores) -> Response:
    """List the stack's functions, each with a sample event."""
    loads, _ = recent_loads(stores.loads, RECENT_DAYS, limit=1)
    newest = loads[0].object if loads else None
    page, _ = stores.drinks.page(1)
    drink_id = page[0].id if page else None
    items = [
        {"name": name, "function": function, "event": sample_event(name, newest, drink_id)}
        for name, function in sorted(stores.function_names.items())
    ]
    return fresh(Page(items, None))


@router.post("/events/{function}")
def send_event(
    stores: StackStores, function: str, event: Annotated[Json, Body(examples=[{}])]
) -> Response:
    """Invoke a function with an event; return its result or error, and its last log lines."""
    if function not in stores.function_names:
        names = ", ".join(sorted(stores.function_names))
        message = f"`{function}` is not a function of this stack. Choose one of: {names}."
        raise ApiError(404, "no_such_function", message)
    name = stores.function_names[function]
    started_at = now()
    invocation = stores.functions.run(name, msgspec.json.encode(event))
    return fresh({**msgspec.structs.asdict(invocation), "duration_ms": now() - started_at})


@router.get("/faults")
def list_faults(harness: Harness) -> Response:
    """List the active faults of the simulated sources."""
    return _faults(harness)


@router.post("/faults")
def add_fault(
    harness: Harness,
    fault: Annotated[dict[str, Any], Body(examples=[{"kind": "throttle", "every": 3}])],
) -> Response:
    """Add a fault; the kind `none` removes all faults."""
    return _faults(harness, msgspec.json.encode(fault))


def _faults(harness: HarnessDependencies, new_fault: bytes | None = None) -> Response:
    """Return the simulated source's faults, after adding one, given as the JSON of a `Fault`."""
    if harness.source_url is None:
        message = "This stack fetches from the real source, which cannot simulate faults."
        raise ApiError(409, "no_simulation", message)
    method, url = "POST" if new_fault else "GET", f"{harness.source_url}/_faults"
    try:
        response = httpx2.request(method, url, content=new_fault, timeout=FAULTS_TIMEOUT_S)
    except httpx2.HTTPError as error:
        raise UnreachableError(
            f"The simulated sources at `{harness.source_url}` do not respond: {error}"
        ) from error
    body = msgspec.json.decode(response.content)
    if response.is_error:
        raise UsageError(f"The fault is not valid: {body['error']}")
    return fresh(Page(body["items"], None))
