"""Routes of drinks: search, one by its id, a random one, and the filters' facets."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from mocktailverse.api.caching import Answers, fresh
from mocktailverse.api.error_responses import ApiError
from mocktailverse.api.openapi import answer, errors
from mocktailverse.api.query_parameters import DrinkFilters, DrinkListing, NoParameters, Text
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.drinks.drink import Drink

router = APIRouter(tags=["drinks"], default_response_class=Response)


@router.get("/drinks", responses=answer("Page_Drink_", kept=True) | errors(422, 503))
def search_drinks(asked: Annotated[DrinkListing, Query()], answers: Answers) -> Response:
    """Search the drinks."""
    query, limit, after = drink_query(asked), asked.limit, asked.cursor
    return answers.kept(lambda catalogue: catalogue.search(query, limit=limit, after=after), after)


@router.get("/drinks/random", responses=answer("Drink") | errors(404, 422, 503))
def random_drink(asked: Annotated[DrinkFilters, Query()], answers: Answers) -> Response:
    """Return a random drink that matches the filters."""
    drink = answers.catalogue().random(drink_query(asked))
    if drink is None:
        raise ApiError(404, "no_such_drink", "No drink matches the filters.")
    return fresh(drink)


@router.get("/drinks/{id:path}", responses=answer("Drink", kept=True) | errors(404, 422, 503))
def one_drink(
    drink_id: Annotated[
        Text,
        Path(alias="id", description="`<source>:<id in source>`", examples=["thecocktaildb:11000"]),
    ],
    _asked: Annotated[NoParameters, Query()],
    answers: Answers,
) -> Response:
    """Return one drink with its lineage: the raw object and position it comes from."""

    def read(catalogue: Catalogue) -> Drink:
        drink = catalogue.drink(drink_id)
        if drink is None:
            message = "No drink has this id. An id is `<source>:<id in source>`."
            raise ApiError(404, "no_such_drink", message)
        return drink

    return answers.kept(read)


@router.get("/facets", responses=answer("Facets", kept=True) | errors(422, 503))
def facets(asked: Annotated[DrinkFilters, Query()], answers: Answers) -> Response:
    """List the filters' values, and the number of drinks with each."""
    return answers.kept(lambda catalogue: catalogue.facets(drink_query(asked)))


def drink_query(asked: DrinkFilters) -> DrinkQuery:
    """Return the catalogue's query of some parameters, without their page."""
    return DrinkQuery(**asked.model_dump(exclude={"limit", "cursor"}))
