"""Redrive: dead letters go to the queue again, after their cause was repaired."""

from collections.abc import Iterator
from itertools import islice
from typing import Protocol, TypeVar

LetterT = TypeVar("LetterT")


class DeadLetters(Protocol[LetterT]):
    """Receives dead letters and sends them again."""

    def dead_letters(self) -> Iterator[LetterT]: ...

    def redrive(self, letter: LetterT) -> None: ...


def redrive(queue: DeadLetters[LetterT], limit: int | None = None) -> int:
    """Send the dead letters that can be received now to the queue; how many there were.

    `limit` bounds how many are sent; None sends all.
    """
    moved = 0
    for letter in islice(queue.dead_letters(), limit):
        queue.redrive(letter)
        moved += 1
    return moved
