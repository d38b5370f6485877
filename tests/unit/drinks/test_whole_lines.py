"""Records whose lines are whole lines of text, and facts that a source states in fields."""

import pytest
from msgspec.structs import replace

from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Drink, Lineage
from mocktailverse.drinks.lines import parse_line
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import RawLine, Record, StatedLine

LINES = (
    "2 oz fresh lime juice, strained",
    "Juice of 1/2 lemon",
    "honey or 1 tbsp sugar",
    "1 oz gin (optional)",
    "mint leaves - 10",
    "soda water, to top",
)


def drink_of(*lines: RawLine, **fields) -> Drink:
    facts = dict.fromkeys(("category", "alcoholic", "glass", "iba", "image", "video"))
    record = Record(
        id="mine", name="Mine", tags=(), quality=(), lines=lines,
        **{"instructions": {}, **facts, **fields},
    )  # fmt: skip
    return normalize(record, "own", 1, Lineage("b", "raw/own/x", "v", 0, 1)).drink


@pytest.mark.parametrize("text", LINES)
def test_a_whole_line_has_what_the_line_parser_reads(text):
    parsed = parse_line(text)
    (line,) = drink_of(RawLine(1, text, None, is_whole=True)).ingredients
    fields = [name for name in line.__struct_fields__ if name not in {"position", "measure_raw"}]
    assert all(getattr(line, name) == getattr(parsed, name) for name in fields)
    assert line.measure_raw == (parsed.measure_raw or None)


def test_a_whole_line_is_marked_if_it_is_not_understood():
    drink = drink_of(RawLine(1, "1/0 oz flumberry", None, is_whole=True))
    assert {Quality.INGREDIENT_UNKNOWN, Quality.MEASURE_UNKNOWN} <= {*drink.quality}


def test_a_changed_measure_leaves_the_fingerprint_of_the_recipe():
    few, many = (
        normalize(
            Record("a", "A", None, None, None, None, (), {}, (RawLine(1, text, None, True),), None,  # noqa: FBT003 - fields
                   None, ()),
            "own", 1, Lineage("b", "k", "v", 0, 1),
        )
        for text in ("1 oz gin", "2 oz gin")
    )  # fmt: skip
    assert few.recipe == many.recipe


def test_stated_fields_add_to_what_the_texts_say():
    stated = StatedLine(optional=True, alternatives=("mezcal", "Tequila"), preparation="chilled")
    (line,) = drink_of(RawLine(1, "tequila", "2 oz", stated=stated)).ingredients
    assert (line.optional, line.alternatives, line.preparation) == (True, ("Mezcal",), "chilled")


def test_fields_that_state_nothing_leave_the_line():
    plain = drink_of(RawLine(1, "lime, sliced", "1"))
    assert drink_of(RawLine(1, "lime, sliced", "1", stated=StatedLine())) == plain


def test_a_stated_choice_with_alcohol_leaves_the_mocktail_open():
    soda = RawLine(1, "soda water", "4 oz")
    assert drink_of(soda).derived.is_mocktail
    choice = replace(soda, stated=StatedLine(alternatives=("Prosecco",)))
    assert drink_of(choice).derived.is_mocktail is None


def test_a_stated_method_takes_precedence_over_the_instructions():
    gin = RawLine(1, "gin", "2 oz")
    assert drink_of(gin, instructions={"en": "Strain."}, method="stirred").derived.method == (
        "stirred"
    )
    shaken = {"en": "Shake with ice and strain."}
    assert drink_of(gin, instructions=shaken, method="stirred").derived.method == "stirred"
    assert drink_of(gin, instructions=shaken).derived.method == "shaken"
    assert drink_of(gin, method="built").derived.abv_served_percent_max is not None
