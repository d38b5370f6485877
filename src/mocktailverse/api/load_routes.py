"""Routes for operators: load records and rejected records."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Struct
from starlette.responses import Response

from mocktailverse.api.caching import CatalogueResponder, cursor_checked, fresh
from mocktailverse.api.dependencies import ApiDependencies
from mocktailverse.api.error_responses import ApiError
from mocktailverse.api.openapi import errors, success
from mocktailverse.api.query_parameters import LoadListing, RejectedListing
from mocktailverse.api.routing import Routes
from mocktailverse.catalogue.search.query import Page
from mocktailverse.conversion import converter
from mocktailverse.cursors import CursorCodec
from mocktailverse.drinks.content_changes import Changes
from mocktailverse.drinks.drift import Drift
from mocktailverse.loads.load_record import Load, LoadStatus, latest_generations, load_fields
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.operations.recent_loads import recent_loads, rejected_lines

routes = Routes("operators", needs_key=True)


class LoadEntry(Struct, frozen=True):
    """A load with its object and counts, flat; times in ms since 1970 UTC."""

    load: str
    bucket: str
    key: str
    version_id: str
    generation: int
    status: LoadStatus
    read: int
    loaded: int
    unchanged: int
    stale: int
    rejected: int
    bytes: int
    attempts: int
    requeues: int
    requeued_at: int | None
    active_at: int
    started_at: int
    finished_at: int | None
    duration_ms: int | None
    error: str | None
    transform_version: int
    drift: list[Drift]
    changes: Changes


_to_entry = converter(LoadEntry)


class RejectedEntry(Struct, frozen=True):
    """A rejected record with its load; see `Rejected`."""

    load: str
    code: str
    path: str
    message: str
    position: int | None
    raw: Any
    object: ObjectVersion


class RejectedPosition(NamedTuple):
    """The end of a page of rejected records: after the first `lines` lines of a load."""

    started_at: Annotated[int, Meta(ge=0, lt=10**15)]
    load: Annotated[str, Meta(pattern=r"^[0-9a-f]{24}-[0-9]{4,9}\Z")]
    lines: Annotated[int, Meta(ge=0, lt=10**9)]


rejected_cursors = CursorCodec(RejectedPosition)


@routes.get("/loads", LoadListing, responses=success("Page_LoadEntry_") | errors(401, 422, 503))
def list_loads(responder: CatalogueResponder, parameters: LoadListing) -> Response:
    """List the loads, newest first: what happened to every raw object."""
    with cursor_checked(parameters.cursor):
        loads, following = recent_loads(
            responder.dependencies.loads,
            parameters.days,
            parameters.status,
            parameters.limit,
            parameters.cursor,
        )
    return fresh(Page([_to_entry(load_fields(load)) for load in loads], following))


@routes.get(
    "/rejected",
    RejectedListing,
    responses=success("Page_RejectedEntry_") | errors(401, 404, 422, 503),
)
def list_rejected(responder: CatalogueResponder, parameters: RejectedListing) -> Response:
    """List the rejected records with their reasons, those of the newest load first.

    Of a replayed raw object, the latest load is listed.
    """
    with cursor_checked(parameters.cursor):
        after = rejected_cursors.decode(parameters.cursor) if parameters.cursor else None
    dependencies = responder.dependencies
    recent, _ = recent_loads(dependencies.loads, parameters.days)
    loads = {
        RejectedPosition(load.started_at, load.load_id, 0): load
        for load in latest_generations(recent)
    }
    if parameters.load is not None:
        loads = {place: load for place, load in loads.items() if place.load == parameters.load}
        if not loads:
            message = f"No current load `{parameters.load}` in the last {parameters.days} days."
            raise ApiError(404, "no_such_load", message)
    lines = _lines_after(after, loads, dependencies)
    shown = list(islice(lines, parameters.limit))
    is_last = next(lines, None) is None
    items = [RejectedEntry(at.load, **msgspec.structs.asdict(line)) for at, line in shown]
    return fresh(Page(items, None if is_last else rejected_cursors.encode(shown[-1][0])))


def _lines_after(
    after: RejectedPosition | None,
    loads: dict[RejectedPosition, Load],
    dependencies: ApiDependencies,
) -> Iterator[tuple[RejectedPosition, Rejected]]:
    """Yield the rejected lines after a position, with their own; loads are read when needed."""
    for start in sorted(loads, reverse=True):
        if after and start[:2] > after[:2]:
            continue
        done = after.lines if after and start[:2] == after[:2] else 0
        lines = rejected_lines(loads[start], dependencies.loads, dependencies.bucket)
        for number, line in enumerate(islice(lines, done, None), done + 1):
            yield start._replace(lines=number), line
