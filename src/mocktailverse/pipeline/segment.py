"""A segment's plan: which of its records are written, and what the others count as. Pure."""

from collections.abc import Iterable
from itertools import islice

from msgspec import Struct

from mocktailverse.drinks.drift import Drift, total_drift
from mocktailverse.drinks.ledger import Counts, Cursor, Rejected
from mocktailverse.drinks.register import Outcome, Register, merge, ordered, outcome
from mocktailverse.pipeline.transform import Piece

SEGMENT_RECORDS = 500


class Entry(Struct):
    """One piece of the object, and what it counts as (None: not written yet, or rejected)."""

    after: Cursor
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
        """The plan of the entries before `index`.

        What they lost to further on stays counted as it is: the next segment will write it.
        """
        return SegmentPlan(self.entries[:index], exhausted=False)


def plan_segment(pieces: Iterable[Piece]) -> SegmentPlan:
    """Take the next segment off `pieces`.

    Of one id several times, the highest version is written, with what the others tell of
    earlier recipes and absences; the others count as unchanged where they are equal, else as
    stale.
    """
    entries: list[Entry] = []
    standing: dict[str, Entry] = {}
    for after, register, rejected, drift in islice(pieces, SEGMENT_RECORDS):
        entry = Entry(after, register, rejected, drift)
        entries.append(entry)
        if register is None:
            continue
        other = standing.setdefault(register.id, entry)
        if other is not entry and other.register is not None:
            standing[register.id] = _settle(other, other.register, entry, register)
    return SegmentPlan(entries, exhausted=len(entries) < SEGMENT_RECORDS)


def _settle(first: Entry, a: Register, second: Entry, b: Register) -> Entry:
    """Decide between two entries of one id; return the one that stands."""
    if ordered(a, b)[0] is a:
        winner, loser, lost, won = first, second, b, a
    else:
        winner, loser, lost, won = second, first, a, b
    loser.outcome = outcome(won, lost)
    winner.register = merge(a, b)
    return winner
