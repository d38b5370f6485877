"""The names of the published files: each format has a file of its own in the catalogue's bucket.

So a new format is built beside the old one, readers switch when they get the new code, and the old
file stays for the way back. The formats up to 3 share the name that they always had.
"""

import re

from mocktailverse.catalogue.schema import FORMAT, OLDEST_FORMAT

_LAST_UNNUMBERED = 3
_NAME = re.compile(r"catalogue(?:-([1-9][0-9]*))?\.sqlite")


def file_name(number: int = FORMAT) -> str:
    """Return the name of the file of a format, such as `catalogue-4.sqlite`."""
    suffix = "" if number <= _LAST_UNNUMBERED else f"-{number}"
    return f"catalogue{suffix}.sqlite"


def format_of(name: str) -> int | None:
    """Return the format of a file, the newest that has its name; None if it is another file."""
    match = _NAME.fullmatch(name)
    return int(match[1] or _LAST_UNNUMBERED) if match else None


def readable_names() -> tuple[str, ...]:
    """Return the names of the files that readers can use: their own, then older ones."""
    numbers = range(FORMAT, OLDEST_FORMAT - 1, -1)
    return tuple(dict.fromkeys(file_name(number) for number in numbers))


def obsolete(names: list[str]) -> list[str]:
    """Return which of these files are older than the format before this code's."""
    numbers = {name: number for name in names if (number := format_of(name))}
    older = sorted((name for name in numbers if numbers[name] < FORMAT), key=lambda n: numbers[n])
    return older[:-1]
