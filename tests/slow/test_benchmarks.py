"""The benchmarks run and print their figures; no test checks the figures themselves."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
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
    old_code = speed["old_code"]
    assert "skipped" in old_code or [one["name"] for one in old_code["figures"]] == [
        "revision 145831cb",
        "this code",
    ]
    assert speed["stages"][-1]["name"] == "items made"


def test_a_quick_run_measures_memory(quick_run):
    memory = quick_run("memory")
    assert [figure["records"] for figure in memory] == [100, 200, 400, 200]
    assert all(figure["peak_mib"] >= figure["warm_mib"] > 0 for figure in memory)


def test_a_quick_run_measures_what_a_catalogue_takes_in_functions(quick_run):
    limits = quick_run("function_limits")
    assert [one["task"] for one in limits] == ["reader", "publisher", "new reference"]
    assert all(one["cpu_s"] > 0 < one["peak_mib"] for one in limits)


def test_a_quick_run_measures_cold_starts(quick_run):
    cold_start = quick_run("cold_start")
    names = {figure["name"] for figure in cold_start["cases"]}
    for function in ("transform", "publish", "fetch", "reconcile"):
        assert {f"{function}: import", f"{function}: import and tools"} <= names
    assert cold_start["cases"][0]["name"] == "boto3 and two clients"


def test_a_quick_run_measures_the_start_of_commands(quick_run):
    cases = quick_run("cli_start")["cases"]
    assert [case["name"] for case in cases] == [
        "python and typer",
        "python",
        "mocktailverse --help",
        'mocktailverse measure "1 oz"',
    ]
    assert all(case["seconds"] > 0 for case in cases)


def test_the_first_card_is_skipped_without_chromium(benchmark_module, monkeypatch, tmp_path):
    first_card = benchmark_module("first_card")
    monkeypatch.setattr(first_card.shutil, "which", lambda _: None)
    assert first_card.measure([1], 1, 1, tmp_path) == {"skipped": "Chromium is not installed."}


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


def test_a_quick_run_measures_the_visible_latency(quick_run):
    (visible,) = quick_run("visible")
    assert (visible["drinks"], visible["changes"]) == (60, 60)
    assert list(visible["stages_s"]) == ["waiting", "loading", "publishing", "serving"]
    total_s = sum(visible["stages_s"].values())
    assert total_s == pytest.approx(visible["p50_s"], abs=0.01)
    assert min(visible["uploaded_bytes"], visible["downloaded_bytes"]) > 0
    assert visible["publish_cpu_s"] > 0


def test_a_quick_run_measures_requests_beside_ready_json_and_datasette(quick_run):
    serving = quick_run("serving")
    assert [(one["name"], one["drinks"]) for one in serving] == [
        ("list", 60),
        ("one drink", 60),
        ("makeable", 60),
    ]
    names = ["floor: ready JSON", "Mocktailverse", "Datasette"]
    for one, number in zip(serving, (3, 3, 2), strict=True):
        assert [figure["name"] for figure in one["figures"]] == names[:number]
        assert all(figure["seconds"] > 0 for figure in one["figures"])


def test_the_traffic_is_that_of_the_bodies(benchmark_module):
    traffic = benchmark_module("traffic").Traffic()
    message = SimpleNamespace
    traffic.send(message(headers={"Content-Length": "7"}))
    for method, status in (("GET", 200), ("GET", 304), ("HEAD", 200)):
        response = message(headers={"content-length": "100"}, status_code=status)
        traffic.receive(response, message(http={"method": method}))
    assert (traffic.sent, traffic.received) == (7, 100)


def test_the_old_code_is_skipped_when_its_revision_is_missing(benchmark_module):
    skipped = benchmark_module("old_code").compare("0" * 40, b"", 1)
    assert skipped == {"skipped": f"revision {'0' * 40} is not in this clone."}


def test_the_same_revision_runs_beside_this_code(benchmark_module):
    old_code, corpus = benchmark_module("old_code"), benchmark_module("corpus")
    records = b"".join(corpus.ndjson_lines(corpus.source_records()[1], 20))
    if "skipped" in (compared := old_code.compare("HEAD", records, 1)):
        pytest.skip(compared["skipped"])
    assert [figure["name"] for figure in compared["figures"]] == ["revision HEAD", "this code"]
    assert all(figure["seconds"] > 0 for figure in compared["figures"])


def test_a_part_without_its_script_is_skipped(benchmark_module, monkeypatch, tmp_path):
    parts = benchmark_module("parts")
    monkeypatch.setitem(parts.PARTS, "missing", parts.Part("", ""))
    skipped = parts.measure_part("missing", None, tmp_path, quick=True)
    assert skipped == {"skipped": "missing.py is not in this checkout."}


def test_a_run_has_the_figures_of_all_parts(benchmark_module, monkeypatch, tmp_path):
    run = benchmark_module("run")
    monkeypatch.setattr(run, "measure_part", lambda *arguments, **options: (arguments, options))

    figures = run.measure(None, tmp_path, quick=True)

    assert set(figures) - {"python", "machine"} == set(run.PARTS)
    options = {"quick": True}
    assert all(figures[part] == ((part, None, tmp_path), options) for part in run.PARTS)


def test_the_records_are_distinct_and_the_same_on_every_run(benchmark_module):
    corpus = benchmark_module("corpus")
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
