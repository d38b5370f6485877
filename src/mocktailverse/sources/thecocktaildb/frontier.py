"""The frontier of a sweep: what it still has to request, as a web crawler calls it.

All functions here only read the sweep's state.
"""

from collections.abc import Iterable

from mocktailverse.sources.thecocktaildb.responses import Request
from mocktailverse.sources.thecocktaildb.strategies import first_letters
from mocktailverse.sources.thecocktaildb.sweep_state import (
    DAY_MS,
    RECHECK_MS,
    Listing,
    SweepProgress,
    SweepState,
)

WEEK_MS = 7 * DAY_MS - DAY_MS // 2  # half a day less, so that a run that starts early counts, too

DRY_AFTER = {"g": 12, "names": 20, "ids": 40, "i": 12}
"""By probe: after this many requests in a row without a new drink, the probe stops."""

SEARCHES_TO_JUDGE_BY = 3


class Frontier:
    """The drinks and requests that a sweep has not finished."""

    def __init__(self, state: SweepState, progress: SweepProgress) -> None:
        self._state = state
        self._progress = progress

    def is_open(self, request: Request) -> bool:
        """Return whether this sweep has not sent the request yet."""
        return str(request) not in self._progress.asked

    def is_due(self, request: Request) -> bool:
        """Return whether to request a list: those of alcohol in each sweep, others once a week."""
        if not self.is_open(request):
            return False
        always = self._progress.full or "a" in request.params
        return always or self._listing_age_ms(request) > WEEK_MS

    def is_dry(self, probe: str) -> bool:
        """Return whether the probe has not found a new drink for many requests."""
        return probe in DRY_AFTER and self._state.dry.get(probe, 0) >= DRY_AFTER[probe]

    def unfetched(self) -> list[str]:
        """Return the ids of drinks whose record (or absence) this sweep still has to fetch."""
        return [drink_id for drink_id in self._state.drinks if self._is_unfetched(drink_id)]

    def unseen(self) -> list[str]:
        """Return the ids of known drinks that this sweep has not seen yet."""
        return [drink_id for drink_id in self._state.drinks if self._is_unseen(drink_id)]

    def is_searchable(self, drink_id: str) -> bool:
        """Return whether a search by name is likely to show the drink."""
        return drink_id not in self._progress.missed and not self._state.drinks[drink_id].absent_ms

    def search_works(self) -> bool:
        """Return whether the source finds drinks by parts of their names, as far as tried."""
        hits, misses = self._progress.searches
        return hits > 0 or misses < SEARCHES_TO_JUDGE_BY

    def is_complete(self) -> bool:
        """Return whether complete responses cover all drinks.

        These are the searches by first letter and, for names that start with another character,
        the filters of each category, each glass or each kind of alcohol.
        """
        whole = self._progress.whole
        return all(str(page.requests[0]) in whole for page in first_letters()) and any(
            values and all(self._was_whole(filter_request(parameter, value)) for value in values)
            for parameter, values in self._progress.values.items()
            if parameter != "i"
        )

    def covered_less_than(self, times: int) -> list[str]:
        """Return the ids of drinks whose names match fewer complete searches.

        Unknown drinks with similar names may exist.
        """
        whole = self._progress.whole
        terms = [text.partition("?s=")[2] for text in whole if "?s=" in text]
        names = ((drink_id, drink.name.lower()) for drink_id, drink in self._state.drinks.items())
        return [
            drink_id
            for drink_id, name in names
            if f"search.php?f={name[:1]}" not in whole
            and sum(term in name for term in terms) < times
        ]

    def unexplored(self, numbers: Iterable[int], valid_ms: int) -> list[str]:
        """Return the ids that are not a known drink and were not empty in the last `valid_ms`."""
        empty, since_ms = self._state.empty, self._progress.started_ms - valid_ms
        return [
            drink_id
            for drink_id in map(str, numbers)
            if drink_id not in self._state.drinks
            and drink_id not in self._progress.looked_up
            and empty.get(drink_id, 0) < since_ms
        ]

    def _is_unfetched(self, drink_id: str) -> bool:
        drink, progress = self._state.drinks[drink_id], self._progress
        started_ms = progress.started_ms
        if drink_id in progress.looked_up or drink.full_ms >= started_ms:
            return False
        if drink.withdrawn and not progress.full:
            return drink.absent_again_ms < started_ms - RECHECK_MS
        # The request that showed it before no longer does, or an earlier look-up did not find it.
        is_lost = drink_id in progress.missed or drink.via in progress.asked or drink.absent_ms
        return (
            progress.full
            or drink.full_ms < started_ms - WEEK_MS
            or bool(is_lost and drink.seen_ms < started_ms)
        )

    def _is_unseen(self, drink_id: str) -> bool:
        drink, progress = self._state.drinks[drink_id], self._progress
        seen = drink.seen_ms >= progress.started_ms or drink_id in progress.looked_up
        return not seen and not drink.withdrawn

    def _was_whole(self, request: Request) -> bool:
        """Return whether the filter's last response was complete, and about a week old at most."""
        return self._listing(request).whole and self._listing_age_ms(request) <= 2 * WEEK_MS

    def _listing_age_ms(self, request: Request) -> int:
        return self._progress.started_ms - self._listing(request).asked_ms

    def _listing(self, request: Request) -> Listing:
        return self._state.listings.get(str(request), Listing())


def filter_request(parameter: str, value: str) -> Request:
    """Return the request for all drinks with a value, such as `filter.php?c=Shot`."""
    return Request("filter.php", {parameter: value.replace(" ", "_")})
