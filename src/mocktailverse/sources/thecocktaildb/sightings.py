"""Facts that a sweep learns from a response: drinks seen, drinks absent, values to filter by.

The free key truncates responses without any sign. A response counts as complete if its number of
records differs from the cap: it is smaller, or larger if the source has no cap.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mocktailverse.sources.thecocktaildb.name_index import NameIndex
from mocktailverse.sources.thecocktaildb.record_reader import INGREDIENT_FIELDS
from mocktailverse.sources.thecocktaildb.responses import ApiResponse, Request, drinks_of
from mocktailverse.sources.thecocktaildb.sweep_state import (
    KnownDrink,
    Listing,
    SweepProgress,
    SweepState,
)

SEARCH_CAP, FILTER_CAP = 25, 100
FIELDS = {"a": "strAlcoholic", "c": "strCategory", "g": "strGlass", "i": "strIngredient1"}
DRAWS = {"random.php", "randomselection.php"}
LONG_AGO_MS = 1
"""A time of the last full sighting that makes the sweep fetch the record again."""


class Discoveries(NamedTuple):
    """Numbers of drinks and records that a response added."""

    new: int = 0
    """Drinks that no sweep knew before."""
    fresh: int = 0
    """Records that this sweep had not seen before."""


class Sightings:
    """Records responses; changes the state, the progress and the index of names."""

    def __init__(
        self, state: SweepState, progress: SweepProgress, names: NameIndex, *, premium: bool
    ) -> None:
        self._state = state
        self._progress = progress
        self._names = names
        self._premium = premium

    def take(self, request: Request, response: ApiResponse, at_ms: int) -> Discoveries:
        """Record the response to a request, received at this time; return what it added."""
        if request.endpoint == "list.php":
            self._state.listings[str(request)] = Listing(at_ms)
            self._take_values(request, response)
            return Discoveries()
        drinks = dict(drinks_of(response.records))
        full = request.endpoint != "filter.php"
        known_before = len(self._state.drinks)
        fresh = [drink_id for drink_id in drinks if full and not self._is_held(drink_id)]
        new = [drink_id for drink_id in drinks if drink_id not in self._state.drinks]
        self._judge(request, response, drinks.keys(), at_ms)
        for drink_id, record in drinks.items():
            self._sight(drink_id, record, str(request), at_ms, full=full)
        if request.endpoint in DRAWS:
            draws, hits, before = self._progress.drawn
            before = before or known_before
            self._progress.drawn = (draws + len(drinks), hits + len(new), before)
        self._progress.new += len(new)
        return Discoveries(len(new), len(fresh))

    def _is_held(self, drink_id: str) -> bool:
        drink = self._state.drinks.get(drink_id)
        return drink is not None and drink.full_ms >= self._progress.started_ms

    def _sight(
        self, drink_id: str, record: Mapping[str, object], via: str, at_ms: int, *, full: bool
    ) -> None:
        drink = self._state.drinks.setdefault(drink_id, KnownDrink())
        drink.name = _text(record, "strDrink") or drink.name
        self._names.add(drink_id, drink.name)
        drink.seen_ms, drink.via = at_ms, via
        if full:
            drink.full_ms = at_ms
        elif drink.absent_ms:
            drink.full_ms = LONG_AGO_MS  # the pipeline restores it only from its record
        drink.absent_ms = drink.absent_again_ms = 0
        self._progress.absent.pop(drink_id, None)
        self._state.empty.pop(drink_id, None)
        if full:
            for parameter in "acg":
                self._take_value(parameter, _text(record, FIELDS[parameter]))
            named = (_text(record, key).casefold() for key in INGREDIENT_FIELDS)
            self._progress.used.update(name for name in named if name)

    def _take_values(self, request: Request, response: ApiResponse) -> None:
        for parameter in request.params:
            for record in response.records:
                if isinstance(record, dict):
                    self._take_value(parameter, _text(record, FIELDS[parameter]))

    def _take_value(self, parameter: str, value: str) -> None:
        values = self._progress.values.setdefault(parameter, [])
        if value and value.casefold() not in {other.casefold() for other in values}:
            values.append(value)

    def _judge(
        self, request: Request, response: ApiResponse, shown: Iterable[str], at_ms: int
    ) -> None:
        """Record what the response does not show, and whether it is complete."""
        if request.endpoint == "lookup.php":
            self._judge_look_up(request.params["i"], response, set(shown), at_ms)
            return
        if request.endpoint == "filter.php":
            whole = self._premium or len(response.records) != FILTER_CAP
            self._state.listings[str(request)] = Listing(at_ms, whole)
        elif request.params and (self._premium or len(response.records) != SEARCH_CAP):
            self._progress.whole.add(str(request))
        if "s" in request.params:
            self._judge_names(set(self._names.matching(request.params["s"])), set(shown))

    def _judge_names(self, expected: set[str], shown: set[str]) -> None:
        hits, misses = self._progress.searches
        is_hit = bool(expected & shown)
        self._progress.searches = (hits + is_hit, misses + (not is_hit))
        self._progress.missed |= expected - shown

    def _judge_look_up(
        self, drink_id: str, response: ApiResponse, shown: set[str], at_ms: int
    ) -> None:
        if drink_id == self._progress.control:
            self._progress.control_worked = drink_id in shown
        if drink_id in shown or not response.reports_nothing_found:
            return
        drink = self._state.drinks.get(drink_id)
        if drink is None:
            self._state.empty[drink_id] = at_ms
        elif drink.seen_ms >= self._progress.started_ms:
            return  # a list of this sweep shows it, so the source contradicts itself
        elif drink.withdrawn:
            drink.absent_again_ms = at_ms
        elif drink.full_ms:
            self._progress.absent[drink_id] = at_ms
        else:
            del self._state.drinks[drink_id]  # a list named it once, but no response had its record


def _text(record: Mapping[str, object], key: str) -> str:
    value = record.get(key)
    return value.strip() if isinstance(value, str) else ""
