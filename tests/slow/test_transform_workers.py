"""`transform` gives the same bytes with any number of processes, and leaves none behind."""

import multiprocessing
import signal
import subprocess
import sys

import pytest

from mocktailverse.errors import TransientError
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.ingest import InputFile
from mocktailverse.pipeline.transform_workers import BATCH_RECORDS, transformed

COMMAND = (sys.executable, "-m", "mocktailverse.cli", "transform")
LINES = (
    b'{"idDrink":"%d","strDrink":"Fizz","strIngredient1":"Lime","strInstructions":"Shake."}',
    b'{"idDrink":"%d","strDrink":""}',
    b'{"idDrink":"%d","absent":true}',
    b'{"idDrink":%d,',
)


@pytest.fixture
def records(tmp_path):
    """Return a file of several batches: drinks, rejected records and absences in turn."""
    path = tmp_path / "records.ndjson"
    numbers = range(1, 4 * BATCH_RECORDS)
    path.write_bytes(b"\n".join(LINES[number % len(LINES)] % number for number in numbers))
    return path


def objects(*paths):
    version = ObjectVersion("", "raw/thecocktaildb/records.ndjson", "null")
    return [(InputFile(path, 1_750_000_000_000), version) for path in paths]


@pytest.mark.parametrize("jobs", [2, 5])
def test_processes_give_the_records_in_their_order(records, jobs):
    alone = list(transformed(objects(records, records), 1))
    assert len(alone) == 2 * (4 * BATCH_RECORDS - 1)
    assert {(bool(one.drink), bool(one.rejected)) for one in alone} == {
        (True, False), (False, True), (False, False)
    }  # fmt: skip
    assert list(transformed(objects(records, records), jobs)) == alone


def test_no_process_is_left_when_the_caller_stops_early(records):
    results = transformed(objects(records), 2)
    next(results)
    assert len(multiprocessing.active_children()) == 2
    results.close()
    assert not multiprocessing.active_children()


def test_a_killed_worker_is_an_error_and_leaves_no_process(records):
    results = transformed(objects(records), 2)
    next(results)
    for process in multiprocessing.active_children():
        process.kill()
        process.join()
    with pytest.raises(TransientError, match="killed"):
        list(results)
    assert not multiprocessing.active_children()


def test_the_command_writes_the_same_files_with_any_number_of_processes(records, tmp_path):
    written = []
    for jobs in ("1", "3"):
        drinks, rejects = tmp_path / f"drinks{jobs}", tmp_path / f"rejects{jobs}"
        options = ("--jobs", jobs, "-o", drinks, "--rejects", rejects)
        subprocess.run((*COMMAND, records, *options), check=True, capture_output=True)
        written.append((drinks.read_bytes(), rejects.read_bytes()))
    assert written[0] == written[1]
    assert all(written[0])


def test_ctrl_c_ends_the_command_and_its_workers(records, tmp_path):
    """The first drink is written by a worker; the full pipe then holds the command."""
    many = (records,) * 40
    command = (*COMMAND, *many, "--jobs", "2", "--rejects", tmp_path / "rejects")
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout
    assert process.stdout.readline().startswith(b'{"id"')
    process.send_signal(signal.SIGINT)
    # The end of stderr comes when the last process that has inherited it has ended.
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in errors
