"""The expected state of a quiet stack after a trial; shares no code with the pipeline.

The order of observations is that of the design: observed_at, then content hash, key, version id
and position (all trials run one transform version). A hash cannot be computed here: `Hashes` has
those that the stack computed for a record alone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .case import Case, Drink, RawFile
from .deck import ingredient_names, is_another_recipe
from .observing import Item, Seen, SeenDrink, SeenLoad, StoredVersion
from .writing import ANYWHERE, Placed, Written, json_or_none, write

WITHDRAWN_AFTER_MS = 24 * 3600 * 1000
OUTCOMES = ("loaded", "unchanged", "stale", "rejected")

Hashes = dict[str, str]
"""Content hash by `<id>/<variant>`."""


class Expected(NamedTuple):
    """A stored version, and what its load must give."""

    version: StoredVersion
    file: RawFile
    written: Written
    observed_at: int


class Sighting(NamedTuple):
    """One valid record; the highest one, in the order of the fields, is the stored one."""

    observed_at: int
    content_hash: str
    key: str
    version_id: str
    position: int
    drink: Drink


def judge(case: Case, seen: Seen, hashes: Hashes) -> list[str]:
    """Return the problems, one line each."""
    expected, unknown = _expected(case, seen)
    return [
        *(f"stored version of unknown content: {key}" for key in unknown),
        *_loads(case, expected, seen),
        *_table(expected, seen, case, hashes),
        *_catalogue(seen),
        *_dead_letters(case, seen),
    ]


# ---- raw objects


def _expected(case: Case, seen: Seen) -> tuple[list[Expected], list[str]]:
    """Return the expected result of each stored version, and the keys of unexpected ones.

    A lost response may have stored two versions of one object.
    """
    by_content: dict[tuple[str, bytes], tuple[RawFile, Written]] = {}
    for file in case.objects:
        written = write(file)
        by_content[file.key, written.body] = (file, written)
    expected, unknown = [], []
    for version in seen.versions:
        match = by_content.get((version.key, version.body))
        if match is None:
            unknown.append(version.key)
            continue
        file, written = match
        at = version.stored_ms if file.observed_ms is None else file.observed_ms
        expected.append(Expected(version, file, written, at))
    stored = {(e.version.key, e.version.body) for e in expected}
    unknown += [f"{key} (never stored)" for key, body in by_content if (key, body) not in stored]
    return expected, unknown


# ---- loads


def _loads(case: Case, expected: list[Expected], seen: Seen) -> Iterator[str]:
    ghosts = any(event.kind == "ghost" for event in case.events)
    by_version: dict[tuple[str, str], list[SeenLoad]] = {}
    for load in seen.loads:
        by_version.setdefault((load.item["key"], load.item["version_id"]), []).append(load)
    for one in expected:
        loads = by_version.pop((one.version.key, one.version.version_id), [])
        if not loads:
            yield f"no load of {_name(one)}"
        for load in loads:
            yield from (f"load of {_name(one)}: {problem}" for problem in _load(one, load))
    keys = {file.key for file in case.objects}
    for (key, _), loads in by_version.items():
        if key not in keys:  # a late message of an earlier trial
            continue
        statuses = {load.item["status"] for load in loads}
        if not ghosts or statuses != {"failed"}:
            yield f"load of a version that does not exist: {key} {statuses}"


def _load(one: Expected, load: SeenLoad) -> Iterator[str]:
    item = load.item
    counts = {name: int(item.get(name, 0)) for name in ("read", *OUTCOMES)}
    records, rejected = one.written.records, one.written.rejected
    if item["status"] != "done":
        yield f"is {item['status']}, not done: {item.get('error')}"
        return
    if counts["read"] != sum(counts[name] for name in OUTCOMES):
        yield f"does not conserve: {counts}"
    if counts["read"] != len(records) or counts["rejected"] != len(rejected):
        yield f"has {counts}, but {len(records)} were written, {len(rejected)} of them invalid"
    yield from _rejected_lines(rejected, load.rejected, one)


def _rejected_lines(rejected: list[Placed], lines: list[Item], one: Expected) -> Iterator[str]:
    if len(lines) != len(rejected):
        yield f"kept {len(lines)} of {len(rejected)} rejected lines"
        return
    for (entry, position), line in zip(rejected, lines, strict=True):
        where = "?" if position == ANYWHERE else position
        if line["code"] != entry.code or (position != ANYWHERE and line["position"] != position):
            yield f"rejected {line['code']} at {line['position']}, not {entry.code} at {where}"
        elif position is not None and position != ANYWHERE and line["path"] != entry.path:
            yield f"rejected {entry.code} with path {line['path']}, not {entry.path}"
        if (line["object"]["key"], line["object"]["version_id"]) != one.version[:2]:
            yield f"rejected line names {line['object']}"
        value = json_or_none(entry.text)
        is_kept = isinstance(value, dict) and entry.code in _KEPT_AS_JSON
        if is_kept and one.file.form != "csv" and line["raw"] != value:
            yield f"rejected line of {entry.code} at {where} does not keep the record"


_KEPT_AS_JSON = {"id_missing", "id_invalid", "name_missing", "partial_record", "wrong_type"}


# ---- the drinks table


def _table(expected: list[Expected], seen: Seen, case: Case, hashes: Hashes) -> Iterator[str]:
    sightings = _sightings(expected, case, hashes)
    absences = _absences(expected)
    for drink_id in sorted(seen.table.keys() - sightings.keys()):
        yield f"table: {drink_id} was never seen"
    for drink_id in sorted(absences.keys() - sightings.keys()):
        if seen.absent_only.get(drink_id) != tuple(sorted(absences[drink_id])):
            yield f"table: absences of {drink_id} are lost: {seen.absent_only.get(drink_id)}"
    for drink_id, seen_as in sorted(sightings.items()):
        stored = seen.table.get(drink_id)
        if stored is None:
            yield f"table: {drink_id} is lost"
            continue
        problems = _drink(stored, seen_as, absences.get(drink_id, set()), hashes)
        yield from (f"table: {drink_id} {problem}" for problem in problems)
    yield from _winners_are_counted(expected, seen)
    yield from _only_sightings_are_loaded(expected, seen)


def _sightings(expected: list[Expected], case: Case, hashes: Hashes) -> dict[str, list[Sighting]]:
    drinks = {f"{d.id}/{d.variant}": d for d in case.drinks}
    sightings: dict[str, list[Sighting]] = {}
    for one in expected:
        for entry, position in one.written.records:
            if entry.drink and position is not None:
                drink = drinks[entry.drink]
                sightings.setdefault(drink.id, []).append(
                    Sighting(
                        one.observed_at,
                        hashes[entry.drink],
                        one.version.key,
                        one.version.version_id,
                        position,
                        drink,
                    )
                )
    return sightings


def _absences(expected: list[Expected]) -> dict[str, set[int]]:
    absences: dict[str, set[int]] = {}
    for one in expected:
        for entry, _ in one.written.records:
            if entry.absent:
                absences.setdefault(entry.absent, set()).add(one.observed_at)
    return absences


def _drink(
    stored: SeenDrink, sightings: list[Sighting], absences: set[int], hashes: Hashes
) -> Iterator[str]:
    newest = max(sightings, key=lambda sighting: sighting[:5])
    drink = newest.drink
    position = (newest.observed_at, *newest[2:5])
    if (stored.observed_at, *stored.lineage[1:]) != position:
        yield f"comes from {(stored.observed_at, *stored.lineage[1:])}, the newest is {position}"
        return
    if stored.content_hash != hashes[f"{drink.id}/{drink.variant}"]:
        yield f"has another content hash than variant {drink.variant} alone"
    if stored.name != drink.name:
        yield f"is called {stored.name!r}, not {drink.name!r}"
    lines = tuple((at, " ".join(name.split()), measure) for at, name, measure in stored.lines)
    if lines != drink.lines:
        yield f"has the lines {lines}, not {drink.lines}"
    withdrawn_at = _withdrawn_at(newest.observed_at, absences)
    if stored.withdrawn_at != withdrawn_at:
        yield f"is withdrawn at {stored.withdrawn_at}, not {withdrawn_at}"
    later = tuple(sorted(at for at in absences if at > newest.observed_at))
    if stored.absences != later:
        yield f"has the absences {stored.absences}, not {later}"
    earlier = _earlier(newest, sightings)
    if stored.earlier != earlier:
        yield f"has the earlier recipes {sorted(stored.earlier)}, not {sorted(earlier)}"
    names = _previous_names(newest, sightings)
    if stored.previous_name not in names:
        yield f"was called {stored.previous_name!r} before, not one of {names}"


def _withdrawn_at(seen_at: int, absences: Iterable[int]) -> int | None:
    """Return the first absence that is a day after another one, without a sighting between them."""
    later = sorted(at for at in absences if at > seen_at)
    return next((at for at in later if at - later[0] >= WITHDRAWN_AFTER_MS), None)


def _previous_names(newest: Sighting, sightings: list[Sighting]) -> set[str | None]:
    """Return the names of the other recipes that were last seen before; several if times tie."""
    others = [s for s in sightings if is_another_recipe(s.drink, newest.drink)]
    if not others:
        return {None}
    last = max(other.observed_at for other in others)
    return {other.drink.name for other in others if other.observed_at == last}


def _earlier(newest: Sighting, sightings: list[Sighting]) -> frozenset[tuple[int, str]]:
    """Return the time and name of each other recipe; a trial has fewer than the limit of 8."""
    last: dict[tuple[str, frozenset[str]], int] = {}
    for sighting in sightings:
        recipe = (sighting.drink.name, ingredient_names(sighting.drink))
        last[recipe] = max(sighting.observed_at, last.get(recipe, 0))
    del last[newest.drink.name, ingredient_names(newest.drink)]
    return frozenset((at, name) for (name, _), at in last.items())


def _winners_are_counted(expected: list[Expected], seen: Seen) -> Iterator[str]:
    """Yield loads that counted a stored drink as stale."""
    winners: dict[tuple[str, str], int] = {}
    for drink in seen.table.values():
        _, key, version_id, _ = drink.lineage
        winners[key, version_id] = winners.get((key, version_id), 0) + 1
    for one in expected:
        version = (one.version.key, one.version.version_id)
        for load in seen.loads:
            item = load.item
            if (item["key"], item["version_id"]) == version and int(item["generation"]) == 1:
                drinks = int(item.get("loaded", 0)) + int(item.get("unchanged", 0))
                if drinks < winners.get(version, 0):
                    yield f"load of {_name(one)} counts {drinks} of {winners[version]} drinks"


def _only_sightings_are_loaded(expected: list[Expected], seen: Seen) -> Iterator[str]:
    """Yield loads that do not count a record with a unique id as loaded in every delivery."""
    versions: dict[str, list[Expected]] = {}
    for one in expected:
        for entry, _ in one.written.records:
            if drink_id := entry.absent or (entry.drink or "").partition("/")[0]:
                versions.setdefault(drink_id, []).append(one)
    only = Counter(group[0].version[:2] for group in versions.values() if len(group) == 1)
    for load in seen.loads:
        item = load.item
        new_records = only[item["key"], item["version_id"]]
        if item["status"] == "done" and int(item.get("loaded", 0)) < new_records:
            yield f"load of {item['key']} counts {item['loaded']} of {new_records} new records"


# ---- the catalogue and the dead letters


def _catalogue(seen: Seen) -> Iterator[str]:
    shown = seen.catalogue or {}
    for drink_id in sorted(seen.table.keys() | shown.keys()):
        table, catalogue = seen.table.get(drink_id), shown.get(drink_id)
        if (table and table.shown) != (catalogue and catalogue.shown):
            yield f"catalogue: {drink_id} is {catalogue}, in the table {table}"


def _dead_letters(case: Case, seen: Seen) -> Iterator[str]:
    poisoned = sum(event.kind == "poison" for event in case.events)
    if seen.dead != poisoned:
        yield f"{seen.dead} dead letters, {poisoned} messages were poisoned"


def _name(one: Expected) -> str:
    return f"{one.file.name} ({one.file.form})"
