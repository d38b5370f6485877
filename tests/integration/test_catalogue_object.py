"""The catalogue's bucket against S3: conditions, ETags, ranges, broken connections."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

import pytest
from botocore.awsrequest import AWSResponse

from mocktailverse.errors import ConflictError, MissingError, TransientError
from mocktailverse.stores.catalogue_object import CHUNK_BYTES, CatalogueObject
from mocktailverse.stores.export_objects import ExportObjects
from mocktailverse.stores.transfer_counter import TransferCounter

NUMBERS = count(1)


@pytest.fixture
def catalogue(clients, local_stack):
    """A catalogue object that no other test uses."""
    bucket = local_stack.outputs["CatalogueBucket"]
    return CatalogueObject(clients, bucket, f"tests/{next(NUMBERS)}.sqlite")


@pytest.fixture
def file(tmp_path):
    """Return a function that makes a file with some content."""

    def make(body):
        path = tmp_path / str(next(NUMBERS))
        path.write_bytes(body)
        return path

    return make


def test_before_the_first_upload_the_catalogue_is_missing(catalogue, tmp_path):
    assert catalogue.etag() is None
    with pytest.raises(MissingError):
        catalogue.download(tmp_path / "c")
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, 3 * CHUNK_BYTES + 7])
def test_an_uploaded_file_is_downloaded_unchanged(catalogue, file, tmp_path, size):
    body = os.urandom(size)
    etag = catalogue.upload(file(body), replacing=None)
    assert catalogue.etag() == etag
    assert catalogue.download(tmp_path / "c") == etag
    assert (tmp_path / "c").read_bytes() == body


def test_an_unchanged_file_is_not_downloaded_again(catalogue, file, tmp_path):
    etag = catalogue.upload(file(b"one"), replacing=None)
    assert catalogue.download(tmp_path / "c", unless=etag) is None
    assert not (tmp_path / "c").exists()
    newer = catalogue.upload(file(b"two"), replacing=etag)
    assert newer != etag
    assert catalogue.download(tmp_path / "c", unless=etag) == newer


@pytest.mark.parametrize("replacing", [None, "0" * 32])
def test_an_upload_that_replaces_another_file_is_a_conflict(catalogue, file, tmp_path, replacing):
    catalogue.upload(file(b"one"), replacing=None)
    with pytest.raises(ConflictError):
        catalogue.upload(file(b"two"), replacing=replacing)
    catalogue.download(tmp_path / "c")
    assert (tmp_path / "c").read_bytes() == b"one"


def test_replacing_a_deleted_file_is_a_conflict(catalogue, clients, file):
    etag = catalogue.upload(file(b"one"), replacing=None)
    clients.s3.delete_object(Bucket=catalogue.bucket, Key=catalogue.key)
    with pytest.raises(ConflictError):
        catalogue.upload(file(b"two"), replacing=etag)
    assert catalogue.etag() is None


@pytest.mark.parametrize("first", [True, False])
def test_one_of_many_concurrent_uploads_wins(catalogue, file, first):
    replacing = None if first else catalogue.upload(file(b"zero"), replacing=None)
    files = [file(os.urandom(100_000)) for _ in range(8)]

    def upload(path):
        try:
            return catalogue.upload(path, replacing=replacing)
        except ConflictError:
            return None

    with ThreadPoolExecutor(8) as pool:
        (winner,) = filter(None, pool.map(upload, files))
    assert catalogue.etag() == winner


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


def test_an_upload_concurrent_with_another_is_a_conflict(catalogue, clients, file):
    with (
        failing_s3(clients, 409, "ConditionalRequestConflict"),
        pytest.raises(ConflictError),
    ):
        catalogue.upload(file(b"one"), replacing=None)


def test_a_failing_service_is_not_a_conflict(catalogue, clients, file, monkeypatch):
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    with failing_s3(clients, 503, "SlowDown"), pytest.raises(TransientError) as raised:
        catalogue.upload(file(b"one"), replacing=None)
    assert not isinstance(raised.value, ConflictError)


def test_a_part_of_an_export_is_read_and_a_stored_export_is_not_replaced(catalogue, clients, file):
    exports = ExportObjects(clients, catalogue.bucket)
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
