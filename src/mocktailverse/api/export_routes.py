"""Routes of exports: the whole catalogue as a file."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from mocktailverse.api.caching import Answers
from mocktailverse.api.export_delivery import CSV, NDJSON, SQLITE
from mocktailverse.api.openapi import errors, file
from mocktailverse.api.query_parameters import Export, NoParameters

router = APIRouter(tags=["exports"], default_response_class=Response)


@router.get("/export.csv", responses=file("text/csv") | errors(422, 503))
def export_csv(asked: Annotated[Export, Query()], answers: Answers) -> Response:
    """Export every drink as a CSV row; safe to open in a spreadsheet."""
    return answers.exported(CSV, withdrawn=asked.withdrawn)


@router.get("/export.ndjson", responses=file("application/x-ndjson") | errors(422, 503))
def export_ndjson(asked: Annotated[Export, Query()], answers: Answers) -> Response:
    """Export every drink as a line of JSON."""
    return answers.exported(NDJSON, withdrawn=asked.withdrawn)


@router.get("/export.sqlite", responses=file("application/vnd.sqlite3") | errors(422, 503))
def export_sqlite(_asked: Annotated[NoParameters, Query()], answers: Answers) -> Response:
    """Export the catalogue, withdrawn drinks included, for SQLite, pandas or DuckDB."""
    return answers.exported(SQLITE)
