"""Recipe lines, as recipe sites and schema.org's `recipeIngredient` write them."""

import csv
import math
from pathlib import Path

import pytest

from mocktailverse import drinks
from mocktailverse.drinks.drink import IngredientLine
from mocktailverse.drinks.lines import RecipeLine, parse_line
from mocktailverse.drinks.lines.line_text import LINE_LIMIT, clean_line

with Path(__file__).with_name("lines_labelled.csv").open(encoding="utf-8", newline="") as _file:
    _LABELS = list(csv.DictReader(_file))

_OTHER = Path(__file__).parents[1] / "labels" / "lines.csv"
with _OTHER.open(encoding="utf-8", newline="") as _file:
    _OTHER_LABELS = [row for row in csv.DictReader(_file) if "AMBIG" not in row["note"]]
_NOT_YET_RIGHT = {
    "1 double shot of espresso, cooled",  # two shots are right, too
    "Float of 151 rum",
}
"""Lines whose unknown or other amount is accepted; none of their volumes is wrong."""


def _is_close(value: float | None, label: str) -> bool:
    if value is None or not label:
        return value is None and not label
    return math.isclose(value, float(label), rel_tol=1e-4)


@pytest.mark.parametrize("label", _LABELS, ids=lambda label: label["line"])
def test_a_labelled_line_is_parsed_as_labelled(label: dict[str, str]):
    line = parse_line(label["line"])
    for field in ("amount_min", "amount_max", "ml_min", "ml_max"):
        assert _is_close(getattr(line, field), label[field]), (field, line)
    assert (line.unit, line.kind, line.certainty) == (
        label["unit"],
        label["kind"],
        label["certainty"],
    )
    assert line.name == label["name"]
    assert (line.preparation or "") == label["preparation"]
    assert "|".join(line.alternatives) == label["alternatives"]
    assert line.optional == (label["optional"] == "yes")


def test_lines_labelled_by_another_author_have_the_right_volume():
    for label in _OTHER_LABELS:
        line = parse_line(label["text"])
        for field in ("ml_min", "ml_max"):
            value, expected = getattr(line, field), label[field]
            if expected != "*":
                assert (value is None) == (not expected), label["text"]
                assert value is None or math.isclose(value, float(expected), rel_tol=0.02), label


def test_lines_labelled_by_another_author_have_the_right_amount():
    for label in _OTHER_LABELS:
        line = parse_line(label["text"])
        is_right = line.unit in label["unit"].split("|") and all(
            label[field] == "*" or _is_close(getattr(line, field), label[field])
            for field in ("amount_min", "amount_max")
        )
        assert is_right or label["text"] in _NOT_YET_RIGHT, (label, line)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\N{BULLET} 2 oz gin.", "2 oz gin"),
        ("- 2 oz gin", "2 oz gin"),
        ("* 2 oz gin", "2 oz gin"),
        ("[ ] 2 oz gin", "2 oz gin"),
        ("\N{WHITE SQUARE} 2 oz gin", "2 oz gin"),
        ("1) 2 oz gin", "2 oz gin"),
        ("1. 2 oz gin", "2 oz gin"),
        ("2&nbsp;oz gin &amp; tonic", "2 oz gin & tonic"),
        ("&frac12; oz gin", "1/2 oz gin"),
        ("1\N{VULGAR FRACTION ONE HALF} oz gin", "1 1/2 oz gin"),
        ("<b>2 oz</b> gin", "2 oz gin"),
        ("2 oz rye*", "2 oz rye"),
        ("2 oz rye\N{SUPERSCRIPT TWO}", "2 oz rye"),
        ("2 oz rye[1]", "2 oz rye"),
        ("2 oz Cointreau\N{REGISTERED SIGN}", "2 oz Cointreau"),
        ("  2\toz \n gin ; ", "2 oz gin"),
        ("~2 oz gin", "~2 oz gin"),
        (".5 oz gin", ".5 oz gin"),
        ("- .5 oz gin", ".5 oz gin"),
        ("...gin", "gin"),
        ("2 oz Bénédictine", "2 oz Bénédictine"),
        ("2 oz \N{LATIN SMALL LIGATURE FI}g", "2 oz fig"),
        ("", ""),
    ],
)
def test_a_line_is_cleaned_of_what_is_not_part_of_it(text: str, cleaned: str):
    assert clean_line(text) == cleaned


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "2 oz", "1-2-3 oz gin", "1/0 oz gin", "to top", "("]
)
def test_an_incomplete_line_is_not_an_error(text: str):
    line = parse_line(text)
    assert line.amount_min is None or line.name == ""


def test_an_unreadable_number_leaves_the_amount_unknown_and_the_name_known():
    line = parse_line("1-2-3 oz gin")
    assert (line.amount_min, line.unit, line.name) == (None, "none", "Gin")


def test_a_large_bare_number_belongs_to_the_name():
    line = parse_line("1800 tequila")
    assert (line.amount_min, line.name) == (None, "1800 tequila")


def test_an_unknown_name_is_kept_as_written():
    line = parse_line("2 oz Zaubertrank, chilled")
    assert (line.name, line.preparation, line.in_reference) == ("Zaubertrank", "chilled", False)


def test_an_unknown_name_whose_words_are_known_is_in_english():
    line = parse_line("5 cl d'eau gazeuse au citron")
    assert (line.name, line.in_reference) == ("lemon soda water", False)


def test_two_solids_are_named_by_the_first_but_a_liquid_is_never_left_out():
    assert parse_line("Garnish: pineapple wedge and cocktail cherry").name == "Pineapple"
    assert parse_line("soda and rum").name == "soda and rum"


def test_a_note_that_changes_a_known_name_stays_in_it():
    line = parse_line("1 cup almond milk (spiked)")
    assert (line.name, line.in_reference) == ("almond milk (spiked)", False)


@pytest.mark.parametrize(
    ("text", "amount", "name"),
    [
        ("7 Up", None, "7-Up"),
        ("7 Up, chilled", None, "7-Up"),
        ("2 7-Up", 2, "7-Up"),
        ("7-Up: 4 oz", 4, "7-Up"),
        ("151 proof rum, 1 oz", 1, "151 proof rum"),
        ("2 milk", 2, "Milk"),
        ("Four Roses", None, "Four Roses"),
        ("Half-and-half: 2 oz", 2, "Half-and-half"),
        ("Knob Creek", None, "Knob Creek"),
        ("2 chili peppers", 2, "Chili pepper"),
        ("2 oz Del Maguey Vida", 2, "Del Maguey Vida"),
    ],
)
def test_a_number_or_unit_in_a_name_is_not_an_amount(text: str, amount: float | None, name: str):
    line = parse_line(text)
    assert (line.amount_min, line.name) == (amount, name)


def test_the_raw_parts_are_kept():
    line = parse_line("2 cinnamon sticks, broken")
    assert (line.measure_raw, line.name_raw) == ("2 sticks", "cinnamon sticks, broken")


def test_only_the_beginning_of_a_long_line_is_read():
    assert parse_line("2 oz gin, " + "very " * 100_000).ml_min == 59.147
    line = parse_line("x" * LINE_LIMIT + " 2 oz")
    assert line.amount_min is None


def test_the_fields_are_those_of_an_ingredient_line():
    shared = set(RecipeLine.__struct_fields__) & set(IngredientLine.__struct_fields__)
    assert {*RecipeLine.__struct_fields__} - shared == {"in_reference"}


def test_the_package_of_drinks_exports_the_parser():
    """Users import it from there: it is the public Python API."""
    assert drinks.parse_line is parse_line
