"""Why loads rejected records; cached, as the rejected records of a finished load never change."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mocktailverse.errors import MocktailverseError
from mocktailverse.loads.load_record import Load
from mocktailverse.loads.rejected import Rejected
from mocktailverse.operations.recent_loads import rejected_lines
from mocktailverse.pipeline.ports import LoadsStore, RawStore
from mocktailverse.times import now

MAX_COUNTED = 500
"""Rejected records read per load."""

_MAX_SHOWN = 20
_MAX_RAW_LENGTH = 4_000
_CACHE_SIZE = 200
_FAILURE_TTL_MS = 30_000
"""While AWS is unreachable, it gets one request in this time."""


class Rejections(Struct, frozen=True):
    """The rejected records of a load."""

    codes: Counter[str]
    """The number of records by reason code, among the first MAX_COUNTED."""
    records: Sequence[Rejected]
    """The first records; each `raw` is text, and cut if it is long."""


class RejectionReader:
    """Reads and caches the rejected records of loads; a failure is cached for a while."""

    def __init__(
        self, loads: LoadsStore, bucket: RawStore, *, clock: Callable[[], int] = now
    ) -> None:
        """Take the stores; `clock` returns ms since 1970 UTC."""
        self._loads = loads
        self._bucket = bucket
        self._clock = clock
        self._cache: dict[str, Rejections] = {}
        self._failed_at = 0
        self._failure: MocktailverseError | None = None

    def read(self, load: Load) -> Rejections:
        """Return what a load rejected.

        Raises:
            MocktailverseError: AWS is unreachable or denies access.
        """
        key = f"{load.load_id}/{load.finished_at}"
        if key not in self._cache:
            self._cache[key] = self._read(load)
            for oldest in list(self._cache)[:-_CACHE_SIZE]:
                self._cache.pop(oldest, None)
        return self._cache[key]

    def _read(self, load: Load) -> Rejections:
        if self._failure and self._clock() < self._failed_at + _FAILURE_TTL_MS:
            raise self._failure.with_traceback(None)
        try:
            lines = list(islice(rejected_lines(load, self._loads, self._bucket), MAX_COUNTED))
        except MocktailverseError as error:
            self._failure, self._failed_at = error.with_traceback(None), self._clock()
            raise
        self._failure = None
        records = [replace(line, raw=_text(line.raw)) for line in lines[:_MAX_SHOWN]]
        return Rejections(Counter(line.code for line in lines), records)


def _text(raw: object) -> str:
    text = raw if isinstance(raw, str) else msgspec.json.encode(raw).decode()
    return text if len(text) <= _MAX_RAW_LENGTH else text[:_MAX_RAW_LENGTH] + "…"
