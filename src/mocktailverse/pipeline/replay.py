"""Replay: the only way back in, by the front door.

A replay opens a new generation of a load and sends the same object version again; the object is
never copied, so what it says was observed when it was.
"""

from collections.abc import Iterable
from typing import Protocol

from mocktailverse.drinks.ledger import LoadRequest, ObjectVersion
from mocktailverse.pipeline.load import RequestQueue


class LoadsStore(Protocol):
    """Opens generations."""

    def open_generation(self, version: ObjectVersion, *, now: int) -> int: ...


def replay(
    versions: Iterable[ObjectVersion], loads: LoadsStore, queue: RequestQueue, *, now: int
) -> list[LoadRequest]:
    """Ask for new loads of object versions; return the requests that were sent."""
    requests = []
    for version in versions:
        request = LoadRequest(version, loads.open_generation(version, now=now))
        queue.send(request)
        requests.append(request)
    return requests
