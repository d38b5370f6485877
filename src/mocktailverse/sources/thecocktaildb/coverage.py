"""How far a sweep has come, and how much the source may still hide."""

from typing import Literal

from msgspec import Struct

from mocktailverse.sources.thecocktaildb.sweep_state import SweepProgress, SweepState

Ended = Literal["done", "time", "requests", "unreachable"]


class Coverage(Struct, frozen=True):
    """The reach of a sweep, counted in drinks.

    Attributes:
        known: known and not withdrawn.
        seen: seen by this sweep, were it only in a list.
        held: whose record this sweep stored.
        new: seen for the first time.
        absent: known, but a look-up of this sweep found nothing.
        withdrawn: found gone by look-ups a day or more apart; looked up once a month.
        estimated_total: all that the source has, from the share of new ones among random drinks.
        requests: sent by all calls of this sweep, repetitions included.
        requests_per_drink: requests by drinks seen.
        outage_suspected: so many were absent that none is believed to be.
        ended: `done`, or why the call stopped.
    """

    known: int
    seen: int
    held: int
    new: int
    absent: int
    withdrawn: int
    estimated_total: int
    requests: int
    requests_per_drink: float
    outage_suspected: bool
    ended: Ended


def coverage(
    known: SweepState, progress: SweepProgress, *, outage_suspected: bool, ended: Ended
) -> Coverage:
    """Count what the sweep has reached so far."""
    drinks = known.drinks.values()
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
    """Estimate by capture and recapture (Chapman): known drinks are marked, draws catch again."""
    draws, new, before = progress.drawn
    return round((before + 1) * (draws + 1) / (draws - new + 1)) - 1 if draws else 0
