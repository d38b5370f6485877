"""The accuracy of grouping against labels: `grouping_labels.py [--json] [LABELS ...]`.

A CSV has one record a row: the collection of labels that it belongs to, a label of the drink, the
source, the name, and the recipe as lines separated by `;`. Two records of different sources are a
true pair if their labels are equal; every other pair of the collection is a false one. Without
arguments it reads the repository's own labels.
"""

import argparse
import csv
import json
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from mocktailverse.drinks.drink import Drink, Lineage
from mocktailverse.drinks.grouping.drink_names import name_keys
from mocktailverse.drinks.grouping.same_drink import is_same_drink
from mocktailverse.drinks.lines.recipe_line import parse_line
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import RawLine, Record

_LABELS = Path(__file__).parents[1] / "unit" / "drinks" / "labels" / "drinks_of_two_sources.csv"


class GroupingScore(NamedTuple):
    """The counts of one collection; `misses` are sentences, the false pairs first."""

    file: str
    true_pairs: int
    found: int
    other_pairs: int
    false_pairs: int
    misses: list[str]


def score_groups(path: Path) -> list[GroupingScore]:
    """Return the score of each collection of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        _score(
            f"{path.name}, collection {name}",
            [(row["drink"], _drink(n, row)) for n, row in members],
        )
        for name, members in groupby(enumerate(rows), key=lambda item: item[1]["collection"])
    ]


def _score(title: str, drinks: list[tuple[str, Drink]]) -> GroupingScore:
    outcomes = [
        (label == other_label, _are_joined(drink, other), f"{drink.name} | {other.name}")
        for number, (label, drink) in enumerate(drinks)
        for other_label, other in drinks[number + 1 :]
        if drink.source != other.source
    ]
    missed = [names for is_true, joined, names in outcomes if is_true and not joined]
    false = [names for is_true, joined, names in outcomes if joined and not is_true]
    true = sum(map(itemgetter(0), outcomes))
    sentences = [*(f"FALSE: {names}" for names in false), *(f"missed: {n}" for n in missed)]
    return GroupingScore(
        title, true, true - len(missed), len(outcomes) - true, len(false), sentences
    )


def _are_joined(drink: Drink, other: Drink) -> bool:
    """Return whether a catalogue joins two drinks: only those with an equal key are compared."""
    is_compared = not name_keys(drink.name).isdisjoint(name_keys(other.name))
    return is_compared and is_same_drink(drink, other)


def _drink(number: int, row: dict[str, str]) -> Drink:
    parsed = [(parse_line(text), text) for text in row["recipe"].split(";")]
    lines = tuple(
        RawLine(position, line.name_raw or text, line.measure_raw or None)
        for position, (line, text) in enumerate(parsed, start=1)
    )
    record = Record(str(number), row["name"], None, None, None, None, (), {}, lines, None, None, ())
    register = normalize(record, row["source"], 0, Lineage("", "", "", 0, 0))
    assert register.drink
    return register.drink


def main() -> None:
    """Print the scores as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", nargs="*", type=Path, help="files of labels")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    scores = [score for path in arguments.labels or [_LABELS] for score in score_groups(path)]
    if arguments.json:
        print(json.dumps({"items": [one._asdict() for one in scores], "next": None}, indent=2))
        return
    for one in scores:
        print(
            f"{one.file}: {one.found} of {one.true_pairs} pairs of one drink found "
            f"({one.found / one.true_pairs:.1%}), {one.false_pairs} of {one.other_pairs:,} other "
            "pairs joined"
        )
        for miss in one.misses:
            print(f"  {miss}")


if __name__ == "__main__":
    main()
