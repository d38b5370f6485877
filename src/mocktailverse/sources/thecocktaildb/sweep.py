"""The sweep: reach nearly every drink with few requests, and notice those that are gone.

The free key cuts answers short: 25 drinks for a search, 100 for a filter, one for an ingredient.
So a sweep is planned page by page from what the answers so far have shown:

1. every first letter and digit: whole records, about 14 a request;
2. filters by alcohol, category and glass: ids and names of drinks that no letter shows;
3. wanted drinks (listed but not yet held, or known but not yet seen): searches by the terms that
   show most of them at once, then look-ups, each id once;
4. what may still hide: names that no whole answer covers, the ids that come next, ids among
   known ones, ingredients that no record uses, random drinks; each of these ways goes on until it
   has found nothing new for so many requests in a row.

Nothing here sends a request or knows the time.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from mocktailverse.sources.thecocktaildb.coverage import Coverage, Ended, coverage
from mocktailverse.sources.thecocktaildb.id_space import gaps, next_ids, numbers
from mocktailverse.sources.thecocktaildb.name_index import NameIndex
from mocktailverse.sources.thecocktaildb.responses import ApiResponse, Request
from mocktailverse.sources.thecocktaildb.sightings import Sightings
from mocktailverse.sources.thecocktaildb.strategies import BATCH, FetchPage, sweep
from mocktailverse.sources.thecocktaildb.sweep_state import (
    DAY_MS,
    REST_MS,
    SweepProgress,
    SweepState,
)

WEEK_MS = 7 * DAY_MS - DAY_MS // 2  # a weekly thing is due although a run begins a little early
SINCE_YESTERDAY_MS = DAY_MS - DAY_MS // 6

DRY_AFTER = {"g": 12, "names": 20, "ids": 40, "i": 12}
"""By way of searching for the unknown: so many requests in a row that find nothing new end it."""

DRAWS_LEAST, DRAWS_MOST, DRAWS_WHEN_COMPLETE = 30, 200, 10
KNOWN_A_DRAW = 6
DRAWS_A_PAGE, DRAWS_A_SELECTION = 10, 10

# SweepState drinks that nothing shows are looked up in turn: in a week each, and few at once.
TURN_DAYS, TURNS_LEAST = 6, 60

TERMS_A_PAGE = 8
# A term that shows so many known drinks leaves room for unknown ones below the cap.
TERM_SHOWS, TERM_SHOWS_UNCAPPED = 22, 100
COVERED_TIMES = 3
WORTH_A_SEARCH = 2
SEARCHES_TO_JUDGE_BY = 3

OUTAGE_LEAST, OUTAGE_SHARE = 3, 0.05

Kind = Literal["answer", "batch", "listing"]


class Sweep:
    """Plans one sweep and learns from its answers; the knowledge and the progress change."""

    def __init__(self, known: SweepState, progress: SweepProgress, *, premium: bool) -> None:
        self._known = known
        self._progress = progress
        self._premium = premium
        self._way = ""  # in which the page given last searches for the unknown, if it does
        self._names = NameIndex()
        for drink_id, drink in known.drinks.items():
            self._names.add(drink_id, drink.name)
        self._sightings = Sightings(known, progress, self._names, premium=premium)

    @property
    def outage_suspected(self) -> bool:
        """Whether the source seems to answer "nothing" to everything, or to every look-up."""
        progress, absent = self._progress, len(self._progress.absent)
        many = absent >= OUTAGE_LEAST and absent > OUTAGE_SHARE * progress.before
        return many or progress.control_found is False

    def absences(self) -> dict[str, int]:
        """Known drinks to be reported as absent, by id, and when a look-up did not find them."""
        return {} if self.outage_suspected else self._progress.absent

    def note_absences(self, observed_ms: int) -> None:
        """Remember that the absences were reported, as observed at that time."""
        for drink_id in self._progress.absent:
            drink = self._known.drinks[drink_id]
            drink.absent_ms = drink.absent_ms or observed_ms
            drink.absent_again_ms = observed_ms

    def coverage(self, ended: Ended) -> Coverage:
        """Tell how far the sweep has come."""
        suspected = self.outage_suspected
        return coverage(self._known, self._progress, outage_suspected=suspected, ended=ended)

    def next_page(self, most: int) -> FetchPage | None:
        """Give what to fetch next, in so many requests at most; None = the sweep is done."""
        if self.outage_suspected:
            return None
        steps = (self._letters, self._listings, self._wanted, self._hidden, self._control)
        return next((page for step in steps for page in step(most)), None)

    def learn(self, request: Request, answer: ApiResponse | None, at_ms: int) -> bool:
        """Take an answer in; None = the request failed for good.

        Returns:
            Whether the answer is worth storing: it lists, or holds a record that is new to this
            sweep.
        """
        self._note(request)
        if answer is None:
            self._count_dry(0, 1)
            return False
        found = self._sightings.take(request, answer, at_ms)
        drawn = len(answer.records) if self._way == "random" else 1
        self._count_dry(found.new, max(1, drawn))
        return found.fresh > 0 or request.endpoint in {"filter.php", "list.php"}

    # ---- what to ask

    def _letters(self, _most: int) -> Iterator[FetchPage]:
        return (page for page in sweep().pages if self._is_open(page.requests[0]))

    def _listings(self, _most: int) -> Iterator[FetchPage]:
        yield from self._listing("a")
        for way in "cg":
            if not self._is_complete():
                yield from self._listing(way)

    def _listing(self, way: str) -> Iterator[FetchPage]:
        """The list of values, then a filter for each that was not asked lately."""
        values = Request("list.php", {way: "list"})
        if self._is_due(values):
            yield self._page(f"list-{way}", "listing", [values])
        used = self._progress.used if way == "i" else set()
        for value in self._progress.values.get(way, []):
            request = _filter(way, value)
            if not self._is_dry(way) and value.casefold() not in used and self._is_due(request):
                yield self._page(way, "listing", [request], way if way in DRY_AFTER else "")

    def _wanted(self, most: int) -> Iterator[FetchPage]:
        wanted = [drink_id for drink_id in self._known.drinks if self._is_wanted(drink_id)]
        unseen = [drink_id for drink_id in self._known.drinks if self._is_unseen(drink_id)]
        if self._names_work():
            by_name = [drink_id for drink_id in [*wanted, *unseen] if self._has_a_name(drink_id)]
            yield from self._searches(by_name, WORTH_A_SEARCH, most)
        yield from self._look_ups(wanted, most)
        left = max(TURNS_LEAST, -(-len(self._known.drinks) // TURN_DAYS)) - self._progress.turns
        in_turn = sorted(unseen, key=lambda drink_id: self._known.drinks[drink_id].full_ms)
        for page in self._look_ups(in_turn[: max(0, left)], most):
            self._progress.turns += len(page.requests)
            yield page

    def _hidden(self, most: int) -> Iterator[FetchPage]:
        complete = self._is_complete()
        if not complete and self._names_work() and not self._is_dry("names"):
            for times in range(1, COVERED_TIMES + 1):
                covered_less = self._covered_less_than(times)
                yield from self._searches(covered_less, WORTH_A_SEARCH, most, "names")
        ids = numbers(self._known.drinks)
        yield from self._look_ups(self._unknown(next_ids(ids), SINCE_YESTERDAY_MS), most)
        if not complete:
            left = DRY_AFTER["ids"] - self._known.dry.get("ids", 0)
            yield from self._look_ups(
                self._unknown(gaps(ids), REST_MS)[: max(0, left)], most, "ids"
            )
            yield from self._listing("i")
        yield from self._draws(most)

    def _control(self, most: int) -> Iterator[FetchPage]:
        """Look up a drink that surely exists, before look-ups that found nothing are believed."""
        progress, drinks = self._progress, self._known.drinks
        if progress.absent and progress.control_found is None:
            progress.control = max(drinks, key=lambda drink_id: drinks[drink_id].full_ms)
            yield from self._look_ups([progress.control], most)

    def _searches(
        self, ids: Iterable[str], least: int, most: int, way: str = ""
    ) -> Iterator[FetchPage]:
        tried = sum(self._progress.searches) >= SEARCHES_TO_JUDGE_BY
        page = TERMS_A_PAGE if tried else SEARCHES_TO_JUDGE_BY
        left = DRY_AFTER.get(way, page) - self._known.dry.get(way, 0)
        terms = self._names.best_terms(
            ids,
            least=least,
            most=TERM_SHOWS_UNCAPPED if self._premium else TERM_SHOWS,
            number=min(page, most, left),
            asked={text.partition("?s=")[2] for text in self._progress.asked},
        )
        if terms:
            requests = [Request("search.php", {"s": term}) for term in terms]
            yield self._page("s", "batch", requests, way)

    def _look_ups(self, ids: Iterable[str], most: int, way: str = "") -> Iterator[FetchPage]:
        requests = [Request("lookup.php", {"i": drink_id}) for drink_id in ids]
        if requests:
            yield self._page("i", "batch", requests[: min(BATCH, most)], way)

    def _draws(self, most: int) -> Iterator[FetchPage]:
        wanted = min(DRAWS_MOST, max(DRAWS_LEAST, len(self._known.drinks) // KNOWN_A_DRAW))
        if self._is_complete():
            wanted = DRAWS_WHEN_COMPLETE
        left = wanted - self._known.dry.get("random", 0)
        if left > 0:
            endpoint = "randomselection.php" if self._premium else "random.php"
            number = -(-left // DRAWS_A_SELECTION) if self._premium else left
            requests = [Request(endpoint)] * min(number, DRAWS_A_PAGE, most)
            yield self._page("r", "batch", requests, "random")

    def _page(self, prefix: str, kind: Kind, requests: list[Request], way: str = "") -> FetchPage:
        self._way = way
        self._progress.parts += 1
        return FetchPage(f"{prefix}-{self._progress.parts:04d}", kind, tuple(requests))

    # ---- what is known

    def _is_open(self, request: Request) -> bool:
        return str(request) not in self._progress.asked

    def _is_due(self, request: Request) -> bool:
        """Lists of alcohol are asked in each sweep, the others once a week."""
        if not self._is_open(request):
            return False
        always = self._progress.full or "a" in request.params
        return always or self._listing_age_ms(request) > WEEK_MS

    def _is_dry(self, way: str) -> bool:
        return way in DRY_AFTER and self._known.dry.get(way, 0) >= DRY_AFTER[way]

    def _is_wanted(self, drink_id: str) -> bool:
        """Whether the sweep has to hold the drink's record, or to learn that it is gone."""
        drink, progress = self._known.drinks[drink_id], self._progress
        started_ms = progress.started_ms
        if drink_id in progress.looked_up or drink.full_ms >= started_ms:
            return False
        if drink.withdrawn and not progress.full:
            return drink.absent_again_ms < started_ms - REST_MS
        # What showed it before shows it no more, or an earlier look-up did not find it.
        lost = drink_id in progress.missed or drink.via in progress.asked or drink.absent_ms
        return (
            progress.full
            or drink.full_ms < started_ms - WEEK_MS
            or bool(lost and drink.seen_ms < started_ms)
        )

    def _has_a_name(self, drink_id: str) -> bool:
        """Whether a search by name may well show the drink."""
        return drink_id not in self._progress.missed and not self._known.drinks[drink_id].absent_ms

    def _is_unseen(self, drink_id: str) -> bool:
        drink, progress = self._known.drinks[drink_id], self._progress
        seen = drink.seen_ms >= progress.started_ms or drink_id in progress.looked_up
        return not seen and not drink.withdrawn

    def _names_work(self) -> bool:
        """Whether the source finds drinks by pieces of their names, as far as it was tried."""
        hits, misses = self._progress.searches
        return hits > 0 or misses < SEARCHES_TO_JUDGE_BY

    def _is_complete(self) -> bool:
        """Whether whole answers cover everything.

        That is, those of each first letter, and for other names of each kind, category or glass.
        """
        whole = self._progress.whole
        return all(str(page.requests[0]) in whole for page in sweep().pages) and any(
            values and all(self._was_whole(_filter(way, value)) for value in values)
            for way, values in self._progress.values.items()
            if way != "i"
        )

    def _was_whole(self, request: Request) -> bool:
        """Whether the filter showed everything when it was last asked, within a week or so."""
        listing = self._known.listings.get(str(request))
        return bool(listing and listing.whole) and self._listing_age_ms(request) <= 2 * WEEK_MS

    def _listing_age_ms(self, request: Request) -> int:
        listing = self._known.listings.get(str(request))
        return self._progress.started_ms - (listing.asked_ms if listing else 0)

    def _covered_less_than(self, times: int) -> list[str]:
        """Ids of drinks whose names fewer whole answers cover: others like them may hide."""
        whole = self._progress.whole
        terms = [text.partition("?s=")[2] for text in whole if "?s=" in text]
        names = ((drink_id, drink.name.lower()) for drink_id, drink in self._known.drinks.items())
        return [
            drink_id
            for drink_id, name in names
            if f"search.php?f={name[:1]}" not in whole
            and sum(term in name for term in terms) < times
        ]

    def _unknown(self, numbers: Iterable[int], believed_ms: int) -> list[str]:
        """Those of the ids that are not known, and were not found empty so short a time ago."""
        empty, since_ms = self._known.empty, self._progress.started_ms - believed_ms
        return [
            drink_id
            for drink_id in map(str, numbers)
            if drink_id not in self._known.drinks
            and drink_id not in self._progress.looked_up
            and empty.get(drink_id, 0) < since_ms
        ]

    def _note(self, request: Request) -> None:
        if request.endpoint == "lookup.php":
            self._progress.looked_up.add(request.params["i"])
            if request.params["i"] == self._progress.control:
                self._progress.control_found = False  # until the answer shows it
        elif request.params:
            self._progress.asked.add(str(request))

    def _count_dry(self, new: int, number: int) -> None:
        """Count requests that found nothing new; a find gives every way another chance."""
        dry = self._known.dry
        if new:
            self._known.dry = {way: count // 2 for way, count in dry.items()}
        elif self._way:
            dry[self._way] = dry.get(self._way, 0) + number


def _filter(way: str, value: str) -> Request:
    return Request("filter.php", {way: value.replace(" ", "_")})
