"""The benchmarks run and print their figures; no test checks the figures themselves."""

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture
def quick_run() -> Callable[[str], Any]:
    """Return a function that returns the figures of one part of a quick run."""

    def run(part: str) -> Any:
        command = [sys.executable, BENCHMARKS / "run.py", "--quick", "--only", part]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)

    return run


def test_a_quick_run_measures_speed(quick_run):
    speed = quick_run("speed")
    usual = speed["usual"]
    assert [figure["name"] for figure in usual] == [
        "floor: orjson.loads per line",
        "Mocktailverse, to DynamoDB items",
        "dicts by the standard library",
        "pydantic v2 models",
        "pandas json_normalize + melt",
    ]
    assert (usual[0]["least"], usual[0]["ratio"], usual[0]["most"]) == (1, 1, 1)
    assert len(speed["all_measures_distinct"]) == 2
    assert speed["stages"][-1]["name"] == "items made"


def test_a_quick_run_measures_memory(quick_run):
    memory = quick_run("memory")
    assert [figure["records"] for figure in memory] == [100, 200, 400, 200]
    assert all(figure["peak_mib"] >= figure["warm_mib"] > 0 for figure in memory)


def test_a_quick_run_measures_cold_starts(quick_run):
    cold_start = quick_run("cold_start")
    names = {figure["name"] for figure in cold_start}
    for function in ("transform", "publish", "fetch", "reconcile"):
        assert {f"{function}: import", f"{function}: import and tools"} <= names
    assert cold_start[0]["name"] == "boto3 and two clients"


def test_a_quick_run_measures_the_catalogue(quick_run):
    catalogue = quick_run("catalogue")
    assert [one["drinks"] for one in catalogue["catalogues"]] == [100, 200]
    for one in catalogue["catalogues"]:
        kinds = ["list", "search", "makeable", "full shelf", "facets"]
        assert [asked["name"] for asked in one["asked"]] == kinds
        page = one["dashboard"]
        assert min(page["ready_seconds"], page["cold_seconds"], page["warm"]["p50_ms"]) > 0
        assert page["filtered"]["p50_ms"] <= page["filtered"]["p95_ms"]
    assert catalogue["publish"]["changes"] == 100
    assert catalogue["scan"]["ratio"] > 1


def test_a_run_has_the_figures_of_all_parts(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    run = importlib.import_module("run")
    monkeypatch.setattr(run, "measure_part", lambda part, size, records: (part, size, records))

    figures = run.measure(run.QUICK, None)

    assert set(figures) - {"python", "machine"} == {"rounds", *run.PARTS}
    assert all(figures[part] == (part, run.QUICK, None) for part in run.PARTS)


def test_the_records_are_distinct_and_the_same_on_every_run(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    corpus = importlib.import_module("corpus")
    _, samples = corpus.source_records()
    count = 2 * len(samples)

    first = list(corpus.ndjson_lines(samples, count))
    again = list(corpus.ndjson_lines(samples, count))
    worst = list(corpus.ndjson_lines(samples, count, all_measures_new=True))

    assert first == again
    records = [json.loads(line) for line in first]
    for field in ("idDrink", "strDrink"):
        assert len({record[field] for record in records}) == count
    measures = [
        record[f"strMeasure{slot}"]
        for record in map(json.loads, worst)
        for slot in range(1, 16)
        if record[f"strIngredient{slot}"]
    ]
    assert len(set(measures)) == len(measures)


def test_the_tables_name_every_case_and_compare_it_with_its_target(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    tables = importlib.import_module("tables")
    timing = {"seconds": 0.5, "ratio": 7.0, "least": 6.5, "most": 7.5}
    memory = {"name": "ours", "warm_mib": 25.0, "peak_mib": 30.0}
    figures = {
        "python": "3.13.1",
        "machine": "Linux x86_64, 2 cores",
        "rounds": 3,
        "speed": {
            "records": 1000,
            "varied_from": "142 sample records",
            "bytes_per_record": 1800,
            "usual": [{"name": "floor", **timing}, {"name": "ours", **timing}],
            "all_measures_distinct": [{"name": "floor", **timing}],
            "stages": [{"name": "items made", **timing}],
        },
        "memory": [
            {**memory, "records": 1000, "growth_mib": 2.0},
            {**memory, "records": 100_000, "growth_mib": 5.0},
            {**memory, "name": "pandas", "records": 10_000, "growth_mib": 90.0},
        ],
        "catalogue": {
            "catalogues": [
                {
                    "drinks": 100_000,
                    "mib": 347.1,
                    "index_seconds": 1.5,
                    "asked": [
                        {"name": "list", "questions": 9, "p50_ms": 1, "p95_ms": 2, "worst_ms": 3},
                        {
                            "name": "search",
                            "questions": 9,
                            "p50_ms": 1,
                            "p95_ms": 60,
                            "worst_ms": 90,
                        },
                    ],
                    "dashboard": {
                        "visits": 9,
                        "ready_seconds": 0.9,
                        "cold_seconds": 4.0,
                        "warm": {"p50_ms": 200, "p95_ms": 250, "worst_ms": 300},
                        "filtered": {"p50_ms": 300, "p95_ms": 1200, "worst_ms": 1300},
                    },
                }
            ],
            "publish": {
                "drinks": 100_000,
                "changes": 100,
                "rebuild_seconds": 10.0,
                "publish_seconds": 0.2,
                "share": 0.02,
            },
            "scan": {
                "drinks": 10_000,
                "questions": 6,
                "scan_ms": 1000,
                "catalogue_ms": 1,
                "ratio": 900,
                "least": 500,
                "most": 1500,
            },
        },
        "cold_start": [
            {"name": "transform: import", **timing, "ratio": 1.1},
            {"name": "transform: import and tools", **timing, "ratio": 1.5},
        ],
    }

    text, page = tables.as_text(figures), tables.as_page(figures)

    for shown in (text, page):
        assert "at most 6 times the floor; missed with 7.00" in shown
        assert "met with 3.00" in shown
        assert "transform: import; met with 1.10" in shown
        assert "transform: import and tools; missed with 1.50" in shown
        assert "pandas" in shown
        assert "at most 50 ms for list at the 95th percentile; met with 2.00" in shown
        assert "at most 50 ms for search at the 95th percentile; missed with 60.00" in shown
        assert "at least 100 times as fast; met with 900" in shown
        assert "take 2.0% of writing" in shown
        assert "at most 5 % of writing it whole; met with 2.00" in shown
        assert "at most 10 s for the first visitor; met with 4.00" in shown
        assert "at most 1000 ms at the 95th percentile, warm; met with 250.00" in shown
        assert "at most 1000 ms at the 95th percentile, filtered; missed with 1200.00" in shown
    assert "| ours | 7.00 | 6.50 to 7.50 | 500.0 | 2,000 |" in page
