"""The names of the published catalogues: each format has one of its own in the catalogue's bucket.

So a new format is built beside the old one, readers switch when they get the new code, and the old
one stays for the way back. The formats up to 3 share the name that they always had, that of a file;
later ones are published as snapshots and changes, and the name is that of their head.
"""

import re

from mocktailverse.catalogue.schema import FORMAT, OLDEST_FORMAT

_LAST_FILE = 3
_NAME = re.compile(r"catalogue\.sqlite|catalogue-([1-9][0-9]*)\.json")


def file_name(number: int = FORMAT) -> str:
    """Return the name under which a format is published, such as `catalogue-4.json`."""
    return "catalogue.sqlite" if number <= _LAST_FILE else f"catalogue-{number}.json"


def format_of(name: str) -> int | None:
    """Return the format of a name, the newest that has it; None if it is that of no catalogue."""
    match = _NAME.fullmatch(name)
    return int(match[1] or _LAST_FILE) if match else None


def has_changes(name: str) -> bool:
    """Return whether the name is that of a head, and not of a file."""
    return name.endswith(".json")


def parts_folder(name: str) -> str:
    """Return the folder of the snapshots and changes of a head, such as `catalogue-4/`."""
    return f"{name.rpartition('.')[0]}/"


def readable_names() -> tuple[str, ...]:
    """Return the names of the catalogues that readers can use: their own, then older ones."""
    numbers = range(FORMAT, OLDEST_FORMAT - 1, -1)
    return tuple(dict.fromkeys(file_name(number) for number in numbers))


def obsolete(names: list[str]) -> list[str]:
    """Return which of these catalogues are older than the format before this code's."""
    numbers = {name: number for name in names if (number := format_of(name))}
    older = sorted((name for name in numbers if numbers[name] < FORMAT), key=lambda n: numbers[n])
    return older[:-1]
