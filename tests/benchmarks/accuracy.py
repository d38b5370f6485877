"""The accuracy of measures and mocktails against labels: `accuracy.py [--json] [LABELS ...]`.

Counts distinct strings with the right amount and unit, volumes within 2 %, and volumes of strings
whose label has none. Without arguments it reads the repository's own labels. A label may name
several ingredients ("Vodka|Lime"); the measure is parsed with the first one. For labels of
mocktails see `mocktail_labels.py`.
"""

import argparse
import csv
import json
import math
from pathlib import Path
from typing import NamedTuple

from mocktail_labels import MocktailScore, has_mocktail_labels, score_mocktails, summary

from mocktailverse.drinks.measures import Measure, parse_measure

_ROOT = Path(__file__).parents[2]
_LABELS = _ROOT / "tests" / "unit" / "drinks" / "measures" / "measures_labelled.csv"
_DRINK_LABELS = _ROOT / "tests" / "unit" / "drinks" / "labels"
_AMOUNT_TOLERANCE = 1e-4
_ML_TOLERANCE = 0.02


class Score(NamedTuple):
    """The counts of one file of labels; `misses` are sentences."""

    file: str
    strings: int
    right: int
    volumes: int
    volumes_right: int
    invented: int
    misses: list[str]


def _close(read: float | None, label: str, tolerance: float) -> bool:
    if read is None or not label:
        return read is None and not label
    return math.isclose(read, float(label), rel_tol=tolerance, abs_tol=1e-9)


def _is_right(measure: Measure, label: dict[str, str]) -> bool:
    return (
        measure.unit == label["unit"]
        and _close(measure.amount_min, label["amount_min"], _AMOUNT_TOLERANCE)
        and _close(measure.amount_max, label["amount_max"], _AMOUNT_TOLERANCE)
    )


def score(path: Path) -> Score:
    """Return the score of the labels in a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        labels = list(csv.DictReader(file))
    right = volumes = volumes_right = invented = 0
    misses: list[str] = []
    for label in labels:
        ingredient = label["ingredient_example"].split("|")[0]
        measure = parse_measure(label["measure"], ingredient)
        is_right = _is_right(measure, label)
        has_volume = bool(label["ml_min"])
        same_volume = _close(measure.ml_min, label["ml_min"], _ML_TOLERANCE) and _close(
            measure.ml_max, label["ml_max"], _ML_TOLERANCE
        )
        right += is_right
        volumes += has_volume
        volumes_right += has_volume and same_volume
        invented += not has_volume and measure.ml_min is not None
        if not (is_right and same_volume):
            expected = "{amount_min}..{amount_max} {unit}, {ml_min}..{ml_max} ml".format(**label)
            read = f"{measure.amount_min}..{measure.amount_max} {measure.unit}"
            volume = f"{measure.ml_min}..{measure.ml_max} ml"
            misses.append(f"{label['measure']!r} {ingredient}: {read}, {volume}; label {expected}")
    return Score(path.name, len(labels), right, volumes, volumes_right, invented, misses)


def main() -> None:
    """Print the scores as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", nargs="*", type=Path, help="files of labels")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    files = arguments.labels or [_LABELS, *sorted(_DRINK_LABELS.glob("mocktail*.csv"))]
    scores: list[Score | MocktailScore] = [
        score_mocktails(path) if has_mocktail_labels(path) else score(path) for path in files
    ]
    if arguments.json:
        print(json.dumps({"items": [one._asdict() for one in scores], "next": None}, indent=2))
        return
    for one in scores:
        if isinstance(one, MocktailScore):
            print("\n".join(summary(one)))
            continue
        share = one.right / max(one.strings, 1)
        print(f"{one.file}: {one.right} of {one.strings} strings right ({share:.1%}),")
        print(f"  {one.volumes_right} of {one.volumes} volumes within 2 %, {one.invented} invented")
        for miss in one.misses:
            print(f"  miss: {miss}")


if __name__ == "__main__":
    main()
