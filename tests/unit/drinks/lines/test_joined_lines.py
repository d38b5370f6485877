"""Texts with several ingredients: split into lines where that is certain, else not understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.drinks.lines import lines_in, parse_line

SEPARATED = [
    ("2 oz gin, 1 oz lime juice", ["2 oz gin", "1 oz lime juice"]),
    ("2 oz rum & 1 oz lime juice", ["2 oz rum", "1 oz lime juice"]),
    ("2 oz gin + 4 oz tonic; lime wedge", ["2 oz gin", "4 oz tonic", "lime wedge"]),
    ("2 oz gin,1 oz lime juice", ["2 oz gin", "1 oz lime juice"]),
    ("4 cl Gin, 1,5 cl Saft und 1 cl Sirup", ["4 cl Gin", "1,5 cl Saft", "1 cl Sirup"]),
    ("1 oz gin, 1 oz grozzle", ["1 oz gin", "1 oz grozzle"]),
    ("gin 2 oz, lime juice 1 oz", ["gin 2 oz", "lime juice 1 oz"]),
    ("1 part gin to 2 parts tonic", ["1 part gin", "2 parts tonic"]),
    ("1 lime, cut into wedges, and 2 sprigs mint", ["1 lime, cut into wedges", "2 sprigs mint"]),
    ("2 oz gin (Gordon), 1 oz rum (dark)", ["2 oz gin (Gordon)", "1 oz rum (dark)"]),
    ("2 oz gin or 1 oz vodka, 1 oz lime juice", ["2 oz gin or 1 oz vodka", "1 oz lime juice"]),
    ("2 oz rum, dash of bitters, top with soda", ["2 oz rum", "dash of bitters", "top with soda"]),
    ("2 oz gin \u2013 1 oz lime juice", ["2 oz gin", "1 oz lime juice"]),
    ("2 parts gin : 1 part lime juice", ["2 parts gin", "1 part lime juice"]),
    ("2 oz gin. 1 oz rum with 1 oz soda", ["2 oz gin", "1 oz rum", "1 oz soda"]),
    ("2 oz gin; soda water, to top", ["2 oz gin", "soda water, to top"]),
    ("1 oz each gin, Campari and vermouth", ["1 oz gin", "1 oz Campari", "1 oz vermouth"]),
    ("gin, Campari, vermouth, 1 oz each", ["1 oz gin", "1 oz Campari", "1 oz vermouth"]),
    ("equal parts gin and Campari", ["1 part gin", "1 part Campari"]),
    ("je 2 cl Gin, Campari und Wermut", ["2 cl Gin", "2 cl Campari", "2 cl Wermut"]),
    ("1 oz each of lemon and lime juice", ["1 oz lemon juice", "1 oz lime juice"]),
    ("lime wheel and mint sprig", ["lime wheel", "mint sprig"]),
    ("1 orange slice and cherry, for garnish", ["1 orange slice", "cherry, for garnish"]),
    ("rum, lime juice, sugar", ["rum", "lime juice", "sugar"]),
]  # fmt: skip

SINGLE = [
    "gin \u2013 2 oz", "Gin: 2 oz", "2 oz. gin", "1 oz. St. Germain", "2 oz gin with ice",
    "2 oz gin; chilled", "1 lime; juice of", "lime juice (fresh; 1 lime)",
    "salt and pepper", "1 oz half and half", "lime juice, freshly squeezed",
    "2 dashes bitters, orange", "2 oz gin, such as Beefeater", "1 lemon, juice of",
    "2 limes, each cut into 8 wedges", "1 oz lime juice, about 1 lime",
    "3/4 oz lemon juice, 1/2 lemon", "1 can coconut milk, 13.5 oz",
    "10 mint leaves, plus 1 sprig for garnish", "2 cups ice, plus more to serve",
    "4 lemons (2 oz each)", "1 tbsp plus 1 tsp sugar", "2 oz gin, or 1 oz vodka",
    "2 cups strawberries, 1 cup sliced", "2 oz whiskey, bourbon or rye",
    "1 oz lime juice, 1/2 oz for the rim", "60 ml / 2 oz gin",
    "1 egg, white and yolk separated", "8 to 10 mint leaves", "", "and", ", ; &",
]  # fmt: skip


@pytest.mark.parametrize(("text", "lines"), SEPARATED, ids=lambda value: str(value)[:40])
def test_each_ingredient_of_a_text_becomes_a_line(text, lines):
    assert lines_in(text) == lines


@pytest.mark.parametrize("text", SINGLE)
def test_one_ingredient_with_notes_stays_one_line(text):
    assert lines_in(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "2 oz rum, lime juice, sugar",
        "1 cup orange juice, rum",
        "1 oz gin, Campari and vermouth",
        "2 oz gin plus lime juice",
        "1 tsp ginger and turmeric",
    ],
)
def test_a_text_that_cannot_be_split_for_certain_is_not_understood(text):
    assert lines_in(text) == [text]
    line = parse_line(text)
    assert (line.name, line.in_reference) == (line.name_raw, False)


@given(st.lists(st.sampled_from(["1 oz gin", "salt", "each", "and", ", ", "; ", "(", ")", "1/2 "])))
def test_no_word_of_a_text_disappears(parts):
    text = "".join(parts)
    written = " ".join(lines_in(text))
    for word in ("gin", "salt"):
        assert written.count(word) == text.count(word)
