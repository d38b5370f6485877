"""History: every observation of a drink, from the raw objects, and what changed each time."""

from collections.abc import Callable

from msgspec import Struct

from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.register import Register
from mocktailverse.errors import MissingError
from mocktailverse.pipeline.transform import transform
from mocktailverse.pipeline.verify import RawStore

NOT_CONTENT = frozenset({"content_hash", "observed_at", "lineage", "withdrawn_at", "previous_name"})


class Observation(Struct, frozen=True):
    """The drink as one raw record gives it, and the fields changed since the one before."""

    drink: Drink
    changed: tuple[str, ...]


def history(
    drink_id: str, raw: RawStore, on_object: Callable[[int], None] = lambda _: None
) -> list[Observation]:
    """All observations of a drink, in the order of their versions."""
    found: list[Register] = []
    source = drink_id.partition(":")[0]
    for number, stored in enumerate(raw.versions(), 1):
        on_object(number)
        if stored.version.source != source:
            continue
        try:
            pieces = transform(raw.open(stored.version), stored.version)
        except MissingError:  # expired since it was listed
            continue
        found += [
            piece
            for _, piece in pieces
            if isinstance(piece, Register) and piece.drink.id == drink_id
        ]
    found.sort(key=lambda register: register.version)
    drinks = [register.drink for register in found]
    before = [None, *drinks]
    return [
        Observation(drink, _changed(previous, drink))
        for previous, drink in zip(before, drinks, strict=False)
    ]


def _changed(previous: Drink | None, drink: Drink) -> tuple[str, ...]:
    if previous is None:
        return ()
    return tuple(
        name
        for name in drink.__struct_fields__
        if name not in NOT_CONTENT and getattr(previous, name) != getattr(drink, name)
    )
