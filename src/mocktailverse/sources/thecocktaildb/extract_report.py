"""What an extract reports, and the cursor at which the next call continues."""

from typing import Literal

from msgspec import Struct, field

from mocktailverse.sources.thecocktaildb.coverage import Coverage
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


class Failure(Struct, frozen=True):
    """A request that failed in spite of retries."""

    part: str
    request: str
    error: str
    transient: bool
    """Whether a later run may succeed."""


class ExtractReport(Struct):
    """What one call of `extract` did, without earlier calls of the same run."""

    run: str
    strategy: str
    pages: int = 0
    requests: int = 0
    """Requests sent, including retries."""
    records: int = 0
    """Drinks stored."""
    objects: list[str] = field(default_factory=list)
    """Keys of the stored objects."""
    failed: list[Failure] = field(default_factory=list)
    done: bool = False
    """False if the call stopped before the end of the plan; see `stopped_because`."""
    cursor: FetchCursor | None = None
    """Where to continue. None after a sweep that has used up its number of requests."""
    stopped_because: Literal["time", "requests", "unreachable"] | None = None
    coverage: Coverage | None = None
    """The coverage of a sweep; None for other strategies."""
