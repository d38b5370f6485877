"""What an answer tells a sweep: drinks seen, drinks gone, values to filter by, and how whole it is.

The free key cuts answers short without a word. An answer is whole when it holds another number
of records than the cap: fewer, or more, where the source has no such cap.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mocktailverse.sources.thecocktaildb.name_index import NameIndex
from mocktailverse.sources.thecocktaildb.responses import ApiResponse, Request
from mocktailverse.sources.thecocktaildb.sweep_state import (
    KnownDrink,
    Listing,
    SweepProgress,
    SweepState,
)

SEARCH_CAP, FILTER_CAP = 25, 100
FIELDS = {"a": "strAlcoholic", "c": "strCategory", "g": "strGlass", "i": "strIngredient1"}
INGREDIENTS = tuple(f"strIngredient{slot}" for slot in range(1, 16))
DRAWS = {"random.php", "randomselection.php"}
LONG_AGO_MS = 1


class Discoveries(NamedTuple):
    """What an answer brought: drinks that no sweep knew, and records that this one did not hold."""

    new: int = 0
    fresh: int = 0


class Sightings:
    """Takes answers in; the knowledge, the progress and the index of names change."""

    def __init__(
        self, known: SweepState, progress: SweepProgress, names: NameIndex, *, premium: bool
    ) -> None:
        self._known = known
        self._progress = progress
        self._names = names
        self._premium = premium

    def take(self, request: Request, answer: ApiResponse, at_ms: int) -> Discoveries:
        """Learn from the answer to a request, received at this time."""
        if request.endpoint == "list.php":
            self._known.listings[str(request)] = Listing(at_ms)
            self._take_values(request, answer)
            return Discoveries()
        drinks = dict(drinks_of(answer.records))
        full = request.endpoint != "filter.php"
        known_before = len(self._known.drinks)
        fresh = [drink_id for drink_id in drinks if full and not self._is_held(drink_id)]
        new = [drink_id for drink_id in drinks if drink_id not in self._known.drinks]
        self._judge(request, answer, drinks.keys(), at_ms)
        for drink_id, record in drinks.items():
            self._sight(drink_id, record, str(request), at_ms, full=full)
        if request.endpoint in DRAWS:
            draws, hits, before = self._progress.drawn
            before = before or known_before
            self._progress.drawn = (draws + len(drinks), hits + len(new), before)
        self._progress.new += len(new)
        return Discoveries(len(new), len(fresh))

    def _is_held(self, drink_id: str) -> bool:
        drink = self._known.drinks.get(drink_id)
        return drink is not None and drink.full_ms >= self._progress.started_ms

    def _sight(
        self, drink_id: str, record: Mapping[str, object], via: str, at_ms: int, *, full: bool
    ) -> None:
        drink = self._known.drinks.setdefault(drink_id, KnownDrink())
        drink.name = _text(record, "strDrink") or drink.name
        self._names.add(drink_id, drink.name)
        drink.seen_ms, drink.via = at_ms, via
        if full:
            drink.full_ms = at_ms
        elif drink.absent_ms:
            drink.full_ms = LONG_AGO_MS  # the record itself is what tells others that it is back
        drink.absent_ms = drink.absent_again_ms = 0
        self._progress.absent.pop(drink_id, None)
        self._known.empty.pop(drink_id, None)
        if full:
            for way in "acg":
                self._take_value(way, _text(record, FIELDS[way]))
            named = (_text(record, key).casefold() for key in INGREDIENTS)
            self._progress.used.update(name for name in named if name)

    def _take_values(self, request: Request, answer: ApiResponse) -> None:
        for way in request.params:
            for record in answer.records:
                if isinstance(record, dict):
                    self._take_value(way, _text(record, FIELDS[way]))

    def _take_value(self, way: str, value: str) -> None:
        values = self._progress.values.setdefault(way, [])
        if value and value.casefold() not in {known.casefold() for known in values}:
            values.append(value)

    def _judge(
        self, request: Request, answer: ApiResponse, shown: Iterable[str], at_ms: int
    ) -> None:
        """Note what the answer does not show."""
        if request.endpoint == "lookup.php":
            self._judge_look_up(request.params["i"], answer, set(shown), at_ms)
            return
        if request.endpoint == "filter.php":
            whole = self._premium or len(answer.records) != FILTER_CAP
            self._known.listings[str(request)] = Listing(at_ms, whole)
        elif request.params and (self._premium or len(answer.records) != SEARCH_CAP):
            self._progress.whole.add(str(request))
        if "s" in request.params:
            self._judge_names(set(self._names.matching(request.params["s"])), set(shown))

    def _judge_names(self, expected: set[str], shown: set[str]) -> None:
        hits, misses = self._progress.searches
        found = bool(expected & shown)
        self._progress.searches = (hits + found, misses + (not found))
        self._progress.missed |= expected - shown

    def _judge_look_up(
        self, drink_id: str, answer: ApiResponse, shown: set[str], at_ms: int
    ) -> None:
        if drink_id == self._progress.control:
            self._progress.control_found = drink_id in shown
        if drink_id in shown or not answer.says_nothing:
            return
        drink = self._known.drinks.get(drink_id)
        if drink is None:
            self._known.empty[drink_id] = at_ms
        elif drink.seen_ms >= self._progress.started_ms:
            return  # a list of this sweep shows it: the source contradicts itself
        elif drink.withdrawn:
            drink.absent_again_ms = at_ms
        elif drink.full_ms:
            self._progress.absent[drink_id] = at_ms
        else:
            del self._known.drinks[drink_id]  # a list named it once, and nobody ever held it


def drinks_of(records: Iterable[object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Give the records that have an id, by their id as text."""
    for record in records:
        if isinstance(record, dict):
            drink_id = record.get("idDrink")
            is_id = isinstance(drink_id, str | int) and not isinstance(drink_id, bool)
            if is_id and (text := str(drink_id).strip()):
                yield text, record


def _text(record: Mapping[str, object], key: str) -> str:
    value = record.get(key)
    return value.strip() if isinstance(value, str) else ""
