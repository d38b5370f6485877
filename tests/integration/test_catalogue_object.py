"""The published catalogue against S3: conditions, ETags, links, broken connections."""

import os
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

import pytest
from botocore.awsrequest import AWSResponse

from mocktailverse.errors import ConflictError, MissingError, TransientError
from mocktailverse.stores.catalogue_object import CHUNK_BYTES, CatalogueObject
from mocktailverse.stores.export_objects import ExportObjects

NUMBERS = count(1)


@pytest.fixture
def catalogue(clients, local_stack):
    """An object that no other test uses."""
    bucket = local_stack.outputs["CatalogueBucket"]
    return CatalogueObject(clients, bucket, f"tests/{next(NUMBERS)}.sqlite")


@pytest.fixture
def file(tmp_path):
    """Makes a file with a content."""

    def make(body):
        path = tmp_path / str(next(NUMBERS))
        path.write_bytes(body)
        return path

    return make


def test_before_the_first_upload_nothing_is_there(catalogue, tmp_path):
    assert catalogue.etag() is None
    with pytest.raises(MissingError):
        catalogue.download(tmp_path / "c")
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, 3 * CHUNK_BYTES + 7])
def test_what_is_uploaded_is_downloaded(catalogue, file, tmp_path, size):
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
def test_an_upload_that_knows_another_file_is_refused(catalogue, file, tmp_path, replacing):
    catalogue.upload(file(b"one"), replacing=None)
    with pytest.raises(ConflictError):
        catalogue.upload(file(b"two"), replacing=replacing)
    catalogue.download(tmp_path / "c")
    assert (tmp_path / "c").read_bytes() == b"one"


def test_replacing_what_was_deleted_is_a_conflict(catalogue, clients, file):
    etag = catalogue.upload(file(b"one"), replacing=None)
    clients.s3.delete_object(Bucket=catalogue.bucket, Key=catalogue.key)
    with pytest.raises(ConflictError):
        catalogue.upload(file(b"two"), replacing=etag)
    assert catalogue.etag() is None


@pytest.mark.parametrize("first", [True, False])
def test_of_many_uploads_at_once_one_wins(catalogue, file, first):
    replacing = None if first else catalogue.upload(file(b"zero"), replacing=None)
    files = [file(os.urandom(100_000)) for _ in range(8)]

    def upload(path):
        try:
            return catalogue.upload(path, replacing=replacing)
        except ConflictError:
            return None

    with ThreadPoolExecutor(8) as pool:
        (won,) = filter(None, pool.map(upload, files))
    assert catalogue.etag() == won


class Answered(AWSResponse):
    """A response as the HTTP layer gives it."""

    def __init__(self, url, status, body):
        super().__init__(url, status, {}, None)
        self._content = body


@contextmanager
def answering(clients, status, code):
    """While this lasts S3 answers with an error."""
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()

    def answer(request, **_kwargs):
        return Answered(request.url, status, body)

    events = clients.s3.meta.events
    events.register("before-send.s3", answer)
    try:
        yield
    finally:
        events.unregister("before-send.s3", answer)


def test_an_upload_beside_another_is_a_conflict(catalogue, clients, file):
    with (
        answering(clients, 409, "ConditionalRequestConflict"),
        pytest.raises(ConflictError),
    ):
        catalogue.upload(file(b"one"), replacing=None)


def test_a_failing_service_is_no_conflict(catalogue, clients, file, monkeypatch):
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    with answering(clients, 503, "SlowDown"), pytest.raises(TransientError) as raised:
        catalogue.upload(file(b"one"), replacing=None)
    assert not isinstance(raised.value, ConflictError)


def test_a_link_gives_the_file_under_a_name(catalogue, clients, file):
    exports = ExportObjects(clients, catalogue.bucket)
    exports.store("linked.sqlite", file(b"one"), "application/vnd.sqlite3")
    link = exports.link("linked.sqlite", "drinks.sqlite")
    with urllib.request.urlopen(link, timeout=60) as answer:  # noqa: S310 - our own stack
        assert answer.read() == b"one"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="drinks.sqlite"'
