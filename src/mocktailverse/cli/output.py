"""The output of commands: JSON for scripts and tables for people on stdout, messages on stderr."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console, OverflowMethod
from rich.markup import escape
from rich.table import Table

from mocktailverse.errors import UsageError

stdout = Console(emoji=False)
stderr = Console(stderr=True, emoji=False)


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


def print_result(fields: object, message: str, *, as_json: bool) -> None:
    """Print a command's result: its fields as JSON, or a message for people."""
    if as_json:
        print_json(fields)
    else:
        say(message)


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], cut: str | None = None
) -> None:
    """Print a table for people. A value of None is blank.

    Where the terminal is too narrow, texts wrap, but not numbers and not the first column. `cut`
    names a column whose texts are cut off instead.
    """
    table = Table(header_style="bold", box=SIMPLE_HEAD, padding=0)
    for number, column in enumerate(columns):
        is_number = all(isinstance(row[number], int) for row in rows)
        overflow: OverflowMethod = "ellipsis" if column == cut else "fold"
        table.add_column(column, overflow=overflow, no_wrap=number == 0 or is_number)
    for row in rows:
        table.add_row(*("" if cell is None else escape(printable(str(cell))) for cell in row))
    stdout.print(escape(printable(title)), style="italic", highlight=False)
    stdout.print(table)


def last_part(key: str) -> str:
    """Return the file name at the end of a raw object's key; a drink's id stays as it is."""
    return key.rpartition("/")[2]


def say(text: str) -> None:
    """Print a message for people on stderr, so that stdout stays clean for scripts."""
    stderr.print(escape(printable(text)), highlight=False, soft_wrap=True)


def printable(text: str, allowed: str = "\n\t") -> str:
    """Return the text without control sequences, which hostile data could send to a terminal."""
    return "".join(
        c if c in allowed or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text
    )


@contextmanager
def open_output(path: Path | None, inputs: Sequence[Path] = ()) -> Iterator[IO[bytes]]:
    """Open an output for the block. A regular file is replaced at the end, once it is complete.

    Args:
        path: a file, device or pipe; None is stdout.
        inputs: files that must not be overwritten.

    Raises:
        UsageError: the path is an input, or cannot be written.
    """
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if not is_special(path) and path.resolve() in [file.resolve() for file in inputs]:
        raise UsageError(f"`{path}` is also an input. Write to another file.")
    final = path if is_special(path) else path.resolve()
    target = path if is_special(path) else final.with_name(final.name + ".partial")
    try:
        with target.open("wb") as file:
            yield file
        if target != final:
            target.replace(final)
    except BrokenPipeError:  # of stdout, whose reader has ended
        raise
    except OSError as error:
        raise UsageError(f"`{path}` cannot be written: {error.strerror}.") from error
    finally:
        if target != final:
            target.unlink(missing_ok=True)


def is_special(path: Path) -> bool:
    """Return whether the path is a device, a pipe, or a link to one, such as /dev/stdout."""
    return (
        path.is_relative_to("/dev")
        or path.is_relative_to("/proc")
        or (path.exists() and not path.is_file())
    )
