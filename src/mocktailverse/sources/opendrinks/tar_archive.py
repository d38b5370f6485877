"""Files in a tar archive, one by one, read once from start to end.

`tarfile` is used for headers alone: its streams end without an error at a damaged or missing
header, so that files would seem to have been removed.
"""

import tarfile
from collections.abc import Callable, Iterator

from mocktailverse.sources.opendrinks.byte_source import (
    DAMAGED,
    FILE_BYTES,
    ArchiveError,
    ArchiveFile,
    ByteSource,
    check_members,
)

_BLOCK = 512
_HEADER_BYTES = 1024 * 1024
"""Maximum size of a header with a long name or with attributes, as macOS writes them."""
_OWN_HEADERS = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME)
_OTHER_HEADERS = (tarfile.XGLTYPE, tarfile.GNUTYPE_LONGLINK)
"""Headers about all files, and about the target of a link: nothing that is used."""
_MAP_GOES_ON = {"header": 482, "block": 504}
"""Where the map of a sparse file says whether another block of it follows."""


def is_tar(head: bytes) -> bool:
    """Return whether the first 512 bytes of a file are the header of a tar archive."""
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "replace")
    except tarfile.HeaderError:
        return False
    return True


def tar_files(source: ByteSource, is_wanted: Callable[[str], bool]) -> Iterator[ArchiveFile]:
    """Yield the wanted files; links, devices and sparse files without their content.

    Raises:
        ArchiveError: the archive is damaged or incomplete, or has too many members.
    """
    long: dict[str, str] = {}  # what a header before this one says of its file
    members = 0
    while header := _header(block := source.read(_BLOCK)):
        if header.type in _OWN_HEADERS:
            long |= _long_fields(header, _content(source, header.size, _HEADER_BYTES))
            continue
        if header.type in _OTHER_HEADERS:
            _skip(source, header.size)
            continue
        members += 1
        check_members(members)
        name = long.get("GNU.sparse.name") or long.get("path", header.name)
        size = _size(long.get("size"), header.size)
        is_sparse = _skip_map(source, header, block) or any(
            key.startswith("GNU.sparse.") for key in long
        )
        long = {}
        content = None
        is_read = header.isreg() and not is_sparse and is_wanted(name)
        if is_read and size <= FILE_BYTES:
            content = _content(source, size, FILE_BYTES)
        elif header.isreg() or header.type not in tarfile.SUPPORTED_TYPES:
            _skip(source, size)  # a link or a folder has no content, whatever its size
        if not header.isdir() and is_wanted(name):
            yield ArchiveFile(name, size, content, is_regular=is_read)
    for _ in source.chunks():  # padding; reading it proves that compressed data is complete
        pass


def _header(block: bytes) -> tarfile.TarInfo | None:
    """Return a header; None at the end of the archive."""
    if len(block) == _BLOCK and not block.strip(b"\0"):
        return None
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "replace")
    except tarfile.HeaderError as error:
        raise ArchiveError(DAMAGED.format(error)) from error
    if header.size < 0:
        raise ArchiveError(DAMAGED.format("negative size"))
    return header


def _skip_map(source: ByteSource, header: tarfile.TarInfo, block: bytes) -> bool:
    """Skip the map of a sparse file of GNU tar; return whether the file is one."""
    if header.type != tarfile.GNUTYPE_SPARSE:
        return False
    goes_on = block[_MAP_GOES_ON["header"]]
    while goes_on:
        goes_on = _content(source, _BLOCK, _BLOCK)[_MAP_GOES_ON["block"]]
    return True


def _long_fields(header: tarfile.TarInfo, content: bytes) -> dict[str, str]:
    """Return the fields of a header that precedes a file: its path, and its size."""
    if header.type == tarfile.GNUTYPE_LONGNAME:
        return {"path": content.partition(b"\0")[0].decode("utf-8", "replace")}
    fields = {}
    while content:  # records such as `18 path=mojito.json` and a line break; 18 is their length
        length, _, _ = content.partition(b" ")
        end = int(length) if length.isdigit() else 0
        if not len(length) < end <= len(content):
            raise ArchiveError(DAMAGED.format("bad extended header"))
        record, content = content[len(length) + 1 : end - 1], content[end:]
        name, _, value = record.decode("utf-8", "replace").partition("=")
        fields[name] = value
    return fields


def _size(stated: str | None, in_header: int) -> int:
    if stated is None:
        return in_header
    if not (stated.isascii() and stated.isdigit() and len(stated) < 16):  # noqa: PLR2004 - digits
        raise ArchiveError(DAMAGED.format("bad size"))
    return int(stated)


def _content(source: ByteSource, size: int, limit: int) -> bytes:
    if size > limit:
        raise ArchiveError(DAMAGED.format(f"a header of {size} bytes"))
    content = source.read(size)
    if len(content) < size:
        raise ArchiveError(DAMAGED.format("unexpected end"))
    _skip(source, -size % _BLOCK, whole=False)
    return content


def _skip(source: ByteSource, size: int, *, whole: bool = True) -> None:
    """Skip a file's content, and with `whole` the padding to a full block."""
    length = size + (-size % _BLOCK if whole else 0)
    if source.skip(length) < length:
        raise ArchiveError(DAMAGED.format("unexpected end"))
