"""Raw objects of every format and name, valid and invalid, go through the whole pipeline."""

import gzip
import json
import time
from collections import Counter

import msgspec
import pytest

from mocktailverse.loads.load_record import Counts

GOOD_SAMPLES = {
    "mocktails.json": 74,
    "cocktails.ndjson": 68,
    "punches.csv": 16,
    "winter.ndjson.gz": 14,
}


def ndjson(records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def csv(records):
    rows = [list(records[0]), *(list(record.values()) for record in records)]
    return "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode()


FORMATS = {
    "envelope": lambda records: json.dumps({"drinks": records}).encode(),
    "indented envelope": lambda records: json.dumps({"drinks": records}, indent=1).encode(),
    "array": lambda records: json.dumps(records).encode(),
    "ndjson": ndjson,
    "ndjson without a last line break": lambda records: ndjson(records).rstrip(),
    "ndjson with Windows line ends": lambda records: ndjson(records).replace(b"\n", b"\r\n"),
    "ndjson of envelopes": lambda records: ndjson([{"drinks": [record]} for record in records]),
    "ndjson with a byte order mark": lambda records: b"\xef\xbb\xbf" + ndjson(records),
    "csv": csv,
    "csv with a byte order mark": lambda records: b"\xef\xbb\xbf" + csv(records),
}


def test_every_format_plain_or_gzipped_gives_the_same_drinks(pipeline, drinks):
    records = drinks(3)
    bodies = {name: encode(records) for name, encode in FORMATS.items()}
    bodies |= {f"{name}, gzip": gzip.compress(body) for name, body in bodies.items()}
    versions = [pipeline.put(body, "misleading.name") for body in bodies.values()]

    loads = dict(zip(bodies, pipeline.settled(*versions), strict=True))

    assert {name: load.counts.read for name, load in loads.items()} == dict.fromkeys(bodies, 3)
    total = sum((load.counts for load in loads.values()), Counts())
    # Equal content counts as unchanged, so only the first object loads anything.
    assert (total.loaded, total.unchanged) == (3, 3 * len(bodies) - 3)
    assert {register.drink.id for register in pipeline.drinks.all()} == {
        f"thecocktaildb:{record['idDrink']}" for record in records
    }
    assert pipeline.verify().ok


@pytest.mark.parametrize("gzipped", [False, True], ids=["plain", "gzip"])
def test_a_single_record_is_a_format_too(pipeline, drinks, gzipped):
    body = json.dumps(drinks()[0], indent=2).encode()
    (load,) = pipeline.settled(pipeline.put(gzip.compress(body) if gzipped else body))
    assert (load.status, load.counts) == ("done", Counts(read=1, loaded=1))


def test_the_good_samples_load_completely(pipeline, samples):
    versions = [pipeline.put((samples / name).read_bytes(), name) for name in GOOD_SAMPLES]
    loads = pipeline.settled(*versions)
    assert [load.counts for load in loads] == [
        Counts(read=number, loaded=number) for number in GOOD_SAMPLES.values()
    ]
    assert [load.bytes for load in loads] == [
        (samples / name).stat().st_size for name in GOOD_SAMPLES
    ]
    assert len(pipeline.table()) == sum(GOOD_SAMPLES.values())
    assert pipeline.verify().ok


def test_the_bad_samples_give_exactly_the_expected_counts_and_reasons(pipeline, samples):
    expected = json.loads((samples / "bad" / "expected.json").read_bytes())
    versions = [pipeline.put((samples / "bad" / name).read_bytes(), name) for name in expected]
    loads = pipeline.settled(*versions)
    results = {
        name: {
            "reasons": [line.code for line in pipeline.rejected(version)],
            "counts": msgspec.to_builtins(load.counts),
        }
        for name, version, load in zip(expected, versions, loads, strict=True)
    }
    assert results == expected
    assert pipeline.queue.dead() == 0
    assert pipeline.verify().ok


@pytest.mark.parametrize("name", ["records.ndjson", "rows.csv"])
def test_a_rejected_line_contains_the_raw_record_and_its_position(pipeline, samples, name):
    body = (samples / "bad" / name).read_bytes()
    version = pipeline.put(body)
    pipeline.settled(version)
    for line in pipeline.rejected(version):
        rest = body[line.position :].decode()
        is_text = isinstance(line.raw, str) and rest.startswith(line.raw.rstrip("\n"))
        assert is_text or json.loads(rest.splitlines()[0]) == line.raw
        assert line.object == version
        assert line.message


def test_bad_records_never_block_good_ones_in_the_same_object(pipeline, drinks):
    good = drinks(20)
    lines = [line for record in good for line in (json.dumps(record), "{", '{"idDrink": null}')]
    (load,) = pipeline.settled(pipeline.put("\n".join(lines).encode()))
    assert load.counts == Counts(read=60, loaded=20, rejected=40)
    assert Counter(line.code for line in pipeline.rejected(load.object)) == {
        "malformed_json": 20,
        "id_missing": 20,
    }


def test_the_longest_names_fail_no_load(pipeline, drinks):
    """An item stores the names of earlier recipes, and its size is at most 400 KB."""
    with pipeline.unread_queue():
        versions = [
            pipeline.hold(
                drinks(1, strDrink=letter * 100_000, strIngredient1=letter, strIngredient2=""),
                letter,
                observed_at=number,
            )
            for number, letter in enumerate("abcdef", 1)
        ]
        for version in versions:
            assert pipeline.deliver(pipeline.event(version)) == []
    loads = pipeline.settled(*versions)
    assert {load.status for load in loads} == {"done"}
    assert all(load.counts.conserving for load in loads)
    assert pipeline.verify().ok


@pytest.mark.parametrize("drinks_value", ["null", '"no data found"', "[]"])
def test_an_object_without_drinks_is_not_an_error(pipeline, drinks_value):
    (load,) = pipeline.settled(pipeline.put(f'{{"drinks": {drinks_value}}}'.encode()))
    assert (load.status, load.counts) == ("done", Counts())


def test_a_key_may_contain_any_text(pipeline, drinks):
    names = [
        "two words.json",
        "a+b & c=d?.json",
        "100%25 %41 %.json",
        "piña colada ☕ 東京.json",
        "quote'\"<>\\.json",
        "double//slash/",
        "../dots/./..",
        "#fragment;semi,colon:at@",
        "x" * 800,
    ]
    versions = [
        pipeline.put(drinks(1, 920_001 + number), name) for number, name in enumerate(names)
    ]
    loads = pipeline.settled(*versions)
    assert [(load.object.key, load.status) for load in loads] == [
        (version.key, "done") for version in versions
    ]
    assert {register.drink.lineage.key for register in pipeline.drinks.all()} == {
        version.key for version in versions
    }
    assert pipeline.verify().ok


@pytest.mark.parametrize("key", ["raw/somewhere/a.json", "raw/a.json", "raw/THECOCKTAILDB/a.json"])
def test_an_unknown_source_is_rejected_with_its_reason(pipeline, drinks, key):
    version = pipeline.put(drinks(2), key)
    (load,) = pipeline.settled(version)
    assert (load.status, load.counts) == ("done", Counts(read=1, rejected=1))
    assert [line.code for line in pipeline.rejected(version)] == ["source_unknown"]
    assert pipeline.verify().ok


IMPOSSIBLE_TIMES = [
    *("yesterday", "", "-1", "1.5e12", "9" * 15, "0x10"),
    *("2026-01-31T06:00", "9999-12-31T23:59:59Z"),
]


def test_an_impossible_observation_time_rejects_the_object(pipeline, drinks):
    versions = [pipeline.put(drinks(2), observed_at=text) for text in IMPOSSIBLE_TIMES]
    loads = pipeline.settled(*versions)
    assert {load.status for load in loads} == {"done"}
    assert [load.counts for load in loads] == [Counts(read=1, rejected=1)] * len(versions)
    codes = [[line.code for line in pipeline.rejected(version)] for version in versions]
    assert codes == [["observed_at_invalid"]] * len(versions)
    assert pipeline.table() == {}
    assert pipeline.verify().ok


@pytest.mark.parametrize(
    ("observed_at", "milliseconds"),
    [("0", 0), ("1769839200000", 1769839200000), ("2026-01-31T07:00:00+01:00", 1769839200000)],
)
def test_the_observation_time_comes_from_the_metadata(pipeline, drinks, observed_at, milliseconds):
    (load,) = pipeline.settled(pipeline.put(drinks(), observed_at=observed_at))
    (register,) = pipeline.drinks.all()
    assert load.counts.loaded == 1
    assert register.drink.observed_at == milliseconds


def test_clocks_may_differ_by_minutes_but_not_by_hours(pipeline, drinks):
    now = time.time_ns() // 1_000_000
    tolerated = pipeline.put(drinks(1, 930_001), observed_at=now + 4 * 60 * 1000)
    too_late = pipeline.put(drinks(1, 930_002), observed_at=now + 3600 * 1000)
    loads = pipeline.settled(tolerated, too_late)
    assert [load.counts.rejected for load in loads] == [0, 1]


def test_the_observation_time_defaults_to_when_the_object_was_stored(pipeline, drinks):
    version = pipeline.put(drinks())
    pipeline.settled(version)
    (stored,) = pipeline.bucket.versions()
    (register,) = pipeline.drinks.all()
    # S3 returns the time of an object that is read in whole seconds.
    assert register.drink.observed_at == stored.stored_at // 1000 * 1000


def test_copied_and_multipart_objects_load_too(pipeline, drinks):
    s3, name = pipeline.clients.s3, pipeline.outputs["DataBucket"]
    source = {"Bucket": name, "Key": "listings/a.json"}
    body = json.dumps({"drinks": drinks(2)}).encode()
    s3.put_object(**source, Body=body)
    s3.copy_object(Bucket=name, Key="raw/thecocktaildb/copied.json", CopySource=source)
    target = {"Bucket": name, "Key": "raw/thecocktaildb/multipart.json"}
    upload = {**target, "UploadId": s3.create_multipart_upload(**target)["UploadId"]}
    tag = s3.upload_part(**upload, PartNumber=1, Body=body)["ETag"]
    parts = {"Parts": [{"ETag": tag, "PartNumber": 1}]}
    s3.complete_multipart_upload(**upload, MultipartUpload=parts)

    loads = pipeline.settled(*(stored.version for stored in pipeline.bucket.versions()))

    assert [load.status for load in loads] == ["done", "done"]
    assert sum((load.counts for load in loads), Counts()) == Counts(4, loaded=2, unchanged=2)


def test_only_raw_objects_start_a_load(pipeline, drinks):
    for key in ("listings/thecocktaildb/a.json", "rejected/a.json", "state/a.json", "rawish/a"):
        body = json.dumps({"drinks": drinks()}).encode()
        pipeline.bucket.put(key, body, metadata={}, content_type="application/json")
    (load,) = pipeline.settled(pipeline.put(drinks()))
    pipeline.idle()
    assert list(pipeline.loads.all()) == [load]


def test_each_version_of_a_key_is_a_separate_load(pipeline, drinks):
    versions = [pipeline.put(drinks(1, strGlass=glass), "same.json") for glass in ("Mug", "Jug")]
    loads = pipeline.settled(*versions)
    assert len({load.object.version_id for load in loads}) == 2
    assert [load.counts.read for load in loads] == [1, 1]
    assert pipeline.verify().ok


def test_the_test_event_of_s3_and_deletions_are_acknowledged_without_work(pipeline, drinks):
    test_event = '{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}'
    version = pipeline.put(drinks())
    pipeline.settled(version)
    deletion = pipeline.event(version).replace("ObjectCreated:Put", "ObjectRemoved:Delete")
    assert pipeline.deliver(test_event, deletion) == []
    pipeline.send(test_event, deletion)
    pipeline.idle()
    assert pipeline.queue.dead() == 0
    assert [load.attempts for load in pipeline.loads.all()] == [1]


def test_only_foreign_messages_of_a_batch_return_to_the_queue(pipeline, drinks):
    first, second = pipeline.put(drinks(1, 940_001)), pipeline.put(drinks(1, 940_002))
    pipeline.settled(first, second)
    foreign = [
        "",
        "null",
        "[]",
        '{"Records": [{"eventName": 1}]}',
        '{"object": 1, "generation": 1}',
    ]
    assert pipeline.deliver(pipeline.event(first), *foreign, pipeline.event(second)) == foreign


def test_a_load_fails_if_its_object_is_deleted_before(pipeline, drinks):
    with pipeline.unread_queue():
        version = pipeline.put(drinks())
        pipeline.clients.s3.delete_object(
            Bucket=version.bucket, Key=version.key, VersionId=version.version_id
        )
    (load,) = pipeline.settled(version)
    assert load.status == "failed"
    assert "gone" in (load.error or "")
    pipeline.idle()
    assert pipeline.queue.dead() == 0


def test_a_load_has_its_times_and_is_kept_on_a_laptop(pipeline, drinks):
    before = time.time_ns() // 1_000_000
    (load,) = pipeline.settled(pipeline.put(drinks()))
    assert before <= load.started_at <= (load.finished_at or 0) <= time.time_ns() // 1_000_000
    table = pipeline.outputs["LoadsTable"]
    (item,) = pipeline.clients.dynamodb.scan(TableName=table)["Items"]
    assert "expires_at" not in item
