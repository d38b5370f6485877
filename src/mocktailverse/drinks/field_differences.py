"""The differences between two versions of a drink, field by field, with the old and new values."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from mocktailverse.drinks.drink import Drink

_NOT_CONTENT = {"content_hash", "observed_at", "lineage"}
_LINES = "ingredients"
_TIME = "_at"


class FieldDifference(Struct, frozen=True):
    """A field with another value."""

    field: str
    """Its path, such as `derived.abv_percent_max`, `instructions.en` or `ingredients[].ml_min`;
    `ingredients[]` is a line that only one of the two drinks has."""
    old: Any
    new: Any
    relative: float | None = None
    """`(new - old) / |old|` of two numbers; null for other values, and where the old one is 0."""
    line: str | None = None
    """The ingredient line: `<position> <name>`."""

    @property
    def size(self) -> float:
        """How much a number changes, relative to the old one, or to 1 if that is smaller.

        So a rounded trace that doubles counts as little. 0 for other values.
        """
        if not _is_figure(self.field, self.old, self.new):
            return 0.0
        return float(abs(self.new - self.old) / max(1, abs(self.old)))


def field_differences(old: Drink, new: Drink) -> list[FieldDifference]:
    """Return what differs in the content of two drinks; ingredient lines are matched by position.

    Lineage, time of observation and hash do not count.
    """
    before, after = (
        {name: v for name, v in msgspec.to_builtins(drink).items() if name not in _NOT_CONTENT}
        for drink in (old, new)
    )
    lines, new_lines = ({line["position"]: line for line in d.pop(_LINES)} for d in (before, after))
    differences = list(_differences("", before, after, None))
    for position in sorted({**lines, **new_lines}):
        pair = lines.get(position), new_lines.get(position)
        name = (pair[1] or pair[0] or {}).get("name")
        differences += _differences(f"{_LINES}[]", *pair, f"{position} {name}")
    return differences


def _differences(path: str, old: Any, new: Any, line: str | None) -> Iterator[FieldDifference]:  # noqa: ANN401 - any JSON value
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            inner = f"{path}.{name}" if path else name
            yield from _differences(inner, old.get(name), new.get(name), line)
    else:
        is_proportion = _is_figure(path, old, new) and old
        yield FieldDifference(
            path, old, new, (new - old) / abs(old) if is_proportion else None, line
        )


def _is_figure(path: str, *values: object) -> bool:
    """Return whether the values are numbers with a meaningful proportion: times have none."""
    return not path.endswith(_TIME) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )
