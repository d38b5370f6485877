"""Tables, and what their cells hold."""

from collections.abc import Iterable, Sequence

from mocktailverse.operations import markdown


def show(*parts: str) -> None:
    """Print Markdown blocks, with a blank line around each; empty ones are left out."""
    print("\n" + "\n\n".join(filter(None, parts)) + "\n")


def table(heads: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of cells that are Markdown, without the columns that are always empty."""
    cells = [[" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows]
    shown = [n for n in range(len(heads)) if any(row[n] for row in cells)]
    return markdown.table([heads[n] for n in shown], [[row[n] for n in shown] for row in cells])


def code(text: object) -> str:
    """Return a text in back-ticks; an empty one stays empty."""
    return f"`{text}`" if str(text) else ""


def codes(texts: Iterable[object]) -> str:
    """Return several texts in back-ticks, separated by commas."""
    return ", ".join(map(code, texts))


def linked(heading: str) -> str:
    """Return a link to a heading of the same page, as GitHub names it."""
    letters = (c for c in heading.lower() if c.isalnum() or c in " -_")
    return f"[{heading}](#{''.join(letters).replace(' ', '-')})"
