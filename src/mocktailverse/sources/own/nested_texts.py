"""Ingredients and instructions in the forms in which tools and pages nest them in JSON.

"4 cl lime juice"                                        a line, or several
{"text": "4 cl lime juice"}                              an object around it
{"name": "lime juice", "amount": "1/2", "unit": "oz"}    its parts
{"lime juice": "4 cl"}, {"special": "Juice of a lime"}   measures and lines by name
{"name": "Base", "itemListElement": [...]}, [[...]]      lists in lists, which may have a name
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from mocktailverse.drinks.codes import Reason
from mocktailverse.drinks.ingredients import match_ingredient
from mocktailverse.drinks.ingredients.written_names import states_strength
from mocktailverse.drinks.lines import parse_line
from mocktailverse.drinks.record import RawLine, StatedLine
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources.json_object import type_name
from mocktailverse.sources.own.recipe_text import (
    each,
    named,
    optional_text,
    require_few,
    single_line,
    web_address,
    whole_lines,
)

ReadText = Callable[[str], str]
"""Returns the lines of a text as people see them."""

_LISTS = ("itemListElement", "ingredients", "items", "steps")
_NAMES = ("ingredient", "name_raw", "name", "item", "text")
_AMOUNTS = ("quantity", "amount", "value", "minValue", "requiredQuantity")
_HIGHEST = ("amount_max", "maxValue")
_UNITS = ("measure", "unit", "units", "unitText")
_NOTES = ("preparation", "note", "notes")
_OTHERS = {*_NOTES, "alternatives", "substitutes"}
_PARTS = {*_NAMES, *_AMOUNTS, *_UNITS, "measure_raw"}


def ingredient_lines(value: object, read: ReadText) -> tuple[RawLine, ...]:
    """Return the lines of a recipe's ingredients; blank ones and headings are left out.

    Raises:
        RecordRejectedError: an ingredient cannot be read, or there are too many.
    """
    elements = enumerate(_elements(value, read))
    lines = [line for place, one in elements for line in _line_of(place, one, read)]
    require_few(lines)
    return tuple(replace(line, position=place) for place, line in enumerate(lines, 1))


def _elements(value: object, read: ReadText) -> Iterator[object]:
    """Yield the ingredients: a line of text, an object with its parts, or what cannot be read."""
    if isinstance(value, list):
        for one in value:
            yield from _elements(one, read)
    elif isinstance(value, str):
        yield from read(value).split("\n")
    elif not isinstance(value, dict):
        yield from each(value)
    elif (inner := _inner(value)) is not None:
        yield from _elements(inner, read)
    elif _PARTS.isdisjoint(value) and not any(name.startswith("@") for name in value):
        for name, text in value.items():
            yield from _elements(_named_text(name, text), read)
    else:
        yield value


def _named_text(name: str, text: object) -> object:
    """Return the ingredient in a field with a name of its own: "4 cl" of it, or a line, a list."""
    is_line = isinstance(text, list) or (isinstance(text, str) and parse_line(text).in_reference)
    return text if is_line else {"name": name, "measure": text}


def _inner(fields: Mapping[str, object]) -> object:
    """Return what an object is around: a list, or a text; None if it has the parts themselves."""
    is_bare = fields.keys().isdisjoint((*_AMOUNTS, *_UNITS))
    return first_of(fields, (*_LISTS, "text", "item")) if is_bare else None


def _line_of(place: int, element: object, read: ReadText) -> tuple[RawLine, ...]:
    if not isinstance(element, dict):
        if not isinstance(element, str):
            raise _unreadable(place, f"is {type_name(element)}")
        return whole_lines([element])
    name = named(first_of(element, _NAMES))
    measure = _measure(element, place)
    if name is None:
        raise _unreadable(place, "has no name")
    line = single_line(read(f"{measure} {with_alcohol(name, element)}")) or name
    stated = stated_line(element, single_line(first_of(element, _NOTES)))
    return (RawLine(0, line, None, is_whole=True, stated=stated),)


def with_alcohol(name: str, fields: Mapping[str, object]) -> str:
    """Return a name with the alcohol that another field of its ingredient states.

    "Syrup" with the label "Triple sec", or "Lemonade" with a strength of 5 %, would look free of
    alcohol.
    """
    row = match_ingredient(name)
    if row is None or row.alcoholic:
        return name
    inner = fields.get("ingredient")
    facts = {**fields, **inner} if isinstance(inner, dict) else fields
    texts = [
        text for field, text in facts.items() if field not in _OTHERS and isinstance(text, str)
    ]
    stated = [text for text in texts if (other := match_ingredient(text)) and other.alcoholic]
    strength = f"{single_line(facts.get('strength')) or ''} % vol"
    if states_strength(strength, row):
        stated.append(strength)
    return f"{name} ({', '.join(stated)})" if stated else name


def _measure(fields: Mapping[str, object], place: int) -> str:
    """Return the amount and the unit of an ingredient, or of an amount that is an object."""
    if "measure_raw" in fields:  # our own export, which also has the amount that it read
        return _text(fields["measure_raw"], place)
    amounts = [_text(first_of(fields, names), place) for names in (_AMOUNTS, _HIGHEST)]
    amount = " to ".join(dict.fromkeys(filter(None, amounts)))
    return f"{amount} {_text(first_of(fields, _UNITS), place)}".strip()


def _text(value: object, place: int) -> str:
    if isinstance(value, dict):
        return _measure(value, place)
    text = single_line(value)
    if text is None and value is not None and not isinstance(value, str):
        raise _unreadable(place, f"has {type_name(value)} as its amount or unit")
    return text or ""


def _unreadable(place: int, problem: str) -> RecordRejectedError:
    path, message = f"$.recipe.ingredients[{place}]", f"Ingredient {place + 1} {problem}."
    return RecordRejectedError(Reason.WRONG_TYPE, path, message)


def stated_line(fields: Mapping[str, object], preparation: str | None) -> StatedLine:
    """Return what an ingredient states besides its name and measure."""
    others = (name for field in ("alternatives", "substitutes") for name in each(fields.get(field)))
    return StatedLine(
        optional=fields.get("optional") in (True, "true"),
        alternatives=tuple(filter(None, map(name_of_ingredient, others))),
        preparation=preparation,
    )


def name_of_ingredient(value: object) -> str | None:
    """Return the name of an ingredient that is a text, an object, or an object around it."""
    return named(value) or (named(value.get("ingredient")) if isinstance(value, dict) else None)


def nested_text(value: object, read: ReadText) -> str | None:
    """Return the lines of instructions: texts, steps, sections with a heading, lists of them."""
    return "\n".join(filter(None, map(optional_text, _texts(value, read)))) or None


def _texts(value: object, read: ReadText) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _texts(one, read)
    elif isinstance(value, dict):
        yield from _step(value, read)
    elif (line := single_line(value)) is not None:
        yield read(value if isinstance(value, str) else line)


def _step(fields: Mapping[str, object], read: ReadText) -> Iterator[str]:
    inner = first_of(fields, (*_LISTS, "item"))
    if inner is None:
        others = [one for name, one in fields.items() if not _is_fact(name, one)]
        yield from _texts(first_of(fields, ("text", "name", "description")) or others, read)
        return
    if (name := named(fields)) and (heading := read(name)):
        yield heading if heading.endswith(":") else f"{heading}:"
    yield from _texts([fields.get("text"), inner], read)


def _is_fact(name: str, value: object) -> bool:
    """Return whether a field of a step has no words for people."""
    is_text = isinstance(value, str | list | dict) and not web_address(value)
    return name.startswith("@") or not is_text


def addresses_in(value: object) -> Iterator[str]:
    """Yield what may be an address; an `@id` with a `#` is only a reference."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from addresses_in([value.get("url"), value.get("contentUrl")])
        yield from (text for text in addresses_in(value.get("@id")) if "#" not in text)
    elif isinstance(value, list):
        for one in value:
            yield from addresses_in(one)


def first_of(fields: Mapping[str, object], names: Sequence[str]) -> object:
    """Return the first of these fields that has a value; None if none has."""
    values = (fields.get(name) for name in names)
    return next((value for value in values if value not in (None, "", [])), None)
