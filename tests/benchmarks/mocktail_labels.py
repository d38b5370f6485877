"""The accuracy of `is_mocktail` against labels: a CSV of recipes, or a tagged foreign collection.

Recipes are rows of `name`, `ingredients` ("measure::ingredient;...") and `is_mocktail` (true, false
or ambiguous). A collection is a JSON array whose `keywords` tag drinks as alcoholic or not, with
ingredients of `quantity`, `measure` and `ingredient`.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mocktailverse.drinks.drink import Derived, Lineage
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import RawLine, Record

DANGEROUS = "dangerous"
"""The outcome of an alcoholic drink that is called a mocktail."""

_EXPECTED = {"true": True, "false": False, "ambiguous": None}


class MocktailScore(NamedTuple):
    """Outcomes of one file: of drinks with and without alcohol, and of those that may be either."""

    file: str
    mocktails: dict[str, int]
    alcoholic: dict[str, int]
    ambiguous: dict[str, int]
    misses: list[str]


class LabelledDrink(NamedTuple):
    """A recipe, and whether it is a mocktail; None if that is ambiguous."""

    name: str
    lines: list[tuple[str, str | None]]
    """Ingredient and measure."""
    is_mocktail: bool | None


def score_mocktails(path: Path) -> MocktailScore:
    """Return the outcomes of the labels in a CSV or JSON file."""
    counts: dict[bool | None, Counter[str]] = {label: Counter() for label in (True, False, None)}
    misses = []
    for drink in _tagged(path) if path.suffix == ".json" else _labelled(path):
        derived = _derived(drink)
        outcome = _outcome(drink.is_mocktail, derived.is_mocktail)
        counts[drink.is_mocktail][outcome] += 1
        if outcome != "right":
            because = ", ".join(derived.unknown_because)
            misses.append(f"{outcome}: {drink.name} ({because or 'no unknown'})")
    return MocktailScore(
        path.name, dict(counts[True]), dict(counts[False]), dict(counts[None]), sorted(misses)
    )


def has_mocktail_labels(path: Path) -> bool:
    """Return whether a file has labels of drinks, and not of measures."""
    if path.suffix == ".json":
        return True
    with path.open(encoding="utf-8", newline="") as file:
        return "is_mocktail" in next(csv.reader(file), [])


def summary(score: MocktailScore) -> list[str]:
    """Return the score as lines of text."""
    clear = Counter(score.mocktails) + Counter(score.alcoholic)
    total = max(clear.total(), 1)
    shares = (
        f"{clear[outcome]} {outcome} ({clear[outcome] / total:.1%})"
        for outcome in ("right", "unknown", "wrong", DANGEROUS)
    )
    return [
        f"{score.file}: {clear.total()} drinks: {', '.join(shares)}",
        *(
            f"  {group}: {_share(outcomes)}"
            for group, outcomes in (("mocktails", score.mocktails), ("alcoholic", score.alcoholic))
            if outcomes
        ),
        f"  ambiguous, unknown is right: {score.ambiguous or 'none'}",
        *(f"  {miss}" for miss in score.misses),
    ]


def _share(outcomes: dict[str, int]) -> str:
    right, total = outcomes.get("right", 0), sum(outcomes.values())
    return f"{right} of {total} right ({right / total:.1%})"


def _outcome(label: bool | None, derived: bool | None) -> str:  # noqa: FBT001  # a label, no flag
    if label is derived:
        return "right"
    if derived is None:
        return "unknown"
    return DANGEROUS if label is False else "wrong"


def _labelled(path: Path) -> Iterator[LabelledDrink]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pairs = (line.partition("::") for line in row["ingredients"].split(";"))
            lines = [(ingredient.strip(), measure or None) for measure, _, ingredient in pairs]
            yield LabelledDrink(row["name"], lines, _EXPECTED[row["is_mocktail"]])


def _tagged(path: Path) -> Iterator[LabelledDrink]:
    for drink in json.loads(path.read_text(encoding="utf-8")):
        tags = {tag.casefold() for tag in drink.get("keywords") or ()}
        is_free = "non-alcoholic" in tags
        if is_free is not ("alcoholic" in tags):
            lines = [
                (line["ingredient"], f"{line['quantity']} {line['measure']}".strip() or None)
                for line in drink["ingredients"]
                if line["ingredient"]
            ]
            yield LabelledDrink(drink["name"], lines, is_free)


def _derived(drink: LabelledDrink) -> Derived:
    lines = tuple(
        RawLine(position, name, measure)
        for position, (name, measure) in enumerate(drink.lines, start=1)
    )
    record = Record("1", drink.name, None, None, None, None, (), {}, lines, None, None, ())
    register = normalize(record, "labels", 0, Lineage("", "", "", 0, 0))
    assert register.drink
    return register.drink.derived
