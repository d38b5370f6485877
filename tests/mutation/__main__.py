"""Try mutants of the packages and report those that the tests do not notice: `make mutants`."""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, settings

from mutation.engine import Engine, Result
from mutation.operators import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("drinks", "loads", "pipeline", "stores", "catalogue", "cost")
MODULES = {
    "cursors.py": "catalogue",
    "ttl_cache.py": "catalogue",
    "times.py": "loads",
    "operations/history.py": "pipeline",
    "operations/metrics.py": "pipeline",
    "operations/month.py": "pipeline",
    "operations/quality.py": "pipeline",
    "operations/recent_loads.py": "pipeline",
    "operations/timing.py": "pipeline",
    "sources/thecocktaildb/extract.py": "pipeline",
    "sources/thecocktaildb/extract_report.py": "pipeline",
    "sources/thecocktaildb/extract_sweep.py": "pipeline",
    "sources/fetching.py": "pipeline",
    "sources/thecocktaildb/page_fetcher.py": "pipeline",
}
"""Modules outside the packages, and the package whose score includes them."""
FLOORS = {"drinks/measures": 95, "drinks/strength": 95, "drinks/derivation": 95, "": 92}
"""The share of mutants that tests must notice, in percent, by the first matching part of a path."""

TESTS = ("tests/unit", "tests/slow/test_large_sweeps.py")
IGNORED_TESTS = (
    "dashboard",  # shows what the packages return
    "local",
    "api/test_api_schema.py",  # random requests are slow; their failures have separate tests
    *(
        f"{path}.py"  # start processes, or do not run the packages
        for path in (
            "cli/test_cli_export", "cli/test_deploy_command", "cost/test_cost_gate",
            "deployment/test_artifacts", "deployment/test_change_sets",
            "deployment/test_environments", "deployment/test_interpreters",
            "deployment/test_removal", "repository/test_deployer", "repository/test_docs_links",
            "repository/test_explanation", "repository/test_monitoring",
            "repository/test_template", "repository/test_template_security",
            "repository/test_workflow",
        )
    ),
)  # fmt: skip
INTEGRATION = ("catalogue_objects", "data_bucket", "drinks_table", "loads_table", "queue")
"""Integration tests of the stores; the others run the packages in other processes."""


class Equivalent(NamedTuple):
    """A mutant that no test can notice, identified by its text."""

    path: str
    function: str
    original: str
    mutated: str


def main() -> int:
    """Run the command; return 1 if a package is below its floor."""
    options = _options()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seed = options.seed if options.seed is not None else random.randrange(1_000_000)
    root, folder = _copy()
    try:
        return _run(root, seed, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("paths", nargs="*", help="files or folders; default: all packages")
    parser.add_argument("--seed", type=int, help="seed of the random choice of mutants")
    parser.add_argument("--number", type=int, default=200, help="number of mutants; 0: all")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    return parser.parse_args()


def _copy() -> tuple[Path, Path]:
    """Copy the checkout, so that the run does not change it, and edits do not affect the run."""
    folder = Path(tempfile.mkdtemp(prefix="mutants-"))
    root = folder / "clone" / ROOT.name
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
    (root / ".venv").symlink_to(sys.prefix)
    return root, folder


def _run(root: Path, seed: int, options: argparse.Namespace) -> int:
    os.chdir(root)
    sys.path.insert(0, str(root / "src"))
    sources = _sources(root, options.paths)
    all_mutants = [mutant for path, source in sources.items() for mutant in mutants(path, source)]
    equivalents = _equivalents(root)
    equivalent = [mutant for mutant in all_mutants if _key(mutant, sources) in equivalents]
    selected = [mutant for mutant in all_mutants if _key(mutant, sources) not in equivalents]
    if options.number:
        draw = random.Random(seed)
        selected = draw.sample(selected, min(options.number, len(selected)))
        selected.sort()
    print(f"{len(selected)} of {len(all_mutants)} mutants, seed {seed}.", file=sys.stderr)
    results: list[Result] = []

    def on_result(result: Result) -> None:
        results.append(result)
        if result.outcome == "survived":
            print("\r" + _survivor(result, sources), file=sys.stderr)
        survived = sum(result.outcome == "survived" for result in results)
        on_step(f"{len(results)} of {len(selected)} tried, {survived} survived")

    def on_step(text: str) -> None:
        end = "" if sys.stderr.isatty() else "\n"
        if end == "" or len(results) % 10 == 0:
            print(f"\r{text:70}", end=end, file=sys.stderr, flush=True)

    _fix_hypothesis_examples()
    engine = Engine(root, selected, options.jobs, on_result, on_step)
    engine.run(_tests(root, with_stores=any("/stores/" in mutant.path for mutant in selected)))
    if engine.failures:
        print(
            "No score: the tests fail without any fault, or were stopped.",
            *engine.failures,
            sep="\n",
        )
        return 2
    return _report(results, sources, len(equivalent), seed, options)


def _sources(root: Path, paths: list[str]) -> dict[str, bytes]:
    selected = paths or [f"src/mocktailverse/{package}" for package in (*PACKAGES, *MODULES)]
    files: list[Path] = []
    for path in selected:
        top = root / path
        files += sorted(top.rglob("*.py")) if top.is_dir() else [top]
    return {str(file.relative_to(root)): file.read_bytes() for file in dict.fromkeys(files)}


def _tests(root: Path, *, with_stores: bool) -> list[str]:
    ignored = [f"--ignore={root}/tests/unit/{name}" for name in IGNORED_TESTS]
    store_tests = [f"tests/integration/test_{name}.py" for name in INTEGRATION if with_stores]
    return [*ignored, *TESTS, *store_tests]


def _equivalents(root: Path) -> set[Equivalent]:
    listed = tomllib.loads((root / "tests/mutation/equivalent.toml").read_text())
    return {
        Equivalent(entry["path"], entry["function"], entry["original"], entry["mutated"])
        for entry in listed.get("mutant", ())
    }


def _key(mutant: Mutant, sources: dict[str, bytes]) -> Equivalent:
    return Equivalent(mutant.path, mutant.function, *mutant.lines(sources[mutant.path]))


def _fix_hypothesis_examples() -> None:
    """Let properties try the same examples each time, and stop at the first failure."""
    settings.register_profile(
        "mutants", phases=(Phase.explicit, Phase.generate), derandomize=True, database=None,
        deadline=None, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    settings.load_profile("mutants")


def _survivor(result: Result, sources: dict[str, bytes]) -> str:
    tests = result.tests
    ran = f"{len(tests)} tests ran it, such as {tests[0]}" if tests else "no test runs it"
    key = _key(result.mutant, sources)
    return (
        f"Survived in {key.function or 'the module'}, {result.mutant.operator}: {ran}\n"
        f"{result.mutant.diff(sources[result.mutant.path])}"
    )


def _part(path: str) -> str:
    inner = path.removeprefix("src/mocktailverse/")
    longer = [part for part in FLOORS if part and inner.startswith(part + "/")]
    return longer[0] if longer else MODULES.get(inner, inner.split("/")[0])


def _report(
    results: list[Result],
    sources: dict[str, bytes],
    equivalent: int,
    seed: int,
    options: argparse.Namespace,
) -> int:
    parts: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        parts[_part(result.mutant.path)].append(result)
    scores = {part: _score(part_results) for part, part_results in sorted(parts.items())}
    low = [part for part, score in scores.items() if score["percent"] < _floor(part)]
    if options.json:
        document = {
            "seed": seed, "equivalent": equivalent, "ok": not low, "packages": scores,
            "all": _score(results),
            "survived": [
                _key(result.mutant, sources)._asdict()
                | {"line": result.mutant.first_line, "operator": result.mutant.operator}
                | {"diff": result.mutant.diff(sources[result.mutant.path]), "tests": result.tests}
                for result in sorted(results)
                if result.outcome == "survived"
            ],
        }  # fmt: skip
        print(json.dumps(document, indent=1))
    else:
        for part, score in [*scores.items(), ("all", _score(results))]:
            print(
                f"{part:18} {score['percent']:6.2f} % noticed, floor {_floor(part)} %: "
                f"{score['killed']} killed, {score['timed out']} timed out, "
                f"{score['survived']} survived, {score['not run']} of them not run by any test"
            )
        print(f"{equivalent} equivalent mutants skipped. Seed {seed}.")
    return 1 if low else 0


def _floor(part: str) -> int:
    return FLOORS.get(part, FLOORS[""])


def _score(results: list[Result]) -> dict[str, float]:
    counts = {
        outcome: sum(result.outcome == outcome for result in results)
        for outcome in ("killed", "timed out", "survived")
    }
    not_run = sum(result.outcome == "survived" and not result.tests for result in results)
    percent = 100 * (1 - counts["survived"] / len(results)) if results else 100.0
    return {"percent": round(percent, 2), **counts, "not run": not_run}


if __name__ == "__main__":
    sys.exit(main())
