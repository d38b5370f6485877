"""A bulk reprocess by Dask gives the items and the rejected records of the pipeline."""

import gzip
import json
import os
import random
from contextlib import contextmanager
from functools import partial

import dask
import msgspec
import pytest
from distributed import LocalCluster

from mocktailverse.errors import TransientError, UnreachableError
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.operations import bulk_reprocess
from mocktailverse.operations.bulk_reprocess import (
    Engine,
    RawInput,
    Reprocessed,
    cluster,
    local_processes,
    reprocess,
)
from mocktailverse.pipeline.ingest import InputFile
from mocktailverse.stores.items import to_item

PER_OBJECT = 200
DAY_MS = 86_400_000
FIRST_MS = 1_760_000_000_000


@contextmanager
def one_process():
    with dask.config.set(scheduler="sync"):
        yield Engine(1, "disk")


@contextmanager
def small_cluster():
    with (
        LocalCluster(n_workers=2, processes=False, dashboard_address=None) as running,
        cluster(running.scheduler_address) as engine,
    ):
        yield engine


def records(number, choose, raw_record):
    """Yield the lines of records: a third of the ids occur again, some are absent or bad."""
    for _ in range(number):
        drink_id = str(choose.randrange(20_000, 20_000 + number))
        kind = choose.randrange(50)
        if kind == 0:
            yield json.dumps({"idDrink": drink_id, "absent": True})
        elif kind == 1:
            yield json.dumps(raw_record(None, strGlass=drink_id))
        elif kind == 2:
            yield f'{{"idDrink": "{drink_id}"'
        else:
            measure = f"{choose.randrange(1, 40)} ml"
            name = f"Sour No. {drink_id}-{choose.randrange(2)}"
            yield json.dumps(raw_record(drink_id, name, strMeasure1=measure))


@pytest.fixture
def loaded(new_world, raw_record, tmp_path):
    """Return a function that loads records with the pipeline, and returns it and the raw files."""

    def load(number):
        world, choose, inputs = new_world(), random.Random(number), []
        lines = [*records(number, choose, raw_record)]
        for first in range(0, number, PER_OBJECT):
            observed_at = FIRST_MS + choose.randrange(4) * DAY_MS
            path = tmp_path / f"{first}.ndjson"
            path.write_text("\n".join(lines[first : first + PER_OBJECT]))
            version = world.raw.add(
                path.read_bytes(),
                f"raw/thecocktaildb/{path.name}",
                metadata={"observed-at": str(observed_at)},
                stored_at=FIRST_MS + 4 * DAY_MS,
            )
            opener = partial(InputFile, path, observed_at)
            inputs.append(RawInput(version, path.stat().st_size, opener))
        world.run([LoadRequest(one.version, 1) for one in inputs], choose)
        return world, inputs

    return load


def lines_of(folder):
    return sorted(line for path in folder.iterdir() for line in gzip.open(path))


def assert_same(world, inputs, output, done):
    """Assert that the files have the items and the rejected records of the pipeline's stores."""
    registers = world.drinks.table.values()
    assert lines_of(output / "items") == sorted(
        msgspec.json.encode({"Item": to_item(register)}) + b"\n" for register in registers
    )
    rejected = [line for one in inputs for line in world.rejected(one.version)]
    assert lines_of(output / "rejected") == sorted(
        msgspec.json.encode(line) + b"\n" for line in rejected
    )
    loads = [world.load(one.version) for one in inputs]
    read = sum(load.counts.read for load in loads)
    assert done == Reprocessed(len(inputs), read, len(rejected), len(registers))
    assert not (output / "scratch").exists()


@pytest.mark.parametrize("engine", [one_process, partial(local_processes, 2), small_cluster])
def test_every_engine_gives_the_items_and_rejected_records_of_the_pipeline(
    loaded, tmp_path, engine
):
    world, inputs = loaded(1_000)
    with engine() as running:
        done = reprocess(inputs, tmp_path / "output", running)
    assert_same(world, inputs, tmp_path / "output", done)
    registers = world.drinks.table.values()
    assert any(register.earlier for register in registers)
    assert any(register.absences for register in registers)
    assert done.rejected > 0
    assert done.items < done.read - done.rejected


@pytest.mark.soak
def test_twenty_thousand_records_in_processes_give_the_items_of_the_pipeline(loaded, tmp_path):
    world, inputs = loaded(20_000)
    with local_processes(2) as engine:
        done = reprocess(inputs, tmp_path / "output", engine)
    assert_same(world, inputs, tmp_path / "output", done)


def test_an_object_that_expired_is_left_out_and_one_that_cannot_be_read_ends_the_run(
    new_world, new_faults, raw_record, tmp_path
):
    world = new_world()
    version = world.raw.add(json.dumps(raw_record()).encode())
    gone = ObjectVersion("data", "raw/thecocktaildb/gone.json", "v1")
    inputs = [RawInput(one, 1, partial(world.raw.open, one)) for one in (gone, version)]
    with one_process() as engine:
        done = reprocess(inputs, tmp_path / "output", engine)
        assert done == Reprocessed(objects=1, read=1, rejected=0, items=1)
        world.raw.faults = new_faults(by_call={1: ("before", TransientError("Time out."))})
        with pytest.raises(TransientError, match="Time out"):
            reprocess(inputs, tmp_path / "other", engine)


def test_a_process_that_is_killed_is_a_transient_error(tmp_path):
    version = ObjectVersion("data", "raw/thecocktaildb/x.json", "v1")
    kill = partial(os._exit, 1)
    with (
        pytest.raises(TransientError, match="fewer --processes"),
        local_processes(1) as engine,
    ):
        reprocess([RawInput(version, 1, kill)], tmp_path / "output", engine)


def test_a_scheduler_that_does_not_respond_is_named(monkeypatch):
    monkeypatch.setattr(bulk_reprocess, "_CONNECT_S", 0.1)
    with pytest.raises(UnreachableError, match="`tcp://127"), cluster("tcp://127.0.0.1:9"):
        pass
