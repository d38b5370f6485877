"""How commands print: JSON for scripts and tables for people on stdout, messages on stderr."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

stdout = Console()
stderr = Console(stderr=True)


def print_json(value: object) -> None:
    """Print a value as indented JSON, in ASCII if stdout's encoding lacks a character."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        text = "".join(c if c.isascii() else json.dumps(c)[1:-1] for c in text)
    sys.stdout.write(f"{text}\n")


def print_listing(items: Sequence[object], after: str | None = None) -> None:
    """Print one page of a listing as JSON, in the shape that all listings have."""
    print_json({"items": items, "next": after})


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table for people. A value of None is blank."""
    table = Table(
        title=escape(printable(title)),
        title_justify="left",
        header_style="bold",
        box=SIMPLE_HEAD,
        padding=0,
    )
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=number == 0)
    for row in rows:
        table.add_row(*("" if cell is None else escape(printable(str(cell))) for cell in row))
    stdout.print(table)


def say(text: str) -> None:
    """Print a message for people on stderr, so that stdout stays clean for scripts."""
    stderr.print(escape(printable(text)), highlight=False, soft_wrap=True)


def printable(text: str, allowed: str = "\n\t") -> str:
    """Return the text without control sequences, which hostile data could send to a terminal."""
    return "".join(
        c if c in allowed or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text
    )


@contextmanager
def progress() -> Iterator[Progress]:
    """Show a progress bar on stderr within the block; it disappears at the end."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=stderr,
        transient=True,
        disable=not stderr.is_terminal,
    ) as bar:
        yield bar
