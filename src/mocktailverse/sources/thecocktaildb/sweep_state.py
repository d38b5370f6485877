"""What sweeps have learnt of the source, as plain data: `state/fetch/thecocktaildb/known.json`.

It saves requests and proves nothing: a sweep without it finds the same drinks and asks more.
"""

from collections.abc import Iterator

from msgspec import Struct, field

DAY_MS = 24 * 60 * 60 * 1000
REST_MS = 30 * DAY_MS
DRYNESS_KEPT = 0.9
"""How much of a search that ended without finds is believed by the next sweep."""


class KnownDrink(Struct, array_like=True):
    """One drink of the source; times in ms since 1970, 0 = never.

    Attributes:
        name: its name, by which a search finds it again.
        seen_ms: when an answer last showed it, were it only in a list.
        full_ms: when an answer last held its whole record.
        via: the request that last showed it, such as `search.php?f=m`.
        absent_ms: the first look-up since the last sighting that found nothing.
        absent_again_ms: the latest such look-up.
    """

    name: str = ""
    seen_ms: int = 0
    full_ms: int = 0
    via: str = ""
    absent_ms: int = 0
    absent_again_ms: int = 0

    @property
    def withdrawn(self) -> bool:
        """Two look-ups a day or more apart found nothing, and nothing showed it since."""
        return self.absent_ms > 0 and self.absent_again_ms - self.absent_ms >= DAY_MS


class Listing(Struct, array_like=True):
    """A list or filter: when it was last asked, in ms, and whether its answer was whole."""

    asked_ms: int = 0
    whole: bool = False


class SweepProgress(Struct):
    """The sweep under way.

    Attributes:
        run: its name.
        started_ms: what was seen since then was seen by this sweep.
        full: look every known drink up, and ask every listing, however recently seen.
        before: how many drinks it expected to see: those known and not withdrawn.
        requests: sent so far, by all its calls.
        parts: pages fetched so far; numbers the objects.
        new: drinks that no sweep had seen before.
        turns: known drinks looked up because it was their turn.
        asked: the requests other than look-ups that got an answer or were given up.
        looked_up: the ids that were.
        missed: ids that a search by name should have shown and did not.
        whole: the searches that showed all they find.
        searches: searches by name that showed what they should, and that showed none of it.
        values: filter values by parameter (`a`, `c`, `g`, `i`), as lists and records give them.
        used: ingredients that occur in a record of this sweep.
        absent: ids of known drinks whose look-up found nothing, and when.
        control: a drink seen by this sweep that is looked up, to see whether look-ups find at all.
        control_found: whether that found it; None before.
        drawn: random drinks drawn, those of them that were new, and how many were known before.
    """

    run: str
    started_ms: int
    full: bool = False
    before: int = 0
    requests: int = 0
    parts: int = 0
    new: int = 0
    turns: int = 0
    asked: set[str] = field(default_factory=set)
    looked_up: set[str] = field(default_factory=set)
    missed: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    searches: tuple[int, int] = (0, 0)
    values: dict[str, list[str]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    absent: dict[str, int] = field(default_factory=dict)
    control: str = ""
    control_found: bool | None = None
    drawn: tuple[int, int, int] = (0, 0, 0)


class SweepState(Struct):
    """Everything that is kept between sweeps.

    Attributes:
        drinks: by id.
        empty: ids at which a look-up found nothing, and when.
        listings: lists and filters, by request.
        dry: by way of searching, how many requests in a row found nothing new.
        sweep: the sweep under way.
    """

    drinks: dict[str, KnownDrink] = field(default_factory=dict)
    empty: dict[str, int] = field(default_factory=dict)
    listings: dict[str, Listing] = field(default_factory=dict)
    dry: dict[str, int] = field(default_factory=dict)
    sweep: SweepProgress | None = None

    def begin(self, run: str, started_ms: int, *, full: bool = False) -> SweepProgress:
        """Give the progress of this run: where it stopped, or a new one."""
        if self.sweep is None or self.sweep.run != run:
            before = sum(1 for _ in self.present())
            self.sweep = SweepProgress(run, started_ms, full=full, before=before)
            self.dry = {way: int(dry * DRYNESS_KEPT) for way, dry in self.dry.items()}
            oldest = started_ms - REST_MS
            self.empty = {number: at for number, at in self.empty.items() if at > oldest}
        return self.sweep

    def present(self) -> Iterator[str]:
        """The ids of the drinks that were seen in full and are not withdrawn."""
        return (
            drink_id
            for drink_id, drink in self.drinks.items()
            if drink.full_ms and not drink.withdrawn
        )
