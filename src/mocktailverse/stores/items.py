"""Registers as items of the drinks table: the mapping between DynamoDB's types and ours.

An item has the fields of the register and its drink. It has `earlier` and `absences` only if they
are not empty, `removed_at` only after a removal, `description`, `credit`, `stated` and `garnish`
only if the source gives them, and no fields of a drink that only absences name. In addition it has:

version   compared by the write condition: observed_at, transform_version, content_hash, key,
          version_id and position as one text that sorts as they do, separated by U+001F
revision  compared by the write condition: a hash of `earlier`, `absences` and `removed_at`; only
          if there is one of them, and not in items from before it was added

This is the hot path. boto3's general serializer is several times slower than these functions.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from mocktailverse.conversion import converter
from mocktailverse.drinks.drink import Derived, Drink, Image, IngredientLine, Lineage
from mocktailverse.drinks.register import Earlier, Register, version_of

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import UniversalAttributeValueTypeDef as Value
else:
    Value = dict

Item = dict[str, Value]

_NULL: Value = {"NULL": True}
_YES_OR_NO: dict[bool | None, Value] = {None: _NULL, True: {"BOOL": True}, False: {"BOOL": False}}
_NO_STRINGS: Value = {"L": []}
_NO_MEMORY = ((), (), None)

_RANGES = tuple(
    (place, name, f"{name.removesuffix('_min')}_max")
    for place, name in enumerate(Derived.__struct_fields__)
    if name.endswith("_min")
)
"""The place of each range in `Derived`, whose maximum follows its minimum, and their names."""

_to_drink = converter(Drink)
_to_earlier = converter(tuple[Earlier, ...])


def to_item(register: Register) -> Item:
    """Return the item of a register."""
    drink = register.drink
    item: Item = (
        {"id": {"S": register.id}} if drink is None else _drink_item(drink, register.recipe)
    )
    if register.earlier:
        item["earlier"] = to_value([msgspec.to_builtins(entry) for entry in register.earlier])
    if register.absences:
        item["absences"] = to_value(register.absences)
    if register.removed_at is not None:
        item["removed_at"] = to_value(register.removed_at)
    memory = register.earlier, register.absences, register.removed_at
    if memory != _NO_MEMORY:
        item["revision"] = {"S": hashlib.sha256(msgspec.json.encode(memory)).hexdigest()[:32]}
    return item


def _drink_item(drink: Drink, recipe: str) -> Item:
    item: Item = {
        "id": {"S": drink.id},
        "source": {"S": drink.source},
        "name": {"S": drink.name},
        "category": _string(drink.category),
        "alcoholic": _string(drink.alcoholic),
        "glass": _string(drink.glass),
        "iba": _string(drink.iba),
        "tags": _strings(drink.tags),
        "instructions": {"M": {tag: {"S": text} for tag, text in drink.instructions.items()}},
        "ingredients": {"L": [*map(_line, drink.ingredients)]},
        "image": _NULL if drink.image is None else _image(drink.image),
        "video": _string(drink.video),
        "derived": _derived(drink.derived),
        "quality": _strings(drink.quality),
        "content_hash": {"S": drink.content_hash},
        "observed_at": {"N": str(drink.observed_at)},
        "withdrawn_at": _number(drink.withdrawn_at),
        "previous_name": _string(drink.previous_name),
        "lineage": _lineage(drink.lineage),
        "version": {"S": version_of(drink).sortable()},
        "recipe": {"S": recipe},
    }
    # Most drinks have none of these, so that they are left out rather than stored as null.
    if drink.description is not None:
        item["description"] = {"S": drink.description}
    if drink.credit is not None:
        item["credit"] = to_value(msgspec.structs.asdict(drink.credit))
    if drink.stated is not None:
        item["stated"] = to_value(msgspec.structs.asdict(drink.stated))
    if drink.garnish is not None:
        item["garnish"] = {"S": drink.garnish}
    return item


def from_item(item: Mapping[str, Mapping[str, Any]]) -> Register:
    """Return the register of an item."""
    fields = {name: value_of(value) for name, value in item.items()}
    return Register(
        fields["id"],
        _to_drink(fields) if "version" in fields else None,
        fields.get("recipe", ""),
        _to_earlier(fields.get("earlier", ())),
        tuple(fields.get("absences", ())),
        fields.get("removed_at"),
    )


def value_of(value: Mapping[str, Any]) -> Any:  # noqa: ANN401 - of any type
    """Return an attribute value as plain Python."""
    ((kind, content),) = value.items()
    match kind:
        case "S" | "BOOL":
            return content
        case "N":
            return float(content) if set(content) & set(".eE") else int(content)
        case "NULL":
            return None
        case "L":
            return [value_of(element) for element in content]
        case "M":
            return {name: value_of(element) for name, element in content.items()}
        case _:
            raise ValueError(f"Attribute values of type `{kind}` are not supported.")


def to_value(content: object) -> Value:
    """Return plain Python as an attribute value."""
    match content:
        case None:
            return _NULL
        case bool():
            return {"BOOL": content}
        case str():
            return {"S": content}
        case int() | float():
            return {"N": repr(content)}
        case list() | tuple():
            return {"L": [to_value(element) for element in content]}
        case dict():
            return {"M": {name: to_value(element) for name, element in content.items()}}
        case _:
            raise TypeError(f"DynamoDB cannot store values of type `{type(content).__name__}`.")


def _string(text: str | None) -> Value:
    return _NULL if text is None else {"S": text}


def _number(number: float | None) -> Value:
    return _NULL if number is None else {"N": repr(number)}


# Many lines have the same amounts and units, so caching them is faster; derived figures rarely
# repeat.
_text = lru_cache(maxsize=4096)(_string)
_amount = lru_cache(maxsize=2048, typed=True)(_number)


def _strings(texts: tuple[str, ...]) -> Value:
    return {"L": [{"S": text} for text in texts]} if texts else _NO_STRINGS


def _line(line: IngredientLine) -> Value:
    return {
        "M": {
            "position": _amount(line.position),
            "name": _text(line.name),
            "name_raw": {"S": line.name_raw},
            "measure_raw": _string(line.measure_raw),
            "amount_min": _amount(line.amount_min),
            "amount_max": _amount(line.amount_max),
            "unit": _text(line.unit),
            "ml_min": _amount(line.ml_min),
            "ml_max": _amount(line.ml_max),
            "kind": _text(line.kind),
            "certainty": _text(line.certainty),
            "preparation": _string(line.preparation),
            "alternatives": _strings(line.alternatives),
            "optional": _YES_OR_NO[line.optional],
        }
    }


def _image(image: Image) -> Value:
    return {
        "M": {
            "url": {"S": image.url},
            "licence": _string(image.licence),
            "attribution": _string(image.attribution),
        }
    }


def _derived(derived: Derived) -> Value:
    fields = {
        "certainty": {"S": derived.certainty},
        "spirits": _strings(derived.spirits),
        "method": _string(derived.method),
        "is_mocktail": _YES_OR_NO[derived.is_mocktail],
        "unknown_because": _strings(derived.unknown_because),
        "likely_abv_served_percent": _number(derived.likely_abv_served_percent),
    }
    values = msgspec.structs.astuple(derived)
    for place, least, most in _RANGES:
        low, high = values[place], values[place + 1]
        fields[least] = number = _NULL if low is None else {"N": repr(low)}
        if high != low:
            number = _NULL if high is None else {"N": repr(high)}
        fields[most] = number
    return {"M": fields}


def _lineage(lineage: Lineage) -> Value:
    return {
        "M": {
            "bucket": {"S": lineage.bucket},
            "key": {"S": lineage.key},
            "version_id": {"S": lineage.version_id},
            "position": {"N": str(lineage.position)},
            "transform_version": {"N": str(lineage.transform_version)},
        }
    }
