"""Compare what the transform gives with what an earlier revision gave, byte by byte.

    python tests/benchmarks/differential.py --revision 145831cb --count 100000

The records are varied from the samples: usual ones, ones with distinct measures, and broken ones,
in the formats of every source. Each revision reads the same files in a process of its own and
writes a line for each result: the checkpoint, the drift, the rejected record, and the item of the
drinks table with its content hash. The exit code is 1 at the first difference, and 2 if the clone
does not have the revision (a shallow one).
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from io import BytesIO
from itertools import zip_longest
from pathlib import Path

from corpus import Record, ndjson_lines, source_records

ROOT = Path(__file__).parents[2]
HOSTILE_VALUES = (
    None, "", " ", "\u200b", "\0\x1f", 0, -1, 1.5, True, [], {}, ["a"], "1/0 oz", "1 1/2 - 2 oz",
    "½ cl or 1 tsp", "٣ oz", "9" * 400, "a" * 3000, "Juice of 1/2", "top up", "\ud83c\udf79",
    "vodka or gin (optional)", "http://x y", "2 (12 oz) cans",
)  # fmt: skip
STORED_AT = 1_750_000_000_000


def hostile(lines: Iterator[bytes], rng: random.Random) -> Iterator[bytes]:
    """Yield the records with a field changed, removed or added, and some with broken bytes."""
    for line in lines:
        draw = rng.random()
        if draw < 0.02:
            yield line[: rng.randrange(len(line))] + b"\n"
            continue
        if draw < 0.04:
            yield line[:40] + bytes([rng.randrange(256)]) + line[40:]
            continue
        record = json.loads(line)
        for _ in range(rng.randint(1, 3)):
            field = rng.choice([*record, "new"])
            if rng.random() < 0.2:
                record.pop(field, None)
            else:
                record[field] = rng.choice(HOSTILE_VALUES)
        yield json.dumps(record).encode("utf-8") + b"\n"


def own(line: bytes) -> Record:
    """Return a record in the columns of own recipes, with whole lines."""
    record = json.loads(line)
    return {
        "name": record["strDrink"],
        "ingredients": [f"{measure or ''} {name}".strip() for measure, name in _lines(record)],
        "instructions": record["strInstructions"],
        "glass": record["strGlass"],
    }


def opendrinks(line: bytes) -> Record:
    """Return a record with the fields of opendrinks, whose measures are in two fields."""
    record = json.loads(line)
    parts = [(*(measure or "").partition(" ")[::2], name) for measure, name in _lines(record)]
    return {
        "name": record["strDrink"],
        "ingredients": [
            {"quantity": quantity, "measure": measure, "ingredient": name}
            for quantity, measure, name in parts
        ],
        "directions": (record["strInstructions"] or "").split(". "),
    }


def _lines(record: Record) -> list[tuple[str | None, str]]:
    """Return the measure and the ingredient of each line."""
    return [
        (record.get(f"strMeasure{slot}"), record[f"strIngredient{slot}"])
        for slot in range(1, 16)
        if record.get(f"strIngredient{slot}")
    ]


def _encoded(records: Iterator[Record]) -> Iterator[bytes]:
    return (json.dumps(record).encode() + b"\n" for record in records)


def write_files(folder: Path, count: int) -> None:
    """Write raw files with about `count` records, named `<source>--<name>`."""
    records, rng = source_records()[1], random.Random(1)
    tenth = count // 10
    files = {
        "thecocktaildb--usual": ndjson_lines(records, 4 * tenth),
        "thecocktaildb--distinct": ndjson_lines(records, tenth, all_measures_new=True, seed=2),
        "thecocktaildb--hostile": hostile(ndjson_lines(records, 2 * tenth, seed=3), rng),
        "own--usual": _encoded(map(own, ndjson_lines(records, tenth, seed=4))),
        "own--hostile": hostile(_encoded(map(own, ndjson_lines(records, tenth, seed=5))), rng),
        "opendrinks--usual": _encoded(map(opendrinks, ndjson_lines(records, tenth, seed=6))),
    }
    for name, lines in files.items():
        with (folder / f"{name}.ndjson").open("wb") as file:
            file.writelines(lines)
    samples = [path for path in (ROOT / "data" / "raw").rglob("*") if path.is_file()]
    for number, path in enumerate(sorted(samples)):
        for source in ("thecocktaildb", "opendrinks", "own"):
            (folder / f"{source}--{number}-{path.name}").write_bytes(path.read_bytes())


def write_results(folder: Path, output: Path) -> None:
    """Write the results of every file, with the package that is on the path."""
    import ours  # noqa: PLC0415 - the package of the revision that is on the path

    from mocktailverse.loads.object_version import ObjectVersion  # noqa: PLC0415 - of that revision
    from mocktailverse.pipeline.transformation import transform  # noqa: PLC0415 - of that revision
    from mocktailverse.stores.items import to_item  # noqa: PLC0415 - of that revision

    with output.open("w", encoding="utf-8", errors="surrogatepass") as file:
        for path in sorted(folder.iterdir()):
            version = ObjectVersion("b", f"raw/{path.name.replace('--', '/')}", "1")
            for result in transform(ours.OnDisk(path), version):
                item = json.dumps(to_item(result.register)) if result.register else None
                facts = (path.name, result.after, result.drift, result.rejected)
                file.write(f"{facts!r}\t{result.register!r}\t{item}\n")


def check_out(revision: str, folder: Path) -> bool:
    """Write `src` of a revision into the folder; return whether the clone has it."""
    command = ("git", "-C", str(ROOT), "archive", revision, "src")
    archive = subprocess.run(command, capture_output=True, check=False)
    if archive.returncode:
        return False
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
    return True


def run(source: Path, folder: Path, output: Path) -> None:
    """Write the results of the package in `source`, in a process of its own."""
    command = (sys.executable, __file__, "--folder", folder, "--output", output)
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(source)})


def first_difference(old: Path, new: Path) -> tuple[int, str]:
    """Return the number of results, and the first two lines that differ; empty if none do."""
    number = 0
    with old.open("rb") as before, new.open("rb") as after:
        for number, (one, other) in enumerate(zip_longest(before, after), 1):
            if one != other:
                return number, f"- {one!r}\n+ {other!r}"
    return number, ""


def main(revision: str, count: int) -> int:
    """Compare the working tree with a revision and return the exit code."""
    with tempfile.TemporaryDirectory() as place:
        old, files = Path(place, "revision"), Path(place, "files")
        if not check_out(revision, old):
            print(f"Skipped: this clone does not have revision {revision}.", file=sys.stderr)
            return 2
        files.mkdir()
        write_files(files, count)
        before, after = Path(place, "before"), Path(place, "after")
        run(old / "src", files, before)
        run(ROOT / "src", files, after)
        results, difference = first_difference(before, after)
    print(json.dumps({"revision": revision, "results": results, "difference": difference}))
    return 1 if difference else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--revision", default="145831cb")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.folder:
        write_results(options.folder, options.output)
    else:
        sys.exit(main(options.revision, options.count))
