"""The examples on the pages about the balance and about mocktails are what the product computes."""

import re
from pathlib import Path

import pytest

from mocktailverse.drinks.derivation.served import served_of
from mocktailverse.drinks.drink import Drink, Lineage
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import RawLine, Record

DOCS = Path(__file__).parents[3] / "docs" / "explanation"
MEASURE = re.compile(r"([\d./]+ (?:ml|dash|dashes|tsp|tbsp|cup)) (.+)")
SHOWN = (
    ("served_ml", 0),
    ("abv_served_percent", 1),
    ("sugar_served_g_per_100ml", 1),
    ("acid_served_g_per_100ml", 2),
    ("energy_kcal", 0),
)


def rows(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the table whose first heading and second one are given."""
    text = (DOCS / page).read_text()
    match = re.search(rf"^\| {re.escape(heading)} \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert match, f"no table with the heading {heading!r}"
    return [[cell.strip() for cell in row[1:-1].split("|")] for row in match[1].splitlines()]


def drink_of(recipe: str, instructions: str) -> Drink:
    """Return the drink of a recipe such as "60 ml light rum, 22.5 ml lime juice"."""
    lines = [MEASURE.fullmatch(line) for line in recipe.split(", ")]
    assert all(lines), recipe
    raw_lines = tuple(
        RawLine(position, line[2], line[1]) for position, line in enumerate(lines, 1) if line
    )
    texts = {"en": instructions}
    record = Record(
        "1", "Example", None, None, None, None, (), texts, raw_lines, None, None, ()
    )  # fmt: skip
    drink = normalize(record, "example", 0, Lineage("", "", "", 0, 0)).drink
    assert drink
    return drink


def figures(recipe: str, instructions: str) -> list[str]:
    """Return the figures of a drink as the page shows them: usual (least to most)."""
    drink = drink_of(recipe, instructions)
    served = served_of(drink.ingredients, drink.instructions.get("en"), drink.glass, drink.category)
    return [shown(getattr(served, name), digits) for name, digits in SHOWN]


def shown(figure, digits: int) -> str:
    least, usual, most = (f"{value:.{digits}f}" for value in figure)
    return usual if least == most else f"{usual} ({least} to {most})"


@pytest.mark.parametrize("row", rows("balance.md", "drink"), ids=lambda row: row[0])
def test_the_figures_of_the_balance_are_correct(row: list[str]):
    _, recipe, instructions, *documented = row
    assert figures(recipe, instructions) == documented


@pytest.mark.parametrize("row", rows("zero-proof.md", "recipe"), ids=lambda row: row[0])
def test_the_examples_of_mocktails_are_correct(row: list[str]):
    recipe, instructions, *documented = row
    derived = drink_of(recipe, instructions).derived
    most, mocktail = derived.abv_served_percent_max, derived.is_mocktail
    assert documented == [
        "null" if most is None else f"{most:g}",
        {True: "true", False: "false", None: "null"}[mocktail],
        ", ".join(derived.unknown_because),
    ]
