"""Many records; run with `make soak`."""

import gzip
import json
from itertools import cycle, islice

import pytest

from mocktailverse.loads.load_record import Counts

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]


@pytest.fixture
def write_records(samples):
    """Return a function that writes a number of sample records, with new ids, to an NDJSON file."""
    lines = (samples / "cocktails.ndjson").read_bytes().splitlines()
    lines += gzip.decompress((samples / "winter.ndjson.gz").read_bytes()).splitlines()
    templates = [json.loads(line) for line in lines]

    def write(path, number):
        with path.open("w") as file:
            for index, template in enumerate(islice(cycle(templates), number)):
                record = {**template, "idDrink": str(1_000_000 + index)}
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        return path

    return write


def totals(loads):
    names = ("read", "loaded", "unchanged", "stale", "rejected")
    return {name: sum(load[name] for load in loads) for name in names}


def test_a_hundred_thousand_records_are_ingested_as_several_objects(
    pipeline, cli, write_records, tmp_path
):
    number = 100_000
    path = write_records(tmp_path / "many.ndjson", number)
    loads = cli("ingest", path, "--wait", "--json").json["loads"]
    assert len(loads) > 10
    assert {load["status"] for load in loads} == {"done"}
    assert totals(loads) == {
        "read": number,
        "loaded": number,
        "unchanged": 0,
        "stale": 0,
        "rejected": 0,
    }
    assert pipeline.queue.dead() == 0
    report = pipeline.verify()
    assert report.ok
    assert report.drinks == number


def test_twenty_thousand_records_in_one_object_load_over_several_messages(
    pipeline, write_records, tmp_path
):
    number = 20_000
    version = pipeline.put(
        write_records(tmp_path / "one.ndjson", number).read_bytes(), "one.ndjson"
    )

    def is_done():
        load = pipeline.loads.latest(version)
        return load is not None and load.status != "loading"

    pipeline.until(is_done, within_s=1800)
    load = pipeline.load(version)
    assert (load.status, load.counts) == ("done", Counts(number, number))
    assert load.attempts > 1
    segments = pipeline.loads.segments(version, 1)
    assert [segment.number for segment in segments] == list(range(len(segments)))
    assert sum(segment.counts.read for segment in segments) == number
    assert pipeline.queue.dead() == 0
    report = pipeline.verify()
    assert report.ok
    assert report.drinks == number
