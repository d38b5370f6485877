"""One raw object of a plan: what this code makes of it, compared with what is served. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Derived, Drink
from mocktailverse.drinks.field_differences import FieldDifference, field_differences
from mocktailverse.drinks.register import Register, merge
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.pipeline.ports import OpenObject
from mocktailverse.pipeline.transformation import transform

_NO_CONTENT: dict[str, Any] = {
    "category": None, "alcoholic": None, "glass": None, "iba": None, "tags": (),
    "instructions": {}, "ingredients": (), "image": None, "video": None, "derived": Derived(),
    "quality": (), "description": None, "credit": None, "stated": None, "garnish": None,
}  # fmt: skip


class ServedRecord(Struct, frozen=True):
    """A raw record that a served drink was made from."""

    drink_id: str
    content_hash: str


class ObjectTask(Struct, frozen=True):
    """A raw object to examine."""

    version: ObjectVersion
    bytes: int
    """The stored size."""
    served: dict[int, ServedRecord] = {}
    """The records that served drinks were made from, by position."""
    rejected_keys: tuple[str, ...] = ()
    """Where the records lie that its last load rejected."""


class DrinkDifference(Struct, frozen=True):
    """A served drink that this code reads differently."""

    id: str
    name: str
    differences: list[FieldDifference]


class RejectedRecord(Struct, frozen=True):
    """A raw record that either the deployed code or this code rejects, but not both."""

    code: str
    """The [reason code](codes.md)."""
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
    same: list[str] = []
    """Ids of served drinks that this code reads in the same way."""
    different: list[DrinkDifference] = []
    without_drink: list[str] = []
    """Ids of served drinks whose record this code does not read as a drink."""
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
    changed: dict[str, Drink] = {}
    for result in transform(opened, task.version):
        examined.records += 1
        if line := result.rejected:
            if codes.pop(line.position, whole) is None:
                examined.now_rejected.append(_rejected(task, line.code, line.position, line))
            continue
        register = result.register
        assert register is not None  # noqa: S101 - a result has one of the two
        drink = register.drink
        code = codes.pop(drink.lineage.position, whole) if drink else None
        _note(task, register, code, examined, changed)
    examined.now_loads += (_rejected(task, code, position) for position, code in codes.items())
    examined.different += _different(changed, catalogue, examined.same)
    compared = {*examined.same, *changed}
    ids = (record.drink_id for record in task.served.values())
    examined.without_drink += (drink_id for drink_id in ids if drink_id not in compared)
    return examined


def _note(
    task: ObjectTask,
    register: Register,
    code_before: str | None,
    examined: ExaminedObject,
    changed: dict[str, Drink],
) -> None:
    drink = register.drink
    slim = register
    if drink:
        position = drink.lineage.position
        if code_before:
            examined.now_loads.append(_rejected(task, code_before, position, drink_id=drink.id))
        if served := task.served.get(position):
            if served.content_hash == drink.content_hash and served.drink_id == drink.id:
                examined.same.append(drink.id)
            else:
                changed[served.drink_id] = drink
        slim = msgspec.structs.replace(
            register, drink=msgspec.structs.replace(drink, **_NO_CONTENT)
        )
    examined.registers[register.id] = merge(examined.registers.get(register.id), slim)


def _different(
    drinks: Mapping[str, Drink], catalogue: Catalogue, same: list[str]
) -> Iterator[DrinkDifference]:
    """Yield the drinks whose content really differs; add the others to `same`.

    The hash of equal content differs after a field was added to the code.
    """
    for served in catalogue.drinks([*drinks]):
        differences = field_differences(unmarked(served), unmarked(drinks[served.id]))
        if differences:
            yield DrinkDifference(served.id, served.name, differences)
        else:
            same.append(served.id)


def unmarked(drink: Drink) -> Drink:
    """Return the drink without the marks that come from other observations of its id."""
    quality = tuple(code for code in drink.quality if code != Quality.ID_REASSIGNED)
    return msgspec.structs.replace(drink, quality=quality, previous_name=None, withdrawn_at=None)


def marks(drink: Drink) -> Drink:
    """Return the drink with the marks from other observations of its id alone."""
    quality = tuple(code for code in drink.quality if code == Quality.ID_REASSIGNED)
    return msgspec.structs.replace(drink, **{**_NO_CONTENT, "quality": quality}, name="")


def _rejected(
    task: ObjectTask,
    code: str,
    position: int | None,
    line: Rejected | None = None,
    drink_id: str | None = None,
) -> RejectedRecord:
    return RejectedRecord(code, task.version, position, drink_id, line.message if line else "")
