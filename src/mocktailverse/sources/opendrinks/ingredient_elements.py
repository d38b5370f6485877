"""The ingredients of a recipe, in the forms in which people write them.

[{"quantity": "1/2", "measure": "oz", "ingredient": "lime juice"}]    the usual form
["1/2 oz lime juice"], or one text with a line for each               lines of text
{"lime juice": "1/2 oz"}                                              measures by ingredient
"""

from collections.abc import Iterator, Mapping

from mocktailverse.drinks.codes import Quality, Reason
from mocktailverse.drinks.ingredients import read_name
from mocktailverse.drinks.lines import parse_line
from mocktailverse.drinks.record import RawLine
from mocktailverse.drinks.text import one_line
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources.json_object import type_name
from mocktailverse.sources.opendrinks.plain_text import plain_text

LINES_LIMIT = 200
"""Maximum lines of a recipe: limits the size of its drink."""

_NAMES = ("ingredient", "name")
_MEASURES = ("measure", "unit")
_QUANTITIES = ("quantity", "amount")
_NOTHING = frozenset(("n/a", "na", "none", "null", "-", "--"))
"""What people write for "no value"."""


def lines_of(ingredients: object, quality: list[str]) -> tuple[RawLine, ...]:
    """Return the lines; add a code to `quality` for what is omitted or has another type.

    Raises:
        RecordRejectedError: there are none, too many, or one has a type that cannot be read.
    """
    elements = list(_elements(ingredients))
    if len(elements) > LINES_LIMIT:
        raise RecordRejectedError(
            Reason.TOO_MANY_LINES,
            "$.ingredients",
            f"The recipe has {len(elements)} ingredients; {LINES_LIMIT} is the limit.",
        )
    lines = [
        line
        for position, (path, element) in enumerate(elements, 1)
        if (line := _line(position, path, element, quality))
    ]
    if not lines:
        raise RecordRejectedError(
            Reason.INGREDIENTS_MISSING, "$.ingredients", "The recipe has no ingredients."
        )
    return tuple(lines)


def _elements(ingredients: object) -> Iterator[tuple[str, object]]:
    match ingredients:
        case list():
            yield from ((f"$.ingredients[{n}]", one) for n, one in enumerate(ingredients))
        case str():
            yield from (("$.ingredients", line) for line in ingredients.splitlines())
        case dict():
            for name, measure in ingredients.items():
                yield "$.ingredients", {"ingredient": name, "measure": measure}
        case None:
            pass
        case _:
            raise _wrong_type("$.ingredients", ingredients)


def _line(position: int, path: str, element: object, quality: list[str]) -> RawLine | None:
    if isinstance(element, dict):
        quantity, measure, name = (
            _value(element, names, path, quality) for names in (_QUANTITIES, _MEASURES, _NAMES)
        )
        return _structured(position, quantity, measure, name, quality)
    if element is not None and not isinstance(element, str):
        raise _wrong_type(path, element)
    text = one_line(element)
    return RawLine(position, text, None, is_whole=True) if text else None


def _value(
    element: Mapping[str, object], names: tuple[str, ...], path: str, quality: list[str]
) -> str:
    name = next((name for name in names if name in element), names[0])
    value = element.get(name)
    text = plain_text(value)
    if text is None:
        raise _wrong_type(f"{path}.{name}", value)
    if not isinstance(value, str | None):
        quality.append(Quality.FIELD_RETYPED)
    line = one_line(text) or ""
    return "" if line.casefold() in _NOTHING else line


def _structured(
    position: int, quantity: str, measure: str, name: str, quality: list[str]
) -> RawLine | None:
    """Return the line of three fields.

    People also write a measure into the name ("Splash of soda water", "2" + "lime wedges"), and a
    part of the name into the measure ("12" + "oz" + "cans cream soda"). The whole line is then
    read, if that leads to an ingredient of the reference.
    """
    amount = quantity if _repeats(quantity, measure) else f"{quantity} {measure}".strip()
    whole = f"{amount} {name}".strip()
    if not whole:
        return None
    is_usual = bool(quantity and measure and name)
    if not (is_usual and read_name(name).in_reference) and parse_line(whole).in_reference:
        return RawLine(position, whole, None, is_whole=True)
    if name:
        return RawLine(position, name, amount or None)
    quality.append(Quality.MEASURE_WITHOUT_INGREDIENT)
    return None


def _repeats(quantity: str, measure: str) -> bool:
    """Return whether the quantity ends with the measure: "2 oz" + "oz"."""
    return bool(measure) and f" {quantity}".casefold().endswith(f" {measure}".casefold())


def _wrong_type(path: str, value: object) -> RecordRejectedError:
    return RecordRejectedError(
        Reason.WRONG_TYPE, path, f"{path.removeprefix('$.')} is {type_name(value)}, not text."
    )
