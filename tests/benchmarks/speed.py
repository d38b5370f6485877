"""CPU time of the whole transform, compared with the decode floor and the peers; prints JSON.

All cases run in one process, so every cache is warm; there are more records than cache entries.
`--old-revision` says which revision of this repository is compared with this code.
"""

import argparse
import cProfile
import json
import pstats
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import old_code
import ours
import peers
from corpus import ndjson_lines, source_records
from paired import Case, cpu_seconds, paired

from mocktailverse.pipeline.transformation import OpenObject

Contender = Callable[[bytes], int]
"""Transforms NDJSON and returns the number of records."""


def _over_bytes(stage: Callable[[OpenObject], Iterable[object]]) -> Contender:
    return lambda data: sum(1 for _ in stage(ours.InMemory(data)))


WHOLE = _over_bytes(ours.items)
FLOOR = {"floor: orjson.loads per line": peers.floor}
OURS = {"Mocktailverse, to DynamoDB items": WHOLE}
PEERS = {
    "dicts by the standard library": peers.plain_dicts,
    "pydantic v2 models": peers.pydantic_models,
    "pandas json_normalize + melt": peers.pandas_melt,
}
STAGES = {
    "lines found": _over_bytes(ours.raw_records),
    "records decoded and validated": _over_bytes(ours.records),
    "drinks normalized": _over_bytes(ours.registers),
    "items made": WHOLE,
}
PROFILED_ROWS = 40


def measure(
    records_file: Path | None, count: int, rounds: int, old_revision: str
) -> dict[str, Any]:
    """Return the figures for usual records, the worst case of the caches, and the old code."""
    description, records = source_records(records_file)
    usual = b"".join(ndjson_lines(records, count))
    worst = b"".join(ndjson_lines(records, count, all_measures_new=True))
    return {
        "records": count,
        "varied_from": description,
        "bytes_per_record": round(len(usual) / count),
        "usual": _figures({**FLOOR, **OURS, **PEERS}, usual, count, rounds),
        "all_measures_distinct": _figures({**FLOOR, **OURS}, worst, count, rounds),
        "stages": _figures({**FLOOR, **STAGES}, usual, count, rounds),
        "old_code": old_code.compare(old_revision, usual, rounds),
    }


def _figures(
    contenders: dict[str, Contender], data: bytes, count: int, rounds: int
) -> list[dict[str, Any]]:
    cases = {name: _case(contender, data, count) for name, contender in contenders.items()}
    return [figure._asdict() for figure in paired(cases, rounds)]


def _case(contender: Contender, data: bytes, count: int) -> Case:
    def run() -> None:
        assert contender(data) == count

    return lambda: cpu_seconds(run)


def profile(records_file: Path | None, count: int) -> None:
    """Print the functions in which the transform spends its time, with their callees."""
    data = b"".join(ndjson_lines(source_records(records_file)[1], count))
    WHOLE(data)
    profiler = cProfile.Profile()
    profiler.runcall(WHOLE, data)
    pstats.Stats(profiler).strip_dirs().sort_stats("cumulative").print_stats(PROFILED_ROWS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=Path)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--old-revision", default=old_code.DEFAULT_REVISION, metavar="REV")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    if options.profile:
        profile(options.records, options.count)
    else:
        figures = measure(options.records, options.count, options.rounds, options.old_revision)
        print(json.dumps(figures))
