"""What changed in an archive since it was collected: new, changed and missing files.

A file that disappeared gives an absence of its drink, and another one a day later, which withdraws
the drink. If many disappear at once, the archive is probably not the whole one: none is absent,
until the same drinks have been missing LASTING_TIMES times, each at least a day after the other.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
from msgspec import Struct

from mocktailverse.sources.opendrinks.archive_state import (
    ArchiveState,
    KnownFile,
    Missing,
    fingerprint_of,
)
from mocktailverse.sources.opendrinks.byte_source import ArchiveFile
from mocktailverse.sources.opendrinks.file_envelope import (
    EXTENSION,
    absence_envelope,
    envelope,
    oversize_envelope,
)
from mocktailverse.sources.opendrinks.recipe_files import Recipes
from mocktailverse.sources.opendrinks.recipe_reader import recipe_id

OUTAGE_LEAST, OUTAGE_SHARE = 3, 0.05
"""At most this number, or this share, of the known drinks disappear at once in a whole archive."""

LASTING_TIMES = 3
"""Observations, a day or more apart, after which a missing drink counts as removed."""


class IdentifiedFile(NamedTuple):
    """A recipe with the name that identifies its file, and its id."""

    key: str
    """Its file name; for an element of an array, one made of its id."""
    line: bytes
    """Its line in a raw object."""
    known: KnownFile


class ArchiveChanges(Struct):
    """The lines to store, and the state after they were stored."""

    lines: list[bytes]
    """New and changed files."""
    absences: list[bytes]
    """Drinks whose files are gone."""
    state: ArchiveState
    new: int = 0
    """Files that were not known before."""
    changed: int = 0
    """Known files with another content."""
    missing: int = 0
    """Drinks whose files disappeared since the last time."""
    skipped: int = 0
    """Links and other special files that have the name of a recipe."""

    @property
    def outage_suspected(self) -> bool:
        """Whether too many disappeared at once; then none of these is absent."""
        return bool(self.state.doubted)


def changes_of(
    content: Recipes | None, known: ArchiveState, elsewhere: set[str], now_ms: int, *, full: bool
) -> ArchiveChanges:
    """Return what changed; `content` is that of the archive, None if it is as it was.

    A drink that other archives have, by the ids `elsewhere`, is not absent. With `full`, unchanged
    files are stored, too. Address and validators are for the caller to replace.
    """
    present = known.files if content is None else {}
    changes = ArchiveChanges([], [], msgspec.structs.replace(known, files=dict(present)))
    changes.skipped = content.skipped if content else 0
    for file in identified(content.files if content else (), known):
        before = known.files.get(file.key)
        is_changed = before is not None and before.fingerprint != file.known.fingerprint
        changes.state.files[file.key] = file.known
        changes.new += before is None
        changes.changed += is_changed
        if full or before is None or is_changed:
            changes.lines.append(file.line)
    _note_absences(changes, known, elsewhere, now_ms)
    return changes


def _note_absences(
    changes: ArchiveChanges, known: ArchiveState, elsewhere: set[str], now_ms: int
) -> None:
    """Add the absences of drinks whose files are gone, unless too many are at once."""
    state = changes.state
    present, before = state.ids, known.ids
    first = Missing(1, now_ms)
    counts = {
        drink_id: known.doubted[drink_id].again(now_ms) if drink_id in known.doubted else first
        for drink_id in sorted(before - present - elsewhere)
    }
    changes.missing = len(counts)
    fresh = {key: one for key, one in counts.items() if one.times < LASTING_TIMES}
    is_outage = len(fresh) >= OUTAGE_LEAST and len(fresh) > OUTAGE_SHARE * len(before)
    state.doubted = fresh if is_outage else {}
    kept = {key: file for key, file in known.files.items() if file.id in state.doubted}
    state.files = {**kept, **state.files}
    absent = {
        drink_id: one if is_outage else one.again(now_ms)
        for drink_id, one in known.gone.items()
        if drink_id not in present | elsewhere
    } | dict.fromkeys(counts.keys() - state.doubted.keys(), first)
    due = sorted(key for key, one in absent.items() if one != known.gone.get(key))
    changes.absences = [absence_envelope(f"{drink_id}{EXTENSION}") for drink_id in due]
    state.gone = {key: one for key, one in absent.items() if one.times == 1}


def identified(files: Iterable[ArchiveFile], known: ArchiveState) -> Iterator[IdentifiedFile]:
    """Yield the files with their ids; of several with one id the known one has it, or the first.

    The others get a line that names it, and are rejected for that reason.
    """

    def precedence(keyed: _Keyed) -> tuple[bool, str]:
        key, file, drink_id, _ = keyed
        before = known.files.get(key)
        return before is None or before.id != drink_id, file.name or ""

    owners: dict[str, str] = {}
    for key, file, drink_id, label in sorted(_keyed(files), key=precedence):
        taken_by = owners.get(drink_id) if drink_id else None
        if drink_id and taken_by is None:
            owners[drink_id] = label
        if file.content is None:
            line, content = oversize_envelope(file.name, file.size), b"%d" % file.size
        else:
            line, content = envelope(file.name, file.content, taken_by), file.content
        fingerprint = fingerprint_of(content, taken_by)
        yield IdentifiedFile(key, line, KnownFile(fingerprint, None if taken_by else drink_id))


_Keyed = tuple[str, ArchiveFile, str | None, str]


def _keyed(files: Iterable[ArchiveFile]) -> Iterator[_Keyed]:
    """Yield each file with its key, its id, and what to call it in a message."""
    numbers: Counter[str] = Counter()
    for position, file in enumerate(files, 1):
        drink_id = _id_of(file)
        if file.name is not None:
            yield file.name, file, drink_id, file.name
            continue
        stem = f"#{drink_id or ''}"
        numbers[stem] += 1
        yield f"{stem}#{numbers[stem]}", file, drink_id, f"element {position} of the array"


def _id_of(file: ArchiveFile) -> str | None:
    try:
        recipe = msgspec.json.decode(file.content or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        recipe = None
    return recipe_id(recipe if isinstance(recipe, dict) else {}, file.name)
