"""Routes of ingredients, and of the drinks that can be made from those at hand."""

from starlette.responses import Response

from mocktailverse.api.caching import CatalogueResponder
from mocktailverse.api.error_responses import ApiError, Problem
from mocktailverse.api.openapi import errors, success
from mocktailverse.api.parameters import About, Parameter
from mocktailverse.api.query_parameters import (
    TEXT,
    IngredientListing,
    MakeableListing,
    NoParameters,
)
from mocktailverse.api.routing import Routes
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import IngredientDetail
from mocktailverse.drinks.substitutions.shelf import allowance_of

INGREDIENT = Parameter("name", TEXT, About("In any spelling.", ["White rum"]))

routes = Routes("ingredients")


@routes.get(
    "/ingredients",
    IngredientListing,
    responses=success("Page_IngredientEntry_", cacheable=True) | errors(422, 503),
)
def list_ingredients(responder: CatalogueResponder, parameters: IngredientListing) -> Response:
    """List the ingredients, most used first."""
    return responder.cacheable(
        lambda catalogue: catalogue.ingredients(
            q=parameters.q, kind=parameters.kind, limit=parameters.limit, after=parameters.cursor
        ),
        parameters.cursor,
    )


@routes.get(
    "/ingredients/{name:path}",
    NoParameters,
    INGREDIENT,
    responses=success("IngredientDetail", cacheable=True) | errors(404, 422, 503),
)
def one_ingredient(responder: CatalogueResponder, _parameters: NoParameters, name: str) -> Response:
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


@routes.get(
    "/makeable", MakeableListing, responses=success("Makeable", cacheable=True) | errors(422, 503)
)
def makeable_drinks(responder: CatalogueResponder, parameters: MakeableListing) -> Response:
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
