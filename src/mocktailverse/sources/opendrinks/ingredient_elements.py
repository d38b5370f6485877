"""The ingredients of a recipe, in the forms in which people write them.

[{"quantity": "1/2", "measure": "oz", "ingredient": "lime juice"}]    the usual form
["1/2 oz lime juice"], or one text with a line for each               lines of text
{"lime juice": "1/2 oz"}                                              measures by ingredient

Several ingredients in one of these ("ice, mint and lime") get a line each.
"""

import html
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from mocktailverse.drinks.codes import Quality, Reason
from mocktailverse.drinks.ingredients import read_name
from mocktailverse.drinks.lines import lines_in, parse_line
from mocktailverse.drinks.record import LINES_LIMIT, RawLine
from mocktailverse.drinks.text import one_line
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources.json_object import type_name

_QUANTITIES = ("quantity", "amount", "qty")
_MEASURES = ("measure", "unit")
_NAMES = ("ingredient", "name", "item")
FIELDS = frozenset((*_QUANTITIES, *_MEASURES, *_NAMES))
"""The fields of an ingredient: the first of each kind is the usual one."""

_NOTHING = frozenset(("n/a", "na", "none", "null", "-", "--"))
"""What people write for "no value"."""


def plain_text(value: object) -> str | None:
    """Return text or a number as text, and null as empty text; None for any other type.

    Entities of HTML are decoded: people copy recipes from web pages.

    >>> plain_text(2.0), plain_text("salt &amp; pepper"), plain_text(["a"])
    ('2', 'salt & pepper', None)
    """
    match value:
        case None:
            return ""
        case bool():
            return None
        case str():
            return html.unescape(value)
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return str(value)
        case _:
            return None


def lines_of(ingredients: object, quality: list[str]) -> tuple[RawLine, ...]:
    """Return the lines; add a code to `quality` for what is omitted or has another type.

    Raises:
        RecordRejectedError: there are none, too many, or one has a type that cannot be read.
    """
    lines: list[RawLine] = []
    for number, (path, element) in enumerate(_elements(ingredients), 1):
        for line in _lines(path, element, quality):
            place = max(number, lines[-1].position + 1) if lines else number
            lines.append(replace(line, position=place))
        if max(number, len(lines)) > LINES_LIMIT:
            raise RecordRejectedError(
                Reason.TOO_MANY_LINES,
                "$.ingredients",
                f"The recipe has more than {LINES_LIMIT} ingredients.",
            )
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


def _lines(path: str, element: object, quality: list[str]) -> Iterator[RawLine]:
    if isinstance(element, dict):
        quantity, measure, name = (
            _value(element, names, path, quality) for names in (_QUANTITIES, _MEASURES, _NAMES)
        )
        if not (quantity or measure or name) and any(element.values()):
            raise RecordRejectedError(
                Reason.WRONG_TYPE, path, f"{path.removeprefix('$.')} has no field `{_NAMES[0]}`."
            )
        yield from _structured(quantity, measure, name, quality)
        return
    if element is not None and not isinstance(element, str):
        raise _wrong_type(path, element)
    yield from _whole(plain_text(element) or "")


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


def _structured(quantity: str, measure: str, name: str, quality: list[str]) -> Iterator[RawLine]:
    """Yield the lines of three fields.

    People also write a measure into the name ("Splash of soda water", "2" + "lime wedges"), and a
    part of the name into the measure ("12" + "oz" + "cans cream soda"). The whole line is then
    read, if that leads to an ingredient of the reference.
    """
    amount = quantity if _ends_with(quantity, measure) else f"{quantity} {measure}".strip()
    is_repeated = bool(amount) and name.casefold().startswith(f"{amount} ".casefold())
    whole = name if is_repeated else f"{amount} {name}".strip()
    is_usual = bool(quantity and measure and name) and not is_repeated
    is_name = is_usual and read_name(name).in_reference
    if not is_name and (parse_line(whole).in_reference or len(lines_in(whole)) > 1):
        yield from _whole(whole)
    elif name:
        first, *others = lines_in(name)
        yield RawLine(0, first, amount or None)
        yield from (RawLine(0, other, None, is_whole=True) for other in others)
    elif whole:
        quality.append(Quality.MEASURE_WITHOUT_INGREDIENT)


def _whole(text: str) -> Iterator[RawLine]:
    """Yield a line for each ingredient of a text; its measure is the one before it."""
    for part in (one for row in text.splitlines() for one in lines_in(row)):
        if line := one_line(part):
            yield RawLine(0, line, None, is_whole=True)


def _ends_with(quantity: str, measure: str) -> bool:
    """Return whether the quantity ends with the measure: "2 oz" + "oz"."""
    return bool(measure) and f" {quantity}".casefold().endswith(f" {measure}".casefold())


def _wrong_type(path: str, value: object) -> RecordRejectedError:
    return RecordRejectedError(
        Reason.WRONG_TYPE, path, f"{path.removeprefix('$.')} is {type_name(value)}, not text."
    )
