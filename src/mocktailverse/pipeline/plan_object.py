"""One raw object of a plan: what this code makes of it, compared with what is served. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.field_differences import FieldDifference, field_differences
from mocktailverse.drinks.register import Register, merge
from mocktailverse.errors import MocktailverseError
from mocktailverse.loads.load_record import END, START, Checkpoint
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.decode import DecodedRecord
from mocktailverse.pipeline.ports import OpenObject
from mocktailverse.pipeline.transformation import RecordResult, record_result, transform
from mocktailverse.sources import RecordReader

EXCEPTION = "exception"
"""The code of records for which this code raises: their raw object would not load at all."""

_KEPT = {"id", "name", "content_hash", "observed_at", "withdrawn_at", "previous_name", "lineage"}
_NO_CONTENT: dict[str, Any] = dict.fromkeys({*Drink.__struct_fields__} - _KEPT)


class ObjectTask(Struct, frozen=True):
    """A raw object to examine."""

    version: ObjectVersion
    bytes: int
    """The stored size."""
    served: dict[int, tuple[str, str]] = {}
    """Id and content hash of the served drinks, by the position of the record that made them."""
    rejected_keys: tuple[str, ...] = ()
    """Where the records lie that its last load rejected."""


class RejectedRecord(Struct, frozen=True):
    """A raw record that either the deployed code or this code rejects, but not both."""

    code: str
    """The [reason code](codes.md); `exception`: this code raises, so that nothing of the object
    would load."""
    object: ObjectVersion
    position: int | None
    """The record's array index or byte offset; null: the whole object."""
    id: str | None = None
    """The drink's id, if the record can be read now."""
    message: str = ""
    """What is wrong, in a sentence."""


class ExaminedObject(Struct):
    """What this code makes of a raw object."""

    version: ObjectVersion
    records: int = 0
    registers: dict[str, Register] = {}
    """The merged observations of each id, without the drinks' content."""
    compared: dict[str, list[FieldDifference] | None] = {}
    """What differs in each served drink; None if its record is not this drink now."""
    other_ids: list[str] = []
    """The ids that this code gives to records of drinks that are served with another id."""
    now_rejected: list[RejectedRecord] = []
    """Records that this code rejects, and the last load did not."""
    now_loads: list[RejectedRecord] = []
    """Records that the last load rejected, and this code does not."""


def examine(
    task: ObjectTask,
    opened: OpenObject,
    catalogue: Catalogue,
    rejected_before: Sequence[Rejected],
) -> ExaminedObject:
    """Return what this code makes of a raw object, compared with the served drinks.

    `rejected_before` are the records that the object's last load rejected; one without a position
    is the whole object.
    """
    examined = ExaminedObject(task.version)
    codes = {line.position: line.code for line in rejected_before}
    whole = codes.pop(None, None)
    drinks: dict[int, Drink] = {}
    for result in _results(opened, task.version):
        examined.records += 1
        if line := result.rejected:
            if codes.pop(line.position, whole) is None:
                examined.now_rejected.append(
                    RejectedRecord(line.code, task.version, line.position, message=line.message)
                )
            if line.position is None:
                codes.clear()  # those records do not load either
        elif register := result.register:
            if drink := register.drink:
                position = drink.lineage.position
                drinks[position] = drink
                if code := codes.pop(position, whole):
                    loads = RejectedRecord(code, task.version, position, drink.id)
                    examined.now_loads.append(loads)
                register = msgspec.structs.replace(register, drink=without_content(drink))
            examined.registers[register.id] = merge(examined.registers.get(register.id), register)
    examined.now_loads += (RejectedRecord(codes[at], task.version, at) for at in codes)
    examined.compared = _compared(task, drinks, catalogue)
    examined.other_ids = [
        drink.id
        for position, (drink_id, _) in task.served.items()
        if (drink := drinks.get(position)) and drink.id != drink_id
    ]
    return examined


def _compared(
    task: ObjectTask, drinks: Mapping[int, Drink], catalogue: Catalogue
) -> dict[str, list[FieldDifference] | None]:
    """Return what differs between the served drinks and those made now, by position."""
    compared: dict[str, list[FieldDifference] | None] = {}
    others = {}
    for position, (drink_id, content_hash) in task.served.items():
        drink = drinks.get(position)
        is_read = drink is not None and drink.id == drink_id
        compared[drink_id] = [] if is_read else None
        if drink and is_read and drink.content_hash != content_hash:
            others[drink_id] = drink
    # The hash of equal content differs, too, after a field was added to the code.
    for one in catalogue.drinks([*others]):
        compared[one.id] = field_differences(_unmarked(one), _unmarked(others[one.id]))
    return compared


def _results(opened: OpenObject, version: ObjectVersion) -> Iterator[RecordResult]:
    """Yield the result of every record; code that raises rejects the record, or what is left."""
    try:
        yield from transform(opened, version, START, _result)
    except MocktailverseError:
        raise
    except Exception as error:  # noqa: BLE001 - the code of a checkout may raise anything
        yield _failure(error, version, END, None)


def _result(
    decoded: DecodedRecord, reader: RecordReader, version: ObjectVersion, observed_at: int
) -> RecordResult:
    try:
        return record_result(decoded, reader, version, observed_at)
    except Exception as error:  # noqa: BLE001 - the code of a checkout may raise anything
        return _failure(error, version, decoded.after, decoded.position)


def _failure(
    error: Exception, version: ObjectVersion, after: Checkpoint, position: int | None
) -> RecordResult:
    message = f"{type(error).__name__}: {error}"
    return RecordResult(after, None, Rejected(EXCEPTION, "$", message, position, None, version))


def without_content(drink: Drink) -> Drink:
    """Return the drink with its name, origin and marks from other observations of its id alone."""
    quality = tuple(code for code in drink.quality if code == Quality.ID_REASSIGNED)
    return msgspec.structs.replace(drink, **{**_NO_CONTENT, "quality": quality})


def _unmarked(drink: Drink) -> Drink:
    """Return the drink without the marks that come from other observations of its id."""
    quality = tuple(code for code in drink.quality if code != Quality.ID_REASSIGNED)
    return msgspec.structs.replace(drink, quality=quality, previous_name=None, withdrawn_at=None)
