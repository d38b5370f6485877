"""Routes of drinks: search, one by its id, a random one, and the filters' facets."""

from typing import TypeVar

from msgspec import Raw
from msgspec.structs import asdict
from starlette.responses import Response

from mocktailverse.api.caching import CatalogueResponder, fresh
from mocktailverse.api.error_responses import ApiError, Problem, invalid
from mocktailverse.api.openapi import errors, success
from mocktailverse.api.parameters import About, Parameter
from mocktailverse.api.query_parameters import (
    TEXT,
    DrinkFilters,
    DrinkListing,
    MocktailOptions,
    NoParameters,
)
from mocktailverse.api.routing import Routes
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery, Variants
from mocktailverse.drinks.conversion.conversion_result import Conversion, UnknownBottleError
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.grouping.comparison import compare
from mocktailverse.loads.object_version import DEFAULT_SOURCE

DRINK_ID = Parameter("id", TEXT, About("`<source>:<id in source>`", [f"{DEFAULT_SOURCE}:11000"]))

routes = Routes("drinks")

_Drink = TypeVar("_Drink", Drink, Raw)


@routes.get(
    "/drinks",
    DrinkListing,
    responses=success("Page_Drink_", cacheable=True) | errors(422, 503),
    quick_with=frozenset({"limit", "cursor"}),
)
def search_drinks(responder: CatalogueResponder, parameters: DrinkListing) -> Response:
    """Search the drinks."""
    query, limit, after = drink_query(parameters), parameters.limit, parameters.cursor
    return responder.cacheable(lambda catalogue: catalogue.encoded_page(query, limit, after), after)


@routes.get("/drinks/random", DrinkFilters, responses=success("Drink") | errors(404, 422, 503))
def random_drink(responder: CatalogueResponder, parameters: DrinkFilters) -> Response:
    """Return a random drink that matches the filters."""
    drink = responder.catalogue().random(drink_query(parameters))
    if drink is None:
        raise ApiError(404, "no_such_drink", "No drink matches the filters.")
    return fresh(drink)


@routes.get(
    "/drinks/{id:path}/mocktail",
    MocktailOptions,
    DRINK_ID,
    responses=success("Conversion", cacheable=True) | errors(404, 422, 503),
)
def drink_as_mocktail(
    responder: CatalogueResponder, parameters: MocktailOptions, drink_id: str
) -> Response:
    """Make a drink alcohol-free, with the same volume, sweetness and acidity."""

    def read(catalogue: Catalogue) -> Conversion:
        from mocktailverse.drinks import to_mocktail  # noqa: PLC0415 - delays a cold start

        drink = _drink_of(catalogue, drink_id)
        try:
            return to_mocktail(drink, parameters.style, parameters.have)
        except UnknownBottleError as error:
            raise invalid([Problem("have", str(error))]) from error

    return responder.cacheable(read)


@routes.get(
    "/drinks/{id:path}/variants",
    NoParameters,
    DRINK_ID,
    responses=success("Variants", cacheable=True) | errors(404, 422, 503),
)
def drink_variants(
    responder: CatalogueResponder, _parameters: NoParameters, drink_id: str
) -> Response:
    """List the recipes of the same drink from other sources, and compare them."""
    return responder.cacheable(lambda catalogue: _variants_of(catalogue, drink_id))


@routes.get(
    "/drinks/{id:path}",
    NoParameters,
    DRINK_ID,
    responses=success("Drink", cacheable=True) | errors(404, 422, 503),
    quick_with=frozenset(),
)
def one_drink(responder: CatalogueResponder, _parameters: NoParameters, drink_id: str) -> Response:
    """Return one drink with its lineage: the raw object and position it comes from."""
    return responder.cacheable(lambda catalogue: _known(catalogue.encoded_drink(drink_id)))


def _variants_of(catalogue: Catalogue, drink_id: str) -> Variants:
    drink = _drink_of(catalogue, drink_id)
    items = catalogue.variants(drink)
    return Variants(items, None, compare([drink, *items]) if items else None)


def _drink_of(catalogue: Catalogue, drink_id: str) -> Drink:
    return _known(catalogue.drink(drink_id))


def _known(drink: _Drink | None) -> _Drink:
    """Return a drink; ApiError if there is none."""
    if drink is None:
        message = "No drink has this id. An id is `<source>:<id in source>`."
        raise ApiError(404, "no_such_drink", message)
    return drink


@routes.get("/facets", DrinkFilters, responses=success("Facets", cacheable=True) | errors(422, 503))
def facets(responder: CatalogueResponder, parameters: DrinkFilters) -> Response:
    """List the filters' values, and the number of drinks with each."""
    return responder.cacheable(lambda catalogue: catalogue.facets(drink_query(parameters)))


def drink_query(parameters: DrinkFilters) -> DrinkQuery:
    """Return the catalogue's query of some parameters, without their page."""
    filters = asdict(parameters)
    return DrinkQuery(
        **{name: filters[name] for name in DrinkQuery.__struct_fields__ if name in filters}
    )
