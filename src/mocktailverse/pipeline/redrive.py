"""Redrive: moves the messages of the dead-letter queue back to the queue.

A message is a dead letter if all its deliveries failed. Fix the cause first; otherwise it fails
again.
"""

from itertools import islice
from typing import TypeVar

from mocktailverse.pipeline.ports import RequestQueue

LetterT = TypeVar("LetterT")


def redrive(queue: RequestQueue, limit: int | None = None) -> int:
    """Send the visible dead letters to the queue again, and return their number.

    Args:
        queue: the queue and its dead-letter queue.
        limit: maximum number of messages; None for all.
    """
    moved = 0
    for letter in islice(queue.dead_letters(), limit):
        queue.redrive(letter)
        moved += 1
    return moved
