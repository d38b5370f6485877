"""The recipes in an archive, a folder or an array, in memory and within limits."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

from mocktailverse.errors import UsageError
from mocktailverse.sources.opendrinks.byte_source import (
    ARCHIVE_BYTES,
    FILE_BYTES,
    MIB,
    UNPACKED_BYTES,
    ArchiveError,
    ArchiveFile,
    ByteSource,
    check_members,
    inflated,
)
from mocktailverse.sources.opendrinks.file_envelope import EXTENSION
from mocktailverse.sources.opendrinks.tar_archive import is_tar, tar_files
from mocktailverse.sources.opendrinks.zip_archive import MAGIC, zip_files

RECIPES_BYTES = 64 * MIB
"""Maximum size of all recipes, which are in memory together."""

RECIPES_FOLDER = "src/recipes/"
"""Where the repository keeps the recipes; in another archive all JSON files are recipes."""

_NAME_LIMIT = 300
_GZIP = b"\x1f\x8b"
_OTHER_COMPRESSION = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7-Zip", b"Rar!": "RAR"}
_HEAD = 512
_READ = 256 * 1024
_BOM = b"\xef\xbb\xbf"


class Recipes(NamedTuple):
    """The recipes of an archive, a folder or an array."""

    files: list[ArchiveFile]
    skipped: int = 0
    """Links, devices and other special files that have the name of a recipe."""


def recipes_in(chunks: Iterable[bytes]) -> Recipes:
    """Return the recipes of an archive or array that arrives in chunks.

    The format is detected from the content: zip, tar, tar.gz, a JSON array, one JSON object, or
    NDJSON, each of these also compressed with gzip.

    Raises:
        ArchiveError: it is none of these, is damaged, exceeds a limit, or holds no recipe.
    """
    source = ByteSource(chunks, ARCHIVE_BYTES, "The archive")
    head = source.peek(_HEAD)
    if head.startswith(MAGIC):
        with tempfile.TemporaryFile() as file:  # a zip's directory is at its end
            for chunk in source.chunks():
                file.write(chunk)
            return _recipes(_collected(zip_files(file, _is_wanted)))
    if head.startswith(_GZIP):
        source = ByteSource(inflated(source.chunks()), UNPACKED_BYTES, "The unpacked archive")
        head = source.peek(_HEAD)
    if is_tar(head):
        return _recipes(_collected(tar_files(source, _is_wanted)))
    _require_json(head)
    return _elements(source)


def recipes_at(path: Path) -> Recipes:
    """Return the recipes of a file or folder of this machine; see `recipes_in`.

    Raises:
        ArchiveError: as `recipes_in`.
        UsageError: it cannot be read.
    """
    try:
        if path.is_dir():
            recipes = path / RECIPES_FOLDER  # a clone may have any number of other files
            return _recipes(_collected(_files_below(recipes if recipes.is_dir() else path)))
        with path.open("rb") as file:
            return recipes_in(_chunks(file))
    except OSError as error:
        raise UsageError(f"`{path}` cannot be read: {error.strerror}.") from error


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_READ):
        yield chunk


def _files_below(folder: Path) -> Iterator[ArchiveFile]:
    seen = 0
    for place, folders, names in os.walk(folder, onerror=_raise):
        folders.sort()
        seen += len(names)
        check_members(seen)
        for name in sorted(names):
            path = Path(place, name)
            inner = path.relative_to(folder).as_posix()
            if not _is_wanted(inner):
                continue
            status = path.lstat()
            is_regular, size = stat.S_ISREG(status.st_mode), status.st_size
            content = path.read_bytes() if is_regular and size <= FILE_BYTES else None
            yield ArchiveFile(inner, size, content, is_regular=is_regular)


def _raise(error: OSError) -> None:
    """Report a folder that cannot be read, whose files would seem to have been removed."""
    raise error


def _is_wanted(name: str) -> bool:
    base = name.replace("\\", "/").rpartition("/")[2]
    return base.casefold().endswith(EXTENSION) and not base.startswith("._")  # files of macOS


def _collected(files: Iterable[ArchiveFile]) -> list[ArchiveFile]:
    """Return the files, as long as they fit into the memory."""
    collected, left = [], RECIPES_BYTES
    for file in files:
        left -= len(file.content or b"")
        if left < 0:
            raise ArchiveError(f"The JSON files have more than {RECIPES_BYTES // MIB} MiB.")
        collected.append(file)
    return collected


def _recipes(files: list[ArchiveFile]) -> Recipes:
    """Return the files in the folder of recipes: the outermost one, if there are several."""
    split = [(file, *f"/{file.name}".partition(f"/{RECIPES_FOLDER}")) for file in files]
    least = min((outer.count("/") for _, outer, folder, _ in split if folder), default=None)
    inside = [
        file._replace(name=_name(inner or outer[1:]))
        for file, outer, folder, inner in split
        if least is None or (folder and outer.count("/") == least)
    ]
    recipes = [file for file in inside if file.is_regular]
    if not recipes:
        raise ArchiveError(
            f"No recipe was found: neither `{RECIPES_FOLDER}` nor another folder has a file "
            f"`*{EXTENSION}`. Pass an archive of the repository."
        )
    return Recipes(recipes, len(inside) - len(recipes))


def _name(name: str) -> str:
    """Return a name that is text and not too long."""
    text = name.encode("utf-8", "replace").decode()
    if len(text) <= _NAME_LIMIT:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return f"{text[:_NAME_LIMIT]}-{digest}{EXTENSION}"


def _require_json(head: bytes) -> None:
    """Raise ArchiveError with what the data is, if it cannot be JSON."""
    start = head.removeprefix(_BOM).lstrip()
    if start.startswith((b"[", b"{")):
        return
    if start.startswith(b"<"):
        raise ArchiveError("This is a web page or XML, not an archive. Check the address.")
    for magic, name in _OTHER_COMPRESSION.items():
        if head.startswith(magic):
            raise ArchiveError(f"The archive is compressed with {name}. Pass zip, tar or tar.gz.")
    what = "It is empty" if not start else "This is not an archive"
    raise ArchiveError(f"{what}. Pass a zip, tar or tar.gz archive, or a JSON array of recipes.")


def _elements(source: ByteSource) -> Recipes:
    data = source.read(RECIPES_BYTES + 1).removeprefix(_BOM).strip()
    if len(data) > RECIPES_BYTES:
        raise ArchiveError(f"The JSON data has more than {RECIPES_BYTES // MIB} MiB.")
    elements = _split(data)
    check_members(len(elements))
    recipes = [
        ArchiveFile(None, len(text), text if len(text) <= FILE_BYTES else None)
        for element in elements
        if (text := bytes(element).strip())
    ]
    if not recipes:
        raise ArchiveError("The JSON array is empty. Pass one with recipes.")
    return Recipes(recipes)


def _split(data: bytes) -> list[msgspec.Raw] | list[bytes]:
    """Return the elements of an array, one object, or the lines of NDJSON."""
    if data.startswith(b"["):
        try:
            return msgspec.json.decode(data, type=list[msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ArchiveError(
                f"The JSON array is not valid: {error}. To load the elements that are, pass the "
                "file to `mocktailverse ingest --source opendrinks`."
            ) from error
    if _is_object(data):
        return [data]
    lines = data.split(b"\n")
    if not _is_object(lines[0]):
        raise ArchiveError("The JSON object is not valid. Pass an array of recipes, or NDJSON.")
    return lines


def _is_object(data: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(data), dict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
