"""Replay: the only way back in, by the front door.

A replay opens a new generation of a load and sends the same object version again; the object is
never copied, so what it says was observed when it was.
"""

from collections.abc import Iterable

from mocktailverse.errors import UsageError
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import RAW_PREFIX, ObjectVersion
from mocktailverse.pipeline.ports import LoadsStore, RawStore, RequestQueue


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


def under(prefixes: Iterable[str], raw: RawStore, *, since: int = 0) -> list[ObjectVersion]:
    """Every version of the raw objects whose keys begin so, stored at that time in ms or later.

    Raises:
        UsageError: no raw object's key does.
    """
    chosen: dict[ObjectVersion, None] = {}
    for prefix in prefixes:
        if not prefix.startswith(RAW_PREFIX):
            raise UsageError(f"{prefix!r} is no key of a raw object: those begin with raw/.")
        found = list(raw.versions(prefix))
        if not found:
            raise UsageError(f"No raw object's key begins with {prefix!r}.")
        chosen.update({stored.version: None for stored in found if stored.stored_at >= since})
    return list(chosen)
