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
from operator import attrgetter

from msgspec import Struct

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.drinks.drink import Drink, Lineage
from mocktailverse.drinks.field_differences import FieldDifference
from mocktailverse.drinks.register import Register, merge
from mocktailverse.loads.load_record import Load
from mocktailverse.loads.object_version import ObjectVersion, StoredObject
from mocktailverse.pipeline.plan import LargeDifference, PlannedDrink, ReleasePlan
from mocktailverse.pipeline.plan_object import ExaminedObject, ObjectTask, RejectedRecord
from mocktailverse.pipeline.verify import differing_fields

_MARKS = ("withdrawn_at", "previous_name", "quality")
LARGEST = 20
"""Drinks that a plan ranks by their largest difference."""

Examine = Callable[[Sequence[ObjectTask]], Iterator[ExaminedObject]]
"""Examines raw objects, perhaps in several processes, in any order."""
LatestLoad = Callable[[ObjectVersion], Load | None]
_Records = dict[ObjectVersion, dict[int, tuple[str, str]]]


class Scope(Struct, frozen=True):
    """What is compared."""

    stored: Sequence[StoredObject]
    """All raw objects that exist."""
    chosen: AbstractSet[ObjectVersion]
    """Those to read."""
    rejected: Mapping[ObjectVersion, tuple[str, ...]] = {}
    """Keys of the last files with the records of an object that a load rejected."""
    unsettled: AbstractSet[ObjectVersion] = frozenset()
    """Those that are not loaded yet, or whose load may not be published yet."""
    raw_expires: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether all raw objects are read."""
        return len(self.chosen) == len(self.stored)

    def tasks(self, records: _Records, chosen: AbstractSet[ObjectVersion]) -> list[ObjectTask]:
        """Return a task for each chosen object that exists."""
        return [
            ObjectTask(
                one.version,
                one.bytes,
                records.get(one.version, {}),
                self.rejected.get(one.version, ()),
            )
            for one in self.stored
            if one.version in chosen
        ]


def make_plan(
    catalogue: Catalogue,
    served: Mapping[str, Drink],
    scope: Scope,
    examine: Examine,
    latest_load: LatestLoad,
) -> ReleasePlan:
    """Return what this code would change of the published catalogue.

    `served` are its drinks by id, without their content. `latest_load` is called for each object
    where this code and its load reject different records.
    """
    planning = _Planning(scope, served)
    records = _by_object((drink.lineage, drink) for drink in served.values())
    for examined in examine(scope.tasks(records, scope.chosen)):
        planning.note(examined)
    planning.leave_out_unfinished(latest_load)
    if scope.is_complete:
        records = _by_object(planning.other_records())
        for examined in examine(scope.tasks(records, records.keys())):
            planning.compared |= examined.compared
        if not scope.raw_expires:
            planning.compare_marks()
    planning.add(catalogue.unread_fields())
    return planning.result(catalogue.meta.version)


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
        self.unknown = 0
        """Drinks whose marks cannot be compared."""
        self.compared: dict[str, list[FieldDifference] | None] = {}
        """What differs in each drink whose object was read; None if it would not load."""
        self.other_ids: set[str] = set()
        """Ids of drinks that are served with another id."""
        self.now_rejected: list[RejectedRecord] = []
        self.now_loads: list[RejectedRecord] = []

    def note(self, examined: ExaminedObject) -> None:
        """Note what the object says of its drinks and of all ids, and which records it rejects."""
        self.records += examined.records
        self.compared |= examined.compared
        is_settled = examined.version not in self.scope.unsettled
        for drink_id, register in examined.registers.items():
            if register.drink and drink_id not in self.served:
                self.unserved[drink_id] = register.drink.name
            elif is_settled:
                self.registers[drink_id] = merge(self.registers.get(drink_id), register)
            else:
                self.unsettled.add(drink_id)
        self.other_ids |= {*examined.other_ids}
        self.now_rejected += examined.now_rejected
        self.now_loads += examined.now_loads

    def leave_out_unfinished(self, latest_load: LatestLoad) -> None:
        """Drop the rejected records of objects without a finished load: nothing to compare with.

        If the last load rejected nothing, the files are of an earlier one.
        """
        versions = {record.object for record in (*self.now_rejected, *self.now_loads)}
        loads = {version: latest_load(version) for version in versions}
        rejected = {
            version: load.counts.rejected
            for version, load in loads.items()
            if load and load.status == "done"
        }
        self.now_rejected = [one for one in self.now_rejected if one.object in rejected]
        self.now_loads = [one for one in self.now_loads if rejected.get(one.object)]

    def other_records(self) -> Iterator[tuple[Lineage, Drink]]:
        """Yield where the merged observations say more than a drink's own record.

        It has expired, or is rejected; or one that was rejected until now replaces it, or one of
        the same time, where the content decides.
        """
        accepted = {record.id for record in self.now_loads}
        for drink_id, served in self.served.items():
            register = self.registers.get(drink_id)
            merged = register.drink if register else None
            if merged is None or merged.lineage == served.lineage:
                continue
            is_open = drink_id in accepted or drink_id not in self.compared
            is_tie = merged.observed_at == served.observed_at
            is_later = merged.observed_at > served.observed_at
            if is_tie or (is_open and is_later) or self.compared.get(drink_id, ()) is None:
                yield merged.lineage, served

    def compare_marks(self) -> None:
        """Compare the marks from several observations of each id.

        While some observations of an id are on their way, the served drink may lack them.
        """
        changes = []
        for drink_id, differences in self.compared.items():
            register = self.registers.get(drink_id)
            if differences is None or register is None or register.drink is None:
                continue
            served, merged = self.served[drink_id], register.drink
            names = differing_fields(served, merged, _MARKS)
            if names and drink_id in self.unsettled:
                self.unknown += 1
                continue
            changes += [
                (drink_id, FieldDifference(name, getattr(served, name), getattr(merged, name)))
                for name in names
            ]
        self.add(changes)

    def add(self, differences: Iterable[tuple[str, FieldDifference]]) -> None:
        """Add differences to those of drinks that would load."""
        for drink_id, difference in differences:
            if (others := self.compared.get(drink_id)) is not None:
                self.compared[drink_id] = [*others, difference]

    def result(self, catalogue_version: str) -> ReleasePlan:
        """Return the plan of all that was noted."""
        loads = self.other_ids.union(record.id for record in self.now_loads if record.id)
        added = loads & self.unserved.keys()
        drinks = {
            drink_id: PlannedDrink(
                drink_id,
                self.served[drink_id].name,
                "removed" if differences is None else "changed",
                differences or [],
            )
            for drink_id, differences in self.compared.items()
            if differences != []
        }
        drinks |= {
            drink_id: PlannedDrink(drink_id, self.unserved[drink_id], "added") for drink_id in added
        }
        changed = [drinks[drink_id] for drink_id in sorted(drinks)]
        by_kind = Counter(drink.change for drink in changed)
        left_out = {one.version for one in self.scope.stored} - self.scope.chosen
        rest = Counter(
            "not_sampled" if ObjectVersion.of(drink.lineage) in left_out else "expired"
            for drink_id, drink in self.served.items()
            if drink_id not in self.compared
        )
        return ReleasePlan(
            changed=len(changed),
            unchanged=[*self.compared.values()].count([]),
            added=by_kind["added"],
            removed=by_kind["removed"],
            fields=_field_counts(changed),
            largest=_largest(changed),
            now_rejected=_by_code(self.now_rejected),
            now_loads=_by_code(self.now_loads),
            expired=rest["expired"],
            not_sampled=rest["not_sampled"],
            in_flight=len(self.unserved) - len(added) + self.unknown,
            objects=len(self.scope.chosen),
            of_objects=len(self.scope.stored),
            records=self.records,
            catalogue=catalogue_version,
            served_transform_versions=dict(
                Counter(drink.lineage.transform_version for drink in self.served.values())
            ),
            drinks=changed,
            rejected={"now_rejected": self.now_rejected, "now_loads": self.now_loads},
        )


def _by_object(records: Iterable[tuple[Lineage, Drink]]) -> _Records:
    by_object: _Records = defaultdict(dict)
    for lineage, served in records:
        by_object[ObjectVersion.of(lineage)][lineage.position] = served.id, served.content_hash
    return by_object


def _by_code(records: Iterable[RejectedRecord]) -> dict[str, int]:
    return dict(Counter(record.code for record in records).most_common())


def _field_counts(drinks: Iterable[PlannedDrink]) -> dict[str, int]:
    counts = Counter(name for drink in drinks for name in {d.field for d in drink.differences})
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _largest(drinks: Iterable[PlannedDrink]) -> list[LargeDifference]:
    numbers = (
        LargeDifference(drink.id, drink.name, max(drink.differences, key=attrgetter("size")))
        for drink in drinks
        if any(difference.size for difference in drink.differences)
    )
    return heapq.nlargest(LARGEST, numbers, key=attrgetter("difference.size"))
