"""The stores on two more implementations of DynamoDB, S3 and SQS: moto and dynalite.

The stores' own integration tests run there as they are. Where an implementation differs from AWS,
a table says how; the test fails when there is one more difference, or one less.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import pytest

from aws_proof import set_up
from aws_proof.other_run import run_tests
from mocktailverse.local.tcp_ports import HOST, free_port
from mocktailverse.waiting import wait_until

INTEGRATION = "tests/integration"
TABLES = ("test_drinks_table.py", "test_loads_table.py")
OTHERS = ("test_queue.py", "test_data_bucket.py", "test_catalogue_objects.py")
NODE_SCRIPTS = Path(__file__).parent / "node"
SLOW = "left out: it reads a large table more slowly than clients wait"
NOT_ATOMIC = "its conditional writes are not atomic"
LIST_EQUALITY = "it does not compare lists for equality, which DynamoDB documents"

pytestmark = pytest.mark.aws_proof


class Implementation(NamedTuple):
    """Another implementation of AWS, and where it differs."""

    environment: str
    command: tuple[str, ...]
    files: tuple[str, ...]
    differences: dict[str, str]
    """Names of tests that fail there, without parameters, each with its reason."""
    races: dict[str, str]
    """Names of tests that sometimes fail there."""
    left_out: dict[str, str]
    """Names of tests that do not run there."""


MOTO = Implementation(
    set_up.TOOLS,
    ("bin/moto_server", "--host", HOST, "--port", "{port}"),
    (*TABLES, *OTHERS),
    {},
    {
        "test_one_of_many_concurrent_workers_leases_the_load": NOT_ATOMIC,
        "test_one_of_several_concurrent_segments_is_stored": NOT_ATOMIC,
        "test_concurrent_writers_of_one_drink_converge": NOT_ATOMIC,
        "test_one_of_many_concurrent_replacements_wins": NOT_ATOMIC,
        "test_processes_reserve_a_day_s_transfer_together_and_no_more": NOT_ATOMIC,
    },
    {
        "test_a_table_of_several_pages_is_read_to_the_end": SLOW,
        "test_a_scan_waits_while_it_is_throttled": SLOW,
        "test_many_drinks_are_read_by_id": SLOW,
    },
)
DYNALITE = Implementation(
    set_up.NODE,
    ("node", str(NODE_SCRIPTS / "dynalite.js"), "{port}"),
    TABLES,
    {
        "test_a_write_between_another_writer_s_read_and_write_is_kept": LIST_EQUALITY,
    },
    {},
    {},
)


@contextmanager
def running(implementation: Implementation, folder: Path, log: Path) -> Iterator[str]:
    """Run an implementation from its environment within the block; yield its address."""
    port = free_port()
    program, *arguments = (part.format(port=port) for part in implementation.command)
    command = [str(folder / program) if "/" in program else program, *arguments]
    variables = {"PATH": os.environ["PATH"], "NODE_PATH": str(folder / "node_modules")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=variables, stdout=output, stderr=subprocess.STDOUT, cwd=log.parent
        )
    try:
        assert wait_until(lambda: responds(port) or process.poll() is not None, 60), log.read_text()
        assert process.poll() is None, log.read_text()
        yield f"http://{HOST}:{port}"
    finally:
        process.kill()
        process.wait()


def responds(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True


@pytest.mark.parametrize("implementation", [MOTO, DYNALITE], ids=["moto", "dynalite"])
def test_the_stores_work_on_another_implementation_but_for_known_differences(
    implementation, environment, tmp_path, proved, differs, request
):
    folder = environment(implementation.environment)
    name = request.node.callspec.id
    with running(implementation, folder, tmp_path / "log") as endpoint:
        variables = {"MOCKTAILVERSE_STORES_ENDPOINT": endpoint}
        paths = [f"{INTEGRATION}/{file}" for file in implementation.files]
        run = run_tests(paths, tmp_path, variables, left_out=implementation.left_out)
    run.require(implementation.differences, implementation.races)
    proved(f"{name}: {run.passed} tests of the stores pass")
    for test, reason in implementation.left_out.items():
        differs(f"{name}, {test}: {reason}")
    for test in run.failures:
        differs(f"{name}, {test}: {(implementation.differences | implementation.races)[test]}")
