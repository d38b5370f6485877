"""Types as readers know them: of fields that msgspec describes."""

from typing import Any

import msgspec
from msgspec import inspect
from pages.markdown import code, linked, table
from pages.meanings import fields

PLAIN = {
    inspect.StrType: "text",
    inspect.IntType: "integer",
    inspect.FloatType: "number",
    inspect.BoolType: "true or false",
}
UNITS = {
    "at": "ms since 1970 UTC",
    "bytes": "bytes",
    "days": "days",
    "g": "g",
    "mb": "MiB",
    "ml": "ml",
    "ms": "ms",
    "percent": "%",
    "s": "s",
}
"""Units stand in names, as their last word but for `min` and `max`."""


def struct_table(kind: type, *, linked_structs: tuple[type, ...] = ()) -> str:
    """The fields of a Struct: type, unit, whether null is possible, meaning.

    Raises:
        MissingMeaningError: a field does not say what it means.
    """
    meanings = fields(kind)
    rows = [
        (
            code(field.name),
            type_words(field.type, linked_structs),
            unit_of(field.name),
            "yes" if is_nullable(field.type) else "no",
            meanings[field.name],
        )
        for field in struct_fields(kind)
    ]
    return table(("field", "type", "unit", "null", "meaning"), rows)


def type_words(  # noqa: PLR0911  one for each kind of type
    kind: inspect.Type, linked_structs: tuple[type, ...] = ()
) -> str:
    """A type without its null."""
    match kind:
        case inspect.Metadata(type=inner):
            return type_words(inner, linked_structs)
        case inspect.UnionType(types=types):
            chosen = (one for one in types if not isinstance(one, inspect.NoneType))
            return " or ".join(type_words(one, linked_structs) for one in chosen)
        case inspect.LiteralType(values=values):
            return " ".join(code(value) for value in values)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return f"list of {type_words(item, linked_structs)}"
        case inspect.DictType(value_type=value):
            return f"map of {type_words(value, linked_structs)}"
        case inspect.StructType(cls=struct):
            return linked(struct.__name__) if struct in linked_structs else struct.__name__
        case inspect.CustomType(cls=other):
            return "any JSON" if other is object else other.__name__.lower()
        case _:
            return PLAIN[type(kind)] + _bounds(kind)


def is_nullable(kind: inspect.Type) -> bool:
    """Whether null is among the values of a type."""
    if isinstance(kind, inspect.UnionType):
        return any(isinstance(one, inspect.NoneType) for one in kind.types)
    return isinstance(kind, inspect.CustomType) and kind.cls is object


def unit_of(name: str) -> str:
    """The unit that a field's name carries."""
    if name.endswith("_per_s"):
        return "a second"
    words = [word for word in name.split("_") if word not in {"min", "max"}]
    return UNITS.get(words[-1], "") if words else ""


def struct_fields(kind: type) -> tuple[inspect.Field, ...]:
    """The fields of a Struct."""
    found = inspect.type_info(kind)
    assert isinstance(found, inspect.StructType)  # noqa: S101  a Struct's type is one
    return found.fields


def default_of(field: inspect.Field) -> Any:  # noqa: ANN401  a default is of any type
    """A field's default; msgspec.NODEFAULT where it has none."""
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


def _bounds(kind: inspect.Type) -> str:
    """What a number may be: ` from 512 to 10240`."""
    bounds = (("ge", "from"), ("gt", "above"), ("le", "to"), ("lt", "below"))
    told = [
        f" {word} {limit}"
        for name, word in bounds
        if (limit := getattr(kind, name, None)) is not None
    ]
    return "".join(told)
