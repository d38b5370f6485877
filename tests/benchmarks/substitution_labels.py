"""The accuracy of substitutions against labels: `substitution_labels.py [--json] [LABELS ...]`.

A CSV has pairs: what a recipe asks for with its measure ("Rum, 2 oz"), what is offered, and the
verdict of a bartender: same, near, acceptable or wrong. A JSON array has shelves: `ingredients`,
and the ids of drinks that they `can` and `cannot` make; the drinks are those of `--drinks`, a dump
of TheCocktailDB. Without arguments it reads the repository's own labels.

What counts: agreement, and the two dangerous outcomes, a wrong substitute by default and a wrong
one among the acceptable.
"""

import argparse
import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from mocktailverse.drinks.drink import Drink, Lineage
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import RawLine, Record
from mocktailverse.drinks.substitutions.allocation import allocate
from mocktailverse.drinks.substitutions.needs import needs_of
from mocktailverse.drinks.substitutions.shelf import Allowance, StockedShelf
from mocktailverse.drinks.substitutions.shelf_names import stocked_name

_LABELS = Path(__file__).parents[1] / "unit" / "drinks" / "labels" / "substitutions.csv"
_MOST_LINES = 15
DEFAULT = {"same", "near"}
"""The verdicts of what replaces without being asked."""


class PairScore(NamedTuple):
    """The counts of one file of pairs; `misses` are sentences, the dangerous ones first."""

    file: str
    pairs: int
    right: int
    right_side: int
    """Pairs that are rightly replaced by default, on request, or never."""
    wrong_by_default: int
    wrong_on_request: int
    misses: list[str]


class ShelfScore(NamedTuple):
    """The counts of one file of shelves, for one allowance; `misses` are sentences."""

    file: str
    allowance: Allowance
    can: int
    missed: int
    cannot: int
    claimed: int
    misses: list[str]


def verdict(asked: str, offered: str) -> str:
    """Return how well one ingredient serves a line: same, near, acceptable or wrong; or no need."""
    name, _, measure = asked.partition(",")
    drink = _drink("Any", [(name, measure.strip() or None)], "")
    needs = needs_of(drink)
    if not needs:
        return "no need"
    supplies = StockedShelf([stocked_name(offered)], "acceptable").supplies(needs[0])
    verdicts = {s.substitution.confidence if s.substitution else "same" for s in supplies}
    return next((each for each in ("same", "near", "acceptable") if each in verdicts), "wrong")


def score_pairs(path: Path) -> PairScore:
    """Return the score of a CSV of pairs."""
    with path.open(encoding="utf-8", newline="") as file:
        labels = list(csv.DictReader(file))
    outcomes: Counter[str] = Counter()
    misses = []
    for label in labels:
        given, expected = verdict(label["asked"], label["offered"]), label["verdict"]
        outcome = _outcome(given, expected)
        outcomes[outcome] += 1
        if outcome != "right":
            misses.append(f"{outcome}: {label['asked']} <- {label['offered']}: {given}; {expected}")
    return PairScore(
        path.name,
        len(labels),
        outcomes["right"],
        outcomes["right"] + outcomes["same for near"],
        outcomes["WRONG by default"],
        outcomes["WRONG on request"],
        sorted(misses),
    )


def _outcome(given: str, expected: str) -> str:
    if given == expected or (given == "no need" and expected == "acceptable"):
        return "right"
    if given == "no need":
        return given
    if {given, expected} == DEFAULT:
        return "same for near"
    if expected == "wrong":
        return "WRONG by default" if given in DEFAULT else "WRONG on request"
    return "missed" if given == "wrong" else "another rank"


def score_shelves(path: Path, drinks: dict[str, Drink], allowance: Allowance) -> ShelfScore:
    """Return the score of a JSON array of shelves."""
    counts: Counter[str] = Counter()
    misses = []
    for label in json.loads(path.read_text(encoding="utf-8")):
        have = [stocked_name(text) for text in label["ingredients"]]
        shelf = StockedShelf(have, allowance)
        for kind in ("can", "cannot"):
            for item in label[kind]:
                served, missing = allocate(needs_of(drinks[item["id"]]), shelf)
                counts[kind] += 1
                if (kind == "can") is bool(missing):
                    counts[f"{kind} missed"] += 1
                    names = [need.name for need in missing]
                    used = [f"{n.name} <- {s.use}" for n, s in served.items() if s.substitution]
                    why = item.get("because") or item.get("missing")
                    misses.append(f"{kind}: {label['shelf']}: {item['name']} {names} {used} {why}")
    return ShelfScore(
        path.name,
        allowance,
        counts["can"],
        counts["can missed"],
        counts["cannot"],
        counts["cannot missed"],
        misses,
    )


def dump_drinks(path: Path) -> dict[str, Drink]:
    """Return the drinks of a dump of TheCocktailDB, by the id of the source."""
    records: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return {
        record["idDrink"]: _drink(
            record["strDrink"],
            [
                (name, record[f"strMeasure{position}"])
                for position in range(1, _MOST_LINES + 1)
                if (name := record[f"strIngredient{position}"])
            ],
            record["strInstructions"] or "",
        )
        for record in (records["drinks"] if isinstance(records, dict) else records)
    }


def _drink(name: str, lines: list[tuple[str, str | None]], text: str) -> Drink:
    raw = tuple(RawLine(position, *line) for position, line in enumerate(lines, start=1))
    instructions = {"en": text} if text else {}
    record = Record("1", name, None, None, None, None, (), instructions, raw, None, None, ())
    register = normalize(record, "labels", 0, Lineage("", "", "", 0, 0))
    assert register.drink
    return register.drink


def main() -> None:
    """Print the scores as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", nargs="*", type=Path, help="files of labels")
    parser.add_argument("--drinks", type=Path, help="the dump that labels of shelves refer to")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    drinks = dump_drinks(arguments.drinks) if arguments.drinks else {}
    scores: list[PairScore | ShelfScore] = []
    for path in arguments.labels or [_LABELS]:
        if path.suffix == ".json":
            allowances: tuple[Allowance, ...] = ("near", "acceptable")
            scores += [score_shelves(path, drinks, allowance) for allowance in allowances]
        else:
            scores.append(score_pairs(path))
    if arguments.json:
        print(json.dumps({"items": [one._asdict() for one in scores], "next": None}, indent=2))
        return
    for one in scores:
        print(_summary(one))
        for miss in one.misses:
            print(f"  {miss}")


def _summary(one: PairScore | ShelfScore) -> str:
    if isinstance(one, ShelfScore):
        return (
            f"{one.file}, {one.allowance}: {one.missed} of {one.can} drinks missed, "
            f"{one.claimed} of {one.cannot} wrongly claimed"
        )
    return (
        f"{one.file}: {one.right} of {one.pairs} verdicts right ({one.right / one.pairs:.1%}), "
        f"{one.right_side} counting same and near as one; wrong substitutes: "
        f"{one.wrong_by_default} by default, {one.wrong_on_request} on request"
    )


if __name__ == "__main__":
    main()
