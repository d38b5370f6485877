"""Sections of a report, and how they become Markdown."""

import re
import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from mocktailverse.operations.metrics import Spread

LONGEST = 160
WIDTH = 112
_MARKUP = re.compile(r"([\\`*{}\[\]<>|~#!&$]|(?<![^\W_])_|_(?![^\W_]))")
"""What Markdown may take for more than text; an underscore within a word is none of it."""


class Link(NamedTuple):
    """A cell that leads to another page."""

    text: str
    target: str

    def __str__(self) -> str:
        """As the terminal shows it."""
        return self.text


Row = tuple[str | Link, ...]
Texts = tuple[str, ...]


class Section(Struct, frozen=True):
    """A table under a title.

    Cells are plain text; `told` is Markdown for the page, `nothing` stands in for a table without
    rows.
    """

    title: str
    columns: Texts
    rows: Sequence[Row]
    told: str = ""
    nothing: str = "There is nothing."


def markdown(section: Section) -> str:
    """A section of a page."""
    head = f"## {_shown(section.title)}"
    if not section.rows:
        return f"{head}\n\n{section.nothing}"
    told = f"{wrapped(section.told)}\n\n" if section.told else ""
    return f"{head}\n\n{told}{_table(section)}"


def wrapped(text: str) -> str:
    """A paragraph in lines that are easy to read as text, too."""
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _table(section: Section) -> str:
    rows = [section.columns, ("---",) * len(section.columns)]
    rows += [tuple(map(_shown, row)) for row in section.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _shown(cell: str | Link) -> str:
    """A cell that shows exactly this text, in one line; the text may be hostile."""
    if isinstance(cell, Link):
        return f"[{_shown(cell.text)}]({cell.target})"
    line = " ".join("".join(c if c.isprintable() else " " for c in cell).split())
    short = line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    return _MARKUP.sub(r"\\\1", short)


def percent(count: int, of: int) -> str:
    """A share as people read it; blank of nothing."""
    return f"{count / of:.1%}" if of else ""


def spread_cells(found: Spread | None) -> Texts:
    """p50, p95 and the largest, with two digits."""
    if found is None:
        return ("none", "", "")
    return tuple(f"{value:,.2f}" for value in (found.p50, found.p95, found.most))
