"""The report of an extract, and the cursor at which the next call continues."""

from typing import Literal

from msgspec import Struct

from mocktailverse.sources.collection import FetchReport
from mocktailverse.sources.thecocktaildb.strategies import FetchPage


class FetchCursor(Struct, frozen=True):
    """The checkpoint of a run: where it stopped, and what is left to fetch. Sent as JSON."""

    run: str
    strategy: str
    started_ms: int
    pending: tuple[FetchPage, ...]
    """Pages left to fetch. A sweep has none here: its saved state determines how it continues."""
    failures_in_a_row: int = 0
    """Number of failed requests at the end of the last call."""


class Coverage(Struct, frozen=True):
    """The coverage of a sweep, in drinks."""

    known: int
    """Known and not withdrawn."""
    seen: int
    """Seen by this sweep, even if only in a list."""
    held: int
    """Whose record this sweep stored."""
    new: int
    """Seen for the first time."""
    absent: int
    """Known, but a look-up of this sweep found nothing."""
    withdrawn: int
    """Missing in look-ups a day or more apart; looked up again once a month."""
    estimated_total: int
    """Estimated size of the source, from the share of unknown ones among random drinks."""
    requests: int
    """Sent by all calls of this sweep, including retries."""
    requests_per_drink: float
    """Requests for each drink seen."""
    outage_suspected: bool
    """Whether too many drinks are absent to be plausible; then none is reported as absent."""
    ended: Literal["done", "time", "requests", "unreachable"]
    """`done`, or why the call stopped."""


class ExtractReport(FetchReport):
    """The work of one call of `extract`, without earlier calls of the same run."""

    cursor: FetchCursor | None = None
    """Where to continue. None after a sweep that has used up its number of requests."""
    coverage: Coverage | None = None
    """The coverage of a sweep; None for other strategies."""
