"""The endpoints' query parameters, with the limits of each.

Unknown names are rejected, because a typing error must not silently return everything; so is a
single value given twice.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, TypeVar, get_args

from msgspec import UNSET

from mocktailverse.api.error_responses import Problem, invalid
from mocktailverse.api.parameters import (
    About,
    Choice,
    Flag,
    Integer,
    InvalidValueError,
    Many,
    Number,
    Parameter,
    Parameters,
    Text,
    parameters_of,
    single_values,
)
from mocktailverse.catalogue.search.query import Sort, ZeroProof
from mocktailverse.drinks.conversion.conversion_result import Style
from mocktailverse.drinks.drink import Alcoholic, Method
from mocktailverse.loads.load_record import LoadStatus

_Kind = TypeVar("_Kind", bound=Parameters)

MAX_UNKNOWN = 20
"""Unknown names that an answer lists: a client could make it much larger than its request."""

ALSO_WITHDRAWN = About("Include drinks that the source has withdrawn.")
_STRENGTH = "% by volume as mixed; drinks of unknown strength are left out."

TEXT = Text(max_length=200)
VALUES = Many(Text(1, 100), max_items=50)
FLAG = Flag()
PERCENT = Number(0, 100.0)
LIMIT = Integer(1, 100)
DAYS = Integer(1, 92)
CURSOR = Text(
    1,
    2000,
    r"^[A-Za-z0-9_=~.-]+$",
    "The `next` of the previous page, with the same parameters.",
)
_LIMIT = About("Maximum number of items.")
_DAYS = About("Number of days back (UTC).")


class NoParameters(Parameters, frozen=True):
    """The parameters of an endpoint without any."""


class DrinkFilters(Parameters, frozen=True, kw_only=True):
    """Filters of drinks; the names are those of `DrinkQuery`."""

    q: Annotated[
        str, TEXT, About("Full text: every word must occur; the last one may be a prefix.")
    ] = ""
    category: Annotated[tuple[str, ...], VALUES, About("Any of these categories.")] = ()
    alcoholic: Annotated[
        tuple[str, ...], Many(Choice(get_args(Alcoholic))), About("Any of these.")
    ] = ()
    mocktail: Annotated[bool | None, FLAG, About("With or without alcohol, as computed.")] = None
    zero_proof: Annotated[
        tuple[str, ...],
        Many(Choice(get_args(ZeroProof))),
        About(
            "Any of these: mocktails without any alcohol (`alcohol_free`), mocktails that may "
            "have up to 0.5 % vol (`traces`), drinks that can become a mocktail in any style "
            "(`convertible`, see `/drinks/{id}/mocktail`)."
        ),
    ] = ()
    glass: Annotated[tuple[str, ...], VALUES, About("Any of these glasses.")] = ()
    tag: Annotated[tuple[str, ...], VALUES, About("Any of these tags.")] = ()
    method: Annotated[
        tuple[str, ...], Many(Choice(get_args(Method))), About("Any of these methods.")
    ] = ()
    spirit: Annotated[tuple[str, ...], VALUES, About("Any of these spirits.")] = ()
    ingredient: Annotated[
        tuple[str, ...],
        VALUES,
        About(
            "Ingredients in any spelling; Rum also finds drinks with White rum, and those "
            "that allow it instead of another ingredient."
        ),
    ] = ()
    match: Annotated[str, Choice(("all", "any")), About("How several ingredients combine.")] = "all"
    without: Annotated[
        tuple[str, ...], VALUES, About("None of these ingredients, nor kinds of them.")
    ] = ()
    abv_min: Annotated[float | None, PERCENT, About(f"Minimum {_STRENGTH}")] = None
    abv_max: Annotated[float | None, PERCENT, About(f"Maximum {_STRENGTH}")] = None
    sugar_max: Annotated[
        float | None,
        Number(0, 100.0),
        About("Maximum sugar in g per 100 ml as served; drinks of unknown sugar are left out."),
    ] = None
    source: Annotated[tuple[str, ...], VALUES, About("Any of these sources.")] = ()
    withdrawn: Annotated[bool, FLAG, ALSO_WITHDRAWN] = False
    group: Annotated[
        bool,
        FLAG,
        About(
            "Of the recipes of one drink from several sources that match, only the first by name."
            " See `/drinks/{id}/variants`."
        ),
    ] = False


class DrinkListing(DrinkFilters, frozen=True, kw_only=True):
    """Filters, order and page of a listing of drinks."""

    sort: Annotated[
        str | None,
        Choice(get_args(Sort)),
        About("A minus reverses the order; default: relevance with `q`, else name."),
    ] = None
    limit: Annotated[int, LIMIT, _LIMIT] = 25
    cursor: Annotated[str | None, CURSOR] = None


class IngredientListing(Parameters, frozen=True, kw_only=True):
    """Filters and page of a listing of ingredients, most used first."""

    q: Annotated[str, TEXT, About("Part of the name, in any spelling.")] = ""
    kind: Annotated[tuple[str, ...], VALUES, About("Any of these kinds.")] = ()
    limit: Annotated[int, LIMIT, _LIMIT] = 50
    cursor: Annotated[str | None, CURSOR] = None


class MakeableListing(Parameters, frozen=True, kw_only=True):
    """The ingredients at hand, and how many may be missing."""

    have: Annotated[
        tuple[str, ...],
        Many(Text(1, 100), 1, 200),
        About("The ingredients on the shelf, in any spelling."),
    ]
    missing: Annotated[int, Integer(0, 2), About("Ingredients that may be missing.")] = 0
    mocktail: Annotated[bool | None, FLAG, About("With or without alcohol, as computed.")] = None
    convertible: Annotated[
        bool,
        FLAG,
        About(
            "The mocktails, and the cocktails that become one: they count by what their "
            "pantry conversion needs, and have `as_mocktail`. With `mocktail=false` only these."
        ),
    ] = False
    acceptable: Annotated[
        bool, FLAG, About("Also acceptable substitutes, such as lemon for lime.")
    ] = False
    strict: Annotated[
        bool,
        FLAG,
        About(
            "No substitutes; garnishes, ice and the like are needed, too. Goes before `acceptable`."
        ),
    ] = False
    limit: Annotated[int, LIMIT, _LIMIT] = 25
    cursor: Annotated[str | None, CURSOR] = None


class MocktailOptions(Parameters, frozen=True, kw_only=True):
    """How to make a mocktail of a drink."""

    style: Annotated[
        Style,
        Choice(get_args(Style)),
        About("What a kitchen has, or 0.0 bottles where one exists for the function.", ["bottle"]),
    ] = "pantry"
    have: Annotated[
        tuple[str, ...],
        VALUES,
        About(
            "Your own bottles without alcohol, in any spelling; `bottle` uses them.", [["Seedlip"]]
        ),
    ] = ()


class Export(Parameters, frozen=True, kw_only=True):
    """The drinks of an export."""

    withdrawn: Annotated[bool, FLAG, ALSO_WITHDRAWN] = False


class LoadListing(Parameters, frozen=True, kw_only=True):
    """Filters and page of a listing of loads, newest first."""

    status: Annotated[LoadStatus | None, Choice(get_args(LoadStatus)), About("Only these.")] = None
    days: Annotated[int, DAYS, _DAYS] = 7
    limit: Annotated[int, LIMIT, _LIMIT] = 25
    cursor: Annotated[str | None, CURSOR] = None


class RejectedListing(Parameters, frozen=True, kw_only=True):
    """Filters and page of a listing of rejected records."""

    load: Annotated[
        str | None, Text(pattern=r"^[0-9a-f]{24}-[0-9]{4,9}$"), About("Only of this load.")
    ] = None
    days: Annotated[int, DAYS, _DAYS] = 7
    limit: Annotated[int, LIMIT, _LIMIT] = 25
    cursor: Annotated[str | None, CURSOR] = None


def require_single(query: Sequence[tuple[str, str]]) -> None:
    """Raise an ApiError if a single value is given twice: it is unclear which one was meant."""
    counts = Counter(name for name, _ in query)
    twice = [name for name, count in counts.items() if count > 1 and name in single_values()]
    if twice:
        raise invalid([Problem(name, "Takes a single value.") for name in twice])


def read_parameters(
    kind: type[_Kind], query: Sequence[tuple[str, str]], path: Iterable[tuple[Parameter, str]]
) -> _Kind:
    """Return the query parameters of a request; checks its path parameters, too.

    Raises:
        ApiError: some are not valid, and it names all of them; or some are unknown.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for in_path, text in path:
        _read(in_path, [text], {}, problems)
    parameters = parameters_of(kind)
    given: dict[str, list[str]] = {}
    for name, text in query:
        given.setdefault(name, []).append(text)
    if unknown := sorted(given.keys() - parameters.keys())[:MAX_UNKNOWN]:
        message = f"Unknown parameter. Allowed: {', '.join(parameters) or 'none'}."
        problems += [Problem(name, message) for name in unknown]
    else:
        for name, parameter in parameters.items():
            if name in given:
                _read(parameter, given[name], values, problems)
            elif parameter.default is UNSET:
                problems.append(Problem(name, "Field required"))
    if problems:
        raise invalid(problems)
    return kind(**values)


def _read(
    parameter: Parameter, given: Sequence[str], values: dict[str, Any], problems: list[Problem]
) -> None:
    """Add the value of a parameter to `values`, or what is wrong with it to `problems`."""
    try:
        values[parameter.name] = parameter.read(given)
    except InvalidValueError as error:
        problems += [Problem(parameter.name, message) for message in error.args]
