"""Redrive: process dead letters again, after their cause is fixed; otherwise they fail again.

A dead letter is a message all of whose deliveries failed, which is sent to the queue again, or
Lambda's record of change notifications that could not be published. Their drinks are published
again, and the record is deleted.
"""

from collections.abc import Callable, Sequence
from itertools import islice

from msgspec import Struct

from mocktailverse.loads.failed_batch import FailedBatch, failed_batch
from mocktailverse.loads.load_request import DeadLetter
from mocktailverse.pipeline.ports import RequestQueue

Republish = Callable[[Sequence[FailedBatch]], None]


class Redriven(Struct, frozen=True):
    """The number of dead letters by what was done with them."""

    sent: int
    """Sent to the queue again."""
    republished: int
    """Records of failed batches whose drinks were published again."""
    left: int
    """Records of failed batches that are left in the dead-letter queue."""


def redrive(
    queue: RequestQueue, limit: int | None = None, *, republish: Republish | None = None
) -> Redriven:
    """Process the visible dead letters again, at most `limit`; return their numbers.

    `republish` publishes the drinks of batches. Without it their records are left. If it raises,
    no record is deleted.
    """
    sent, failed = 0, list[tuple[DeadLetter, FailedBatch]]()
    for letter in islice(queue.dead_letters(), limit):
        if batch := failed_batch(letter.body):
            failed.append((letter, batch))
        else:
            queue.redrive(letter)
            sent += 1
    if republish is None or not failed:
        return Redriven(sent, 0, len(failed))
    republish([batch for _, batch in failed])
    for letter, _ in failed:
        queue.discard(letter)
    return Redriven(sent, len(failed), 0)
