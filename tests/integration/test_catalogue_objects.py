"""The catalogue's bucket against S3: conditions, ETags, ranges, broken connections."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count

import pytest
from botocore.awsrequest import AWSResponse

from mocktailverse.errors import ConflictError, MissingError, TransientError
from mocktailverse.stores.catalogue_objects import CHUNK_BYTES, CatalogueObjects
from mocktailverse.stores.export_objects import ExportObjects
from mocktailverse.stores.transfer_counter import TransferCounter

NUMBERS = count(1)


class OneObject:
    """An object of the catalogue's bucket that no other test uses."""

    def __init__(self, clients, bucket):
        self.bucket = bucket
        self.key = f"tests/{next(NUMBERS)}.sqlite"
        self.objects = CatalogueObjects(clients, bucket)

    def __getattr__(self, name):
        return partial(getattr(self.objects, name), self.key)


@pytest.fixture
def stored(clients, local_stack):
    """An object that is not stored yet."""
    return OneObject(clients, local_stack.outputs["CatalogueBucket"])


@pytest.fixture
def file(tmp_path):
    """Return a function that makes a file with some content."""

    def make(body):
        path = tmp_path / str(next(NUMBERS))
        path.write_bytes(body)
        return path

    return make


def test_an_object_is_missing_until_it_is_stored(stored, tmp_path):
    assert stored.etag() is None
    with pytest.raises(MissingError):
        stored.read()
    with pytest.raises(MissingError):
        stored.save(tmp_path / "c")
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, 3 * CHUNK_BYTES + 7])
def test_a_stored_file_is_saved_unchanged(stored, file, tmp_path, size):
    body = os.urandom(size)
    stored.add(file(body))
    assert stored.save(tmp_path / "c") == stored.etag()
    assert (tmp_path / "c").read_bytes() == body
    assert stored.read() == (body, stored.etag())


def test_an_unchanged_object_is_not_read_again(stored, tmp_path):
    etag = stored.replace(b"one", replacing=None)
    assert stored.read(unless=etag) is None
    assert stored.save(tmp_path / "c", unless=etag) is None
    assert not (tmp_path / "c").exists()
    newer = stored.replace(b"two", replacing=etag)
    assert newer != etag
    assert stored.read(unless=etag) == (b"two", newer)


@pytest.mark.parametrize("replacing", [None, "0" * 32])
def test_replacing_another_object_is_a_conflict(stored, replacing):
    stored.replace(b"one", replacing=None)
    with pytest.raises(ConflictError):
        stored.replace(b"two", replacing=replacing)
    assert stored.read()[0] == b"one"


def test_replacing_a_deleted_object_is_a_conflict(stored):
    etag = stored.replace(b"one", replacing=None)
    stored.delete()
    with pytest.raises(ConflictError):
        stored.replace(b"two", replacing=etag)
    assert stored.etag() is None


@pytest.mark.parametrize("first", [True, False])
def test_one_of_many_concurrent_replacements_wins(stored, first):
    replacing = None if first else stored.replace(b"zero", replacing=None)
    bodies = [os.urandom(100_000) for _ in range(8)]

    def replace(body):
        try:
            return stored.replace(body, replacing=replacing)
        except ConflictError:
            return None

    with ThreadPoolExecutor(8) as pool:
        (winner,) = filter(None, pool.map(replace, bodies))
    assert stored.etag() == winner


def test_the_parts_of_a_folder_are_listed_with_the_times_when_they_were_stored(stored):
    folder = f"{stored.key}-parts/"
    keys = {f"{folder}{number}.sqlite" for number in range(3)}
    before = int(time.time())
    for key in keys:
        stored.objects.add(key, b"part")
    parts = stored.objects.parts(folder)
    assert {part.key for part in parts} == keys
    assert all(before <= part.stored_at <= time.time() + 1 for part in parts)


class FakeResponse(AWSResponse):
    """A response as the HTTP layer returns it."""

    def __init__(self, url, status, body):
        super().__init__(url, status, {}, None)
        self._content = body


@contextmanager
def failing_s3(clients, status, code):
    """Let S3 return an error within the block."""
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()

    def respond(request, **_kwargs):
        return FakeResponse(request.url, status, body)

    events = clients.s3.meta.events
    events.register("before-send.s3", respond)
    try:
        yield
    finally:
        events.unregister("before-send.s3", respond)


def test_a_replacement_concurrent_with_another_is_a_conflict(stored, clients):
    with (
        failing_s3(clients, 409, "ConditionalRequestConflict"),
        pytest.raises(ConflictError),
    ):
        stored.replace(b"one", replacing=None)


def test_a_failing_service_is_not_a_conflict(stored, clients, monkeypatch):
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    with failing_s3(clients, 503, "SlowDown"), pytest.raises(TransientError) as raised:
        stored.replace(b"one", replacing=None)
    assert not isinstance(raised.value, ConflictError)


def test_a_part_of_an_export_is_read_and_a_stored_export_is_not_replaced(stored, clients, file):
    exports = ExportObjects(clients, stored.bucket)
    for content in (b"first", b"second"):
        exports.store("a.csv", file(content), "text/csv")
    assert exports.size("a.csv") == 5
    assert (exports.read("a.csv"), exports.read("a.csv", 1, 3)) == (b"first", b"ir")
    assert exports.size("b.csv") is None
    with pytest.raises(MissingError):
        exports.read("b.csv")


def test_processes_reserve_a_day_s_transfer_together_and_no_more(clients):
    """Ten at once, three reservations each; the day has eleven."""
    bucket = f"tests-transfer-{next(NUMBERS)}"
    clients.s3.create_bucket(Bucket=bucket)
    counter = TransferCounter(clients, bucket, 100)

    def reserve(_process):
        return [counter.reserve("2026-12-01", 9) for _ in range(3)]

    with ThreadPoolExecutor(10) as pool:
        granted = [one for many in pool.map(reserve, range(10)) for one in many]
    assert granted.count(True) == 11
    assert counter.reserve("2026-12-01", 2) is False
    assert counter.reserve("2026-12-02", 100) is True
    assert counter.reserve("2026-12-01", 1) is False, "a clock that is behind does not reset it"
