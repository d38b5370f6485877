"""Coverage of a sweep: how many drinks it has reached, and how many may still be hidden."""

from typing import Literal

from msgspec import Struct

from mocktailverse.sources.thecocktaildb.sweep_state import SweepProgress, SweepState

Ended = Literal["done", "time", "requests", "unreachable"]


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
    ended: Ended
    """`done`, or why the call stopped."""


def coverage(
    state: SweepState, progress: SweepProgress, *, outage_suspected: bool, ended: Ended
) -> Coverage:
    """Return what the sweep has covered so far."""
    drinks = state.drinks.values()
    present = sum(not drink.withdrawn for drink in drinks)
    seen = sum(drink.seen_ms >= progress.started_ms for drink in drinks)
    return Coverage(
        known=present,
        seen=seen,
        held=sum(drink.full_ms >= progress.started_ms for drink in drinks),
        new=progress.new,
        absent=len(progress.absent),
        withdrawn=len(drinks) - present,
        estimated_total=max(present, _estimate(progress)),
        requests=progress.requests,
        requests_per_drink=round(progress.requests / max(1, seen), 3),
        outage_suspected=outage_suspected,
        ended=ended,
    )


def _estimate(progress: SweepProgress) -> int:
    """Return an estimate of the source's size by capture-recapture (Chapman's estimator).

    Known drinks are the marked animals, random drinks the second catch. Example: 599 known drinks;
    of 99 random ones 9 are new, so 90 are marked: 600 * 100 / 91 - 1, about 658.
    """
    draws, new, before = progress.drawn
    return round((before + 1) * (draws + 1) / (draws - new + 1)) - 1 if draws else 0
