"""Where a command's output goes: a file, a device or pipe, or stdout."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mocktailverse.errors import UsageError


@contextmanager
def written(path: Path | None, inputs: Sequence[Path] = ()) -> Iterator[IO[bytes]]:
    """Write to a file, which appears when it is whole, to a device or pipe, or to stdout."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if not is_special(path) and path.resolve() in [given.resolve() for given in inputs]:
        raise UsageError(f"{path} is an input, too; write somewhere else.")
    whole = path if is_special(path) else path.resolve()
    target = path if is_special(path) else whole.with_name(whole.name + ".partial")
    try:
        with target.open("wb") as file:
            yield file
        if target != whole:
            target.replace(whole)
    except BrokenPipeError:  # it is stdout that nobody reads any more
        raise
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        if target != whole:
            target.unlink(missing_ok=True)


def is_special(path: Path) -> bool:
    """Whether writing goes somewhere else: a device or pipe, or what /dev/stdout stands for."""
    return (
        path.is_relative_to("/dev")
        or path.is_relative_to("/proc")
        or (path.exists() and not path.is_file())
    )
