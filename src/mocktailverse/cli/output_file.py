"""Writing a command's output to a file, a device, a pipe or stdout."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mocktailverse.errors import UsageError


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
