"""The simulated API as an ASGI application.

Observed on the real API and simulated: the caps of the free key, the different responses for
"nothing found", searches by name sorted by the length of the name, the empty body for a search by
several letters or by a letter with a purchased key under v1, only three keys in filter responses,
ids as text, `popular` with a single drink for the free key. Assumed, as it was not observed: an
unknown key gets status 403 (the mirror on RapidAPI does so); other premium requests with the free
key get `{"drinks": "None"}`.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from mocktailverse.sources.simulated_responses import (
    HTML,
    CutResponse,
    empty_response,
    fault_response,
    fault_routes,
)
from mocktailverse.sources.simulation import SimulationOptions
from mocktailverse.sources.thecocktaildb.simulation.database import Database, Record, listed

FREE_KEY = "1"
SEARCH_CAP = 25
FILTER_CAP = 100
INGREDIENT_FILTER_CAP = 1
INGREDIENT_LIST_CAP = 100
POPULAR, LATEST, RANDOM_SELECTION = 20, 10, 10
FIELDS = {"c": "strCategory", "g": "strGlass", "a": "strAlcoholic"}

Result = list[Record] | str


class Access(Struct, frozen=True):
    """The access rights of a request's key: `premium` has no caps; `version` is `v1` or `v2`."""

    version: str
    premium: bool
    knows_letters: bool

    @property
    def nothing(self) -> str:
        """The text of a filter response without drinks."""
        return "None Found" if self.version == "v2" else "no data found"


def create_app(
    records: Iterable[Record], *, premium_keys: Iterable[str] = (), seed: int = 0
) -> Starlette:
    """Return the API alone, which serves these records, with its faults.

    Args:
        records: drinks in TheCocktailDB's format.
        premium_keys: keys that count as purchased, beside the free one.
        seed: seed of the sequence of random drinks.
    """
    options = SimulationOptions(premium_keys=tuple(premium_keys), seed=seed)
    return Starlette(routes=[*api_routes(records, options), *fault_routes(options.faults)])


def api_routes(records: Iterable[Record], options: SimulationOptions) -> list[Route]:
    """Return the routes of the API, which serves these records."""
    return _Api(Database(records), options).routes()


class _Api:
    def __init__(self, database: Database, options: SimulationOptions) -> None:
        self._database = database
        self._premium_keys = frozenset(options.premium_keys)
        self._chance = random.Random(options.seed)  # noqa: S311 - it has to be repeatable
        self._faults = options.faults
        self._requests: Counter[str] = Counter()
        self._endpoints: Mapping[str, Callable[[Mapping[str, str], Access], Response]] = {
            "search.php": self._search,
            "lookup.php": self._look_up,
            "random.php": self._random,
            "filter.php": self._filter,
            "list.php": self._list,
            "popular.php": self._popular,
            "latest.php": self._latest,
            "randomselection.php": self._random_selection,
        }

    def routes(self) -> list[Route]:
        return [
            Route("/api/json/{version}/{key}/{endpoint}", self._answer),
            Route("/_requests", self._show_requests),
        ]

    async def _answer(self, request: Request) -> Response:
        endpoint = request.path_params["endpoint"]
        self._requests[endpoint] += 1
        fault = self._faults.strike(endpoint)
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        elif fault and fault.kind != "cut":
            return fault_response(fault)
        access = self._access(request.path_params["version"], request.path_params["key"])
        if access is None:
            return HTMLResponse(HTML.format("403 Forbidden"), 403)
        if endpoint not in self._endpoints:
            return HTMLResponse(HTML.format("404 Not Found"), 404)
        response = self._endpoints[endpoint](request.query_params, access)
        return CutResponse(response.body) if fault and fault.kind == "cut" else response

    def _access(self, version: str, key: str) -> Access | None:
        purchased = key in self._premium_keys
        if version not in {"v1", "v2"} or not (purchased or key == FREE_KEY):
            return None
        is_v2 = version == "v2"
        return Access(version, premium=purchased and is_v2, knows_letters=is_v2 or not purchased)

    def _search(self, params: Mapping[str, str], access: Access) -> Response:
        if "i" in params:
            return _ingredients(self._database.ingredient(params["i"]))
        if "f" not in params:
            drinks = self._database.named(params.get("s", ""))
        elif len(params["f"]) == 1 and access.knows_letters:
            drinks = self._database.by_letter(params["f"])
        else:
            return empty_response()
        return _drinks(_capped(drinks, SEARCH_CAP, access))

    def _look_up(self, params: Mapping[str, str], _access: Access) -> Response:
        if "iid" in params:
            return _ingredients(self._database.ingredient_by_id(params["iid"]))
        return _drinks(self._database.drink(params.get("i", "")))

    def _filter(self, params: Mapping[str, str], access: Access) -> Response:
        if "i" in params:
            names = params["i"].split(",")
            if len(names) > 1 and not access.premium:
                return _drinks("None")
            drinks = self._database.with_ingredients(names)
            drinks = _capped(drinks, INGREDIENT_FILTER_CAP, access)
        else:
            filters = ((FIELDS[p], value) for p, value in params.items() if p in FIELDS)
            drinks = [d for field, value in filters for d in self._database.having(field, value)]
            drinks = _capped(drinks, FILTER_CAP, access)
        return _drinks(listed(drinks) or access.nothing)

    def _list(self, params: Mapping[str, str], access: Access) -> Response:
        if "i" in params:
            field, values = "strIngredient1", self._database.ingredients()
            values = values if access.premium else values[:INGREDIENT_LIST_CAP]
        else:
            field = next((FIELDS[param] for param in params if param in FIELDS), "")
            values = self._database.values(field)
        return _drinks([{field: value} for value in values])

    def _random(self, _params: Mapping[str, str], _access: Access) -> Response:
        drinks = self._database.drinks
        return _drinks([self._chance.choice(drinks)] if drinks else [])

    def _random_selection(self, _params: Mapping[str, str], access: Access) -> Response:
        drinks = self._database.drinks
        selection = self._chance.sample(drinks, min(RANDOM_SELECTION, len(drinks)))
        return _drinks(selection if access.premium else "None")

    def _popular(self, _params: Mapping[str, str], access: Access) -> Response:
        return _drinks(self._database.drinks[: POPULAR if access.premium else 1])

    def _latest(self, _params: Mapping[str, str], access: Access) -> Response:
        newest = self._database.drinks[: -LATEST - 1 : -1]
        return _drinks(newest if access.premium else "None")

    async def _show_requests(self, _request: Request) -> Response:
        return JSONResponse({"total": self._requests.total(), "endpoints": self._requests})


def _capped(drinks: list[Record], cap: int, access: Access) -> list[Record]:
    return drinks if access.premium else drinks[:cap]


def _drinks(drinks: Result) -> Response:
    return _json({"drinks": drinks or None})


def _ingredients(ingredients: list[Record]) -> Response:
    return _json({"ingredients": ingredients or None})


def _json(envelope: Mapping[str, Result | None]) -> Response:
    # PHP's json_encode, which the source uses, escapes slashes and non-ASCII characters.
    text = json.dumps(envelope, separators=(",", ":")).replace("/", "\\/")
    return Response(text.encode("ascii"), media_type="application/json")
