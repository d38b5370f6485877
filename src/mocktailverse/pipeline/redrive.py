"""Redrive: sends dead letters, messages all of whose deliveries failed, to the queue again.

Fix the cause first; otherwise they fail again.
"""

from itertools import islice

from mocktailverse.pipeline.ports import RequestQueue


def redrive(queue: RequestQueue, limit: int | None = None) -> int:
    """Move the visible dead letters, at most `limit`, to the queue, and return their number."""
    moved = 0
    for letter in islice(queue.dead_letters(), limit):
        queue.redrive(letter)
        moved += 1
    return moved
