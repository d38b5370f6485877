"""Archive and restore: all raw objects with their metadata in one file, for another environment.

An archive is a zip file. `manifest.ndjson`, its last member, describes each object version in the
order of storing, and names the member with its bytes:

    {"key": "raw/<source>/a.json", "stored_at": 1796139705261, "metadata": {"observed-at": "..."},
     "content_type": "application/json", "bytes": 3, "md5": "8a80...", "member": "objects/000001"}

Everything else of an environment is computed from its raw objects. A restored object has the event
time of the original, so the same catalogue results; its version, and so the lineage, is its own.
"""

import hashlib
import lzma
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import IO, Final

import msgspec

from mocktailverse.errors import UsageError
from mocktailverse.loads.object_version import (
    CANARY_PREFIX,
    RAW_PREFIX,
    STORED_AT,
    ObjectVersion,
    first_stored_at,
)
from mocktailverse.pipeline.ports import RawStore

MANIFEST: Final = "manifest.ndjson"
OBJECT_LIMIT_BYTES = 1024**3
"""Largest object that is restored; no writer of ours stores a tenth of it."""

MANIFEST_LIMIT_BYTES = 1024**3

_UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError)
"""What the standard library raises for damaged zip files; NotImplementedError is a RuntimeError."""

Progress = Callable[[int, int], object]
"""Gets the number of objects done, and of all."""


class ArchivedObject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One object version of an archive: a line of its manifest."""

    key: str
    stored_at: int
    """When it was first stored, in ms since 1970 UTC."""
    metadata: dict[str, str]
    content_type: str
    bytes: int
    md5: str
    """In hex; it is also the ETag of an object that is stored in one request."""
    member: str
    """The zip member with the bytes."""


def write_archive(raw: RawStore, file: IO[bytes], on_object: Progress) -> int:
    """Write all raw objects except health checks to a file; return their number."""
    versions = sorted(raw.versions(), key=lambda stored: stored.stored_at)
    kept = [s.version for s in versions if not s.version.key.startswith(CANARY_PREFIX)]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        lines = []
        for number, version in enumerate(kept, 1):
            entry = _archive_object(raw, version, archive, f"objects/{number:06d}")
            lines.append(msgspec.json.encode(entry))
            on_object(number, len(kept))
        archive.writestr(MANIFEST, b"".join(line + b"\n" for line in lines))
    return len(kept)


def restore_archive(raw: RawStore, file: IO[bytes], on_object: Progress) -> list[ObjectVersion]:
    """Store the objects of an archive that the environment lacks; return their versions.

    An object that is there with the same key and content is left out, so a restore that was
    interrupted continues, and one that is repeated stores nothing.

    Raises:
        UsageError: the file is not an archive, or is damaged; objects before the damage are stored.
    """
    with _opened(file) as archive:
        entries = list(_manifest(archive))
        present = Counter((stored.version.key, stored.md5) for stored in raw.versions())
        restored = []
        for number, entry in enumerate(entries, 1):
            identity = (entry.key, entry.md5)
            if present[identity]:
                present[identity] -= 1
            else:
                restored.append(_restore_object(raw, entry, archive))
            on_object(number, len(entries))
    return restored


def _archive_object(
    raw: RawStore, version: ObjectVersion, archive: zipfile.ZipFile, member: str
) -> ArchivedObject:
    opened, digest = raw.open(version), hashlib.md5(usedforsecurity=False)
    with archive.open(member, "w", force_zip64=True) as output:
        for chunk in opened.chunks():
            digest.update(chunk)
            output.write(chunk)
    return ArchivedObject(
        key=version.key,
        stored_at=first_stored_at(opened.stored_at, opened.metadata),
        metadata=dict(opened.metadata),
        content_type=opened.content_type,
        bytes=opened.bytes,
        md5=digest.hexdigest(),
        member=member,
    )


def _restore_object(
    raw: RawStore, entry: ArchivedObject, archive: zipfile.ZipFile
) -> ObjectVersion:
    try:
        with archive.open(entry.member) as member:
            body = member.read(entry.bytes + 1)
    except (KeyError, *_UNREADABLE) as error:
        raise _damaged(f"`{entry.member}` cannot be read ({error})") from error
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
    if len(body) != entry.bytes or digest != entry.md5:
        raise _damaged(f"`{entry.member}` is not what its manifest describes")
    metadata = {**entry.metadata, STORED_AT: str(entry.stored_at)}
    return raw.put(entry.key, body, metadata=metadata, content_type=entry.content_type)


def _manifest(archive: zipfile.ZipFile) -> Iterator[ArchivedObject]:
    """Yield the lines of the manifest, each checked, because anybody can write an archive."""
    try:
        info = archive.getinfo(MANIFEST)
    except KeyError as error:
        raise UsageError(
            f"The file has no `{MANIFEST}`: it is not an archive of `mocktailverse archive`."
        ) from error
    if info.file_size > MANIFEST_LIMIT_BYTES:
        raise _damaged(f"`{MANIFEST}` has {info.file_size} bytes")
    try:
        lines = archive.read(info).splitlines()
        for number, line in enumerate(lines, 1):
            entry = msgspec.json.decode(line, type=ArchivedObject)
            if not entry.key.startswith(RAW_PREFIX) or not 0 <= entry.bytes <= OBJECT_LIMIT_BYTES:
                raise _damaged(f"line {number} of `{MANIFEST}` describes no raw object")
            yield entry
    except (msgspec.MsgspecError, *_UNREADABLE) as error:
        raise _damaged(f"`{MANIFEST}` cannot be read ({error})") from error


def _opened(file: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except _UNREADABLE as error:
        raise UsageError(
            f"The file is not an archive of `mocktailverse archive`, or is incomplete: {error}."
        ) from error


def _damaged(problem: str) -> UsageError:
    return UsageError(f"The archive is damaged: {problem}. Use another copy of it.")
