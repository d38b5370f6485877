"""The whole catalogue as a file."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from mocktailverse.api.caching import Answers
from mocktailverse.api.export_delivery import CSV, NDJSON, SQLITE
from mocktailverse.api.openapi import errors, file
from mocktailverse.api.query_parameters import Export, NoParameters

router = APIRouter(tags=["exports"], default_response_class=Response)


@router.get("/export.csv", responses=file("text/csv") | errors(422, 503))
def export_csv(asked: Annotated[Export, Query()], answers: Answers) -> Response:
    """Every drink as a row; safe to open in a spreadsheet."""
    return answers.exported(CSV, withdrawn=asked.withdrawn)


@router.get("/export.ndjson", responses=file("application/x-ndjson") | errors(422, 503))
def export_ndjson(asked: Annotated[Export, Query()], answers: Answers) -> Response:
    """Every drink as a line of JSON."""
    return answers.exported(NDJSON, withdrawn=asked.withdrawn)


@router.get("/export.sqlite", responses=file("application/vnd.sqlite3") | errors(422, 503))
def export_sqlite(_asked: Annotated[NoParameters, Query()], answers: Answers) -> Response:
    """The catalogue itself, withdrawn drinks included, as SQLite, pandas and DuckDB read it."""
    return answers.exported(SQLITE)
