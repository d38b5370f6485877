"""Read recipes in plain text, as people write them down.

    Margarita                 the title
    Glass: Coupe              facts, if you like: glass, garnish, tags, method, category, ...

    2 oz tequila              a line for each ingredient
    1 oz lime juice

    Shake with ice and strain.

A line of at least three hyphens, equals signs or asterisks ends a recipe. Headings such as
"Ingredients:" and "Method:" are understood; without them, the ingredients are the lines up to the
next blank line, or up to the first line that is a sentence.
"""

import re
from collections.abc import Iterator, Sequence

from mocktailverse.drinks.lines import parse_line
from mocktailverse.sources.own.recipe_text import many_lines

_SEPARATOR = re.compile(r"\s*(?:-{3,}|={3,}|\*{3,}|_{3,})\s*")
_FACT = re.compile(
    r"(glass|garnish|tags?|category|method|author|by|source|url|from|image|picture|description"
    r"|alcoholic|abv|id)\s*:\s*(\S.*)",
    re.IGNORECASE,
)
_FIELDS = {
    "tag": "tags", "by": "author", "source": "url", "from": "url", "picture": "image",
    "abv": "abv_percent",
}  # fmt: skip
_INGREDIENTS = re.compile(r"\W*(?:ingredients|you(?:'ll)? need)\W*", re.IGNORECASE)
_STEPS = re.compile(
    r"\W*(?:instructions?|directions?|methods?|preparation|steps|how to make(?: it)?)\W*",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?:[-*\u2022\u00b7+]|\[[ xX]?\])\s+")
_TITLE_MARK = re.compile(r"#{1,6}\s+|name\s*:\s*|title\s*:\s*", re.IGNORECASE)
_NUMBERED_STEP = re.compile(r"\d{1,2}[.)]\s+[A-Z]")
_FEW_WORDS = 4


def split_recipes(text: str) -> Iterator[str]:
    """Yield the text of each recipe, without blank ones."""
    lines: list[str] = []
    for line in (*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), "---"):
        if not _SEPARATOR.fullmatch(line):
            lines.append(line)
            continue
        if any(one.strip() for one in lines):
            yield "\n".join(lines).strip("\n")
        lines = []


def text_fields(text: str) -> dict[str, object]:
    """Return the simple columns of one recipe."""
    lines = many_lines(text).split("\n")
    title = _TITLE_MARK.sub("", lines[0], count=1) if _TITLE_MARK.match(lines[0]) else lines[0]
    facts, rest = _facts(lines[1:])
    ingredients, steps = _parts(rest)
    bare = [_BULLET.sub("", line, count=1) if _BULLET.match(line) else line for line in ingredients]
    return {
        **facts,
        "name": title.strip("*_ "),
        "ingredients": [line for line in bare if line],
        "instructions": "\n".join(line for line in steps if line),
    }


def _facts(lines: Sequence[str]) -> tuple[dict[str, object], list[str]]:
    """Return the facts such as "Glass: Coupe", and the other lines."""
    facts: dict[str, object] = {}
    others = []
    for line in lines:
        if match := _FACT.fullmatch(line):
            name = match[1].casefold()
            facts.setdefault(_FIELDS.get(name, name), match[2])
        else:
            others.append(line)
    return facts, others


def _parts(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the lines of the ingredients, and those of the instructions."""
    headed = _headed_parts(lines)
    if headed:
        return headed
    start = next((place for place, line in enumerate(lines) if line), len(lines))
    end = start
    while end < len(lines) and lines[end] and not _is_step(lines[end]):
        end += 1
    return list(lines[start:end]), list(lines[end:])


def _headed_parts(lines: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """Return the parts below their headings; None without a heading for the ingredients."""
    first = next((n for n, line in enumerate(lines) if _INGREDIENTS.fullmatch(line)), None)
    if first is None:
        return None
    parts: tuple[list[str], list[str]] = ([], [])
    below = 0
    for line in lines[first + 1 :]:
        if _INGREDIENTS.fullmatch(line):
            below = 0
        elif _STEPS.fullmatch(line):
            below = 1
        else:
            parts[below].append(line)
    return parts[0], parts[1] or list(lines[:first])


def _is_step(line: str) -> bool:
    """Return whether a line is a sentence of the instructions, or the heading of them."""
    if _STEPS.fullmatch(line) or _NUMBERED_STEP.match(line):
        return True
    if _BULLET.match(line) or len(line.split()) < _FEW_WORDS:
        return False
    return line.endswith((".", "!")) and parse_line(line).amount_min is None
