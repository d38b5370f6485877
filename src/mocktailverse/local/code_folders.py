"""Unpack the functions' zip once for all processes of all functions, and keep it between starts.

MiniStack unpacks the zip for each process that it starts, which takes longer than the process needs
to import its function. On AWS the code of a function is read-only, so processes can share it.
"""

import hashlib
import os
import shutil
import tempfile
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

UNUSED_TTL_S = 24 * 3600
"""How long unpacked code stays after its last use by a start of a process."""


in_use: set[Path] = set()
"""The folders whose code processes of this emulator may run."""


def renew() -> None:
    """Record that the folders are in use, so that no other emulator deletes them."""
    for folder in in_use:
        if folder.is_dir():
            os.utime(folder)


def shared_zipfile(cache: Path) -> SimpleNamespace:
    """Return a substitute for the module `zipfile` whose `extractall` links to a shared folder."""

    class SharedZip(zipfile.ZipFile):
        def extractall(
            self,
            path: "str | os.PathLike[str] | None" = None,
            members: "Iterable[str | zipfile.ZipInfo] | None" = None,
            pwd: bytes | None = None,
        ) -> None:
            if path is None or self.filename is None or members or pwd:
                super().extractall(path, members, pwd)
                return
            folder = cache / hashlib.sha256(Path(self.filename).read_bytes()).hexdigest()[:16]
            if not (folder.is_dir() and self._is_complete(folder)):
                _delete_unused(cache)
                shutil.rmtree(folder, ignore_errors=True)
                self._unpack(folder)
            in_use.add(folder)
            os.utime(folder)
            Path(path).rmdir()
            Path(path).symlink_to(folder)

        def _is_complete(self, folder: Path) -> bool:
            """Return whether each file has its size; a power failure may have emptied some."""
            return all(
                (folder / info.filename).is_file()
                and (folder / info.filename).stat().st_size == info.file_size
                for info in self.infolist()
                if not info.is_dir()
            )

        def _unpack(self, folder: Path) -> None:
            """Unpack into a folder, which appears complete or not at all."""
            cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=cache, prefix="unfinished-") as unfinished:
                super().extractall(f"{unfinished}/code")
                if not folder.is_dir():  # another process may have been faster
                    Path(unfinished, "code").rename(folder)

    return SimpleNamespace(
        ZipFile=SharedZip, BadZipFile=zipfile.BadZipFile, LargeZipFile=zipfile.LargeZipFile
    )


def _delete_unused(cache: Path) -> None:
    """Delete folders that no process has used for a while."""
    for folder in cache.glob("*"):
        if folder.stat().st_mtime < time.time() - UNUSED_TTL_S:
            shutil.rmtree(folder, ignore_errors=True)
