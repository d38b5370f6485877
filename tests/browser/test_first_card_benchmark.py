"""The benchmark of the dashboard's first card runs; no test checks the figures themselves."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_a_quick_run_measures_the_first_card_beside_a_trivial_page():
    command = [sys.executable, BENCHMARKS / "run.py", "--quick", "--only", "first_card"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    (figures,) = json.loads(done.stdout)["catalogues"]
    assert figures["drinks"] == 60
    assert list(figures["visitors"]) == ["first visitor", "later visits", "visits after those"]
    for timings in figures["visitors"].values():
        assert [one["name"] for one in timings] == ["a trivial Streamlit page", "the dashboard"]
        assert all(one["seconds"] > 0 for one in timings)
