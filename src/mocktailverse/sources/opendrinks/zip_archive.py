"""Files in a zip archive, one by one, without writing any of them to a disk."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from mocktailverse.sources.opendrinks.byte_source import (
    DAMAGED,
    FILE_BYTES,
    ArchiveError,
    ArchiveFile,
    check_members,
)

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")

_DIRECTORY_BYTES = 4 * 1024 * 1024
"""Maximum size of the directory, which `zipfile` reads at once: 200 bytes for each member."""

_END = b"PK\x05\x06"
_END_BYTES = 22 + 65_535
"""Maximum size of the record at the end, with a comment."""
_ENCRYPTED = 0x1
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, ValueError, OverflowError, RuntimeError),
    *(struct.error, OSError),
)
"""What `zipfile` raises for damaged data; its NotImplementedError is a RuntimeError."""


def zip_files(file: BinaryIO, is_wanted: Callable[[str], bool]) -> Iterator[ArchiveFile]:
    """Yield the wanted files; links without their content.

    Raises:
        ArchiveError: the archive is damaged or encrypted, or has too many members.
    """
    _check_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            check_members(len(infos))
            for info in infos:
                if not info.is_dir() and is_wanted(info.filename):
                    yield _file(archive, info)
    except _UNREADABLE as error:
        raise ArchiveError(DAMAGED.format(error)) from error


def _check_directory(file: BinaryIO) -> None:
    """Refuse a directory that is too large before it is read."""
    length = file.seek(0, 2)
    file.seek(max(0, length - _END_BYTES))
    _, found, record = file.read().rpartition(_END)
    if found and len(record) >= 18:  # noqa: PLR2004 - the fixed fields after the magic number
        (size,) = struct.unpack_from("<I", record, 8)
        if size > _DIRECTORY_BYTES:
            raise ArchiveError(
                f"The archive's directory has {size} bytes; {_DIRECTORY_BYTES} is the limit. "
                "Pass an archive with the recipes only."
            )
    file.seek(0)


def _file(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> ArchiveFile:
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):  # 0: without Unix modes
        return ArchiveFile(info.filename, info.file_size, None, is_regular=False)
    if info.flag_bits & _ENCRYPTED:
        raise ArchiveError("The archive is encrypted. Pass one without a password.")
    if info.file_size > FILE_BYTES:
        return ArchiveFile(info.filename, info.file_size, None)
    with archive.open(info) as member:
        content = member.read(FILE_BYTES + 1)  # the stated size may be wrong
    if len(content) > FILE_BYTES:
        return ArchiveFile(info.filename, len(content), None)
    return ArchiveFile(info.filename, len(content), content)
