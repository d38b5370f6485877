"""Ingest: files become raw objects, large files several, and no record is lost or changed."""

import csv
import gzip
import io
import json
import os
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import UsageError
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline import byte_stream, ingest
from mocktailverse.pipeline.decode import RawRecord, decode
from mocktailverse.pipeline.ingest import IngestRun, InputFile, Part, parts_of, put_files
from mocktailverse.sources import SOURCES
from strategies.effort import examples

FIELDS = SOURCES["thecocktaildb"].records
COLUMNS = FIELDS.columns
RECORDS = [{"idDrink": str(n), "strDrink": f'A "{n}"\n; é,' + "x" * n} for n in range(1, 40)]


def packed(data):
    return gzip.compress(data, mtime=0)  # the same in all test processes


def as_csv(records, delimiter=","):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ("idDrink", "strDrink"), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue().encode()


def as_ndjson(records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


@pytest.fixture
def parts(tmp_path, monkeypatch):
    """Return a function that splits a file with the bytes into parts of about `size` bytes."""

    def split(body, name="drinks.json", size=300):
        monkeypatch.setattr(ingest, "PART_BYTES", size)
        path = tmp_path / name
        path.write_bytes(body)
        return list(parts_of(InputFile(path), COLUMNS))

    return split


@pytest.fixture(scope="session")
def records_of(chunked):
    def read(*bodies):
        items = [item for body in bodies for item in decode(chunked(body), FIELDS)]
        return [item.data if isinstance(item, RawRecord) else item.code for item in items]

    return read


@pytest.mark.parametrize(
    "body",
    [
        as_ndjson(RECORDS),
        as_ndjson(RECORDS).rstrip(),
        b"\xef\xbb\xbf" + as_ndjson(RECORDS),
        as_ndjson(RECORDS).replace(b"\n", b"\r\n\r\n"),
        as_csv(RECORDS),
        as_csv(RECORDS, ";"),
        b"\xef\xbb\xbf" + as_csv(RECORDS),
        as_csv(RECORDS).replace(b"5,", b'5",', 1) + b"1,2,3\n\n9\n",
        as_ndjson([{"drinks": RECORDS[i : i + 3]} for i in range(0, 39, 3)]),
        b"{broken\n" + as_ndjson(RECORDS),
    ],
)
@pytest.mark.parametrize("pack", [bytes, packed])
def test_a_large_file_is_split_without_losing_records(parts, records_of, body, pack):
    pieces = parts(pack(body))
    assert len(pieces) > 3
    assert all(len(part.body) < 600 for part in pieces)
    assert records_of(*(part.body for part in pieces)) == records_of(body)
    assert len({part.name for part in pieces}) == len(pieces)


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.sampled_from([*as_ndjson(RECORDS[:3]).splitlines(), b"", b"{", b'"', b"\xff"])),
    st.integers(1, 200),
)
def test_lines_are_unchanged(parts, lines, size):
    body = b'{"a":1}\n' + b"\n".join(lines)
    pieces = parts(body, size=size)
    joined = b"".join(part.body for part in pieces)
    assert joined.rstrip(b"\n") == body.rstrip(b"\n")


@pytest.mark.parametrize(
    "body",
    [
        as_ndjson(RECORDS[:2]),
        as_csv(RECORDS[:2]),
        json.dumps(RECORDS).encode(),
        json.dumps({"drinks": RECORDS}, indent=2).encode(),
        packed(json.dumps(RECORDS).encode()),
        b"<html>" * 200,
        b"\xff" * 500,
        packed(as_ndjson(RECORDS))[:-9],
        packed(as_csv(RECORDS))[:-1],
        packed(as_ndjson(RECORDS)) + b"garbage",
    ],
)
def test_a_file_that_is_small_or_cannot_be_split_is_unchanged(parts, body):
    (part,) = parts(body)
    assert part.body == body


def test_damage_is_detected_before_the_first_part(parts, records_of):
    """The file stays whole: its readable records load, and the load reports the damage."""
    body = packed(as_ndjson(RECORDS * 20))[:-9]
    (part,) = parts(body)
    assert records_of(part.body)[-1] == Reason.GZIP_CORRUPT


def test_gzip_of_any_size_is_split(parts, records_of, monkeypatch):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 1000)
    body = as_ndjson(RECORDS)
    pieces = parts(packed(body))
    assert records_of(*(part.body for part in pieces)) == records_of(body)


def test_a_document_above_the_limit_is_refused_with_a_suggestion(parts, monkeypatch):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 1000)
    monkeypatch.setattr(ingest, "DECODED_LIMIT", 1000)
    body = json.dumps(RECORDS).encode()
    with pytest.raises(UsageError, match="NDJSON"):
        parts(body)
    monkeypatch.setattr(ingest, "DECODED_LIMIT", len(body) - 1)
    with pytest.raises(UsageError, match=r"drinks\.json` is 0 MiB and cannot be split"):
        parts(body)
    monkeypatch.setattr(ingest, "DECODED_LIMIT", len(body))
    assert parts(body) == [Part("drinks.json", body)]


def test_a_line_above_the_limit_is_refused_with_its_position(parts, monkeypatch):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 1000)
    with pytest.raises(UsageError, match="byte 8 "):
        parts(b'{"a":1}\n{"b":"' + b"x" * 1000 + b'"}\n{}\n')


@pytest.mark.parametrize("head", [b'{"a":1}\n' * 99, b"idDrink,strDrink\n" + b"1,a\n" * 99])
def test_a_line_above_the_limit_is_refused_before_the_first_part(tmp_path, monkeypatch, head):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 1000)
    monkeypatch.setattr(ingest, "PART_BYTES", 100)
    path = tmp_path / "x"
    path.write_bytes(head + b"x" * 1001 + b"\n")
    with pytest.raises(UsageError, match=f"byte {len(head)} "):
        next(parts_of(InputFile(path), COLUMNS))


@pytest.mark.parametrize("name", ["none.json", "", "a/b", "x\0y"])
def test_a_missing_file_is_refused(tmp_path, name):
    with pytest.raises((UsageError, ValueError)):
        InputFile(tmp_path / name)


def test_an_empty_file_a_folder_and_a_pipe_are_refused(tmp_path):
    (tmp_path / "empty").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "missing")
    for name, problem in {
        "empty": "`{}` is empty.",
        ".": "`{}` is a directory. Pass the files in it.",
        "link": "`{}` cannot be read: No such file or directory.",
        "pipe": "`{}` is not a regular file. Save its content to a file first.",
    }.items():
        with pytest.raises(UsageError) as raised:
            InputFile(tmp_path / name)
        assert str(raised.value) == problem.format(tmp_path / name)


def test_a_file_that_disappears_is_a_usage_error(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"{}")
    file = InputFile(path)
    path.unlink()
    with pytest.raises(UsageError) as raised:
        list(file.chunks())
    assert str(raised.value) == f"`{path}` cannot be read: No such file or directory."


def test_the_time_of_a_file_is_its_modification_time_or_the_given_time(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"0123456789")
    os.utime(path, ns=(0, 1_767_268_800_123_456_789))
    assert InputFile(path).stored_at == 1_767_268_800_123
    assert InputFile(path, 5).stored_at == 5
    assert InputFile(path).bytes == 10
    assert InputFile(path).metadata == {}
    assert b"".join(InputFile(path).chunks(7)) == b"789"
    assert list(InputFile(path).chunks(10)) == []


@pytest.mark.parametrize(
    "name", ["a b+c.json", "日本.json", ".json", "---", "a" * 200, "x.tar.gz", "%2F"]
)
def test_names_of_parts_have_only_safe_characters(parts, name):
    (part,) = parts(b"{}", name)
    assert part.name.isascii()
    assert 0 < len(part.name) <= 100
    assert not set(part.name) & set("/ +%\\")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a b+c.json", "a-b-c.json"),
        ("a__b%%c.json", "a__b-c.json"),
        ("日本.json", "json"),
        ("---", "file"),
        ("XaX", "XaX"),
    ],
)
def test_other_characters_in_a_name_become_one_dash(parts, name, expected):
    (part,) = parts(b"{}", name)
    assert part.name == expected


def test_a_file_is_split_from_four_mebibytes_on(tmp_path):
    line = b'{"idDrink":"1","strInstructions":"' + b"a" * 990 + b'"}\n'
    for mebibytes, number in ((3, 1), (9, 3)):
        path = tmp_path / f"{mebibytes}.ndjson"
        path.write_bytes(line * (mebibytes * 1024 * 1024 // len(line)))
        assert len(list(parts_of(InputFile(path), COLUMNS))) == number


def test_a_file_of_four_mebibytes_is_one_object_and_a_byte_more_makes_it_two(tmp_path):
    path = tmp_path / "big.x.ndjson"
    body = b'{"idDrink":"1"}'.ljust(1023) + b"\n"
    path.write_bytes(body * 4096)
    (part,) = parts_of(InputFile(path), COLUMNS)
    assert (part.name, len(part.body)) == ("big.x.ndjson", 4 * 2**20)
    path.write_bytes(body * 4096 + b"\n")
    first, second = parts_of(InputFile(path), COLUMNS)
    assert (first.name, len(first.body)) == ("big-00001.ndjson", 4 * 2**20)
    assert second == Part("big-00002.ndjson", b"\n")


def test_a_part_is_as_large_as_possible(parts):
    line = b'{"a":123}\n'
    assert parts(line * 7, size=30) == [
        Part("drinks-00001.ndjson", line * 3),
        Part("drinks-00002.ndjson", line * 3),
        Part("drinks-00003.ndjson", line),
    ]
    assert [part.body for part in parts(line * 7, size=29)] == [line * 2] * 3 + [line]
    long = b'{"a":' + b"1" * 40 + b"}\n"
    assert [part.body for part in parts(long * 2 + line, size=30)] == [long, long, line]


def test_each_part_of_a_csv_file_is_as_large_as_possible_with_the_header(parts):
    header, row = b"idDrink,strDrink\n", b"1,abcd\n"
    pieces = parts(header + row * 5, "all.csv", size=len(header + row * 2))
    assert pieces == [
        Part("all-00001.csv", header + row * 2),
        Part("all-00002.csv", header + row * 2),
        Part("all-00003.csv", header + row),
    ]
    pieces = parts(header + row * 2, "all.csv", size=len(header) + 1)
    assert [part.body for part in pieces] == [header + row] * 2


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.json", "application/json"),
        ("a-00001.ndjson", "application/x-ndjson"),
        ("a.csv", "text/csv"),
        ("a.json.gz", "application/gzip"),
        ("a", "application/octet-stream"),
        ("a.txt", "application/octet-stream"),
    ],
)
def test_the_content_type_depends_on_the_name(name, content_type):
    assert Part(name, b"").content_type == content_type


def test_a_part_is_stored_under_the_run_with_its_time_of_observation():
    stored = []

    class Store:
        def put(self, key, body, *, metadata, content_type):
            stored.append((key, body, metadata, content_type))
            return ObjectVersion("data", key, "v1")

    started = int(datetime(2026, 1, 31, 6, 0, 4, tzinfo=UTC).timestamp() * 1000) + 7
    run = IngestRun("thecocktaildb", started, 99)
    version = run.put(Store(), 3, Part("a.json", b"{}"))
    key = "raw/thecocktaildb/2026/01/31/20260131T060004007Z-ingest/00003-a.json"
    metadata = {"observed-at": "99", "source": "thecocktaildb"}
    assert stored == [(key, b"{}", metadata, "application/json")]
    assert version.source == "thecocktaildb"


@pytest.mark.parametrize(("observed_at", "observed"), [(None, [5, 6, 6]), (3, [3, 3, 3])])
def test_files_of_one_run_are_numbered_and_later_files_have_later_times(
    tmp_path, monkeypatch, observed_at, observed
):
    monkeypatch.setattr(ingest, "PART_BYTES", 10)
    stored, done = [], []

    class Store:
        def put(self, key, body, *, metadata, content_type):
            stored.append((key.rpartition("/")[2], body, int(metadata["observed-at"])))
            assert content_type in {"application/json", "text/csv"}
            return ObjectVersion("data", key, f"v{len(stored)}")

    (tmp_path / "a.json").write_bytes(b"{}")
    (tmp_path / "b.csv").write_bytes(b"idDrink,strDrink\n1,A\n2,B\n")
    files = [InputFile(tmp_path / name) for name in ("a.json", "b.csv")]
    versions = put_files(
        Store(), files, "thecocktaildb", now=5, observed_at=observed_at, on_file=done.append
    )
    assert stored == [
        ("00001-a.json", b"{}", observed[0]),
        ("00002-b-00001.csv", b"idDrink,strDrink\n1,A\n", observed[1]),
        ("00003-b-00002.csv", b"idDrink,strDrink\n2,B\n", observed[2]),
    ]
    assert [version.version_id for version in versions] == ["v1", "v2", "v3"]
    assert len({version.key.rpartition("/")[0] for version in versions}) == 1
    assert done == files


def test_files_of_an_unknown_source_are_refused(tmp_path):
    (tmp_path / "a.json").write_bytes(b"{}")
    with pytest.raises(UsageError, match="elsewhere"):
        put_files(None, [InputFile(tmp_path / "a.json")], "elsewhere", now=5)
