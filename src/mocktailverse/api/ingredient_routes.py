"""Routes of ingredients, and of the drinks that can be made from those at hand."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from mocktailverse.api.caching import Responder
from mocktailverse.api.error_responses import ApiError, Problem
from mocktailverse.api.openapi import errors, success
from mocktailverse.api.query_parameters import (
    IngredientListing,
    MakeableListing,
    NoParameters,
    Text,
)
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import IngredientDetail
from mocktailverse.drinks.substitutions.shelf import allowance_of

router = APIRouter(tags=["ingredients"], default_response_class=Response)


@router.get(
    "/ingredients", responses=success("Page_IngredientEntry_", cacheable=True) | errors(422, 503)
)
def list_ingredients(
    parameters: Annotated[IngredientListing, Query()], responder: Responder
) -> Response:
    """List the ingredients, most used first."""
    return responder.cacheable(
        lambda catalogue: catalogue.ingredients(
            q=parameters.q, kind=parameters.kind, limit=parameters.limit, after=parameters.cursor
        ),
        parameters.cursor,
    )


@router.get(
    "/ingredients/{name:path}",
    responses=success("IngredientDetail", cacheable=True) | errors(404, 422, 503),
)
def one_ingredient(
    name: Annotated[Text, Path(description="In any spelling.", examples=["White rum"])],
    _parameters: Annotated[NoParameters, Query()],
    responder: Responder,
) -> Response:
    """Return one ingredient: its kinds, what it is a kind of, and what it is mixed with."""

    def read(catalogue: Catalogue) -> IngredientDetail:
        detail = catalogue.ingredient(name)
        if detail is not None:
            return detail
        similar = catalogue.similar_ingredients(name)
        hint = f" Did you mean {' or '.join(similar)}?" if similar else ""
        message = f"No drink has an ingredient of this name.{hint}"
        raise ApiError(404, "no_such_ingredient", message, [Problem("name", s) for s in similar])

    return responder.cacheable(read)


@router.get("/makeable", responses=success("Makeable", cacheable=True) | errors(422, 503))
def makeable_drinks(
    parameters: Annotated[MakeableListing, Query()], responder: Responder
) -> Response:
    """List the drinks that the ingredients at hand make, what is replaced, and what to buy next."""
    allowance = allowance_of(acceptable=parameters.acceptable, strict=parameters.strict)
    return responder.cacheable(
        lambda catalogue: catalogue.makeable(
            parameters.have,
            missing=parameters.missing,
            mocktail=parameters.mocktail,
            convertible=parameters.convertible,
            allowance=allowance,
            limit=parameters.limit,
            after=parameters.cursor,
        ),
        parameters.cursor,
    )
