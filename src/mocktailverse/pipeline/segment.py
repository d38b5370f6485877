"""A segment's plan: which of its records are written, and what the others count as. Pure."""

from collections.abc import Iterable
from itertools import islice

from msgspec import Struct

from mocktailverse.drinks.ledger import Counts, Cursor, Rejected
from mocktailverse.drinks.register import Outcome, Register, merge

SEGMENT_RECORDS = 500


class Entry(Struct):
    """One decoded piece: the cursor behind it, and what it counts as (None: not written yet).

    Exactly one of `register` and `rejected` is given.
    """

    after: Cursor
    register: Register | None = None
    rejected: Rejected | None = None
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

    def rejected(self) -> list[Rejected]:
        """The rejected lines, in order."""
        return [entry.rejected for entry in self.entries if entry.rejected is not None]

    def cut(self, index: int) -> "SegmentPlan":
        """The plan of the entries before `index`."""
        return SegmentPlan(self.entries[:index], exhausted=False)


def plan_segment(pieces: Iterable[tuple[Cursor, Register | Rejected]]) -> SegmentPlan:
    """Take the next segment off `pieces`.

    An id that comes several times is written once, merged, in its first place: so a cut loses
    nothing of it. The others count as unchanged where they are equal, else as stale.
    """
    entries: list[Entry] = []
    written: dict[str, Entry] = {}
    for after, piece in islice(pieces, SEGMENT_RECORDS):
        if isinstance(piece, Rejected):
            entries.append(Entry(after, rejected=piece))
            continue
        entry = Entry(after, register=piece)
        entries.append(entry)
        first = written.setdefault(piece.drink.id, entry)
        if first.register is not None and first is not entry:
            same = first.register.drink.content_hash == piece.drink.content_hash
            entry.outcome = "unchanged" if same else "stale"
            first.register = merge(first.register, piece)
    return SegmentPlan(entries, exhausted=len(entries) < SEGMENT_RECORDS)
