"""A drink's history: every observation in the raw objects, and what changed each time."""

from collections.abc import Callable

from msgspec import Struct

from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.register import Register
from mocktailverse.errors import MissingError
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.ports import RawStore
from mocktailverse.pipeline.transformation import transform
from mocktailverse.pipeline.verify import differing_fields

NOT_CONTENT = frozenset({"content_hash", "observed_at", "lineage"})


class Observation(Struct, frozen=True):
    """A drink as one raw record gives it, or its absence (`drink` None), at a time in ms.

    `changed` names the fields that differ from the drink of the observation before.
    """

    observed_at: int
    drink: Drink | None
    changed: tuple[str, ...] = ()


def history(
    drink_id: str, raw: RawStore, on_object: Callable[[int], None] = lambda _: None
) -> list[Observation]:
    """Return all observations of a drink, in the order of their versions."""
    registers: list[Register] = []
    source = drink_id.partition(":")[0]
    for number, stored in enumerate(raw.versions(), 1):
        on_object(number)
        if stored.version.source == source:
            registers += _registers(raw, stored.version, drink_id)
    registers.sort(key=lambda register: (register.observed_at, register.version or ()))
    observations: list[Observation] = []
    last: Drink | None = None
    for register in registers:
        drink = register.drink
        names = differing_fields(last, drink) if last and drink else ()
        changed = tuple(name for name in names if name not in NOT_CONTENT)
        observations.append(Observation(register.observed_at, drink, changed))
        last = drink or last
    return observations


def _registers(raw: RawStore, version: ObjectVersion, drink_id: str) -> list[Register]:
    try:
        pieces = transform(raw.open(version), version)
    except MissingError:  # expired since it was listed
        return []
    registers = (piece.register for piece in pieces)
    return [register for register in registers if register and register.id == drink_id]
