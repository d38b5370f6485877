"""Texts of recipes from other tools and pages: without markup, entities and control characters."""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from mocktailverse.drinks.bar_assistant_terms import METHODS
from mocktailverse.drinks.codes import Reason
from mocktailverse.drinks.drink import Method
from mocktailverse.drinks.ingredients.name_readings import key
from mocktailverse.drinks.ingredients.reference_rows import rows_by_key
from mocktailverse.drinks.lines import lines_in
from mocktailverse.drinks.record import LINES_LIMIT, RawLine
from mocktailverse.drinks.text import one_line, visible
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources.web_addresses import is_web_address

MAX_TAGS = 100
"""Maximum tags that are read of a recipe."""

ReadName = Callable[[object], str | None]
"""Reads a text or the name of an object."""

_BREAK = re.compile(r"<(?:br|/p|/li|/div|/h\d)\b[^<>]{0,500}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]{0,2000}>|<!--.{0,2000}?-->", re.IGNORECASE | re.DOTALL)
_SPACES = re.compile(r"[^\S\n]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
_HEADING = re.compile(r"[^\d:]{1,60}:")
_POURED = {"spirit", "liqueur", "fortified_wine"}
_METHODS = {word.casefold(): method for method, word in METHODS.items()} | {
    method: method for method in METHODS
}


def plain_text(text: str) -> str:
    """Return a text of a web page as plain text: entities decoded, tags removed, lines kept.

    Some pages encode entities twice: `&amp;frac12;` is 1/2, too.
    """
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    return many_lines(text)


def many_lines(text: str) -> str:
    """Return the text with clean lines: no control characters, no outer white space."""
    text = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
    lines = visible(text).split("\n")
    return "\n".join(_SPACES.sub(" ", line).strip() for line in lines).strip()


def optional_text(value: object) -> str | None:
    """Return a text with its lines as they are; None if it is not a text or nothing is visible."""
    if not isinstance(value, str):
        return None
    text = _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", value)
    return visible(text).strip() or None


def single_line(value: object) -> str | None:
    """Return a text on one line; None if it is not a text or nothing is visible."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return one_line(_SURROGATES.sub("\N{REPLACEMENT CHARACTER}", str(value)))


def named(value: object) -> str | None:
    """Return a text, or the `name` of an object such as `{"name": "Coupe"}`, on one line.

    Of a list it is the first one.
    """
    value = next(each(value), None)
    return single_line(value.get("name") if isinstance(value, dict) else value)


def method_of(value: object) -> Method | None:
    """Return the method that a text or an object names, by our word or Bar Assistant's."""
    return _METHODS.get((named(value) or "").casefold())


def page_name(value: object) -> str | None:
    """Return the same of a web page, without its markup."""
    name = named(value)
    return name and single_line(plain_text(name))


def each(value: object) -> Iterator[object]:
    """Yield the elements of a list; a single value is a list of one, None an empty one."""
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value


def tags_of(value: object, separators: str = ",", read: ReadName = named) -> tuple[str, ...]:
    """Return tags from a list, or from one text with separators, without repetitions."""
    texts = re.split(f"[{separators}]", value) if isinstance(value, str) else each(value)
    return tuple(dict.fromkeys(tag for text in texts if (tag := read(text))))[:MAX_TAGS]


def web_address(value: object) -> str | None:
    """Return an http or https address; None for anything else."""
    address = visible(value).strip() if isinstance(value, str) else ""
    return address if is_web_address(address) else None


def is_heading(line: str) -> bool:
    """Return whether a line is a heading such as "For the syrup:"; "Vodka:" is an ingredient."""
    if not _HEADING.fullmatch(line):
        return False
    row = rows_by_key().get(key(line))
    return row is None or row.kind not in _POURED or row.parent is None


def whole_lines(texts: Iterable[object]) -> tuple[RawLine, ...]:
    """Return a line for each ingredient; headings such as "For the syrup:" are left out.

    Raises:
        RecordRejectedError: there are too many lines.
    """
    written = (line for text in texts if (line := named(text)) and not is_heading(line))
    lines = [line for text in written for line in lines_in(text)]
    require_few(lines)
    return tuple(RawLine(place, line, None, is_whole=True) for place, line in enumerate(lines, 1))


def require_few(lines: Sequence[object]) -> None:
    """Raise RecordRejectedError if there are more lines than any recipe has."""
    if len(lines) > LINES_LIMIT:
        raise RecordRejectedError(
            Reason.TOO_MANY_LINES,
            "$.recipe",
            f"The recipe has {len(lines)} ingredient lines; {LINES_LIMIT} is the limit.",
        )


def require_name(value: object, read: ReadName = named) -> str:
    """Return the name of a recipe; raise RecordRejectedError if nothing of it is visible."""
    if (name := read(value)) is None:
        raise RecordRejectedError(
            Reason.NAME_MISSING, "$.recipe.name", "The recipe has no name, or it is blank."
        )
    return name


def require_recipe(lines: tuple[RawLine, ...]) -> tuple[RawLine, ...]:
    """Return the lines of a recipe; raise RecordRejectedError if there are none."""
    if not lines:
        raise RecordRejectedError(
            Reason.INGREDIENTS_MISSING, "$.recipe.ingredients", "The recipe has no ingredients."
        )
    return lines
