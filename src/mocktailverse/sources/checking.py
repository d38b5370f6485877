"""The records of a canary: a drink with a reserved id, by which a deployment is checked."""

from typing import Protocol


class CanaryRecords(Protocol):
    """Writes raw objects, each with one record of the canary."""

    @property
    def id(self) -> str:
        """The reserved id, which no drink of the source has."""
        ...

    @property
    def texts(self) -> tuple[str, ...]:
        """Texts of the drink that its JSON contains unchanged, such as its name."""
        ...

    def drink(self, instructions: str) -> bytes:
        """Return a raw object with the drink: complete, without schema drift or quality marks."""
        ...

    def absence(self) -> bytes:
        """Return a raw object that says that the source no longer has the drink."""
        ...
