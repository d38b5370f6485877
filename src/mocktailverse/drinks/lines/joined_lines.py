"""Split a text that names several ingredients into lines: "2 oz gin, 1 oz lime juice".

It is split only where it is certain that each part is a line: each has its own measure ("2 oz gin &
1 oz lime juice"), one measure is for "each" of them, or none has one ("lime wheel and mint sprig").
"""

import re

from mocktailverse.drinks.ingredients import SOLID, match_ingredient, read_name
from mocktailverse.drinks.ingredients.name_parts import is_use
from mocktailverse.drinks.ingredients.written_names import completed
from mocktailverse.drinks.lines.line_parts import parts_of_line
from mocktailverse.drinks.lines.line_text import LINE_LIMIT, clean_line
from mocktailverse.drinks.lines.recipe_line import RecipeLine, parse_line

_LONGEST = 5000
"""Maximum characters of a text that is split."""
_LINK = r"(?:and|&|plus|\+|to|und|sowie|y|et|e)"
_SEPARATOR = re.compile(
    rf"\s*;\s*|,\s*{_LINK}\s+|,\s+|(?<=[^\W\d]),(?=\d)|\s+(?:{_LINK}|/)\s+", re.IGNORECASE
)
_BEFORE_AMOUNT = re.compile(
    r"(?:\s*[|:]|\s+[-\u2013\u2014]{1,3}|\.|\s+(?:with|mit|avec|con))\s+(?=\d)", re.IGNORECASE
)
"""What separates two lines only in front of an amount."""
_SEMICOLON = re.compile(r"\s*;\s*")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_EACH = re.compile(
    r"\b(?:(?:of|de)\s+)?(?:each|apiece|je(?:weils)?|chacun|cada(?:\s+un[oa])?)\b(?:\s+(?:of|de))?:?",
    re.IGNORECASE,
)
_EQUAL = re.compile(r"equal\s+parts|gleiche\s+teile|part(?:e)?s\s+[ié]gua?l(?:es)?", re.IGNORECASE)
_NO_START = re.compile(
    r"(?:or|oder|ou|o|about|approx\w*|around|roughly|ca|circa|etwa|from|more|extra|another)\b",
    re.IGNORECASE,
)
"""What begins a part that is not a line: it repeats or replaces the part before it."""


def lines_in(text: str) -> list[str]:
    """Return the lines of a text; the text alone unless it certainly has several.

    >>> lines_in("2 oz gin, chilled, and 1 oz lime juice")
    ['2 oz gin, chilled', '1 oz lime juice']
    >>> lines_in("1 oz each gin, Campari and sweet vermouth")
    ['1 oz gin', '1 oz Campari', '1 oz sweet vermouth']
    >>> lines_in("salt and pepper")
    ['salt and pepper']
    """
    if len(text) > _LONGEST or not (_SEPARATOR.search(text) or _BEFORE_AMOUNT.search(text)):
        return [text]
    lines = (
        _of_each(text)
        or _known(text)
        or [
            line for part in _measured(text, _SEPARATOR) for line in _measured(part, _BEFORE_AMOUNT)
        ]
    )
    return lines if len(lines) > 1 else _unmeasured(text) or [text]


def names_several(name: str) -> bool:
    """Return whether the name of a line that was not split is a list of known names."""
    return sum(match_ingredient(part) is not None for part in _SEPARATOR.split(name)) > 1


def _of_each(text: str) -> list[str] | None:
    """Return the lines of "1 oz each gin and lime juice"; None if it does not have this form."""
    if len(text) > LINE_LIMIT or not (_EACH.search(text) or _EQUAL.match(text)):
        return None
    measure, names = parts_of_line(clean_line(_EQUAL.sub("1 part", _EACH.sub(" ", text, count=1))))
    parts = _SEPARATOR.split(names)
    whole = [completed(part, parts[-1]) for part in parts]
    is_list = len(parts) > 1 and all(read_name(part).in_reference for part in whole)
    return [f"{measure} {part}" for part in whole] if measure and is_list else None


def _known(text: str) -> list[str] | None:
    """Return the parts between semicolons if each has a known name: "2 oz gin; soda, to top"."""
    parts = _SEMICOLON.split(text) if ";" in _BRACKETS.sub("", text) else []
    lines = [parse_line(part) for part in parts]
    if not (lines and all(line.in_reference and line.name for line in lines)):
        return None
    return None if _is_one_name(text, lines) else [one for part in parts for one in lines_in(part)]


def _measured(text: str, between: re.Pattern[str]) -> list[str]:
    """Return the parts of the text that have a measure of their own, each with its notes."""
    lines, start = [], 0
    outside = _BRACKETS.sub(lambda bracket: "x" * len(bracket[0]), text)
    ends = [*between.finditer(outside)]
    for number, separator in enumerate(ends):
        end = ends[number + 1].start() if number + 1 < len(ends) else len(text)
        if _begins_line(text[start : separator.start()], separator[0], text[separator.end() : end]):
            lines.append(text[start : separator.start()])
            start = separator.end()
    return [*lines, text[start:]]


def _begins_line(before: str, separator: str, part: str) -> bool:
    """Return whether a part is a line beside the line before it, and does not only repeat it."""
    first, second = parse_line(before), parse_line(part)
    if _NO_START.match(part) or not (_is_measured(first) and _is_measured(second)):
        return False
    names = [set(line.name.casefold().split()) for line in (first, second)]
    is_repeated = separator.strip() == "," and (names[0] <= names[1] or names[1] <= names[0])
    is_loose = second.kind == "qualitative" and _is_one_name(
        before + separator + part, [first, second]
    )
    return not is_repeated and not is_loose


def _is_one_name(text: str, lines: list[RecipeLine]) -> bool:
    """Return whether the parts of a text are one name together: "lime, juice of"."""
    whole = parse_line(text)
    return whole.in_reference and whole.name not in {line.name for line in lines}


def _is_measured(line: RecipeLine) -> bool:
    """Return whether a line certainly has both an amount and an ingredient."""
    if line.in_reference and line.name:
        return line.amount_min is not None or line.kind == "qualitative"
    is_note = not line.name or is_use(line.name) or line.name.endswith("ed")  # "1 cup sliced"
    return line.ml_min is not None and not is_note


def _unmeasured(text: str) -> list[str] | None:
    """Return the names of a list without a measure, or of pieces: "1 orange slice and cherry"."""
    parts = _SEPARATOR.split(text)
    use = f", {parts.pop()}" if is_use(parts[-1]) else ""
    lines = [parse_line(part) for part in parts]
    names = [match_ingredient(line.name) for line in lines]
    whole = parse_line(text)
    if _is_one_name(text, lines) or whole.alternatives or not all(names):
        return None
    is_solid = all(name and name.kind in SOLID for name in names)
    kinds = {line.kind for line in lines}
    is_list = kinds == {"none"} or (is_solid and kinds <= {"none", "count", "qualitative"})
    return [*parts[:-1], parts[-1] + use] if is_list else None
