"""Routes of the service's health and the catalogue's statistics."""

import time
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from msgspec import Struct

from mocktailverse.api.caching import Responder, fresh
from mocktailverse.api.openapi import errors, success
from mocktailverse.api.query_parameters import NoParameters

HEALTH_TIMEOUT_S = 15.0
"""Wait for a due refresh longer than a request to AWS may take."""

router = APIRouter(tags=["status"], default_response_class=Response)


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


@router.get("/health", responses=success("Health") | errors(422, 503))
def health(_parameters: Annotated[NoParameters, Query()], responder: Responder) -> Response:
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


@router.get("/stats", responses=success("Statistics", cacheable=True) | errors(422, 503))
def statistics(_parameters: Annotated[NoParameters, Query()], responder: Responder) -> Response:
    """Return the catalogue's statistics."""
    return responder.cacheable(lambda catalogue: catalogue.statistics())
