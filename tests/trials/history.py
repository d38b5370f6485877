"""Random histories: raw objects, events and faults from a seed.

The generator knows what each piece that it writes is: a valid record, an absence, or an invalid one
with the reason code with which it must be rejected.
"""

import random
from functools import cache
from typing import TYPE_CHECKING

from . import faults, pieces
from .case import Case, Drink, Entry, Event, Form, RawFile
from .deck import SAME_RECIPE, VARIANTS, deck

if TYPE_CHECKING:
    from collections.abc import Callable

DAY_MS = 24 * 3600 * 1000
FIRST_SEEN_MS = 1_760_000_000_000
TIMES = tuple(
    FIRST_SEEN_MS + offset
    for offset in (0, 0, 1, DAY_MS - 1, DAY_MS, DAY_MS + 1, 3 * DAY_MS, 10 * DAY_MS)
)
"""Few times, so that observations tie, and absences are a day apart or slightly less."""

FORMS: tuple[Form, ...] = ("envelope", "array", "single", "ndjson", "ndjson", "envelopes", "csv")
KINDS: dict[str, int] = {"calm": 30, "faulty": 34, "storm": 10, "kill": 14, "skew": 8, "poison": 4}
FOLDER = "raw/thecocktaildb/trial"
"""Every trial has a separate folder, so that a late message of another trial is recognized."""

BIG = (520, 1100)
IDS = 10
BAD_SHARE = 0.12
ABSENT_SHARES = (0.05, 0.2, 0.6)
"""Shares of the pieces of an object; many are absent in a sweep for withdrawn drinks."""


def run_deck(seed: str) -> list[Drink]:
    """Return the drinks of all trials of a run; a trial's seed is `<run>/<number>`."""
    return _deck(seed.partition("/")[0])


@cache
def _deck(run: str) -> list[Drink]:
    return deck(random.Random(run), IDS)


def generate(seed: str, kind: str | None = None) -> Case:
    """Return the trial of a seed; `kind` selects one of `KINDS`."""
    rng = random.Random(seed)
    deck_ids = {drink.id for drink in run_deck(seed)}
    drawn = rng.choices(list(KINDS), list(KINDS.values()))[0]
    kind = kind or drawn
    ids = rng.sample(sorted(deck_ids), rng.randint(3, len(deck_ids) - 2))
    recipes = rng.choice([SAME_RECIPE, VARIANTS])
    drinks = [d for d in run_deck(seed) if d.id in ids and d.variant < recipes]
    favourite_drinks = [drink for drink in drinks if drink.id == ids[0]]
    drinks += favourite_drinks * len(ids)  # half of the pieces have one id, so that they conflict
    count = rng.randint(3, 10)
    objects = [_object(rng, number, drinks) for number in range(count)]
    if kind in {"kill", "skew"} or rng.random() < 0.15:
        objects[0] = _big(rng, drinks)
    objects = [_replaced(f, {"key": f.key.replace("/trial/", f"/{seed}/")}) for f in objects]
    objects = _with_shared_keys(rng, objects)
    held = rng.random() < 0.4
    used = {entry.drink for file in objects for entry in file.entries}
    return Case(
        seed=seed,
        kind=kind,
        drinks=tuple(d for d in run_deck(seed) if f"{d.id}/{d.variant}" in used),
        objects=tuple(objects),
        events=tuple(_events(rng, objects, kind, held=held)),
        faults=tuple(faults.draw(rng, kind)),
        held=held,
        skews_s=tuple(rng.choice(faults.SKEWS_S) for _ in range(3)) if kind == "skew" else (),
    )


def _object(rng: random.Random, number: int, drinks: list[Drink]) -> RawFile:
    if rng.random() < 0.1:
        return _opaque(rng, number)
    form = rng.choice(FORMS)
    count = 1 if form == "single" else rng.choice([1, 2, 3, 5, 8, 13, 30])
    return _finished(rng, _filled(rng, f"o{number}", form, count, drinks))


def _big(rng: random.Random, drinks: list[Drink]) -> RawFile:
    """Return a raw object with more than one segment."""
    form: Form = rng.choice(["ndjson", "csv"])
    return _finished(rng, _filled(rng, "big", form, rng.randint(*BIG), drinks))


def _filled(rng: random.Random, name: str, form: Form, count: int, drinks: list[Drink]) -> RawFile:
    key = f"{FOLDER}/{rng.randrange(10**6):06d}/{name} {rng.choice('+&%é=')}"
    if form == "csv":
        table = pieces.CsvTable(rng)
        rows = [_row(rng, table, drinks) for _ in range(count)]
        newline = rng.choice(["\n", "\n", "\r\n"])
        return RawFile(name, key, form, tuple(rows), header=table.header, newline=newline)
    separator = rng.choice([",", ", ", " ,\t"])
    absent = rng.choice(ABSENT_SHARES)
    entries = [pieces.good(rng, rng.choice(drinks))] if form != "single" else []
    entries += [_piece(rng, form, drinks, absent) for _ in range(count - len(entries))]
    if form == "envelopes":
        entries = pieces.grouped(rng, entries)
    if form == "ndjson":
        entries += [pieces.without_records(rng) for _ in range(rng.choice([0, 0, 1]))]
    newline = rng.choice(["\n", "\n", "\r\n", "\n\n", "\n \t\n"])
    return RawFile(name, key, form, tuple(entries), separator=separator, newline=newline)


def _row(rng: random.Random, table: pieces.CsvTable, drinks: list[Drink]) -> Entry:
    drink = rng.choice(drinks)
    return table.bad(rng, drink) if rng.random() < BAD_SHARE else table.good(drink)


def _piece(rng: random.Random, form: Form, drinks: list[Drink], absent: float) -> Entry:
    drink = rng.choice(drinks)
    chance = rng.random()
    if chance < BAD_SHARE:
        return pieces.bad(rng, drink, in_lines=form == "ndjson", alone=form == "single")
    if chance < BAD_SHARE + absent:
        return pieces.absence(rng, drink)
    return pieces.good(rng, drink)


def _opaque(rng: random.Random, number: int) -> RawFile:
    key = f"{FOLDER}/opaque/o{number}"
    return RawFile(f"o{number}", key, "opaque", (pieces.opaque(rng),))


def _finished(rng: random.Random, file: RawFile) -> RawFile:
    """Return the object with compression, an observation time and faults of the object."""
    changes: dict[str, object] = {
        "gzip_members": rng.choice([0, 0, 0, 1, 2]),
        "prefix": rng.choice(["", "", "", "", "\ufeff"]) if file.form != "single" else "",
        "ends_with_newline": rng.random() < 0.7,
    }
    changes["cut"] = _cut(rng, file)
    if changes["cut"] == "gzip":
        changes["gzip_members"] = 1
    changes.update(_observed(rng))
    if rng.random() < 0.03:
        key = file.key.replace("thecocktaildb", rng.choice(["nosuch", "TheCocktailDB"]))
        changes.update(key=key, rejected_as="source_unknown")
    return _replaced(file, changes)


def _cut(rng: random.Random, file: RawFile) -> str:
    whole_before = len(file.entries) > 1 and file.entries[0].drink is not None
    if not whole_before or rng.random() > 0.06:
        return ""
    if file.form in {"envelope", "array"} and file.entries[-1].drink is not None:
        return "document"
    return "gzip" if file.form == "ndjson" and len(file.entries) > 8 else ""


def _observed(rng: random.Random) -> dict[str, object]:
    chance = rng.random()
    if chance < 0.12:
        return {}
    if chance < 0.2:
        return {
            "observed_at": rng.choice(pieces.INVALID_TIMES),
            "rejected_as": "observed_at_invalid",
        }
    at = rng.choice(TIMES)
    text = pieces.iso(at) if chance < 0.35 else str(at)
    return {"observed_at": text, "observed_ms": at}


def _with_shared_keys(rng: random.Random, objects: list[RawFile]) -> list[RawFile]:
    """Sometimes let one object overwrite another with a later version of the same key."""
    if len(objects) > 3 and rng.random() < 0.3:
        first, second = rng.sample(range(len(objects)), 2)
        if not {objects[first].rejected_as, objects[second].rejected_as} - {None}:
            objects[second] = _replaced(objects[second], {"key": objects[first].key})
    return objects


def _replaced(file: RawFile, changes: dict[str, object]) -> RawFile:
    fields = {name: getattr(file, name) for name in file.__struct_fields__}
    return RawFile(**(fields | changes))


def _events(rng: random.Random, objects: list[RawFile], kind: str, *, held: bool) -> list[Event]:
    names = [file.name for file in objects]
    rng.shuffle(names)
    lost: list[str] = []
    events = [Event("put", (name,), pause_ms=rng.choice([0, 0, 0, 50, 300])) for name in names]
    if held:
        lost = rng.sample(names, rng.choice([0, 0, 1, 2]))
        events += _messages_for_all(rng, [name for name in names if name not in lost])
    extra: list[Callable[[], Event]] = [
        lambda: Event("message", (rng.choice(names),)),
        lambda: Event("message", tuple(rng.choices(names, k=rng.randint(2, 6)))),
        lambda: Event("replay", (rng.choice(names),)),
        lambda: Event("test_event"),
        lambda: Event("removed_event", (rng.choice(names),)),
        lambda: Event("ghost", (rng.choice(names),)),
    ]
    for _ in range(rng.choice([0, 1, 2, 3, 5])):
        events.append(rng.choice(extra)())
    if rng.random() < 0.25:  # late redeliveries and replays of finished loads
        events.append(Event("settle"))
        events += [rng.choice(extra[:3])() for _ in range(rng.randint(1, 3))]
    if lost:  # their events never arrived
        events += [Event("settle"), Event("reconcile")]
    if kind == "poison":
        events += [Event("poison") for _ in range(rng.randint(1, 2))]
    return events


def _messages_for_all(rng: random.Random, names: list[str]) -> list[Event]:
    """Return the only events of held objects, in any order; some are repeated or combined."""
    rest = rng.sample(names, len(names)) + rng.choices(names, k=rng.randint(0, 3))
    events = []
    while rest:
        size = rng.choice([1, 1, 1, 2, 4])
        events.append(Event("message", tuple(rest[:size])))
        rest = rest[size:]
    return events
