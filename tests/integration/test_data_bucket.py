"""The data bucket against S3: versions, ranges, metadata, rejected lines, broken connections."""

import os
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread

import pytest

from mocktailverse.errors import MissingError, PermanentError, TransientError, UnreachableError
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.local.tcp_ports import free_port
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.data_bucket import CHUNK_BYTES, HEAD_BYTES, DataBucket

NUMBERS = count(1)


@pytest.fixture
def bucket(clients, local_stack):
    return DataBucket(clients, local_stack.outputs["DataBucket"])


@pytest.fixture
def unversioned(clients):
    """A bucket without versions; the embedded AWS serves ranges of its objects."""
    name = f"unversioned-{os.getpid()}-{next(NUMBERS)}"
    clients.s3.create_bucket(Bucket=name)
    return DataBucket(clients, name)


@pytest.fixture
def prefix():
    """A prefix that no other test uses, outside raw/, so that nothing is loaded."""
    return f"tests/{next(NUMBERS)}/"


def put(bucket, key, body, **metadata):
    return bucket.put(key, body, metadata=metadata, content_type="application/json")


@pytest.mark.parametrize(
    "size", [0, 1, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 1, HEAD_BYTES + 2 * CHUNK_BYTES + 3]
)
@pytest.mark.parametrize("kind", ["bucket", "unversioned"])
def test_an_object_is_read_from_any_offset(request, prefix, size, kind):
    body, bucket = os.urandom(size), request.getfixturevalue(kind)
    opened = bucket.open(put(bucket, f"{prefix}a", body))
    assert opened.bytes == size
    for start in {0, 1, size // 2, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 1, size - 1, size}:
        if 0 <= start <= size:
            assert b"".join(opened.chunks(start)) == body[start:]
    assert b"".join(opened.chunks()) == body
    assert b"".join(opened.chunks(size + 5)) == b""


def test_an_object_has_its_metadata_and_its_time(bucket, prefix):
    version = put(bucket, f"{prefix}a", b"x", **{"observed-at": "1000", "source": "somewhere"})
    opened = bucket.open(version)
    assert opened.metadata == {"observed-at": "1000", "source": "somewhere"}
    (stored,) = bucket.versions(prefix)
    assert stored.version == version
    assert stored.bytes == 1
    assert opened.stored_at == stored.stored_at // 1000 * 1000  # the header has whole seconds


def test_each_version_keeps_its_own_bytes(bucket, prefix):
    first, second = (put(bucket, f"{prefix}a", body) for body in (b"one", b"two"))
    assert first.version_id != second.version_id
    assert b"".join(bucket.open(first).chunks()) == b"one"
    assert b"".join(bucket.open(second).chunks()) == b"two"
    assert bucket.get(f"{prefix}a") == b"two"
    assert {stored.version for stored in bucket.versions(prefix)} == {first, second}


@pytest.mark.parametrize("name", ["a b+c&d%25.json", "ü☕.json", "//", "'\"<>", "x" * 900])
def test_a_key_may_contain_any_text(bucket, prefix, name):
    version = put(bucket, prefix + name, b"x")
    assert version.key == prefix + name
    assert [stored.version for stored in bucket.versions(prefix)] == [version]
    assert b"".join(bucket.open(version).chunks()) == b"x"


def test_listings_continue_beyond_one_page(bucket, prefix, clients):
    keys = [f"{prefix}{number:04d}" for number in range(12)]
    for key in keys:
        put(bucket, key, b"x")
    clients.s3.delete_object(Bucket=bucket.bucket, Key=keys[3])  # leaves its version
    listed = [stored.version.key for stored in bucket.versions(prefix)]
    assert listed == keys


def test_a_deleted_or_unknown_object_is_missing(bucket, prefix, clients):
    version = put(bucket, f"{prefix}a", b"x")
    clients.s3.delete_object(Bucket=bucket.bucket, Key=version.key, VersionId=version.version_id)
    with pytest.raises(MissingError, match=version.key):
        bucket.open(version)
    with pytest.raises(MissingError):
        bucket.open(ObjectVersion(bucket.bucket, f"{prefix}none", "null"))
    with pytest.raises(PermanentError) as refused:  # the bucket is a setting, not a raw object
        bucket.open(ObjectVersion("no-such-bucket", "a", "null"))
    assert not isinstance(refused.value, MissingError)
    assert bucket.get(f"{prefix}none") is None
    assert list(bucket.versions(prefix)) == []


def test_rejected_lines_come_back_as_they_were_put(bucket):
    version = ObjectVersion("data", "raw/x/a", "v1")
    raws = [{"idDrink": None, "name": "ü"}, "not\njson", None, 5, [1, "\u2028"], True]
    lines = [
        Rejected("id_missing", "$.idDrink", f"No {raw!r}.", position, raw, version)
        for position, raw in enumerate(raws)
    ]
    lines.append(Rejected("empty_object", "$", "Nothing.", None, None, version))
    load_id = version.load_id(next(NUMBERS))
    key = bucket.put_rejected(load_id, "000000-500", lines)
    assert key == f"rejected/{load_id}/000000-500.ndjson"
    assert bucket.rejected(key) == lines
    assert bucket.rejected("rejected/none.ndjson") == []


# ---- failures


class TruncatingHandler(BaseHTTPRequestHandler):
    """Announce an object and send its first bytes; for `after-the-head`, the whole head."""

    def do_GET(self) -> None:
        is_head = "bytes=0-" in self.headers.get("Range", "")
        if "after-the-head" in self.path and is_head:
            self._send(HEAD_BYTES, f"bytes 0-{HEAD_BYTES - 1}/{2 * HEAD_BYTES}", HEAD_BYTES)
        else:
            self._send(HEAD_BYTES, f"bytes 0-{HEAD_BYTES - 1}/{2 * HEAD_BYTES}", 10)

    def _send(self, announced: int, content_range: str, sent: int) -> None:
        self.send_response(HTTPStatus.PARTIAL_CONTENT)
        self.send_header("Content-Length", str(announced))
        self.send_header("Content-Range", content_range)
        self.send_header("Last-Modified", self.date_time_string())
        self.end_headers()
        self.wfile.write(b"x" * sent)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Log nothing."""


@contextmanager
def truncating_bucket():
    with ThreadingHTTPServer(("127.0.0.1", 0), TruncatingHandler) as server:
        Thread(target=server.serve_forever).start()
        yield bucket_at(server.server_port)
        server.shutdown()


def bucket_at(port):
    credentials = {"access_key_id": "a", "secret_access_key": "b", "region": "us-east-1"}
    return DataBucket(Clients(endpoint_url=f"http://127.0.0.1:{port}", **credentials), "data")


def test_a_truncated_body_is_transient():
    with truncating_bucket() as bucket, pytest.raises(TransientError, match="Reading raw/a"):
        bucket.open(ObjectVersion("data", "raw/a", "null"))


def test_a_body_truncated_after_the_head_is_transient():
    with truncating_bucket() as bucket:
        opened = bucket.open(ObjectVersion("data", "raw/after-the-head", "null"))
        assert opened.bytes == 2 * HEAD_BYTES
        with pytest.raises(TransientError, match="Reading raw/after-the-head"):
            list(opened.chunks())
        with pytest.raises(TransientError):
            list(opened.chunks(HEAD_BYTES + 5))


def test_a_truncated_get_is_transient():
    with truncating_bucket() as bucket, pytest.raises(TransientError):
        bucket.get("state/a")


def test_an_unreachable_endpoint_is_named(monkeypatch):
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    bucket = bucket_at(free_port())
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1"):
        put(bucket, "a", b"x")
    with pytest.raises(UnreachableError):
        list(bucket.versions())
