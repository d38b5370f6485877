"""`make fuzz`: a failing input is shrunk, printed as Python, and repeated by the printed seed."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "fuzz" / "conftest.py"
TARGET = """
import random
from hypothesis import given, strategies as st

@given(st.integers(0, 2**64).map(lambda number: random.Random(number).randbytes(3000)))
def test_no_two_bytes_follow_each_other(body):
    assert b"ab" not in body

@given(st.integers())
def test_a_number_is_a_number(number):
    assert number == number

@given(st.just(0))
def test_this_ends(number):
    while True:
        pass
"""


@pytest.fixture
def fuzz(tmp_path: Path):
    """Return a function that runs the targets above with options of the runner."""
    (tmp_path / "test_targets.py").write_text(TARGET)
    text = CONFTEST.read_text().replace("INPUT_CPU_S = 20", "INPUT_CPU_S = 0.2")
    (tmp_path / "conftest.py").write_text(text)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = fuzz\n")

    def run(*options: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)

    yield run
    shutil.rmtree(tmp_path / "__pycache__", ignore_errors=True)


def test_a_failing_input_is_printed_as_a_small_literal_with_the_command_that_repeats_it(fuzz):
    first = fuzz("--fuzz-seconds", "30", "-k", "bytes")
    assert first.returncode == 1
    assert "\nbody = b'ab'\n" in first.stdout
    (seed,) = re.findall(r"make fuzz SECONDS=0 SEED=(\d+) TARGET=test_no_two_bytes", first.stdout)
    again = fuzz("--fuzz-seed", seed, "-k", "bytes")
    assert again.returncode == 1
    assert "\nbody = b'ab'\n" in again.stdout


def test_one_round_without_a_failure_counts_its_inputs(fuzz):
    done = fuzz("--fuzz-seed", "1", "-k", "number")
    assert done.returncode == 0
    assert re.search(r"\b100  test_a_number_is_a_number", done.stdout)


def test_an_endless_input_is_a_failure(fuzz):
    done = fuzz("-k", "end")
    assert done.returncode == 1
    assert "EndlessInputError" in done.stdout
