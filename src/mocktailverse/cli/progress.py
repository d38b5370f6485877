"""The progress bar of commands; apart from other output, as its import delays quick commands."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from mocktailverse.cli.output import stderr


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
