"""A number of distinct records in TheCocktailDB's format, the same on every run.

They are varied from the sample records of `data/raw`: every id, name and text of instructions is
distinct, and strings repeat as often as in a real collection of that size. This is estimated from
TheCocktailDB's own 617 records, whose numbers of distinct strings grow by Heaps' law: extended to
40,000 ingredient lines, 7 % of the lines have a new measure, 2 % a new ingredient, and a third a
new pair of the two.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NEW_MEASURE = 0.07
NEW_INGREDIENT = 0.02
NEW_PAIR = 0.3
"""Shares of the ingredient lines; a new pair combines an existing ingredient and measure."""

_ROOT = Path(__file__).parents[2]
_SAMPLES = _ROOT / "data" / "raw"
_SLOTS = range(1, 16)
_UNITS = ("oz", "cl", "ml", "tsp", "tbsp", "cups", "dashes", "parts", "shots", "")
_FRACTIONS = ("", " 1/2", " 1/4", " 3/4", " 1/3", ".5", ".25", ".75", "-{more}")

Record = dict[str, Any]


def source_records(given: Path | None = None) -> tuple[str, list[Record]]:
    """Return a description of the records to vary, and the records.

    They are those of the file `given` (an API envelope), by default the samples.
    """
    if given is None:
        samples = _envelope(_SAMPLES / "mocktails.json")
        lines = (_SAMPLES / "cocktails.ndjson").read_bytes().splitlines()
        samples += [json.loads(line) for line in lines]
        return f"the {len(samples)} sample records", samples
    records = _envelope(given)
    return f"{len(records)} records of {given.name}", records


def _envelope(path: Path) -> list[Record]:
    drinks: list[Record] = json.loads(path.read_bytes())["drinks"]
    return drinks


def ndjson_lines(
    records: list[Record], count: int, *, all_measures_new: bool = False, seed: int = 1
) -> Iterator[bytes]:
    """Yield `count` distinct records as NDJSON lines, each with its line end.

    `all_measures_new` is the worst case for every cache: no two lines have the same measure.
    """
    varied = _Variation(records, random.Random(seed), all_measures_new=all_measures_new)
    for number in range(count):
        record = varied.record(number)
        yield json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


class _Variation:
    def __init__(
        self, records: list[Record], rng: random.Random, *, all_measures_new: bool
    ) -> None:
        self._records = records
        self._rng = rng
        self._all_measures_new = all_measures_new
        self._lines = 0
        self._measures_of: dict[str, list[str | None]] = defaultdict(list)
        for record in records:
            for slot in _SLOTS:
                if ingredient := record.get(f"strIngredient{slot}"):
                    self._measures_of[ingredient].append(record.get(f"strMeasure{slot}"))
        self._measures = [
            measure for measures in self._measures_of.values() for measure in measures
        ]

    def record(self, number: int) -> Record:
        """Return a varied record: the same lines, with other measures and distinct texts."""
        record = dict(self._records[number % len(self._records)])
        record["idDrink"] = str(1_000_000 + number)
        record["strDrink"] = f"{record['strDrink']} No. {number}"
        for field, text in record.items():
            if text and field.startswith("strInstructions"):
                record[field] = f"{text} [{number}]"
        for slot in _SLOTS:
            if ingredient := record.get(f"strIngredient{slot}"):
                self._lines += 1
                record[f"strMeasure{slot}"] = self._measure(ingredient)
                if self._rng.random() < NEW_INGREDIENT:
                    record[f"strIngredient{slot}"] = f"{ingredient} {self._word()}"
        return record

    def _measure(self, ingredient: str) -> str | None:
        if self._all_measures_new:
            return f"{self._lines / 10_000:.4f} {self._rng.choice(_UNITS)}"
        draw = self._rng.random()
        if draw < NEW_MEASURE:
            return self._new_measure()
        if draw < NEW_MEASURE + NEW_PAIR:
            return self._rng.choice(self._measures)
        return self._rng.choice(self._measures_of[ingredient])

    def _new_measure(self) -> str:
        whole = self._rng.randint(1, 60)
        fraction = self._rng.choice(_FRACTIONS).format(more=whole + self._rng.randint(1, 9))
        return f"{whole}{fraction} {self._rng.choice(_UNITS)} {self._word()}"

    def _word(self) -> str:
        return "".join(self._rng.choices("abcdefghijklmnopqrstuvwxyz", k=7))
