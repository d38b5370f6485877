"""Redrive: dead letters go to the queue again, after their cause was repaired."""

from itertools import islice
from typing import TypeVar

from mocktailverse.pipeline.ports import RequestQueue

LetterT = TypeVar("LetterT")


def redrive(queue: RequestQueue, limit: int | None = None) -> int:
    """Send the dead letters that can be received now to the queue; how many there were.

    `limit` bounds how many are sent; None sends all.
    """
    moved = 0
    for letter in islice(queue.dead_letters(), limit):
        queue.redrive(letter)
        moved += 1
    return moved
