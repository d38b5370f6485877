"""Tables in Markdown, and the sections of a report."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec import Struct

from mocktailverse.operations.metrics import Distribution

LONGEST = 160
WIDTH = 112
_MARKUP = re.compile(r"([\\`*{}\[\]<>|~#!&$]|(?<![^\W_])_|_(?![^\W_]))")
"""Characters with a meaning in Markdown; an underscore within a word has none."""


class Link(NamedTuple):
    """A table cell with a link."""

    text: str
    target: str

    def __str__(self) -> str:
        """Return the text alone, for the terminal."""
        return self.text


Row = tuple[str | Link, ...]
Texts = tuple[str, ...]


class Section(Struct, frozen=True):
    """A table under a title; its cells are plain text."""

    title: str
    columns: Texts
    rows: Sequence[Row]
    note: str = ""
    """Markdown above the table."""
    empty: str = "None."
    """Text in place of a table without rows."""


def markdown(section: Section) -> str:
    """Return a section's Markdown."""
    head = f"## {_shown(section.title)}"
    if not section.rows:
        return f"{head}\n\n{section.empty}"
    rows = [[_shown(cell) for cell in row] for row in section.rows]
    parts = (head, wrapped(section.note), table(section.columns, rows))
    return "\n\n".join(filter(None, parts))


def wrapped(text: str) -> str:
    """Return a paragraph wrapped at WIDTH, so that it is easy to read as plain text."""
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, has_figures: bool = False) -> str:
    """Return a table of cells that are Markdown.

    With figures, all columns but the first are aligned to the right.
    """
    rule = "---:" if has_figures else "---"
    lines = (heads, ["---", *[rule] * (len(heads) - 1)], *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(cell: str | Link) -> str:
    """Return a cell that shows exactly this text, in one line; the text may be hostile."""
    if isinstance(cell, Link):
        return f"[{_shown(cell.text)}]({cell.target})"
    line = " ".join("".join(c if c.isprintable() else " " for c in cell).split())
    short = line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    return _MARKUP.sub(r"\\\1", short)


def percent(count: int, of: int) -> str:
    """Return a percentage with one digit; blank if `of` is 0."""
    return f"{count / of:.1%}" if of else ""


def spread_cells(values: Distribution | None) -> Texts:
    """Return p50, p95 and the maximum, with two digits."""
    if values is None:
        return ("none", "", "")
    return tuple(f"{value:,.2f}" for value in (values.p50, values.p95, values.most))
