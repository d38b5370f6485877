"""The accuracy of the parser of recipe lines: `line_accuracy.py [--json] [LABELS.csv ...]`.

Counts lines with the right amount, unit and name, and the time of a line. Without arguments it
reads the repository's labels: its own, and those of another author, who accepts several units and
names ("slice|piece") and marks ambiguous lines, which are not counted.
"""

import argparse
import csv
import json
import math
import time
from pathlib import Path
from typing import NamedTuple

from mocktailverse.drinks import parse_line
from mocktailverse.drinks.ingredients import canonical_name
from mocktailverse.drinks.lines import recipe_line

_ROOT = Path(__file__).parents[2]
_DRINKS = _ROOT / "tests" / "unit" / "drinks"
_LABELS = (_DRINKS / "lines" / "lines_labelled.csv", _DRINKS / "labels" / "lines.csv")
_ROUNDS = 20


class LineScore(NamedTuple):
    """The counts of one file of labels; `misses` are sentences."""

    file: str
    lines: int
    right: int
    us_per_new_line: float
    """Microseconds for each of the distinct lines while none is in the cache of lines.

    The tables are loaded and the names have been read before.
    """
    us_per_repeated_line: float
    misses: list[str]


def _is_close(read: float | None, label: str) -> bool:
    if label == "*":
        return True
    if read is None or not label:
        return read is None and not label
    return math.isclose(read, float(label), rel_tol=1e-4, abs_tol=1e-9)


def _key(name: str) -> str:
    """Return the canonical name in lower case, without marks and spaces."""
    return "".join(filter(str.isalnum, canonical_name(name)[0].casefold()))


def score(path: Path) -> LineScore:
    """Return the score of the labels in a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        labels = [row for row in csv.DictReader(file) if "AMBIG" not in row.get("note", "")]
    texts = [label.get("line") or label["text"] for label in labels]
    distinct = list(dict.fromkeys(texts))
    misses: list[str] = []
    for text, label in zip(texts, labels, strict=True):
        line = parse_line(text)
        is_right = (
            line.unit in label["unit"].split("|")
            and _key(line.name) in {_key(name) for name in label["name"].split("|")}
            and _is_close(line.amount_min, label["amount_min"])
            and _is_close(line.amount_max, label["amount_max"])
        )
        if not is_right:
            read = f"{line.amount_min}..{line.amount_max} {line.unit} {line.name}"
            expected = "{amount_min}..{amount_max} {unit} {name}".format(**label)
            misses.append(f"{text!r}: {read}; label {expected}")
    return LineScore(
        path.name,
        len(labels),
        len(labels) - len(misses),
        _us_per_line(distinct, clear=True),
        _us_per_line(distinct, clear=False),
        misses,
    )


def _us_per_line(texts: list[str], *, clear: bool) -> float:
    rounds = []
    for _ in range(_ROUNDS):
        if clear:
            recipe_line._parse.cache_clear()  # noqa: SLF001 - measures what the cache hides
        started = time.process_time()
        for text in texts:
            parse_line(text)
        rounds.append(time.process_time() - started)
    return round(min(rounds) / max(len(texts), 1) * 1e6, 2)


def main() -> None:
    """Print the scores as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", nargs="*", type=Path, help="CSV files of labels")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    scores = [score(path) for path in arguments.labels or _LABELS]
    if arguments.json:
        print(json.dumps({"items": [one._asdict() for one in scores], "next": None}, indent=2))
        return
    for one in scores:
        share = one.right / max(one.lines, 1)
        print(f"{one.file}: {one.right} of {one.lines} lines right ({share:.1%}),")
        print(
            f"  {one.us_per_new_line} us for each distinct line,"
            f" {one.us_per_repeated_line} us for a repeated one"
        )
        for miss in one.misses:
            print(f"  miss: {miss}")


if __name__ == "__main__":
    main()
