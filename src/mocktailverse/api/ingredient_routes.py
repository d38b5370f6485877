"""Routes of ingredients, and of the drinks that can be made from those at hand."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from mocktailverse.api.caching import Answers
from mocktailverse.api.error_responses import ApiError, Problem
from mocktailverse.api.openapi import answer, errors
from mocktailverse.api.query_parameters import (
    IngredientListing,
    MakeableListing,
    NoParameters,
    Text,
)
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import IngredientDetail

router = APIRouter(tags=["ingredients"], default_response_class=Response)


@router.get("/ingredients", responses=answer("Page_IngredientEntry_", kept=True) | errors(422, 503))
def list_ingredients(asked: Annotated[IngredientListing, Query()], answers: Answers) -> Response:
    """List the ingredients, most used first."""
    return answers.kept(
        lambda catalogue: catalogue.ingredients(
            q=asked.q, kind=asked.kind, limit=asked.limit, after=asked.cursor
        ),
        asked.cursor,
    )


@router.get(
    "/ingredients/{name:path}",
    responses=answer("IngredientDetail", kept=True) | errors(404, 422, 503),
)
def one_ingredient(
    name: Annotated[Text, Path(description="In any spelling.", examples=["White rum"])],
    _asked: Annotated[NoParameters, Query()],
    answers: Answers,
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

    return answers.kept(read)


@router.get("/makeable", responses=answer("Makeable", kept=True) | errors(422, 503))
def makeable_drinks(asked: Annotated[MakeableListing, Query()], answers: Answers) -> Response:
    """List the drinks that the ingredients at hand make, and what to buy next."""
    return answers.kept(
        lambda catalogue: catalogue.makeable(
            asked.have,
            missing=asked.missing,
            mocktail=asked.mocktail,
            limit=asked.limit,
            after=asked.cursor,
        ),
        asked.cursor,
    )
