"""Typed parameters: how each is read from the text of a request, and its JSON Schema.

The messages are those of pydantic, with which the parameters were read first: they are part of
the API's interface. pydantic itself takes a third of a second to import, and a tenth of a
millisecond for each request.
"""

import re
from collections.abc import Sequence
from functools import cache
from math import isfinite
from typing import Any, get_type_hints

import msgspec
from msgspec import NODEFAULT, UNSET, Struct

_INTEGER = re.compile(r"([+-]?)(\d+(?:_\d+)*)(?:\.0+)?", re.ASCII)
_NUMBER = re.compile(
    r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity|nan)", re.ASCII | re.IGNORECASE
)
_BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""Unicode's white space, without the separators that Python adds to it."""

_MOST_DIGITS = 4300
"""Of an integer, in Python as in pydantic."""

_PART = re.compile(r"(?:\\[\\,]|[^,])+")
_ESCAPED = re.compile(r"\\([\\,])")


class InvalidValueError(Exception):
    """A value is not valid; `args` are the messages."""


class Text(Struct, frozen=True):
    """A text of some length, in characters, that matches a pattern from `^` to `$`."""

    min_length: int = 0
    max_length: int | None = None
    pattern: str = r"^[^\x00-\x1f\x7f]*$"
    """By default: without control characters."""
    description: str = ""

    def read(self, text: str) -> str:
        """Return the text.

        Raises:
            InvalidValueError: it is too long, too short, or does not match.
        """
        if self.max_length is not None and len(text) > self.max_length:
            limit = _counted(self.max_length, "character")
            raise InvalidValueError(f"String should have at most {limit}")
        if len(text) < self.min_length:
            limit = _counted(self.min_length, "character")
            raise InvalidValueError(f"String should have at least {limit}")
        if not re.fullmatch(self.pattern, text):
            raise InvalidValueError(f"String should match pattern '{self.pattern}'")
        return text

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        limits = {
            "minLength": self.min_length or None,
            "maxLength": self.max_length,
            "pattern": self.pattern,
            "description": self.description or None,
        }
        return {"type": "string"} | {key: limit for key, limit in limits.items() if limit}


class Choice(Struct, frozen=True):
    """One of some texts."""

    values: tuple[str, ...]

    def read(self, text: str) -> str:
        """Return the text; InvalidValueError if it is another one."""
        if text not in self.values:
            raise InvalidValueError(f"Input should be {_either(self.values)}")
        return text

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"enum": list(self.values), "type": "string"}


class Flag(Struct, frozen=True):
    """`true` or `false`."""

    def read(self, text: str) -> bool:
        """Return the boolean; InvalidValueError for any other spelling."""
        return Choice(("true", "false")).read(text) == "true"

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "boolean"}


class Integer(Struct, frozen=True):
    """An integer within limits, which belong to it."""

    least: int
    most: int

    def read(self, text: str) -> int:
        """Return the number; InvalidValueError if it is not one, or outside of the limits."""
        match = _INTEGER.fullmatch(text.strip(_BLANKS))
        if match is None:
            raise InvalidValueError(
                "Input should be a valid integer, unable to parse string as an integer"
            )
        sign, digits = match[1], match[2].replace("_", "").lstrip("0")
        if len(digits) > _MOST_DIGITS:
            raise InvalidValueError(
                "Unable to parse input string as an integer, exceeded maximum size"
            )
        number = int(f"{sign}{digits or 0}")
        _require_within(number, self.least, self.most)
        return number

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "integer", "maximum": self.most, "minimum": self.least}


class Number(Struct, frozen=True):
    """A number within limits, which belong to it."""

    least: float
    most: float

    def read(self, text: str) -> float:
        """Return the number; InvalidValueError if it is not one, or outside of the limits."""
        match = _NUMBER.fullmatch(_without_underscores(text))
        if match is None:
            raise InvalidValueError(
                "Input should be a valid number, unable to parse string as a number"
            )
        number = float(match[0])
        if not isfinite(number):
            raise InvalidValueError("Input should be a finite number")
        _require_within(number, self.least, self.most)
        return number

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "number", "maximum": self.most, "minimum": self.least}


class Many(Struct, frozen=True):
    r"""Several values: repeated, or separated by commas; a comma within one is written `\,`."""

    item: Text | Choice
    min_items: int = 0
    max_items: int | None = None

    def read(self, given: Sequence[str]) -> tuple[str, ...]:
        """Return the values; InvalidValueError with a message for each that is not valid."""
        texts = _split(given)
        values: list[str] = []
        messages: list[str] = []
        for text in texts:
            try:
                values.append(self.item.read(text))
            except InvalidValueError as error:
                messages += error.args
            if self.max_items is not None and len(values) > self.max_items:
                raise InvalidValueError(_wrong_length("at most", self.max_items, len(texts)))
        if len(values) < self.min_items:
            messages.append(_wrong_length("at least", self.min_items, len(values)))
        if messages:
            raise InvalidValueError(*messages)
        return tuple(values)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        limits = {"minItems": self.min_items or None, "maxItems": self.max_items}
        return {"type": "array", "items": self.item.schema()} | {
            key: limit for key, limit in limits.items() if limit
        }


Reader = Text | Choice | Flag | Integer | Number | Many


class About(Struct, frozen=True):
    """What the OpenAPI document says of a parameter."""

    description: str
    examples: Sequence[object] = ()


class Parameter(Struct, frozen=True):
    """A parameter of an endpoint."""

    name: str
    reader: Reader
    about: About | None = None
    default: object = UNSET
    """UNSET: the parameter is required."""

    def read(self, given: Sequence[str]) -> object:
        """Return the value of the texts that were given; InvalidValueError if they are not valid.

        Of a single value `given` has one text.
        """
        if isinstance(self.reader, Many):
            return self.reader.read(given)
        return self.reader.read(given[0])

    def document(self, place: str) -> dict[str, Any]:
        """Return the parameter for the OpenAPI document; it is in the `path` or the `query`."""
        schema = self.reader.schema()
        if self.about:
            schema["description"] = self.about.description
            if self.about.examples:
                schema["examples"] = list(self.about.examples)
        if self.default not in (UNSET, None):
            default = self.default
            schema["default"] = list(default) if isinstance(default, tuple) else default
        schema["title"] = self.name.replace("_", " ").title()
        described = {"description": self.about.description} if self.about else {}
        is_required = self.default is UNSET
        return {
            "name": self.name,
            "in": place,
            "required": is_required,
            "schema": schema,
        } | described


class Parameters(Struct, frozen=True, kw_only=True):
    """The query parameters of an endpoint, one a field; unknown ones are rejected.

    A field is annotated with its reader, and with an `About`.
    """


@cache
def parameters_of(kind: type[Parameters]) -> dict[str, Parameter]:
    """Return the parameters of an endpoint by name, in the order of the fields."""
    hints = get_type_hints(kind, include_extras=True)
    parameters = {}
    for field in msgspec.structs.fields(kind):
        reader, about = (*hints[field.name].__metadata__, None)[:2]
        default = UNSET if field.default is NODEFAULT else field.default
        parameters[field.name] = Parameter(field.name, reader, about, default)
    return parameters


@cache
def single_values() -> frozenset[str]:
    """Return the parameters, of any endpoint, that take a single value."""
    kinds = [Parameters]
    for kind in kinds:
        kinds += kind.__subclasses__()  # also those of the ones that are appended here
    return frozenset(
        name
        for kind in kinds
        for name, parameter in parameters_of(kind).items()
        if not isinstance(parameter.reader, Many)
    )


def _split(given: Sequence[str]) -> Sequence[str]:
    """Return the values of a list; blanks between commas do not count, a blank alone is kept."""
    if "" in given:
        return given
    parts = (part for text in given for part in _PART.findall(text))
    return [_ESCAPED.sub(r"\1", part.strip()) for part in parts if part.strip()] or given


def _without_underscores(text: str) -> str:
    """Return a number's text without single underscores, or else without blanks around it."""
    if "_" not in text:
        return text.strip(_BLANKS)
    is_malformed = text.startswith("_") or text.endswith("_") or "__" in text
    return text if is_malformed else text.replace("_", "")


def _require_within(number: float, least: float, most: float) -> None:
    if number > most:
        raise InvalidValueError(f"Input should be less than or equal to {most:g}")
    if number < least:
        raise InvalidValueError(f"Input should be greater than or equal to {least:g}")


def _wrong_length(limit: str, items: int, actual: int) -> str:
    return f"Tuple should have {limit} {_counted(items, 'item')} after validation, not {actual}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _either(values: Sequence[str]) -> str:
    *others, last = (f"'{value}'" for value in values)
    return f"{', '.join(others)} or {last}"
