"""A segment's plan: which of its records are written, and what the others count as. Pure."""

from collections.abc import Iterable
from itertools import islice

from msgspec import Struct

from mocktailverse.drinks.drift import Drift, total_drift
from mocktailverse.drinks.register import Outcome, Register, merge, outcome
from mocktailverse.loads.load_record import Checkpoint, Counts
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.transform import Piece

SEGMENT_RECORDS = 500


class Entry(Struct):
    """One piece of the object, and what it counts as (None: not written yet, or rejected)."""

    after: Checkpoint
    register: Register | None
    rejected: Rejected | None
    drift: tuple[Drift, ...]
    outcome: Outcome | None = None


class SegmentPlan(Struct):
    """Up to SEGMENT_RECORDS entries in reading order; `exhausted` = nothing follows them."""

    entries: list[Entry]
    exhausted: bool

    def unwritten(self) -> list[int]:
        """The indices of the entries that are to be written, in order."""
        return [
            index
            for index, entry in enumerate(self.entries)
            if entry.register is not None and entry.outcome is None
        ]

    def counts(self) -> Counts:
        """The counts of the entries; all of them are settled by now."""
        counts = Counts()
        for entry in self.entries:
            counts.count(entry.outcome or "rejected")
        return counts

    def drift(self) -> tuple[Drift, ...]:
        """What the entries show of drift, added up."""
        return total_drift(drift for entry in self.entries for drift in entry.drift)

    def rejected(self) -> list[Rejected]:
        """The rejected lines, in order."""
        return [entry.rejected for entry in self.entries if entry.rejected is not None]

    def cut(self, index: int) -> "SegmentPlan":
        """The plan of the entries before `index`."""
        return SegmentPlan(self.entries[:index], exhausted=False)


def plan_segment(pieces: Iterable[Piece]) -> SegmentPlan:
    """Take the next segment off `pieces`.

    An id that comes several times is written once, merged, in its first place: so a cut loses
    nothing of it. The others count as unchanged where they are equal, else as stale.
    """
    entries: list[Entry] = []
    written: dict[str, Entry] = {}
    for after, register, rejected, drift in islice(pieces, SEGMENT_RECORDS):
        entry = Entry(after, register, rejected, drift)
        entries.append(entry)
        if register is None:
            continue
        first = written.setdefault(register.id, entry)
        if first is not entry and first.register is not None:
            entry.outcome = _beside(first.register, register)
            first.register = merge(first.register, register)
    return SegmentPlan(entries, exhausted=len(entries) < SEGMENT_RECORDS)


def _beside(written: Register, other: Register) -> Outcome:
    """What a record counts as whose id is written already; an absence counts by itself."""
    if written.drink is None or other.drink is None:
        return outcome(written, other)
    return "unchanged" if written.drink.content_hash == other.drink.content_hash else "stale"
