"""Compute a plan: compare the published drinks with what this code makes of the raw objects.

A served drink is compared with what this code makes of the very record that it was made from, as
its lineage says. So neither a record that arrived since counts as a change, nor an observation that
the catalogue leaves out because its content is the same. `withdrawn_at`, `previous_name` and
`id_reassigned` come from several observations of one id; they are compared with the merged ones,
where all of them are known. Records that only one of the two codes rejects are listed.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.drinks.drink import Drink, Lineage
from mocktailverse.drinks.field_differences import FieldDifference, field_differences
from mocktailverse.drinks.register import Register, merge
from mocktailverse.loads.load_record import Load
from mocktailverse.loads.object_version import ObjectVersion, StoredObject
from mocktailverse.pipeline.plan import LargeDifference, PlannedDrink, ReleasePlan
from mocktailverse.pipeline.plan_object import (
    ExaminedObject,
    ObjectTask,
    RejectedRecord,
    ServedRecord,
    marks,
)
from mocktailverse.pipeline.verify import differing_fields

_MARKS = ("withdrawn_at", "previous_name", "quality")
LARGEST = 20
"""Drinks that a plan ranks by their largest difference."""

Examine = Callable[[Sequence[ObjectTask]], Iterator[ExaminedObject]]
"""Examines raw objects, perhaps in several processes, in any order."""
_Records = dict[ObjectVersion, dict[int, ServedRecord]]


class RejectedFiles(NamedTuple):
    """The files with the records that a load rejected."""

    generation: int
    """The load's generation."""
    keys: tuple[str, ...]


class Scope(Struct, frozen=True):
    """What is compared."""

    stored: Sequence[StoredObject]
    """All raw objects that exist."""
    chosen: AbstractSet[ObjectVersion]
    """Those to read."""
    rejected: Mapping[ObjectVersion, RejectedFiles] = {}
    """The last files of each object that has rejected records."""
    unsettled: AbstractSet[ObjectVersion] = frozenset()
    """Those that are not loaded yet, or whose load may not be published yet."""
    raw_expires: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether all raw objects are read."""
        return len(self.chosen) == len(self.stored)


def make_plan(
    catalogue: Catalogue,
    scope: Scope,
    examine: Examine,
    latest_load: Callable[[ObjectVersion], Load | None],
) -> ReleasePlan:
    """Return what this code would change of the published catalogue.

    `latest_load` is called for each object where this code and its load reject different records.
    """
    planning = _Planning(scope, {drink.id: _kept(drink) for drink in catalogue.all_drinks()})
    for examined in examine(planning.tasks(planning.served_records(), scope.chosen)):
        planning.note(examined)
        planning.note_observations(examined)
    planning.leave_out_unfinished(latest_load)
    others = planning.other_records() if scope.is_complete else {}
    for examined in examine(planning.tasks(others, others.keys())):
        planning.note(examined)
    return planning.result(catalogue.meta.version)


def _kept(drink: Drink) -> Drink:
    """Return the drink without most of its content."""
    return msgspec.structs.replace(marks(drink), name=drink.name)


class _Planning:
    def __init__(self, scope: Scope, served: Mapping[str, Drink]) -> None:
        self.scope = scope
        self.served = served
        self.records = 0
        self.registers: dict[str, Register] = {}
        """The merged observations of the settled objects."""
        self.unserved: dict[str, str] = {}
        """Names by id of drinks in raw objects that are not served."""
        self.unsettled: set[str] = set()
        """Ids in the objects that are not settled."""
        self.same: set[str] = set()
        self.different: dict[str, list[FieldDifference]] = {}
        self.removed: set[str] = set()
        """Ids whose object was read without a drink at their position."""
        self.now_rejected: list[RejectedRecord] = []
        self.now_loads: list[RejectedRecord] = []

    def tasks(self, records: _Records, chosen: AbstractSet[ObjectVersion]) -> list[ObjectTask]:
        """Return a task for each chosen object that exists."""
        files = self.scope.rejected
        return [
            ObjectTask(
                stored.version,
                stored.bytes,
                records.get(stored.version, {}),
                files[stored.version].keys if stored.version in files else (),
            )
            for stored in self.scope.stored
            if stored.version in chosen
        ]

    def served_records(self) -> _Records:
        """Return the raw records that the served drinks were made from."""
        return _by_object((drink.lineage, drink) for drink in self.served.values())

    def other_records(self) -> _Records:
        """Return newer records of drinks whose own record says too little.

        It has expired; or a newer one, which was rejected until now, replaces it.
        """
        accepted = {record.id for record in self.now_loads if record.id}
        return _by_object(
            (register.drink.lineage, served)
            for drink_id, served in self.served.items()
            if (drink_id in accepted or not self.is_examined(drink_id))
            and (register := self.registers.get(drink_id))
            and register.drink
            and register.drink.lineage != served.lineage
            and register.drink.observed_at >= served.observed_at
        )

    def is_examined(self, drink_id: str) -> bool:
        """Return whether the drink's record was read, or would have been if it could be read."""
        return drink_id in self.same or drink_id in self.different or drink_id in self.removed

    def note(self, examined: ExaminedObject) -> None:
        """Note the comparison of drinks with their records."""
        self.same.update(examined.same)
        for drink in examined.different:
            self.same.discard(drink.id)
            self.different[drink.id] = drink.differences
        self.removed.update(examined.without_drink)

    def note_observations(self, examined: ExaminedObject) -> None:
        """Note what the object says of all its ids, and which records it rejects."""
        self.records += examined.records
        is_settled = examined.version not in self.scope.unsettled
        for drink_id, register in examined.registers.items():
            if register.drink and drink_id not in self.served:
                self.unserved[drink_id] = register.drink.name
            elif is_settled:
                self.registers[drink_id] = merge(self.registers.get(drink_id), register)
            else:
                self.unsettled.add(drink_id)
        self.now_rejected += examined.now_rejected
        self.now_loads += examined.now_loads

    def leave_out_unfinished(self, latest_load: Callable[[ObjectVersion], Load | None]) -> None:
        """Drop the rejected records of objects without a finished load: nothing to compare with.

        If the last load rejected nothing, the files are of an earlier one.
        """
        loads = {
            record.object: latest_load(record.object)
            for record in (*self.now_rejected, *self.now_loads)
        }
        done = {version for version, load in loads.items() if load and load.status == "done"}
        files = self.scope.rejected
        current = {
            version
            for version in done & files.keys()
            if (load := loads[version]) and load.generation == files[version].generation
        }
        self.now_rejected = [record for record in self.now_rejected if record.object in done]
        self.now_loads = [record for record in self.now_loads if record.object in current]

    def result(self, catalogue_version: str) -> ReleasePlan:
        """Return the plan of all that was noted."""
        unknown = self._compare_marks()
        drinks = {
            drink_id: self._planned(drink_id, "removed") for drink_id in self.removed - self.same
        }
        drinks |= {drink_id: self._planned(drink_id, "changed") for drink_id in self.different}
        added = {record.id for record in self.now_loads if record.id in self.unserved}
        drinks |= {
            drink_id: PlannedDrink(drink_id, self.unserved[drink_id], "added") for drink_id in added
        }
        listed = {stored.version for stored in self.scope.stored}
        rest = Counter(
            "not_sampled" if version in listed - self.scope.chosen else "expired"
            for drink_id, served in self.served.items()
            if not self.is_examined(drink_id) and (version := ObjectVersion.of(served.lineage))
        )
        changed = [drinks[drink_id] for drink_id in sorted(drinks)]
        by_kind = Counter(drink.change for drink in changed)
        return ReleasePlan(
            changed=len(changed),
            unchanged=len(self.same),
            added=by_kind["added"],
            removed=by_kind["removed"],
            fields=_field_counts(changed),
            largest=_largest(changed),
            now_rejected=_by_code(self.now_rejected),
            now_loads=_by_code(self.now_loads),
            expired=rest["expired"],
            not_sampled=rest["not_sampled"],
            in_flight=len(self.unserved) - len(added) + unknown,
            objects=len(self.scope.chosen),
            of_objects=len(listed),
            records=self.records,
            catalogue=catalogue_version,
            served_transform_versions=dict(
                Counter(drink.lineage.transform_version for drink in self.served.values())
            ),
            drinks=changed,
            rejected={"now_rejected": self.now_rejected, "now_loads": self.now_loads},
        )

    def _compare_marks(self) -> int:
        """Compare the marks from several observations; return how many cannot be compared.

        While some observations of an id are on their way, the served drink may lack them.
        """
        if not self.scope.is_complete or self.scope.raw_expires:
            return 0
        unknown = 0
        for drink_id in self.same | self.different.keys():
            register = self.registers.get(drink_id)
            if register is None or register.drink is None:
                continue
            served, merged = marks(self.served[drink_id]), marks(register.drink)
            if not differing_fields(served, merged, _MARKS):  # nearly all, and fast
                continue
            differences = field_differences(served, merged)
            if drink_id in self.unsettled:
                unknown += 1
            else:
                self.different[drink_id] = [*self.different.get(drink_id, ()), *differences]
        self.same -= self.different.keys()
        return unknown

    def _planned(self, drink_id: str, change: Literal["changed", "removed"]) -> PlannedDrink:
        differences = self.different.get(drink_id, [])
        return PlannedDrink(drink_id, self.served[drink_id].name, change, differences)


def _by_object(records: Iterable[tuple[Lineage, Drink]]) -> _Records:
    by_object: _Records = defaultdict(dict)
    for lineage, served in records:
        record = ServedRecord(served.id, served.content_hash)
        by_object[ObjectVersion.of(lineage)][lineage.position] = record
    return by_object


def _by_code(records: Iterable[RejectedRecord]) -> dict[str, int]:
    return dict(Counter(record.code for record in records).most_common())


def _field_counts(drinks: Iterable[PlannedDrink]) -> dict[str, int]:
    counts = Counter(name for drink in drinks for name in {d.field for d in drink.differences})
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _largest(drinks: Iterable[PlannedDrink]) -> list[LargeDifference]:
    numbers = (
        LargeDifference(drink.id, drink.name, max(sized, key=_size))
        for drink in drinks
        if (sized := [each for each in drink.differences if each.size is not None])
    )
    return heapq.nlargest(LARGEST, numbers, key=lambda large: _size(large.difference))


def _size(difference: FieldDifference) -> float:
    return difference.size or 0
