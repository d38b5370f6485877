"""What changed in an archive since it was collected: new, changed and missing files.

A file that disappeared gives an absence of its drink, and another one a day later, which withdraws
the drink. If many disappear at once, the archive is probably not the whole one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec
from msgspec import Struct

from mocktailverse.drinks.register import WITHDRAWAL_MS
from mocktailverse.sources.opendrinks.archive_state import (
    ArchiveState,
    GoneFile,
    KnownFile,
    fingerprint_of,
)
from mocktailverse.sources.opendrinks.file_envelope import (
    EXTENSION,
    absence_envelope,
    envelope,
    oversize_envelope,
)
from mocktailverse.sources.opendrinks.recipe_files import RecipeFile, Recipes
from mocktailverse.sources.opendrinks.recipe_reader import recipe_id

OUTAGE_LEAST, OUTAGE_SHARE = 3, 0.05
"""At most this number, or this share, of the known drinks disappear at once in a whole archive."""


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
    outage_suspected: bool = False
    """Whether too many disappeared; then no absence is stored."""


def changes_of(
    content: Recipes | None, known: ArchiveState, elsewhere: set[str], now_ms: int, *, full: bool
) -> ArchiveChanges:
    """Return what changed; `content` is that of the archive, None if it is as it was.

    A drink that other archives have, by the ids `elsewhere`, is not absent. With `full`, unchanged
    files are stored, too. The validators are for the caller to replace.
    """
    present = known.files if content is None else {}
    changes = ArchiveChanges([], [], msgspec.structs.replace(known, files=dict(present)))
    changes.skipped = content.skipped if content else 0
    for file in identified(content.files if content else (), known):
        before = known.files.get(file.key)
        changes.state.files[file.key] = file.known
        changes.new += before is None
        changes.changed += before is not None and before.fingerprint != file.known.fingerprint
        if full or before is None or before.fingerprint != file.known.fingerprint:
            changes.lines.append(file.line)
    _note_absences(changes, known, elsewhere, now_ms)
    return changes


def _note_absences(
    changes: ArchiveChanges, known: ArchiveState, elsewhere: set[str], now_ms: int
) -> None:
    """Add the absences of drinks whose files are gone, unless too many are."""
    present = {file.id for file in changes.state.files.values()}
    before = {file.id for file in known.files.values() if file.id}
    missing = sorted(before - present - elsewhere)
    changes.missing = len(missing)
    if len(missing) >= OUTAGE_LEAST and len(missing) > OUTAGE_SHARE * len(before):
        changes.outage_suspected = True
        changes.state.files = {**known.files, **changes.state.files}
        return
    gone = {drink_id: GoneFile(now_ms, now_ms) for drink_id in missing}
    for drink_id, one in known.gone.items():
        if drink_id not in present | elsewhere and now_ms - one.first_ms >= WITHDRAWAL_MS:
            gone[drink_id] = GoneFile(one.first_ms, now_ms)  # for the last time
    changes.absences = [absence_envelope(f"{drink_id}{EXTENSION}") for drink_id in gone]
    waiting = {
        drink_id: one
        for drink_id, one in (known.gone | gone).items()
        if drink_id not in present and one.last_ms - one.first_ms < WITHDRAWAL_MS
    }
    changes.state.gone = waiting


def identified(files: Iterable[RecipeFile], known: ArchiveState) -> Iterator[IdentifiedFile]:
    """Yield the files with their ids; of several with one id the known one has it, or the first.

    The others get a line that names it, and are rejected for that reason.
    """
    owners: dict[str, str] = {}
    for key, file, drink_id, label in sorted(_keyed(files), key=_precedence(known)):
        taken_by = owners.get(drink_id) if drink_id else None
        if drink_id and taken_by is None:
            owners[drink_id] = label
        if file.content is None:
            line, content = oversize_envelope(file.name, file.size), b"%d" % file.size
        else:
            line, content = envelope(file.name, file.content, taken_by), file.content
        fingerprint = fingerprint_of(content, taken_by)
        yield IdentifiedFile(key, line, KnownFile(fingerprint, None if taken_by else drink_id))


_Keyed = tuple[str, RecipeFile, str | None, str]


def _keyed(files: Iterable[RecipeFile]) -> Iterator[_Keyed]:
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


def _precedence(known: ArchiveState) -> Callable[[_Keyed], tuple[bool, str]]:
    def precedence(keyed: _Keyed) -> tuple[bool, str]:
        key, file, drink_id, _ = keyed
        before = known.files.get(key)
        return before is None or before.id != drink_id, file.name or ""

    return precedence


def _id_of(file: RecipeFile) -> str | None:
    try:
        recipe = msgspec.json.decode(file.content or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        recipe = None
    return recipe_id(recipe if isinstance(recipe, dict) else {}, file.name)
