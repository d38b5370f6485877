"""Verify: recomputes the drinks table from the raw objects and reports every difference.

lost             the raw objects have the drink, the table does not
stale            the table's drink differs from what today's code makes of the raw objects
extra            the table has a drink that is in no raw object
not_conserving   a raw object version without a finished load, or whose counts do not add up, or
                 whose records an independent reader counts differently
"""

from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct, field

from mocktailverse.drinks.register import Register, merge, without_memory
from mocktailverse.drinks.transform_version import TRANSFORM_VERSION
from mocktailverse.errors import MissingError, ObjectRejectedError
from mocktailverse.loads.load_record import Load, latest_generations
from mocktailverse.loads.object_version import CANARY_PREFIX, ObjectVersion
from mocktailverse.pipeline.independent_count import BYTES_LIMIT, count_records
from mocktailverse.pipeline.ports import OpenObject, RawStore
from mocktailverse.pipeline.transformation import observed_at_of, reader_of, transform


class Difference(Struct, frozen=True):
    """One difference."""

    kind: str
    """One of the lists of `VerifyReport`."""
    subject: str
    """The drink's id, or the raw object's key."""
    problem: str
    """What differs, in a sentence."""


class VerifyReport(Struct):
    """The differences, by kind and in their order, and how much was compared."""

    lost: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    not_conserving: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    objects: int = 0
    canaries: int = 0
    """Those of the objects that are health checks."""
    drinks: int = 0
    window: int | None = None
    """When the oldest raw object was stored, in ms since 1970 UTC."""

    @property
    def ok(self) -> bool:
        """Whether there is no difference."""
        return not self.differences

    def add(self, kind: str, subject: str, problem: str) -> None:
        """Add a difference to the list of its kind, and to all."""
        getattr(self, kind).append(subject)
        self.differences.append(Difference(kind, subject, problem))


def verify(
    raw: RawStore,
    registers: Iterable[Register],
    loads: Iterable[Load],
    on_object: Callable[[int], None] = lambda _: None,
    *,
    raw_expires: bool = False,
) -> VerifyReport:
    """Return what differs between the tables and the raw objects.

    `on_object` is called with the number of raw objects compared so far. If raw objects expire,
    drinks whose raw object has expired are not compared, nor are the earlier recipes and absences
    of the others.
    """
    report = VerifyReport()
    latest = {load.object: load for load in latest_generations(loads)}
    expected: dict[str, Register] = {}
    listed: set[ObjectVersion] = set()  # the raw objects that still exist
    for stored in raw.versions():
        listed.add(stored.version)
        _verify_object(raw, stored.version, latest.get(stored.version), expected, report)
        report.objects += 1
        report.canaries += stored.version.key.startswith(CANARY_PREFIX)
        report.window = min(stored.stored_at, report.window or stored.stored_at)
        on_object(report.objects)
    if not raw_expires:
        _compare(expected, registers, report)
        return report
    within: list[Register] = []
    for register in registers:
        if register.drink and ObjectVersion.of(register.drink.lineage) in listed:
            within.append(without_memory(register))
        else:
            expected.pop(register.id, None)
    rest = {drink_id: without_memory(one) for drink_id, one in expected.items() if one.drink}
    _compare(rest, within, report)
    return report


def _verify_object(
    raw: RawStore,
    version: ObjectVersion,
    load: Load | None,
    expected: dict[str, Register],
    report: VerifyReport,
) -> None:
    try:
        opened = raw.open(version)
    except MissingError:  # expired since it was listed
        return
    read = rejected = 0
    for result in transform(opened, version):
        read += 1
        if result.register is None:
            rejected += 1
        else:
            drink_id = result.register.id
            expected[drink_id] = merge(expected.get(drink_id), result.register)
    problem = _load_problem(load, read, rejected) or _count_problem(opened, version, read)
    if problem:
        report.add("not_conserving", version.key, problem)


def _load_problem(load: Load | None, read: int, rejected: int) -> str | None:
    if load is None:
        return "it has no load: its event was lost. Reconcile or replay will load it"
    if load.status != "done":
        return f"its load is {load.status}: {load.error or 'not finished yet'}"
    counts = load.counts
    if not counts.conserving:
        return f"read {counts.read} is not the sum of the other counts"
    if load.transform_version == TRANSFORM_VERSION and (read, rejected) != (
        counts.read,
        counts.rejected,
    ):
        return (
            f"the load counted {counts.read} read and {counts.rejected} rejected; "
            f"the object has {read} and {rejected}"
        )
    return None


def _count_problem(opened: OpenObject, version: ObjectVersion, read: int) -> str | None:
    count = _independent_count(opened, version)
    if count == read:
        return None
    return f"decode reads {read} records; an independent reader counts {count}"


def _independent_count(opened: OpenObject, version: ObjectVersion) -> int:
    """Return the number of records, counted without the decoder.

    An object that is rejected as a whole counts as one.
    """
    try:
        reader = reader_of(version)
        observed_at_of(opened)
    except ObjectRejectedError:
        return 1
    chunks = opened.chunks
    if opened.bytes <= BYTES_LIMIT:  # in memory; larger ones stream again for each pass
        body = b"".join(chunks())
        return count_records(lambda: (body,), reader.id_field, reader.columns)
    return count_records(chunks, reader.id_field, reader.columns)


def _compare(
    expected: dict[str, Register], drinks: Iterable[Register], report: VerifyReport
) -> None:
    for register in drinks:
        report.drinks += register.drink is not None
        drink_id = register.id
        recomputed = expected.pop(drink_id, None)
        if recomputed is None:
            report.add("extra", drink_id, "it is in no raw object")
        elif recomputed != register:
            report.add("stale", drink_id, _difference(recomputed, register))
    for drink_id, recomputed in expected.items():
        report.add("lost", drink_id, _origin(recomputed))


def _difference(expected: Register, register: Register) -> str:
    if expected.drink is None:
        return "the raw objects have only absences of it"
    if register.drink is None:
        return "the table has only absences of it"
    memory = ("earlier", "absences", "removed_at")
    fields = differing_fields(expected.drink, register.drink)
    return f"differs in {', '.join(fields + differing_fields(expected, register, memory))}"


def differing_fields(one: Struct, other: Struct, names: Sequence[str] = ()) -> list[str]:
    """Return the names of the fields that differ, of all fields or of some."""
    names = names or one.__struct_fields__
    return [name for name in names if getattr(one, name) != getattr(other, name)]


def _origin(register: Register) -> str:
    if register.drink is None:
        return "the raw objects have an absence of it"
    lineage = register.drink.lineage
    return f"it is in `{lineage.key}` at {lineage.position}"
