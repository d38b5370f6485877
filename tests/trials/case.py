"""A trial as data: raw objects, events and faults. It is JSON, so that it can be played again.

The generator stores everything that the oracle needs in the case; the pipeline computes none of it.
"""

from typing import Literal

from msgspec import Struct, field

Form = Literal["envelope", "array", "single", "ndjson", "envelopes", "csv", "opaque"]
"""`envelopes` is NDJSON whose lines are envelopes; `opaque` is a body without records."""

Caller = Literal["transform", "publish", "client"]
FaultKind = Literal[
    "throttle",
    "server_error",
    "reset_before",
    "reset_after",
    "cut",
    "delay",
    "kill_before",
    "kill_after",
]
EventKind = Literal[
    "put",
    "message",
    "replay",
    "settle",
    "reconcile",
    "test_event",
    "removed_event",
    "ghost",
    "poison",
]


class Drink(Struct, frozen=True):
    """The content of a valid record, cleaned by the generator, not by the pipeline."""

    id: str
    variant: int
    """Records of one id and variant have the same content in every form."""
    name: str
    lines: tuple[tuple[int, str, str | None], ...]
    """Position, ingredient and measure of each filled slot."""
    fields: dict[str, str | None]
    """The record in TheCocktailDB's field names."""


class Entry(Struct, frozen=True, omit_defaults=True):
    """One piece of a raw object; exactly one of `drink`, `absent` and `code` is set, or none.

    With none of them the piece has no record (`{"drinks": null}` on a separate line).
    """

    text: str
    """The stored text; see `writing.RAW_BYTE` for bytes that are not UTF-8."""
    drink: str | None = None
    """`<id>/<variant>` of a valid record."""
    absent: str | None = None
    """The id of a drink that the source does not have."""
    code: str | None = None
    """The reason code with which the piece must be rejected."""
    path: str = "$"
    line: int = 0
    """Entries of one line share an envelope; for the form `envelopes` only."""


class RawFile(Struct, frozen=True, omit_defaults=True):
    """A raw object: its pieces and how they are stored."""

    name: str
    key: str
    form: Form
    entries: tuple[Entry, ...]
    header: str = ""
    """The first line of a CSV."""
    newline: str = "\n"
    prefix: str = ""
    """A byte order mark or blank lines."""
    ends_with_newline: bool = True
    separator: str = ","
    """Between the elements of a document."""
    gzip_members: int = 0
    """0 is not compressed."""
    cut: Literal["", "document", "gzip"] = ""
    """The part that is cut in the middle."""
    observed_at: str | None = None
    """The metadata `observed-at` as sent."""
    observed_ms: int | None = None
    """The same time in ms; None: the time at which the object was stored."""
    rejected_as: str | None = None
    """The code with which the whole object must be rejected; None if it is read."""


class Event(Struct, frozen=True, omit_defaults=True):
    """One step of a history."""

    kind: EventKind
    objects: tuple[str, ...] = ()
    """Names of its raw objects."""
    pause_ms: int = 0
    """Pause before the event."""


class Fault(Struct, frozen=True, omit_defaults=True):
    """A fault, and the calls that it affects.

    Matching calls of a caller are counted from 1; the fault affects `times` of them from `at` on.
    With a `rate` it affects that share of all calls, chosen by a hash of seed and count, and at
    most `times` calls.
    """

    kind: FaultKind
    caller: Caller
    service: str = ""
    """`s3`, `sqs` or `dynamodb`; empty: every service."""
    operation: str = ""
    """`PutItem`, `GetObject` and so on; empty: every operation."""
    at: int = 1
    times: int = 1
    rate: float = 0.0
    delay_ms: int = 0
    key: str = ""
    """Only calls whose path contains this text."""


class Case(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A whole trial."""

    seed: str
    kind: str
    drinks: tuple[Drink, ...]
    objects: tuple[RawFile, ...]
    events: tuple[Event, ...]
    faults: tuple[Fault, ...] = ()
    held: bool = False
    """Whether the queue is read only after everything is stored; S3's events are then dropped."""
    skews_s: tuple[int, ...] = field(default=())
    """Errors of the clocks of the functions' workers."""

    def drink(self, key: str) -> Drink:
        """Return the drink `<id>/<variant>`."""
        return next(d for d in self.drinks if f"{d.id}/{d.variant}" == key)

    def file(self, name: str) -> RawFile:
        """Return the raw object with that name."""
        return next(f for f in self.objects if f.name == name)
