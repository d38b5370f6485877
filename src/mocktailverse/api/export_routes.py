"""Routes of exports: the whole catalogue as a file."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from mocktailverse.api.caching import Responder
from mocktailverse.api.export_delivery import CSV, NDJSON, SQLITE
from mocktailverse.api.openapi import file
from mocktailverse.api.query_parameters import Export, NoParameters

router = APIRouter(tags=["exports"], default_response_class=Response)


@router.get("/export.csv", responses=file("text/csv"))
def export_csv(parameters: Annotated[Export, Query()], responder: Responder) -> Response:
    """Export every drink as a CSV row; safe to open in a spreadsheet."""
    return responder.exported(CSV, withdrawn=parameters.withdrawn)


@router.get("/export.ndjson", responses=file("application/x-ndjson"))
def export_ndjson(parameters: Annotated[Export, Query()], responder: Responder) -> Response:
    """Export every drink as a line of JSON."""
    return responder.exported(NDJSON, withdrawn=parameters.withdrawn)


@router.get("/export.sqlite", responses=file("application/vnd.sqlite3"))
def export_sqlite(_parameters: Annotated[NoParameters, Query()], responder: Responder) -> Response:
    """Export the catalogue, withdrawn drinks included, for SQLite, pandas or DuckDB."""
    return responder.exported(SQLITE)
