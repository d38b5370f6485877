"""Exports where responses are limited: stored once, delivered whole or in ranges (RFC 9110)."""

import gzip
import re
import shlex
import sqlite3
from contextlib import closing

import msgspec
import pytest
from starlette.testclient import TestClient

from mocktailverse.api import export_delivery
from mocktailverse.api.api_app import create_app
from mocktailverse.api.conditional_requests import requested_range
from mocktailverse.api.export_delivery import Stored
from mocktailverse.catalogue.exports.formats import export_csv, export_ndjson
from mocktailverse.errors import MissingError

FORMS = ("csv", "ndjson", "sqlite")


class Objects:
    """S3: the stored exports by name."""

    def __init__(self):
        self.stored = {}
        self.reads = []

    def size(self, name):
        return len(self.stored[name]) if name in self.stored else None

    def store(self, name, path, content_type):
        assert name not in self.stored
        assert content_type
        self.stored[name] = path.read_bytes()

    def read(self, name, start=0, stop=None):
        self.reads.append(name)
        if name not in self.stored:
            raise MissingError(f"{name} is not stored.")
        return self.stored[name][start:stop]


@pytest.fixture
def objects():
    return Objects()


@pytest.fixture
def client(world, objects, tmp_path):
    """The API as on AWS, over the sample drinks."""
    exports = Stored(objects, tmp_path / "exports")
    dependencies = msgspec.structs.replace(world.app.state.dependencies, exports=exports)
    return TestClient(create_app(dependencies), headers={"accept-encoding": "identity"})


@pytest.fixture
def limit(monkeypatch):
    """Return a function that sets the largest body of a response."""
    return lambda size: monkeypatch.setattr(export_delivery, "LARGEST_BODY_BYTES", size)


@pytest.fixture
def whole(catalogue, catalogue_path):
    """Return the bytes of each export."""
    return {
        "csv": b"".join(export_csv(catalogue)),
        "ndjson": b"".join(export_ndjson(catalogue)),
        "sqlite": catalogue_path.read_bytes(),
    }


@pytest.mark.parametrize("form", FORMS)
def test_an_export_that_fits_is_sent_whole_and_stored_once(client, objects, whole, form, tmp_path):
    for _ in range(2):  # the second one would be refused by `store`
        response = client.get(f"/export.{form}")
        assert (response.status_code, response.content) == (200, whole[form])
        assert response.headers["accept-ranges"] == "bytes"
        disposition = f'attachment; filename="mocktailverse.{form}"'
        assert response.headers["content-disposition"] == disposition
    assert len(objects.stored) == 2, "plain and compressed"
    assert list((tmp_path / "exports").iterdir()) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_client_that_accepts_gzip_gets_the_stored_compressed_file(client, whole, form):
    plain = client.get(f"/export.{form}")
    packed = client.get(f"/export.{form}", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == whole[form]
    assert int(packed.headers["content-length"]) < len(whole[form])
    assert packed.headers["vary"] == "Accept-Encoding"
    tags = [response.headers["etag"] for response in (plain, packed)]
    assert tags[0] != tags[1], "a strong tag identifies bytes"
    assert not any(tag.startswith("W/") for tag in tags)
    for tag in tags:
        again = client.get(f"/export.{form}", headers={"if-none-match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


@pytest.mark.parametrize("form", FORMS)
def test_ranges_put_together_are_the_file(client, limit, whole, form):
    limit(10_000)
    size, parts, start = len(whole[form]), [], 0
    while start < size:
        response = client.get(f"/export.{form}", headers={"range": f"bytes={start}-"})
        assert response.status_code == 206
        match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", response.headers["content-range"])
        first, last, total = map(int, match.groups())
        assert (first, total) == (start, size)
        assert len(response.content) == last - first + 1 <= 10_000
        parts.append(response.content)
        start = last + 1
    assert b"".join(parts) == whole[form]


def test_a_range_is_never_compressed(client, whole):
    headers = {"range": "bytes=100-5099", "accept-encoding": "gzip"}
    response = client.get("/export.csv", headers=headers)
    assert (response.status_code, response.content) == (206, whole["csv"][100:5100])
    assert "content-encoding" not in response.headers


def test_an_export_that_does_not_fit_says_its_size_and_three_ways(client, limit, whole):
    limit(4_000)
    response = client.get("/export.csv", headers={"accept-encoding": "gzip"})
    assert response.status_code == 422
    assert response.headers["accept-ranges"] == "bytes"
    error = response.json()["error"]
    assert error["code"] == "answer_too_large"
    assert f"{len(whole['csv'])} bytes" in error["message"]
    for way in ("`Range` (for i in", "cursor", "mocktailverse export --env"):
        assert way in error["message"]


def test_the_printed_command_asks_for_every_byte_of_the_same_version(client, limit, whole):
    limit(50_000)
    message = client.get("/export.ndjson").json()["error"]["message"]
    command = re.search(r"\((for .*?; done > export)\)", message)[1]
    loop, step = re.search(r"seq 0 (\d+) (\d+)\)", command).groups(), 50_000
    assert (int(loop[0]), int(loop[1])) == (step, len(whole["ndjson"]) - 1)
    assert '-r "$i-$((i+49999))"' in command
    (if_range,) = re.findall(r"-H '(If-Range: .*?)'", command)
    name, _, tag = if_range.partition(": ")
    parts = [
        client.get("/export.ndjson", headers={"range": f"bytes={i}-{i + 49_999}", name: tag})
        for i in range(0, len(whole["ndjson"]), step)
    ]
    assert {part.status_code for part in parts} == {206}
    assert b"".join(part.content for part in parts) == whole["ndjson"]
    assert shlex.split(command)[-4].startswith("http://testserver/export.ndjson")


def test_a_compressed_file_that_fits_is_sent_although_the_plain_one_does_not(client, limit, whole):
    limit(len(whole["ndjson"]) // 2)
    response = client.get("/export.ndjson", headers={"accept-encoding": "gzip"})
    assert (response.status_code, response.content) == (200, whole["ndjson"])
    assert client.get("/export.ndjson").status_code == 422


def test_a_range_of_another_version_is_ignored(client, whole):
    tag = client.get("/export.csv").headers["etag"]
    for if_range, status in ((tag, 206), ('"other"', 200), (f"W/{tag}", 200), ("x, " + tag, 200)):
        headers = {"range": "bytes=0-9", "if-range": if_range}
        response = client.get("/export.csv", headers=headers)
        assert response.status_code == status, if_range
    assert response.content == whole["csv"]


@pytest.mark.parametrize("wanted", ["bytes=999999999-", "bytes=999999999-9999999999", "bytes=-0"])
def test_a_range_beyond_the_end_is_416_with_the_size(client, whole, wanted):
    response = client.get("/export.csv", headers={"range": wanted})
    assert response.status_code == 416
    assert response.headers["content-range"] == f"bytes */{len(whole['csv'])}"
    assert response.json()["error"]["code"] == "range_not_satisfiable"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", range(1)),
        ("bytes=3-", range(3, 10)),
        ("bytes=3-99", range(3, 10)),
        ("bytes=-4", range(6, 10)),
        ("bytes=-99", range(10)),
        ("BYTES = 1 - 2", range(1, 3)),
        ("bytes=10-", range(10, 10)),
        ("bytes=2-1", None),
        ("bytes=-", None),
        ("bytes=1-2,4-5", None),
        ("bytes=0x1-2", None),
        ("bytes=\N{ARABIC-INDIC DIGIT ONE}-", None),
        ("bytes=" + "9" * 5000 + "-", None),
        ("items=0-1", None),
        ("", None),
    ],
)
def test_ranges_are_read_as_the_standard_says(header, expected):
    assert requested_range({"range": header}, 10, '"t"') == expected


def test_withdrawn_drinks_are_another_file(client, objects):
    client.get("/export.csv")
    tag = client.get("/export.csv?withdrawn=true").headers["etag"]
    assert "with-withdrawn" in tag
    assert len(objects.stored) == 4


def test_head_has_the_size_and_no_body(client, whole):
    response = client.head("/export.sqlite")
    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["content-length"]) == len(whole["sqlite"])


def test_the_downloaded_catalogue_is_a_database(client, tmp_path, catalogue):
    path = tmp_path / "download.sqlite"
    path.write_bytes(client.get("/export.sqlite", headers={"accept-encoding": "gzip"}).content)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM drinks").fetchone() == (
            catalogue.meta.drinks,
        )


def test_the_same_export_is_compressed_to_the_same_bytes(client, objects, whole):
    client.get("/export.csv")
    (packed,) = (body for name, body in objects.stored.items() if name.endswith(".gz"))
    assert gzip.decompress(packed) == whole["csv"]
    assert packed[4:8] == bytes(4), "no time of compression"
