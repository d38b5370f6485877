"""What a run of the benchmarks says about its goals: met, missed, or not measured."""

import json
from types import ModuleType

import pytest

TIMING = {"seconds": 0.5, "ratio": 7.0, "least": 6.5, "most": 7.5}
MEMORY = {"name": "ours", "warm_mib": 25.0, "peak_mib": 30.0}
TRIVIAL = {"name": "a trivial Streamlit page", **TIMING, "ratio": 1.0}
FIGURES = {
    "python": "3.13.1",
    "machine": "Linux x86_64, 2 cores",
    "speed": {
        "records": 10_000,
        "varied_from": "142 sample records",
        "bytes_per_record": 1800,
        "usual": [{"name": "floor", **TIMING}, {"name": "ours", **TIMING, "ratio": 18.5}],
        "all_measures_distinct": [{"name": "floor", **TIMING}, {"name": "ours", **TIMING}],
        "stages": [{"name": "items made", **TIMING}],
        "old_code": {"skipped": "revision 145831cb is not in this clone."},
    },
    "memory": [
        {**MEMORY, "records": 1000, "growth_mib": 2.0},
        {**MEMORY, "records": 100_000, "growth_mib": 5.0},
        {**MEMORY, "name": "pandas", "records": 10_000, "growth_mib": 90.0},
    ],
    "cold_start": {
        "rounds": 5,
        "cases": [
            {"name": "transform: import and tools", **TIMING, "ratio": 1.1},
            {"name": "api: import and tools", **TIMING, "ratio": 1.5},
        ],
    },
    "catalogue": {
        "catalogues": [
            {
                "drinks": 100_000,
                "mib": 347.1,
                "index_seconds": 1.5,
                "asked": [
                    {"name": "list", "questions": 9, "p50_ms": 1, "p95_ms": 2, "worst_ms": 3},
                    {"name": "search", "questions": 9, "p50_ms": 1, "p95_ms": 60, "worst_ms": 90},
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
            "update_seconds": 0.03,
            "share": 0.02,
        },
        "scan": {
            "drinks": 9_999,
            "questions": 6,
            "scan_ms": 1000,
            "catalogue_ms": 1,
            "ratio": 900,
            "least": 500,
            "most": 1500,
        },
    },
    "cli_start": {
        "rounds": 5,
        "cases": [
            {"name": "mocktailverse --help", **TIMING, "seconds": 0.3},
            {"name": 'mocktailverse measure "1 oz"', **TIMING, "seconds": 0.3},
        ],
    },
    "write": {
        "drinks": 1000,
        "writes": [
            {"name": "batch_writer", **TIMING, "ratio": 1.0},
            {"name": "this code", **TIMING, "ratio": 0.6},
        ],
    },
    "first_card": {
        "visits": 3,
        "catalogues": [
            {
                "drinks": drinks,
                "rounds": 5,
                "visitors": {
                    "first visitor": [TRIVIAL, {"name": "ours", **TIMING, "ratio": first}],
                    "later visits": [TRIVIAL, {"name": "ours", **TIMING, "ratio": 1.2}],
                },
            }
            for drinks, first in ((600, 1.7), (100_000, 2.9))
        ],
    },
    "visible": [
        {
            "drinks": drinks,
            "changes": 100,
            "rounds": 20,
            "publishes": 5,
            "p50_s": 0.5,
            "p95_s": 0.9,
            "worst_s": 1.3,
            "stages_s": {"waiting": 0.1, "loading": 0.2, "publishing": 0.1, "serving": 0.1},
            "uploaded_bytes": 299_000,
            "downloaded_bytes": 301_000,
            "publish_cpu_s": cpu_s,
        }
        for drinks, cpu_s in ((600, 0.1), (20_000, 0.15), (100_000, 0.25))
    ],
    "serving": [
        {
            "name": name,
            "drinks": drinks,
            "requests": 1000,
            "figures": [{"name": "floor", **TIMING}, {"name": "ours", **TIMING, "seconds": cpu_s}],
        }
        for name, drinks, cpu_s in (
            ("list", 20_000, 0.7),
            ("one drink", 20_000, 0.5),
            ("makeable", 20_000, 20),
            ("makeable", 100_000, 9),
        )
    ],
}


@pytest.fixture
def goals(benchmark_module) -> ModuleType:
    return benchmark_module("goals")


def figures_of(run: ModuleType) -> dict[str, object]:
    """Return FIGURES with every other part skipped."""
    return {**{part: {"skipped": "no Chromium."} for part in run.PARTS}, **FIGURES}


@pytest.mark.parametrize(
    ("size", "value", "result"),
    [
        (600, 1.0, "met"),
        (600, 1.1, "missed"),
        (700, 0.9, "met"),
        (599, 0.9, "not measured at full size"),
    ],
)
def test_a_goal_is_about_a_case_of_its_size_or_a_larger_one(goals, size, value, result):
    goal = goals.Goal("visible", "latency", 600, "drinks", 1.0, "s", "a source")
    (verdict,) = goals.judge([goals.Measured("visible", "latency", size, value)], [goal])
    assert (verdict.result, verdict.is_met) == (result, result == "met")


def test_the_smallest_case_that_is_large_enough_counts(goals):
    goal = goals.Goal("visible", "latency", 600, "drinks", 1.0, "s", "a source")
    figures = [
        goals.Measured("visible", "latency", size, value)
        for size, value in ((100_000, 9.0), (600, 0.5), (100, 0.1))
    ]
    assert goals.judge(figures, [goal])[0].value == 0.5


def test_a_figure_that_must_be_large_is_missed_below_its_limit(goals):
    goal = goals.Goal("catalogue", "scan", 10, "drinks", 100, "times", "a source", "at least")
    results = [
        goals.judge([goals.Measured("catalogue", "scan", 10, value)], [goal])[0].result
        for value in (99, 100)
    ]
    assert results == ["missed", "met"]


def test_a_figure_that_no_part_gives_is_not_measured(goals):
    goal = goals.Goal("visible", "latency", 600, "drinks", 1.0, "s", "a source")
    figures = [goals.Measured("visible", "other", 600, 1.0), goals.Measured("a", "latency", 1, 1.0)]
    assert goals.judge(figures, [goal])[0].result == "not measured"


def test_each_goal_is_unique_and_of_a_part(goals, benchmark_module):
    assert len({goal[:3] for goal in goals.GOALS}) == len(goals.GOALS)
    assert {goal.part for goal in goals.GOALS} <= set(benchmark_module("parts").PARTS)


def test_every_part_has_tables(benchmark_module):
    assert list(benchmark_module("report").SECTIONS) == list(benchmark_module("parts").PARTS)


def test_each_verdict_compares_the_figure_of_its_case_with_the_goal(benchmark_module):
    figures = figures_of(benchmark_module("run"))
    verdicts = benchmark_module("report").verdicts(figures)
    results = {f"{one.goal.part}: {one.goal.name}": one[1:] for one in verdicts}
    first_visitors = [one[1:] for one in verdicts if one.goal.name == "first visitor"]
    assert first_visitors == [(1.7, "missed"), (2.9, "met")]
    assert results["first_card: later visits"] == (1.2, "met")
    assert results["cli_start: mocktailverse --help"] == (0.3, "met")
    assert results['cli_start: mocktailverse measure "1 oz"'] == (0.3, "missed")
    assert results["speed: usual records, beside the floor"] == (18.5, "missed")
    assert results["speed: every measure distinct, beside the floor"] == (7.0, "met")
    assert results["speed: usual records, beside the old code"] == (None, "not measured")
    assert results["memory: growth from the smallest file to the largest"] == (3.0, "met")
    assert results["cold_start: transform: import and tools"] == (1.1, "met")
    assert results["cold_start: api: import and tools"] == (1.5, "missed")
    assert results["catalogue: list, p95"] == (2, "met")
    assert results["catalogue: search, p95"] == (60, "missed")
    assert results["catalogue: beside a scan of the table"] == (None, "not measured at full size")
    assert results["catalogue: changes, beside writing it whole"] == (2.0, "met")
    assert results["catalogue: first page in process, first visitor"] == (4.0, "met")
    assert results["catalogue: first page in process, warm, p95"] == (250, "met")
    assert results["catalogue: first page in process, filtered, p95"] == (1200, "missed")
    assert results["write: conditional write, beside batch_writer"] == (0.6, "met")
    assert results["visible: visible latency, p95"] == (0.9, "met")
    assert results["visible: uploaded by a publish"] == (299.0, "met")
    assert results["visible: downloaded by a warm reader"] == (301.0, "missed")
    assert results["visible: CPU of a publish, beside 600 drinks"] == (2.5, "missed")
    assert results["serving: list"] == (0.7, "met")
    assert results["serving: one drink"] == (0.5, "missed")
    assert results["serving: makeable"] == (9, "met")


def test_text_and_page_show_every_table_with_the_goals(benchmark_module):
    report = benchmark_module("report")
    figures = figures_of(benchmark_module("run"))
    verdicts = report.verdicts(figures)
    text, page = report.as_text(figures), report.as_page(figures)
    for shown in (text, page):
        assert "pandas" in shown
        assert "revision 145831cb is not in this clone." in shown
        assert f"{sum(one.is_met for one in verdicts)} of {len(verdicts)} goals are met." in shown
    assert "- speed: usual records, beside the floor, 10,000 records: missed" in text
    assert "- speed: every measure distinct" not in text
    assert "| ours | 18.50 | 6.50 to 7.50 | 50.0 | 20,000 |" in page
    assert "| at most 18 times | 18.50 | missed | decision 0005" in page


@pytest.mark.parametrize(("options", "code"), [([], 0), (["--check"], 1)])
def test_a_check_fails_unless_every_goal_is_met(
    benchmark_module, monkeypatch, capsys, options, code
):
    run = benchmark_module("run")
    figures = figures_of(run)
    monkeypatch.setattr(run, "measure", lambda *_, **__: figures)
    monkeypatch.setattr("sys.argv", ["run.py", "--json", *options])
    assert run.main() == code
    results = {goal["result"] for goal in json.loads(capsys.readouterr().out)["goals"]}
    assert results == {"met", "missed", "not measured", "not measured at full size"}


def test_a_check_succeeds_if_every_goal_is_met(benchmark_module, monkeypatch):
    run, goals = benchmark_module("run"), benchmark_module("goals")
    figures = figures_of(run)
    verdict = goals.Verdict(goals.GOALS[0], 1.0, "met")
    monkeypatch.setattr(run, "measure", lambda *_, **__: figures)
    monkeypatch.setattr(run, "verdicts", lambda _: [verdict])
    monkeypatch.setattr("sys.argv", ["run.py", "--json", "--check"])
    assert run.main() == 0
