"""Collecting a source's raw records: what every collector gets, does and reports.

A collector runs in the fetch function, and for files of this machine in the command line.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from msgspec import Struct, field

from mocktailverse.loads.object_version import DEFAULT_SOURCE


class FetchRequest(Struct, frozen=True, omit_defaults=True):
    """What to collect: the event of the fetch function."""

    source: str = DEFAULT_SOURCE
    """The source; events of earlier versions name none."""
    strategy: str = ""
    """One of the collector's strategies; empty for its first one."""
    arguments: tuple[str, ...] = ()
    """The strategy's arguments."""
    archive: str | None = None
    """Path or address of an archive to collect from; None for the source's own."""
    max_requests: int | None = None
    """Maximum number of requests; None for the collector's default."""
    full: bool = False
    """Whether to collect records again that are known and unchanged."""
    time_limit_s: float | None = None
    """Seconds after which to report and stop, for callers that show progress; None for no limit."""
    cursor: Any = None
    """Where an earlier call stopped, as its report says."""
    dry_run: bool = False
    """Whether to read the state only: no request is sent, and nothing is stored."""


class Failure(Struct, frozen=True):
    """A request that failed in spite of retries."""

    part: str
    request: str
    error: str
    transient: bool
    """Whether a later run may succeed."""


class FetchReport(Struct):
    """The work of one call of a collector, without earlier calls of the same run."""

    run: str
    strategy: str
    source: str = DEFAULT_SOURCE
    pages: int = 0
    requests: int = 0
    """Requests sent, including retries."""
    records: int = 0
    """Records stored."""
    objects: list[str] = field(default_factory=list)
    """Keys of the stored objects."""
    failed: list[Failure] = field(default_factory=list)
    done: bool = False
    """False if the call stopped before the end of the plan; see `stopped_because`."""
    stopped_because: Literal["time", "requests", "unreachable"] | None = None
    outage_suspected: bool = False
    """Whether too many records are absent to be plausible; then none is reported as absent."""
    remarks: list[str] = field(default_factory=list)
    """What people should know of the result, a sentence each."""
    pages_left: int = 0
    """Pages of the plan that are left, as far as they are known."""
    cursor: Any = None
    """Where to continue; None if there is nothing to continue."""
    coverage: Any = None
    """How much of the source was seen, in the terms of its collector; None if it does not say."""


class ObjectStore(Protocol):
    """Stores raw objects and a collector's state; implemented by `stores.data_bucket`."""

    def put(
        self, key: str, body: bytes, *, metadata: Mapping[str, str], content_type: str
    ) -> object:
        """Store the body under the key, replacing an earlier one."""
        ...

    def get(self, key: str) -> bytes | None:
        """Return the bytes stored under a key; None if the key does not exist."""
        ...


class SourceAccess(Struct, frozen=True):
    """How to reach a source."""

    url: str | None = None
    """Its address; None for the real one."""
    key: str | None = None
    """An API key, for sources that need one; None for the public one."""
    requests_per_s: float = 4.0
    """Maximum number of requests per second."""


class CollectionContext(Struct, frozen=True):
    """What a collector works with."""

    store: ObjectStore
    access: SourceAccess
    now_ms: Callable[[], int]
    """Returns the time in ms since 1970 UTC."""
    time_left_s: Callable[[], float]
    """Returns the seconds until the call has to end; may be infinite."""
    reads_files: bool = False
    """Whether a request may name a file of this machine."""


class Collector(Protocol):
    """Collects a source's raw records."""

    @property
    def url(self) -> str:
        """Address of the real source."""
        ...

    @property
    def terms(self) -> str:
        """What people should know before they collect from the real source: terms and limits."""
        ...

    @property
    def strategies(self) -> tuple[str, ...]:
        """The names of what it can collect; the first one collects everything."""
        ...

    def check(self, request: FetchRequest) -> None:
        """Raise UsageError for a request that cannot be done; sends nothing."""
        ...

    def collect(self, request: FetchRequest, context: CollectionContext) -> FetchReport:
        """Collect until done or out of time; return a report.

        Raises:
            UsageError: the request cannot be done.
        """
        ...
