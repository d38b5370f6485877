"""The plan of a sweep: reach nearly every drink with few requests, and notice withdrawn ones.

The free key truncates responses, so a sweep is planned page by page, from what the responses so far
have shown. `docs/explanation/coverage.md` explains the steps. Example: letter "m" shows 25 drinks,
which is the cap, so more exist. The filter "Cocktail" lists Mojito, which the letter did not show.
The term "oji" of its name shows its record. If no search does, a look-up by its id follows.

This module sends no request and has no clock.
"""

from collections.abc import Iterable, Iterator

from mocktailverse.sources.thecocktaildb.frontier import (
    DRY_AFTER,
    SEARCHES_TO_JUDGE_BY,
    Frontier,
    filter_request,
)
from mocktailverse.sources.thecocktaildb.id_space import gaps, next_ids, numbers
from mocktailverse.sources.thecocktaildb.name_index import NameIndex
from mocktailverse.sources.thecocktaildb.responses import ApiResponse, Request
from mocktailverse.sources.thecocktaildb.sightings import Sightings
from mocktailverse.sources.thecocktaildb.strategies import BATCH, FetchPage, PageKind, first_letters
from mocktailverse.sources.thecocktaildb.sweep_state import (
    DAY_MS,
    RECHECK_MS,
    SweepProgress,
    SweepState,
)

SINCE_YESTERDAY_MS = DAY_MS - DAY_MS // 6  # less than a day: a daily run may start early

DRAWS_LEAST, DRAWS_MOST, DRAWS_WHEN_COMPLETE = 30, 200, 10
KNOWN_PER_DRAW = 6
DRAWS_PER_PAGE, DRAWS_PER_SELECTION = 10, 10

# Known drinks that nothing shows are looked up in turn: each within a week, a few in each sweep.
TURN_DAYS, TURNS_LEAST = 6, 60

TERMS_PER_PAGE = 8
# A term that shows at most this many known drinks leaves room for unknown ones below the cap.
TERM_SHOWS, TERM_SHOWS_UNCAPPED = 22, 100
COVERED_TIMES = 3
WORTH_A_SEARCH = 2

OUTAGE_LEAST, OUTAGE_SHARE = 3, 0.05


class Sweep:
    """Plans one sweep and learns from the responses; changes the state and the progress."""

    def __init__(self, state: SweepState, progress: SweepProgress, *, premium: bool) -> None:
        self._state = state
        self._progress = progress
        self._premium = premium
        self._probe = ""  # the probe of the last page; empty if the page was not a probe
        self._names = NameIndex()
        for drink_id, drink in state.drinks.items():
            self._names.add(drink_id, drink.name)
        self._frontier = Frontier(state, progress)
        self._sightings = Sightings(state, progress, self._names, premium=premium)

    @property
    def outage_suspected(self) -> bool:
        """Whether the source seems to respond "nothing found" to all requests or all look-ups."""
        progress, absent = self._progress, len(self._progress.absent)
        is_implausible = absent >= OUTAGE_LEAST and absent > OUTAGE_SHARE * progress.before
        return is_implausible or progress.control_worked is False

    def absences(self) -> dict[str, int]:
        """Return the absences to report: ids of known drinks, and when a look-up missed them."""
        return {} if self.outage_suspected else self._progress.absent

    def note_absences(self, observed_ms: int) -> None:
        """Record that the absences were reported, as observed at that time."""
        for drink_id in self._progress.absent:
            drink = self._state.drinks[drink_id]
            drink.absent_ms = drink.absent_ms or observed_ms
            drink.absent_again_ms = observed_ms

    def next_page(self, limit: int) -> FetchPage | None:
        """Return the next page, of at most `limit` requests; None = the sweep is complete.

        Every call evaluates the steps again, in order, so it continues from what the last
        responses have shown. The steps are generators, and only the first page is computed.
        """
        if self.outage_suspected:
            return None
        steps = (self._letters, self._listings, self._unfetched, self._hidden, self._control)
        return next((page for step in steps for page in step(limit)), None)

    def learn(self, request: Request, response: ApiResponse | None, at_ms: int) -> bool:
        """Record a response; None = the request failed permanently.

        Returns:
            Whether to store the response: it is a list, or has a record that is new to this sweep.
        """
        self._note(request)
        if response is None:
            self._count_dry(0, 1)
            return False
        discoveries = self._sightings.take(request, response, at_ms)
        drawn = len(response.records) if self._probe == "random" else 1
        self._count_dry(discoveries.new, max(1, drawn))
        return discoveries.fresh > 0 or request.endpoint in {"filter.php", "list.php"}

    # ---- the steps of the plan

    def _letters(self, _limit: int) -> Iterator[FetchPage]:
        return (page for page in first_letters() if self._frontier.is_open(page.requests[0]))

    def _listings(self, _limit: int) -> Iterator[FetchPage]:
        yield from self._listing("a")
        for parameter in "cg":
            if not self._frontier.is_complete():
                yield from self._listing(parameter)

    def _listing(self, parameter: str) -> Iterator[FetchPage]:
        """Yield the list of the parameter's values, then a filter for each value that is due."""
        values = Request("list.php", {parameter: "list"})
        if self._frontier.is_due(values):
            yield self._page(f"list-{parameter}", "listing", [values])
        used = self._progress.used if parameter == "i" else set()
        for value in self._progress.values.get(parameter, []):
            request = filter_request(parameter, value)
            if (
                not self._frontier.is_dry(parameter)
                and value.casefold() not in used
                and self._frontier.is_due(request)
            ):
                probe = parameter if parameter in DRY_AFTER else ""
                yield self._page(parameter, "listing", [request], probe)

    def _unfetched(self, limit: int) -> Iterator[FetchPage]:
        """Yield searches by the terms that show most unfetched drinks at once, then look-ups."""
        drinks, frontier = self._state.drinks, self._frontier
        unfetched, unseen = frontier.unfetched(), frontier.unseen()
        if frontier.search_works():
            by_name = list(filter(frontier.is_searchable, [*unfetched, *unseen]))
            yield from self._searches(by_name, limit)
        yield from self._look_ups(unfetched, limit)
        # -(-a // b) is a / b, rounded up: each known drink gets its turn within TURN_DAYS sweeps.
        left = max(TURNS_LEAST, -(-len(drinks) // TURN_DAYS)) - self._progress.turns
        in_turn = sorted(unseen, key=lambda drink_id: drinks[drink_id].full_ms)
        for page in self._look_ups(in_turn[: max(0, left)], limit):
            self._progress.turns += len(page.requests)
            yield page

    def _hidden(self, limit: int) -> Iterator[FetchPage]:
        """Yield probes for unknown drinks, each until DRY_AFTER requests found nothing new."""
        frontier = self._frontier
        complete = frontier.is_complete()
        if not complete and frontier.search_works() and not frontier.is_dry("names"):
            for times in range(1, COVERED_TIMES + 1):
                covered_less = frontier.covered_less_than(times)
                yield from self._searches(covered_less, limit, "names")
        ids = numbers(self._state.drinks)
        upcoming = frontier.unexplored(next_ids(ids), SINCE_YESTERDAY_MS)
        yield from self._look_ups(upcoming, limit)
        if not complete:
            left = DRY_AFTER["ids"] - self._state.dry.get("ids", 0)
            between = frontier.unexplored(gaps(ids), RECHECK_MS)
            yield from self._look_ups(between[: max(0, left)], limit, "ids")
            yield from self._listing("i")
        yield from self._draws(limit)

    def _control(self, limit: int) -> Iterator[FetchPage]:
        """Yield the look-up of a drink that certainly exists, to check the look-ups that failed."""
        progress, drinks = self._progress, self._state.drinks
        if progress.absent and progress.control_worked is None:
            progress.control = max(drinks, key=lambda drink_id: drinks[drink_id].full_ms)
            yield from self._look_ups([progress.control], limit)

    # ---- pages

    def _searches(self, ids: Iterable[str], limit: int, probe: str = "") -> Iterator[FetchPage]:
        has_tried = sum(self._progress.searches) >= SEARCHES_TO_JUDGE_BY
        size = TERMS_PER_PAGE if has_tried else SEARCHES_TO_JUDGE_BY
        left = DRY_AFTER.get(probe, size) - self._state.dry.get(probe, 0)
        terms = self._names.best_terms(
            ids,
            min_gain=WORTH_A_SEARCH,
            max_shown=TERM_SHOWS_UNCAPPED if self._premium else TERM_SHOWS,
            limit=min(size, limit, left),
            excluded={text.partition("?s=")[2] for text in self._progress.asked},
        )
        if terms:
            requests = [Request("search.php", {"s": term}) for term in terms]
            yield self._page("s", "batch", requests, probe)

    def _look_ups(self, ids: Iterable[str], limit: int, probe: str = "") -> Iterator[FetchPage]:
        requests = [Request("lookup.php", {"i": drink_id}) for drink_id in ids]
        if requests:
            yield self._page("i", "batch", requests[: min(BATCH, limit)], probe)

    def _draws(self, limit: int) -> Iterator[FetchPage]:
        draws = min(DRAWS_MOST, max(DRAWS_LEAST, len(self._state.drinks) // KNOWN_PER_DRAW))
        if self._frontier.is_complete():
            draws = DRAWS_WHEN_COMPLETE
        left = draws - self._state.dry.get("random", 0)
        if left > 0:
            endpoint = "randomselection.php" if self._premium else "random.php"
            number = -(-left // DRAWS_PER_SELECTION) if self._premium else left
            requests = [Request(endpoint)] * min(number, DRAWS_PER_PAGE, limit)
            yield self._page("r", "batch", requests, "random")

    def _page(
        self, prefix: str, kind: PageKind, requests: list[Request], probe: str = ""
    ) -> FetchPage:
        self._probe = probe
        self._progress.parts += 1
        return FetchPage(f"{prefix}-{self._progress.parts:04d}", kind, tuple(requests))

    # ---- what to record of a request

    def _note(self, request: Request) -> None:
        if request.endpoint == "lookup.php":
            self._progress.looked_up.add(request.params["i"])
            if request.params["i"] == self._progress.control:
                self._progress.control_worked = False  # until a response shows the drink
        elif request.params:
            self._progress.asked.add(str(request))

    def _count_dry(self, new: int, number: int) -> None:
        """Count requests that found nothing new; a new drink gives every probe another chance."""
        dry = self._state.dry
        if new:
            self._state.dry = {probe: count // 2 for probe, count in dry.items()}
        elif self._probe:
            dry[self._probe] = dry.get(self._probe, 0) + number
