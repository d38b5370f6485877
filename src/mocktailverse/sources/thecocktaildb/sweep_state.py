"""The memory of sweeps about the source, as plain data: `state/fetch/thecocktaildb/known.json`.

It is also the checkpoint of a sweep that continues in another call. It only saves requests: a sweep
without it finds the same drinks and sends more requests.
"""

from msgspec import Struct, field

DAY_MS = 24 * 60 * 60 * 1000
RECHECK_MS = 30 * DAY_MS
"""After this time, empty ids and withdrawn drinks are looked up again."""
DRYNESS_KEPT = 0.9
"""Share of a probe's count of requests without a new drink that the next sweep starts with."""


class KnownDrink(Struct, array_like=True):
    """A drink of the source. Times are in ms since 1970; 0 = never."""

    name: str = ""
    """Its name, by which a search finds it."""
    seen_ms: int = 0
    """When a response last showed it, even if only in a list."""
    full_ms: int = 0
    """When a response last contained its whole record."""
    via: str = ""
    """The request that last showed it, such as `search.php?f=m`."""
    absent_ms: int = 0
    """The first look-up since the last sighting that found nothing."""
    absent_again_ms: int = 0
    """The latest such look-up."""

    @property
    def withdrawn(self) -> bool:
        """Whether look-ups a day or more apart found nothing, with no sighting since."""
        return self.absent_ms > 0 and self.absent_again_ms - self.absent_ms >= DAY_MS


class Listing(Struct, array_like=True):
    """A list or filter of the source."""

    asked_ms: int = 0
    """When it was last requested; 0 = never."""
    whole: bool = False
    """Whether the response was complete, not truncated."""


class SweepProgress(Struct):
    """The sweep that is under way."""

    run: str
    """Name of the run."""
    started_ms: int
    """A drink seen at or after this time was seen by this sweep."""
    full: bool = False
    """Whether to look up every known drink and request every list, even if recently seen."""
    before: int = 0
    """Number of drinks that the sweep expects: their record was seen, and none is withdrawn."""
    requests: int = 0
    """Number of requests sent by all calls of the sweep."""
    parts: int = 0
    """Number of pages so far; numbers the objects."""
    new: int = 0
    """Number of drinks that no sweep had seen before."""
    turns: int = 0
    """Number of known drinks looked up because it was their turn."""
    asked: set[str] = field(default_factory=set)
    """The requests other than look-ups that were answered or failed permanently."""
    looked_up: set[str] = field(default_factory=set)
    """The ids that were looked up."""
    missed: set[str] = field(default_factory=set)
    """Ids that a search by name should have shown and did not."""
    whole: set[str] = field(default_factory=set)
    """The searches whose responses were complete."""
    searches: tuple[int, int] = (0, 0)
    """Number of searches by name that showed an expected drink, and that showed none."""
    values: dict[str, list[str]] = field(default_factory=dict)
    """Filter values by parameter (`a`, `c`, `g`, `i`), from lists and records."""
    used: set[str] = field(default_factory=set)
    """Ingredients that occur in a record of this sweep."""
    absent: dict[str, int] = field(default_factory=dict)
    """Ids of known drinks whose look-up found nothing, and when."""
    control: str = ""
    """A drink that this sweep has seen. It is looked up to check that look-ups work."""
    control_worked: bool | None = field(default=None, name="control_found")
    """Whether that look-up found it; None before the look-up."""
    drawn: tuple[int, int, int] = (0, 0, 0)
    """Number of random drinks, number of new ones among them, number of drinks known before."""


class SweepState(Struct):
    """Everything that is kept between sweeps."""

    drinks: dict[str, KnownDrink] = field(default_factory=dict)
    """Known drinks by id."""
    empty: dict[str, int] = field(default_factory=dict)
    """Ids at which a look-up found nothing, and when."""
    listings: dict[str, Listing] = field(default_factory=dict)
    """Lists and filters by request."""
    dry: dict[str, int] = field(default_factory=dict)
    """By probe: the number of requests in a row that found nothing new."""
    sweep: SweepProgress | None = None
    """The sweep that is under way."""

    def begin(self, run: str, started_ms: int, *, full: bool = False) -> SweepProgress:
        """Return the progress of this run: the checkpoint of an earlier call, or a new one."""
        if self.sweep is None or self.sweep.run != run:
            drinks = self.drinks.values()
            before = sum(drink.full_ms > 0 and not drink.withdrawn for drink in drinks)
            self.sweep = SweepProgress(run, started_ms, full=full, before=before)
            self.dry = {probe: int(count * DRYNESS_KEPT) for probe, count in self.dry.items()}
            oldest = started_ms - RECHECK_MS
            self.empty = {number: at for number, at in self.empty.items() if at > oldest}
        return self.sweep
