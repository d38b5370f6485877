"""What loads rejected and why; read once, for a finished load's rejected lines never change."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import msgspec
from msgspec import Struct

from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import MocktailverseError
from mocktailverse.loads.load_record import Load
from mocktailverse.loads.rejected import Rejected
from mocktailverse.operations.recent_loads import rejected_lines
from mocktailverse.pipeline.ports import LoadsStore, RawStore
from mocktailverse.times import now

LINES = 500
"""Rejected lines read of a load."""

SHOWN = 20
"""Of these, so many are kept to be shown."""

RAW_CHARACTERS = 4_000
REMEMBERED = 200
FAILURE_KEPT_MS = 30_000
"""While AWS does not answer, it is asked once in so long."""


_EXPLANATIONS = {reason.value: reason.explanation for reason in Reason}


class Line(Struct, frozen=True):
    """A rejected line to show; `raw` is cut to RAW_CHARACTERS."""

    code: str
    path: str
    position: int | None
    message: str
    raw: str


class Rejections(Struct, frozen=True):
    """Of a load: lines by reason code among the first LINES, and the first SHOWN of them."""

    codes: Counter[str]
    lines: Sequence[Line]


class RejectionReader:
    """Reads the rejected lines of loads and remembers them, and for a while a failure."""

    def __init__(
        self, loads: LoadsStore, bucket: RawStore, *, clock: Callable[[], int] = now
    ) -> None:
        """Read nothing yet; `clock` gives ms since 1970 UTC."""
        self._loads = loads
        self._bucket = bucket
        self._clock = clock
        self._known: dict[str, Rejections] = {}
        self._failed_at = 0
        self._failure: MocktailverseError | None = None

    def read(self, load: Load) -> Rejections:
        """What a load rejected.

        Raises:
            MocktailverseError: AWS does not answer, or refuses.
        """
        key = f"{load.object.load_id(load.generation)}/{load.finished_at}"
        if key not in self._known:
            self._known[key] = self._read(load)
            for oldest in list(self._known)[:-REMEMBERED]:
                self._known.pop(oldest, None)
        return self._known[key]

    def _read(self, load: Load) -> Rejections:
        if self._failure and self._clock() < self._failed_at + FAILURE_KEPT_MS:
            raise self._failure.with_traceback(None)
        try:
            found = _rejections(islice(rejected_lines(load, self._loads, self._bucket), LINES))
        except MocktailverseError as error:
            self._failure, self._failed_at = error.with_traceback(None), self._clock()
            raise
        self._failure = None
        return found


def explanation(code: str) -> str:
    """What a reason code means; empty for one that this version does not know."""
    return _EXPLANATIONS.get(code, "")


def _rejections(found: Iterator[Rejected]) -> Rejections:
    codes: Counter[str] = Counter()
    lines: list[Line] = []
    for line in found:
        codes[line.code] += 1
        if len(lines) < SHOWN:
            raw = _text(line.raw)
            lines.append(Line(line.code, line.path, line.position, line.message, raw))
    return Rejections(codes, lines)


def _text(raw: object) -> str:
    text = raw if isinstance(raw, str) else msgspec.json.encode(raw).decode()
    return text if len(text) <= RAW_CHARACTERS else text[:RAW_CHARACTERS] + "…"
