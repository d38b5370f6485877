r"""The endpoints' query parameters, with the limits of each.

Unknown names are rejected, because a typing error must not silently return everything; so is a
single value given twice. Lists may be repeated (`tag=a&tag=b`) or separated by commas (`tag=a,b`);
a comma within a value is written `\,`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_origin

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, Field, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from mocktailverse.api.error_responses import UNKNOWN, Problem, invalid
from mocktailverse.catalogue.search.query import Sort, ZeroProof
from mocktailverse.drinks.conversion.conversion_result import Style
from mocktailverse.drinks.drink import Alcoholic, Method
from mocktailverse.loads.load_record import LoadStatus

_NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"
ALSO_WITHDRAWN = "Include drinks that the source has withdrawn."

_PART = re.compile(r"(?:\\[\\,]|[^,])+")
_ESCAPED = re.compile(r"\\([\\,])")


def _split(given: object) -> object:
    """Return the values of a list; blanks between commas do not count, a blank alone is kept."""
    if not isinstance(given, list | tuple) or "" in given:
        return given
    parts = (part for text in given for part in _PART.findall(text))
    return [_ESCAPED.sub(r"\1", part.strip()) for part in parts if part.strip()] or given


def _flag(given: object) -> object:
    """Refuse the other spellings that pydantic takes for a flag, such as `1` and `yes`."""
    if isinstance(given, str) and given not in {"true", "false"}:
        raise PydanticCustomError("flag", "Input should be 'true' or 'false'")
    return given


Absent = SkipJsonSchema[None]
"""A parameter that was not given; null cannot be given."""

Text = Annotated[str, Field(max_length=200, pattern=_NO_CONTROLS)]
Value = Annotated[str, Field(min_length=1, max_length=100, pattern=_NO_CONTROLS)]
Values = Annotated[tuple[Value, ...], Field(max_length=50), BeforeValidator(_split)]
Bottles = Annotated[tuple[Value, ...], Field(min_length=1, max_length=200), BeforeValidator(_split)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Percent = Annotated[float, Field(ge=0, le=100.0, allow_inf_nan=False)]
GramsPer100Ml = Annotated[float, Field(ge=0, le=100.0, allow_inf_nan=False)]
Days = Annotated[int, Field(ge=1, le=92, description="Number of days back (UTC).")]
LoadId = Annotated[str, Field(pattern=r"^[0-9a-f]{24}-[0-9]{4,9}$")]
Limit = Annotated[int, Field(ge=1, le=100, description="Maximum number of items.")]
Cursor = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2000,
        pattern=r"^[A-Za-z0-9_=~.-]+$",
        description="The `next` of the previous page, with the same parameters.",
    ),
]


_MAX_UNKNOWN = 20
"""Unknown names that an answer lists: a client could make it much larger than its request."""


class Parameters(BaseModel):
    """The query parameters of an endpoint; unknown ones are rejected."""

    @model_validator(mode="before")
    @classmethod
    def _reject_unknown(cls, given: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(given) - set(cls.model_fields))[:_MAX_UNKNOWN]
        if unknown:
            allowed = ", ".join(cls.model_fields) or "none"
            raise PydanticCustomError(
                UNKNOWN,
                "Unknown parameter. Allowed: {allowed}.",
                {"allowed": allowed, "unknown": unknown},
            )
        return given


class NoParameters(Parameters):
    """The parameters of an endpoint without any."""


class DrinkFilters(Parameters):
    """Filters of drinks; the names are those of `DrinkQuery`."""

    q: Text = Field(
        "", description="Full text: every word must occur; the last one may be a prefix."
    )
    category: Values = Field((), description="Any of these categories.")
    alcoholic: Annotated[tuple[Alcoholic, ...], BeforeValidator(_split)] = Field(
        (), description="Any of these."
    )
    mocktail: Flag | Absent = Field(None, description="With or without alcohol, as computed.")
    zero_proof: Annotated[tuple[ZeroProof, ...], BeforeValidator(_split)] = Field(
        (),
        description=(
            "Any of these: mocktails without any alcohol (`alcohol_free`), mocktails that may "
            "have up to 0.5 % vol (`traces`), drinks that can become a mocktail in any style "
            "(`convertible`, see `/drinks/{id}/mocktail`)."
        ),
    )
    glass: Values = Field((), description="Any of these glasses.")
    tag: Values = Field((), description="Any of these tags.")
    method: Annotated[tuple[Method, ...], BeforeValidator(_split)] = Field(
        (), description="Any of these methods."
    )
    spirit: Values = Field((), description="Any of these spirits.")
    ingredient: Values = Field(
        (),
        description="Ingredients in any spelling; Rum also finds drinks with White rum, and those "
        "that allow it instead of another ingredient.",
    )
    match: Literal["all", "any"] = Field("all", description="How several ingredients combine.")
    without: Values = Field((), description="None of these ingredients, nor kinds of them.")
    abv_min: Percent | Absent = Field(
        None, description="Minimum % by volume as mixed; drinks of unknown strength are left out."
    )
    abv_max: Percent | Absent = Field(
        None, description="Maximum % by volume as mixed; drinks of unknown strength are left out."
    )
    sugar_max: GramsPer100Ml | Absent = Field(
        None,
        description=(
            "Maximum sugar in g per 100 ml as served; drinks of unknown sugar are left out."
        ),
    )
    source: Values = Field((), description="Any of these sources.")
    withdrawn: Flag = Field(default=False, description=ALSO_WITHDRAWN)
    group: Flag = Field(
        default=False,
        description="Of the recipes of one drink from several sources that match, only the first "
        "by name. See `/drinks/{id}/variants`.",
    )


class DrinkListing(DrinkFilters):
    """Filters, order and page of a listing of drinks."""

    sort: Sort | Absent = Field(
        None, description="A minus reverses the order; default: relevance with `q`, else name."
    )
    limit: Limit = 25
    cursor: Cursor | Absent = None


class IngredientListing(Parameters):
    """Filters and page of a listing of ingredients, most used first."""

    q: Text = Field("", description="Part of the name, in any spelling.")
    kind: Values = Field((), description="Any of these kinds.")
    limit: Limit = 50
    cursor: Cursor | Absent = None


class MakeableListing(Parameters):
    """The ingredients at hand, and how many may be missing."""

    have: Bottles = Field(description="The ingredients on the shelf, in any spelling.")
    missing: int = Field(0, ge=0, le=2, description="Ingredients that may be missing.")
    mocktail: Flag | Absent = Field(None, description="With or without alcohol, as computed.")
    convertible: Flag = Field(
        default=False,
        description="The mocktails, and the cocktails that become one: they count by what their "
        "pantry conversion needs, and have `as_mocktail`. With `mocktail=false` only these.",
    )
    acceptable: Flag = Field(
        default=False, description="Also acceptable substitutes, such as lemon for lime."
    )
    strict: Flag = Field(
        default=False,
        description="No substitutes; garnishes, ice and the like are needed, too. Goes before "
        "`acceptable`.",
    )
    limit: Limit = 25
    cursor: Cursor | Absent = None


class MocktailOptions(Parameters):
    """How to make a mocktail of a drink."""

    style: Style = Field(
        "pantry",
        description="What a kitchen has, or 0.0 bottles where one exists for the function.",
        examples=["bottle"],
    )
    have: Values = Field(
        (),
        description="Your own bottles without alcohol, in any spelling; `bottle` uses them.",
        examples=[["Seedlip"]],
    )


class Export(Parameters):
    """The drinks of an export."""

    withdrawn: Flag = Field(default=False, description=ALSO_WITHDRAWN)


class LoadListing(Parameters):
    """Filters and page of a listing of loads, newest first."""

    status: LoadStatus | Absent = Field(None, description="Only these.")
    days: Days = 7
    limit: Limit = 25
    cursor: Cursor | Absent = None


class RejectedListing(Parameters):
    """Filters and page of a listing of rejected records."""

    load: LoadId | Absent = Field(None, description="Only of this load.")
    days: Days = 7
    limit: Limit = 25
    cursor: Cursor | Absent = None


def _kinds(kind: type[Parameters]) -> Iterator[type[Parameters]]:
    yield kind
    for further in kind.__subclasses__():
        yield from _kinds(further)


SINGLES = frozenset(
    name
    for kind in _kinds(Parameters)
    for name, field in kind.model_fields.items()
    if get_origin(field.annotation) is not tuple
)
"""The parameters with a single value."""


def given_once(request: Request) -> None:
    """Raise an ApiError if a single value is given twice: it is unclear which one was meant."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    twice = [name for name, count in counts.items() if count > 1 and name in SINGLES]
    if twice:
        raise invalid([Problem(name, "Takes a single value.") for name in twice])
