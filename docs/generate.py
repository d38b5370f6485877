"""Writes the generated pages of docs/reference: `python docs/generate.py [--check]`.

With --check nothing is written, and the exit code is 1 where a page is not what it should be.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from mocktailverse.api.app import create_app
from mocktailverse.catalogue.csv_columns import COLUMNS
from mocktailverse.drinks.codes import Quality, Reason

REFERENCE = Path(__file__).parent / "reference"


def codes() -> str:
    """The page of all reason and quality codes."""
    parts = [
        "# Codes",
        "Generated from `src/mocktailverse/drinks/codes.py`; do not edit.",
        "## Reason codes: why a raw record or object is rejected",
        _table((code.value, code.explanation) for code in Reason),
        "## Quality codes: what is worth knowing of a drink that did load",
        _table((code.value, code.explanation) for code in Quality),
    ]
    return "\n\n".join(parts) + "\n"


def csv_columns() -> str:
    """The page of the CSV export's columns."""
    parts = [
        "# Columns of the CSV export",
        "Generated from `src/mocktailverse/catalogue/csv_columns.py`; do not edit.",
        "The rules of the file stand in [exports](exports.md).",
        _table(((column.name, column.meaning) for column in COLUMNS), "column"),
    ]
    return "\n\n".join(parts) + "\n"


def openapi() -> str:
    """The HTTP API's document."""
    return json.dumps(create_app().openapi(), indent=2, ensure_ascii=False) + "\n"


PAGES = {"codes.md": codes, "csv-columns.md": csv_columns, "openapi.json": openapi}


def _table(rows: Iterable[tuple[str, str]], head: str = "code") -> str:
    lines = [f"| {head} | meaning |", "|---|---|"]
    return "\n".join(lines + [f"| `{name}` | {text} |" for name, text in rows])


def main() -> int:
    """Write or check all pages."""
    check = "--check" in sys.argv
    stale = 0
    for name, make in PAGES.items():
        path, text = REFERENCE / name, make()
        if check and (not path.exists() or path.read_text() != text):
            print(f"{path.name} is not what `make docs` writes")
            stale += 1
        elif not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
