"""Read recipes in plain text, as people write them down.

    Margarita                 the title: the first line, or "Name: ...", "# ...", underlined
    A classic.                an introduction: becomes the description
    Glass: Coupe              labels of columns: glass, garnish, tags, category, source, ...

    2 oz tequila              a line for each ingredient
    1 oz lime juice

    Shake with ice            the steps
    Strain

Headings such as "Ingredients:" and "Method:" divide the text; without them, the ingredients are
found by how they look. A label whose value does not fit its column stays in the description.
"""

import re
from collections.abc import Iterator, Sequence

from mocktailverse.drinks.lines import parse_line
from mocktailverse.sources.own.ingredient_block import (
    BULLET,
    SUBHEADING,
    begins_step,
    divided,
    looks_like_step,
)
from mocktailverse.sources.own.label_values import add_value
from mocktailverse.sources.own.recipe_labels import (
    INGREDIENTS,
    REMARKS,
    SECTIONS,
    STEPS,
    Label,
    label_of,
)
from mocktailverse.sources.own.recipe_text import many_lines

_RULE = re.compile(r"\s*(?:-{3,}|={3,}|\*{3,}|_{3,})\s*")
_MARK = re.compile(r"(#{1,6})\s+")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_YAML = re.compile(r"\s*(?:[\w -]{1,40}:(?:\s.*)?|-\s.*)?")
_LIST_NUMBER = re.compile(r"\d{1,2}[.)]\s+")
_MOST_HEAD_LINES = 100
"""Maximum lines of a recipe's title and labels."""
_MANY_WORDS = 4
_HEAD = "head"
"""The section before the first heading."""


def split_recipes(text: str) -> Iterator[str]:
    """Yield the text of each recipe, without blank ones.

    A rule such as "---" ends a recipe, unless it belongs to it: as the underline of a title or
    heading, the end of front matter, or the line above a heading. The next title that is marked or
    underlined as the first one is begins a recipe, too.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    recipe: list[str] = []
    fence = ""
    for place, line in enumerate(lines):
        if recipe and not _is_end(recipe, lines, place, fence):
            recipe.append(line)
            continue
        if recipe:
            yield "\n".join(recipe).rstrip("\n")
            recipe, fence = [], ""
        if _is_rule(line):
            fence = line.strip()
        elif line.strip():
            recipe = [line]
    if recipe:
        yield "\n".join(recipe).rstrip("\n")


def _is_rule(line: str) -> bool:
    return _RULE.fullmatch(line) is not None


def _is_end(recipe: list[str], lines: Sequence[str], place: int, fence: str) -> bool:
    """Return whether a recipe ends before a line; `fence` is the rule above it, if there is one."""
    line, below = lines[place], lines[place + 1] if place + 1 < len(lines) else ""
    if _is_rule(line):
        after = next((one for one in lines[place + 1 : place + 20] if one.strip()), "")
        if _is_rule(recipe[-1]) or _is_heading(_label(recipe[-1])) or _is_heading(_label(after)):
            return False
        return not _is_head(recipe, after, fence, is_same=line.strip() == fence)
    mark, first = _MARK.match(line), _MARK.match(recipe[0])
    if mark and first:
        return mark[1] == first[1] and _label(line) is None
    has_underline = _is_rule(below) and len(recipe) > 1 and _is_rule(recipe[1])
    is_title = line.strip() and not recipe[-1].strip() and _label(line) is None
    return bool(has_underline and is_title) and not looks_like_step(line)


def _is_head(recipe: list[str], after: str, fence: str, *, is_same: bool) -> bool:
    """Return whether the lines above a rule are only the title and labels of a recipe.

    `is_same`: the rule is the same as the one above the recipe, so that it may end it: an empty
    recipe ends before the next title, but not before an ingredient.
    """
    if len(recipe) > _MOST_HEAD_LINES:
        return False
    label = _label(after)
    if fence and all(map(_YAML.fullmatch, recipe)):
        return label is None or label.column != "name"
    if is_same and label is None and not _is_ingredient(after):
        return False
    return all(_label(line) or _is_rule(line) for line in recipe[1:] if line.strip())


def _is_heading(label: Label | None) -> bool:
    return label is not None and label.column in SECTIONS


def _plain(line: str) -> str:
    """Return a line without its marks of Markdown, but with its bullet."""
    return _BOLD.sub(r"\2", _MARK.sub("", line.strip(), count=1))


def _bare(line: str) -> str:
    """Return a line without its bullet."""
    return BULLET.sub("", line, count=1) if BULLET.match(line) else line


def _label(line: str) -> Label | None:
    return label_of(_bare(_plain(line)))


def text_fields(text: str) -> dict[str, object]:
    """Return the simple columns of one recipe; those without a value may be absent."""
    layout = _Layout()
    for line in many_lines(text).split("\n"):
        layout.add("" if _is_rule(line) else line)
    return layout.columns()


class _Layout:
    """The parts of a text, to which each line is added in turn."""

    def __init__(self) -> None:
        self._columns: dict[str, object] = {}
        self._sections: dict[str, list[str]] = {_HEAD: []}
        self._section = _HEAD
        self._open = ""
        """The column to which the next lines belong, up to a blank one; empty if to none."""

    def add(self, line: str) -> None:
        plain, label = _plain(line), _label(line)
        if label is not None:
            self._open = ""
            self._add_label(label, _bare(plain))
        elif self._open and plain:
            self._add_value(self._open, _bare(plain), plain)
        else:
            self._open = ""
            if _MARK.match(line) and self._section != _HEAD:
                self._begin(INGREDIENTS if self._section == INGREDIENTS else REMARKS)
                plain = f"{plain.rstrip(':')}:"
            self._sections[self._section].append(plain)

    def _begin(self, section: str) -> None:
        self._section = section
        self._sections.setdefault(section, [])

    def _add_label(self, label: Label, line: str) -> None:
        column, value = label
        if column == STEPS and value and add_value(self._columns, "method", value):
            return
        if column in SECTIONS:
            self._begin(column)
            text = line if column == REMARKS and not line.casefold().startswith(REMARKS) else value
            self._sections[column].append(text)
        elif value:
            self._add_value(column, value, line)
        else:
            self._open = column

    def _add_value(self, column: str, value: str, line: str) -> None:
        if not add_value(self._columns, column, value):
            self._sections.setdefault(REMARKS, []).append(line)

    def columns(self) -> dict[str, object]:
        head = self._sections[_HEAD]
        title = self._columns.get("name") or _title(head)
        before, ingredients, steps = self._parts(head)
        if not any(steps) and any(line and begins_step(_bare(line)) for line in before):
            before, steps = [], before
        remarks = [*before, *self._sections.get(REMARKS, [])]
        columns = {
            **self._columns,
            "name": title,
            "ingredients": _without_marks(ingredients),
            "instructions": _joined(steps),
            "description": _joined(remarks),
        }
        return {column: value for column, value in columns.items() if value}

    def _parts(self, head: list[str]) -> tuple[list[str], list[str], list[str]]:
        """Return the lines before the ingredients, the ingredients, and the steps."""
        steps = self._sections.get(STEPS)
        listed = self._sections.get(INGREDIENTS)
        if listed is not None and steps is not None:
            return head, listed, steps
        if listed is not None:
            first, ingredients, after = divided(listed)
            return head, [*first, *ingredients], after
        before, ingredients, after = divided(head)
        if steps is None:
            return before, ingredients, after
        more = [line for line in after if not looks_like_step(line)]
        before += [line for line in after if looks_like_step(line)]
        return before, [*ingredients, *more], steps


def _title(head: list[str]) -> str | None:
    """Remove the title from the head and return it; None if an ingredient is in its place.

    It is the first line, or the first one below a greeting such as "Here is the recipe:".
    """
    places = [place for place, line in enumerate(head) if line]
    place = next((place for place in places if not _is_greeting(head[place])), None)
    if place is None or _is_ingredient(head[place]):
        place = next(iter(places), None)
    if place is None or _is_ingredient(head[place]):
        return None
    return head.pop(place).strip("*_ ").rstrip(":")


def _is_greeting(text: str) -> bool:
    return text.endswith((".", ":")) and len(text.split()) >= _MANY_WORDS


def _is_ingredient(text: str) -> bool:
    """Return whether a line is certainly not a title."""
    line = parse_line(text)
    return BULLET.match(text) is not None or (line.ml_min is not None and line.in_reference)


def _without_marks(lines: list[str]) -> list[str]:
    """Return ingredients without bullets and the numbers of a list, and headings with a colon."""
    bare = [_bare(line) for line in lines if line]
    bare = [f"{line.rstrip(':')}:" if SUBHEADING.fullmatch(line) else line for line in bare]
    is_numbered = len(bare) > 1 and all(map(_LIST_NUMBER.match, bare))
    return [_LIST_NUMBER.sub("", line, count=1) for line in bare] if is_numbered else bare


def _joined(lines: list[str]) -> str:
    return "\n".join(line for line in lines if line)
