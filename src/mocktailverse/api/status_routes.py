"""Routes of the service's health and the catalogue's statistics."""

import time
from typing import Literal

from msgspec import Struct
from starlette.responses import Response

from mocktailverse.api.caching import CatalogueResponder, fresh
from mocktailverse.api.openapi import errors, success
from mocktailverse.api.query_parameters import NoParameters
from mocktailverse.api.routing import Routes

HEALTH_TIMEOUT_S = 15.0
"""Wait for a due refresh longer than a request to AWS may take."""

routes = Routes("status")


class Health(Struct, frozen=True):
    """The catalogue that is served; `built_at` in ms since 1970 UTC, `age_s` since then.

    `stale` means that a newer one cannot be fetched, and `problem` says why. The last one that was
    fetched is served.
    """

    status: Literal["ok", "stale"]
    stage: str
    version: str
    built_at: int
    age_s: int
    drinks: int
    problem: str | None


@routes.get("/health", NoParameters, responses=success("Health") | errors(422, 503))
def health(responder: CatalogueResponder, _parameters: NoParameters) -> Response:
    """Report whether a catalogue is served, and which."""
    meta = responder.catalogue(HEALTH_TIMEOUT_S).meta
    problem = responder.dependencies.catalogue.problem
    return fresh(
        Health(
            status="stale" if problem else "ok",
            stage=responder.dependencies.stage,
            version=meta.version,
            built_at=meta.built_at,
            age_s=max(0, round(time.time() - meta.built_at / 1000)),
            drinks=meta.drinks,
            problem=problem,
        )
    )


@routes.get(
    "/stats", NoParameters, responses=success("Statistics", cacheable=True) | errors(422, 503)
)
def statistics(responder: CatalogueResponder, _parameters: NoParameters) -> Response:
    """Return the catalogue's statistics."""
    return responder.cacheable(lambda catalogue: catalogue.statistics())
