"""The fields of msgspec Structs, with types and units in words."""

from typing import Any

import msgspec
from msgspec import inspect
from pages.cells import code, linked, table
from pages.meanings import fields

TYPES = {
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
"""Units by the last word of a field's name, without `min` and `max`."""


def struct_table(kind: type, *, linked_structs: tuple[type, ...] = ()) -> str:
    """Return the table of a Struct's fields: type, unit, whether null is possible, meaning.

    Raises:
        MissingMeaningError: a field is not documented.
    """
    meanings = fields(kind)
    rows = [
        (
            code(field.name),
            type_words(field.type, linked_structs),
            unit_of(field.name),
            "yes" if _is_nullable(field.type) else "no",
            meanings[field.name],
        )
        for field in struct_fields(kind)
    ]
    return table(("field", "type", "unit", "null", "meaning"), rows)


def type_words(  # noqa: PLR0911  one for each kind of type
    kind: inspect.Type, linked_structs: tuple[type, ...] = ()
) -> str:
    """Return a type in words, without its null."""
    match kind:
        case inspect.Metadata(type=inner):
            return type_words(inner, linked_structs)
        case inspect.UnionType(types=types):
            others = (one for one in types if not isinstance(one, inspect.NoneType))
            return " or ".join(type_words(one, linked_structs) for one in others)
        case inspect.LiteralType(values=values):
            return " ".join(map(code, values))
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return f"list of {type_words(item, linked_structs)}"
        case inspect.DictType(value_type=value):
            return f"map of {type_words(value, linked_structs)}"
        case inspect.StructType(cls=struct):
            return linked(struct.__name__) if struct in linked_structs else struct.__name__
        case inspect.CustomType(cls=other):
            return "any JSON" if other is object else other.__name__.lower()
        case _:
            bounds = (("ge", "from"), ("gt", "above"), ("le", "to"), ("lt", "below"))
            limits = [(words, getattr(kind, name, None)) for name, words in bounds]
            return TYPES[type(kind)] + "".join(f" {w} {n}" for w, n in limits if n is not None)


def _is_nullable(kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.UnionType):
        return any(isinstance(one, inspect.NoneType) for one in kind.types)
    return isinstance(kind, inspect.CustomType) and kind.cls is object


def unit_of(name: str) -> str:
    """Return the unit that a field's name ends with."""
    if name.endswith("_per_s"):
        return "a second"
    words = [word for word in name.split("_") if word not in {"min", "max"}]
    return UNITS.get(words[-1], "") if words else ""


def struct_fields(kind: type) -> tuple[inspect.Field, ...]:
    """Return the fields of a Struct."""
    info: Any = inspect.type_info(kind)
    return tuple(info.fields)


def default_of(field: inspect.Field) -> str:
    """Return a field's default as an environment variable holds it."""
    factory = field.default_factory
    match field.default if factory is msgspec.NODEFAULT else factory():
        case msgspec.NODEFAULT:
            return "required"
        case None:
            return "absent"
        case bool(value):
            return code(str(value).lower())
        case float(value):
            return code(f"{value:g}")
        case value:
            return code(value)
