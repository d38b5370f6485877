"""Replay: processes raw objects again (elsewhere: reprocessing, backfill).

A replay opens a new generation of the load and sends a request for the same object version, which
takes the same path as the first load. The object is not copied, so its records keep their event
time: a replay never makes an old record look new.
"""

from collections.abc import Iterable

from mocktailverse.errors import UsageError
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import RAW_PREFIX, ObjectVersion
from mocktailverse.pipeline.ports import LoadsStore, RawStore, RequestQueue


def replay(
    versions: Iterable[ObjectVersion], loads: LoadsStore, queue: RequestQueue, *, now: int
) -> list[LoadRequest]:
    """Request new loads of object versions, and return the requests."""
    requests = []
    for version in versions:
        request = LoadRequest(version, loads.open_generation(version, now=now))
        queue.send(request)
        requests.append(request)
    return requests


def under(prefixes: Iterable[str], raw: RawStore, *, since: int = 0) -> list[ObjectVersion]:
    """Return the versions of raw objects under key prefixes such as `raw/<source>/2026/` once.

    Versions stored before `since`, in ms since 1970 UTC, are left out.

    Raises:
        UsageError: no raw object's key has one of the prefixes.
    """
    chosen: dict[ObjectVersion, None] = {}
    for prefix in prefixes:
        if not prefix.startswith(RAW_PREFIX):
            raise UsageError(f"`{prefix}` is not the key of a raw object. Use one under `raw/`.")
        versions = list(raw.versions(prefix))
        if not versions:
            raise UsageError(f"No raw object's key begins with `{prefix}`.")
        chosen.update({stored.version: None for stored in versions if stored.stored_at >= since})
    return list(chosen)
