"""An archive moves all raw objects to another environment, with the same result."""

import contextlib
import hashlib
import io
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.errors import ObjectRejectedError, UsageError
from mocktailverse.loads.object_version import CANARY_PREFIX, ObjectVersion, first_stored_at
from mocktailverse.pipeline import raw_archive
from mocktailverse.pipeline.raw_archive import MANIFEST, restore_archive, write_archive
from mocktailverse.pipeline.transformation import observed_at_of
from mocktailverse.testing.memory_stores import MemoryRawStore
from strategies.effort import examples

DAY_MS = 24 * 3600 * 1000
KEY = "raw/own/a.json"


def nothing(_done: int, _total: int) -> None:
    """Show no progress."""


def archived(raw: MemoryRawStore) -> io.BytesIO:
    file = io.BytesIO()
    write_archive(raw, file, nothing)
    return file


def contents(raw: MemoryRawStore, versions: list[ObjectVersion] | None = None):
    """Return key, bytes and event time of each object, in the order of the versions."""
    return [
        (version.key, b"".join(raw.objects[version].chunks()), event_time(raw, version))
        for version in versions or raw.objects
    ]


def event_time(raw: MemoryRawStore, version: ObjectVersion) -> int | str:
    try:
        return observed_at_of(raw.objects[version])
    except ObjectRejectedError as error:
        return error.code


def sample_store() -> MemoryRawStore:
    """A store whose key KEY was stored three times: A, B, and A again."""
    raw = MemoryRawStore()
    for number, body in enumerate((b"A", b"B", b"A"), 1):
        metadata = {"observed-at": str(number * DAY_MS)}
        raw.add(body, KEY, f"v{number}", stored_at=(10 + number) * DAY_MS, metadata=metadata)
    raw.add(b"late", "raw/own/late.json", stored_at=9 * DAY_MS)
    raw.add(
        b"wrong", "raw/own/wrong.json", stored_at=DAY_MS, metadata={"observed-at": str(8 * DAY_MS)}
    )
    raw.add(b"", f"{CANARY_PREFIX}1.json")
    return raw


def test_objects_keep_content_order_and_event_time():
    source, target = sample_store(), MemoryRawStore()
    restored = restore_archive(target, archived(source), nothing)
    assert contents(target, restored) == [
        ("raw/own/wrong.json", b"wrong", "observed_at_invalid"),
        ("raw/own/late.json", b"late", 9 * DAY_MS),
        (KEY, b"A", DAY_MS),
        (KEY, b"B", 2 * DAY_MS),
        (KEY, b"A", 3 * DAY_MS),
    ]


def test_an_archive_of_a_restored_environment_is_the_same():
    source, target, third = sample_store(), MemoryRawStore(), MemoryRawStore()
    restore_archive(target, archived(source), nothing)
    restore_archive(third, archived(target), nothing)
    assert sorted(contents(third)) == sorted(contents(target))


def test_a_repeated_restore_stores_nothing():
    target, file = MemoryRawStore(), archived(sample_store())
    assert len(restore_archive(target, file, nothing)) == 5
    assert restore_archive(target, file, nothing) == []
    assert restore_archive(sample_store(), file, nothing) == []


@pytest.mark.parametrize("done", range(5))
def test_an_interrupted_restore_continues(done):
    file, whole, target = archived(sample_store()), MemoryRawStore(), MemoryRawStore()
    restore_archive(whole, file, nothing)

    def interrupt(number: int, _total: int) -> None:
        if number == done + 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore_archive(target, file, interrupt)
    restore_archive(target, file, nothing)
    assert contents(target) == contents(whole)


def test_progress_counts_all_objects():
    calls: list[tuple[int, int]] = []
    restore_archive(
        MemoryRawStore(), archived(sample_store()), lambda *numbers: calls.append(numbers)
    )
    assert calls == [(number, 5) for number in range(1, 6)]


# ---- what is not an archive


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04" + bytes(50)])
def test_another_file_is_refused(content):
    with pytest.raises(UsageError, match="not an archive of `mocktailverse archive`"):
        restore_archive(MemoryRawStore(), io.BytesIO(content), nothing)


def a_zip(**members: bytes) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file


def test_a_zip_of_something_else_is_refused():
    with pytest.raises(UsageError, match=r"no `manifest\.ndjson`"):
        restore_archive(MemoryRawStore(), a_zip(readme=b""), nothing)


def line(**fields: object) -> bytes:
    values = {
        "key": KEY,
        "stored_at": 1,
        "metadata": {},
        "content_type": "application/json",
        "bytes": 1,
        "md5": hashlib.md5(b"A", usedforsecurity=False).hexdigest(),
        "member": "objects/000001",
    }
    return json.dumps(values | fields).encode()


@pytest.mark.parametrize(
    ("manifest", "problem"),
    [
        (b"{", "cannot be read"),
        (b"[]", "cannot be read"),
        (line(extra=1), "cannot be read"),
        (line(key="state/fetch/sweep.json"), "describes no raw object"),
        (line(key="../raw/own/a"), "describes no raw object"),
        (line(bytes=-1), "describes no raw object"),
        (line(bytes=2**40), "describes no raw object"),
        (line(member="objects/2"), "`objects/2` cannot be read"),
        (line(bytes=2), "is not what its manifest describes"),
        (line(md5="0" * 32), "is not what its manifest describes"),
    ],
)
def test_a_damaged_archive_is_named_and_stores_no_wrong_object(manifest, problem):
    target = MemoryRawStore()
    file = a_zip(**{"objects/000001": b"A", MANIFEST: manifest})
    with pytest.raises(UsageError, match=problem):
        restore_archive(target, file, nothing)
    assert target.objects == {}


def test_a_member_that_expands_beyond_its_size_is_refused_unread():
    file = a_zip(**{"objects/000001": bytes(10_000_000), MANIFEST: line()})
    with pytest.raises(UsageError, match="is not what its manifest describes"):
        restore_archive(MemoryRawStore(), file, nothing)


def test_a_manifest_of_many_gigabytes_is_refused_unread(monkeypatch):
    monkeypatch.setattr(raw_archive, "MANIFEST_LIMIT_BYTES", 100)
    with pytest.raises(UsageError, match=r"`manifest\.ndjson` has \d+ bytes"):
        restore_archive(MemoryRawStore(), archived(sample_store()), nothing)


@pytest.mark.parametrize(
    ("text", "expected"), [("5", 5), ("99", 10), ("-5", 10), ("x", 10), ("²", 10), ("", 10)]
)
def test_the_first_time_of_storing_is_never_later_than_s3_s(text, expected):
    assert first_stored_at(10, {"stored-at": text}) == expected
    assert first_stored_at(10, {}) == 10


@given(data=st.data())
@settings(max_examples=examples(200))
def test_an_archive_with_a_changed_byte_is_restored_or_refused(data):
    content = bytearray(archived(sample_store()).getvalue())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(UsageError):
        restore_archive(MemoryRawStore(), io.BytesIO(content), nothing)
