"""A segment's plan: which of its records are written, and what the others count as. Pure."""

from collections.abc import Iterable
from itertools import islice

from msgspec import Struct

from mocktailverse.drinks.content_changes import Changes
from mocktailverse.drinks.drift import Drift, total_drift
from mocktailverse.drinks.register import Outcome, Register, merge, outcome
from mocktailverse.loads.load_record import Counts
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.transformation import RecordResult

SEGMENT_RECORDS = 500


class SegmentPlan(Struct):
    """Up to SEGMENT_RECORDS results in reading order."""

    results: list[RecordResult]
    exhausted: bool
    """Whether no record follows them."""
    is_cut: bool = False
    """Whether results were left out, because time or write capacity ran out before them."""

    def unwritten(self) -> list[int]:
        """Return the indices of the results still to be written, in order."""
        return [
            index
            for index, result in enumerate(self.results)
            if result.register is not None and result.outcome is None
        ]

    def counts(self) -> Counts:
        """Return the counts of the results; each has its outcome by now."""
        counts = Counts()
        for result in self.results:
            counts.count(result.outcome or "rejected")
        return counts

    def drift(self) -> tuple[Drift, ...]:
        return total_drift(drift for result in self.results for drift in result.drift)

    def changes(self) -> Changes:
        return Changes.of(result.changed for result in self.results)

    def rejected(self) -> list[Rejected]:
        return [result.rejected for result in self.results if result.rejected is not None]

    def cut(self, index: int) -> "SegmentPlan":
        """Return the plan of the results before `index`."""
        return SegmentPlan(self.results[:index], exhausted=False, is_cut=True)


def plan_segment(results: Iterable[RecordResult]) -> SegmentPlan:
    """Return the plan of the next segment, taken from `results`.

    If an id occurs several times, its records are merged and written once, in the first one's
    place, so that a cut loses none of them. The others count as unchanged if their content is
    equal, else as stale.
    """
    segment: list[RecordResult] = []
    first_of_id: dict[str, RecordResult] = {}
    for result in islice(results, SEGMENT_RECORDS):
        segment.append(result)
        if result.register is None:
            continue
        first = first_of_id.setdefault(result.register.id, result)
        if first is not result and first.register is not None:
            result.outcome = _duplicate_outcome(first.register, result.register)
            first.register = merge(first.register, result.register)
    return SegmentPlan(segment, exhausted=len(segment) < SEGMENT_RECORDS)


def _duplicate_outcome(written: Register, other: Register) -> Outcome:
    """Return the outcome of a record whose id is in the segment; an absence has its own."""
    if written.drink is None or other.drink is None:
        return outcome(written, other)
    return "unchanged" if written.drink.content_hash == other.drink.content_hash else "stale"
