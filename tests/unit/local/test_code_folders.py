"""The functions' zip is unpacked once for all processes."""

import os
import zipfile
from pathlib import Path

import pytest

from mocktailverse.local import code_folders
from mocktailverse.local.code_folders import UNUSED_TTL_S, shared_zipfile


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "code.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("package/module.py", "x = 1")
    return path


def unpack(archive: Path, cache: Path, target: Path) -> Path:
    target.mkdir()
    with shared_zipfile(cache).ZipFile(archive) as file:
        file.extractall(target)
    return target


def test_two_processes_share_one_folder(archive, tmp_path):
    cache = tmp_path / "cache"
    first, second = (unpack(archive, cache, tmp_path / name) for name in ("first", "second"))
    assert (first / "package" / "module.py").read_text() == "x = 1"
    assert first.resolve() == second.resolve()
    assert len(list(cache.iterdir())) == 1


def test_another_zip_has_another_folder(archive, tmp_path):
    cache = tmp_path / "cache"
    first = unpack(archive, cache, tmp_path / "first")
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("package/module.py", "x = 2")
    second = unpack(archive, cache, tmp_path / "second")
    assert (first / "package" / "module.py").read_text() == "x = 1"
    assert (second / "package" / "module.py").read_text() == "x = 2"


def test_folders_that_no_process_used_for_a_day_are_deleted(archive, tmp_path):
    cache = tmp_path / "cache"
    unused = cache / "0123456789abcdef"
    unused.mkdir(parents=True)
    os.utime(unused, (1, 1))
    assert UNUSED_TTL_S >= 24 * 3600
    unpack(archive, cache, tmp_path / "first")
    assert not unused.exists()


def test_a_damaged_zip_leaves_no_folder(archive, tmp_path):
    content = bytearray(archive.read_bytes())
    content[40:50] = bytes(10)
    archive.write_bytes(content)
    with pytest.raises(zipfile.BadZipFile):
        unpack(archive, tmp_path / "cache", tmp_path / "first")
    assert list((tmp_path / "cache").iterdir()) == []


def test_code_that_a_power_failure_has_emptied_is_unpacked_again(archive, tmp_path):
    cache = tmp_path / "cache"
    first = unpack(archive, cache, tmp_path / "first")
    (first / "package" / "module.py").write_bytes(b"")
    second = unpack(archive, cache, tmp_path / "second")
    assert (second / "package" / "module.py").read_text() == "x = 1"


def test_folders_in_use_are_renewed(archive, tmp_path):
    cache = tmp_path / "cache"
    folder = unpack(archive, cache, tmp_path / "first").resolve()
    os.utime(folder, (1, 1))
    code_folders.renew()
    assert folder.stat().st_mtime > 1
