"""Routes of exports: the whole catalogue as a file."""

from starlette.responses import Response

from mocktailverse.api.caching import CatalogueResponder
from mocktailverse.api.export_delivery import CSV, NDJSON, SQLITE
from mocktailverse.api.openapi import file
from mocktailverse.api.query_parameters import Export, NoParameters
from mocktailverse.api.routing import Routes

routes = Routes("exports")


@routes.get("/export.csv", Export, responses=file("text/csv"))
def export_csv(responder: CatalogueResponder, parameters: Export) -> Response:
    """Export every drink as a CSV row; safe to open in a spreadsheet."""
    return responder.exported(CSV, withdrawn=parameters.withdrawn)


@routes.get("/export.ndjson", Export, responses=file("application/x-ndjson"))
def export_ndjson(responder: CatalogueResponder, parameters: Export) -> Response:
    """Export every drink as a line of JSON."""
    return responder.exported(NDJSON, withdrawn=parameters.withdrawn)


@routes.get("/export.sqlite", NoParameters, responses=file("application/vnd.sqlite3"))
def export_sqlite(responder: CatalogueResponder, _parameters: NoParameters) -> Response:
    """Export the catalogue, withdrawn drinks included, for SQLite, pandas or DuckDB."""
    return responder.exported(SQLITE)
