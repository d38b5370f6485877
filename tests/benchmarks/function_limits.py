"""What a catalogue takes in a function: memory, processor time and disk; prints JSON.

    function_limits.py --drinks 600 20000 100000

Each task runs in a fresh process, with the imports of its function's code:

reader          opens a copy of the catalogue, answers some queries, follows CHANGES changed drinks
                and answers the queries again, while the first version is still in use
publisher       edits its copy by CHANGES drinks and packs the change
new reference   a publisher writes its copy again, because the ingredient reference is another

CPU time of each task, and the peak of the resident memory of its process.
"""

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from memory import peak_mib
from msgspec.structs import replace
from seeded_stack import catalogue_file

from mocktailverse.catalogue.changes.row_edits import pack, touched_rows
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.reference_update import open_to_edit
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.catalogue.writer import CatalogueWriter

CHANGES = 100
_SOME_IDS = "SELECT id FROM drinks ORDER BY random() LIMIT ?"
_SEALED: dict[str, Any] = {"version": "2-benchmark", "built_at": 2, "table": "drinks"}


def measure(counts: list[int], files: Path) -> list[dict[str, Any]]:
    """Return the figures of each task for catalogues of each size."""
    figures = []
    for count in counts:
        file = catalogue_file(files, count)
        for task in TASKS:
            with tempfile.TemporaryDirectory(dir=files) as folder:
                copy = Path(shutil.copyfile(file, Path(folder, "catalogue.sqlite")))
                figures.append(
                    {
                        "task": task,
                        "drinks": count,
                        "file_mb": round(file.stat().st_size / 10**6, 1),
                        **_in_fresh_process(task, copy),
                    }
                )
    return figures


def _in_fresh_process(task: str, copy: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--task", task, "--file", str(copy)]
    process = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(process.stdout)
    return figures


def _read(copy: Path) -> None:
    first = Catalogue(copy)
    _ask(first)
    command = [sys.executable, __file__, "--change", "--file", str(copy)]
    rows = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    second = Catalogue(_newer(copy))
    second.warm(first, rows)
    _ask(second)


def _ask(catalogue: Catalogue) -> None:
    """Ask for what most visitors and shelves ask for."""
    catalogue.encoded_page(DrinkQuery(), 25, None)
    catalogue.facets(DrinkQuery(q="gin"))
    catalogue.makeable(["Gin", "Lime juice"])
    catalogue.statistics()


def change(copy: Path) -> list[int]:
    """Write a newer version beside a copy; return the rows that may differ."""
    with open_to_edit(Path(shutil.copyfile(copy, _newer(copy)))) as writer:
        _edit(writer, copy)
        return sorted(touched_rows(writer.edits))


def _newer(copy: Path) -> Path:
    return copy.with_name("newer.sqlite")


def _publish(copy: Path) -> None:
    with open_to_edit(copy) as writer:
        _edit(writer, copy)
        pack(writer.edits)


def _edit(writer: CatalogueWriter, copy: Path) -> None:
    """Change the instructions of CHANGES drinks."""
    with closing(sqlite3.connect(copy)) as connection:
        ids = [drink_id for (drink_id,) in connection.execute(_SOME_IDS, (CHANGES,))]
    with closing(Catalogue(copy)) as catalogue:
        drinks = catalogue.drinks(ids)
    changed = {"instructions": {"en": "Changed."}, "content_hash": "changed"}
    writer.put(replace(drink, **changed) for drink in drinks)
    writer.seal(**_SEALED)


def _write_again(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE meta SET value = 'another' WHERE key = 'reference'")
    with open_to_edit(copy) as writer:
        assert writer.is_new
        writer.seal(**_SEALED)


TASKS: dict[str, Callable[[Path], None]] = {
    "reader": _read,
    "publisher": _publish,
    "new reference": _write_again,
}


def perform(task: str, copy: Path) -> dict[str, float]:
    """Perform a task in this process; return its CPU time and peak memory."""
    start = time.process_time()
    TASKS[task](copy)
    return {"cpu_s": round(time.process_time() - start, 3), "peak_mib": peak_mib()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--drinks", type=int, nargs="+", default=[600, 20_000, 100_000])
    parser.add_argument("--files", type=Path, help="folder that keeps the catalogues' files")
    parser.add_argument("--task", choices=TASKS, help=argparse.SUPPRESS)
    parser.add_argument("--change", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.change:
        print(json.dumps(change(options.file)))
    elif options.task:
        print(json.dumps(perform(options.task, options.file)))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            print(json.dumps(measure(options.drinks, options.files or Path(scratch))))
