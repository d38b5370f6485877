"""What identifies the visible content of a drink, so that a publish skips what has not changed."""

from typing import NamedTuple, Self

from mocktailverse.drinks.drink import Drink


class Fingerprint(NamedTuple):
    """The values that identify the visible content of a drink; equal ones look the same.

    Time and place of the last observation are left out: they change with every sighting.
    """

    quality: tuple[str, ...]
    content_hash: str
    transform_version: int
    withdrawn_at: int | None
    previous_name: str | None

    @classmethod
    def of(cls, drink: Drink) -> Self:
        """Return the fingerprint of a drink."""
        return cls(
            drink.quality,
            drink.content_hash,
            drink.lineage.transform_version,
            drink.withdrawn_at,
            drink.previous_name,
        )
