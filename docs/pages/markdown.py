"""A little Markdown: pages and tables that GitHub shows as they are meant."""

from collections.abc import Iterable

MADE = "Made by `make docs` from {sources}; do not edit."


def page(title: str, purpose: str, sources: str, *parts: str) -> str:
    """A page: its title, what it is for in one sentence or two, and its parts; empty ones go."""
    head = (f"# {title}", purpose, MADE.format(sources=sources))
    return "\n\n".join(part for part in (*head, *parts) if part) + "\n"


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of cells that are Markdown; columns that are empty in every row are left out."""
    filled = [tuple(" ".join(cell.split()) for cell in row) for row in rows]
    shown = [
        (head, [row[index] for row in filled])
        for index, head in enumerate(heads)
        if any(row[index] for row in filled)
    ]
    columns = [[head, "---", *map(_cell, cells)] for head, cells in shown]
    return "\n".join(f"| {' | '.join(line)} |" for line in zip(*columns, strict=True))


def code(text: object) -> str:
    """A text as it is written; nothing for an empty one."""
    return f"`{text}`" if str(text) else ""


def codes(texts: Iterable[object]) -> str:
    """Several of them, one after the other."""
    return ", ".join(map(code, texts))


def anchor(heading: str) -> str:
    """The link to a heading of the same page, as GitHub names it."""
    kept = (c for c in heading.lower() if c.isalnum() or c in " -_")
    return "#" + "".join(kept).replace(" ", "-")


def linked(heading: str) -> str:
    """A link to a heading of the same page."""
    return f"[{heading}]({anchor(heading)})"


def _cell(text: str) -> str:
    """A cell's text: a bar would end it, even within code."""
    return text.replace("|", "\\|")
