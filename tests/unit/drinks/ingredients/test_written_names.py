"""Names as recipes write them: choices, preparations, brackets, "optional"."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.drinks.ingredients import IngredientName, read_name
from mocktailverse.drinks.ingredients.name_parts import options_of, parts_of
from mocktailverse.drinks.ingredients.written_names import LONGEST_WRITTEN_NAME, MOST_OPTIONS
from mocktailverse.drinks.strength.pours import substance_of

CHOICES = """
Honey or Sugar                          Honey | Sugar
sparkling water or soda                 Soda water | Soda
Bourbon or Rye Whiskey                  Bourbon | Rye whiskey
cava (or champagne)                     Cava | Champagne
milk/oat milk                           Milk | Oat milk
lemon or lime juice                     Lemon juice | Lime juice
juice of 1 lemon or lime juice          Lemon juice | Lime juice
white or dark rum                       Light rum | Dark rum
dry or sweet vermouth                   Dry vermouth | Sweet vermouth
Sugar or maple syrup                    Sugar | Maple syrup
almonds or almond milk                  Almond | Almond milk
lemon and/or lime                       Lemon | Lime
milk, cream or half-and-half            Milk | Cream | Half-and-half
tequila blanco, reposado, or mezcal     Blanco tequila | Reposado tequila | Mezcal
half-and-half or milk                   Half-and-half | Milk
vodka or non-alcoholic gin              Vodka | Non-alcoholic gin
Milch oder Sahne                        Milk | Cream
fresh or frozen strawberries            Strawberry
white sugar, or more to taste           Sugar
half-and-half                           Half-and-half
salt and pepper                         Salt and pepper
sweet and sour                          Sour mix
N/A bitters                             Non-alcoholic bitters
"""


@pytest.mark.parametrize(
    ("text", "names"), [row.rsplit("  ", 1) for row in CHOICES.strip().splitlines()]
)
def test_a_choice_is_read_as_alternatives(text: str, names: str):
    name = read_name(text.strip())

    assert (name.name, *name.alternatives) == tuple(names.strip().split(" | "))
    assert name.in_reference


PREPARATIONS = """
banana, peeled and sliced           Banana          peeled and sliced
lemon: juiced                       Lemon           juiced
lemon juiced and strained           Lemon           juiced and strained
Mint leaves (torn)                  Mint            torn
fresh lime juice, strained          Lime juice      strained
freshly squeezed lime juice         Lime juice      freshly squeezed
thinly sliced cucumber              Cucumber        thinly sliced
peeled and sliced banana            Banana          peeled and sliced
Tart cherry juice (no sugar added)  Cherry juice    no sugar added
lime wedges, for garnish            Lime            for garnish
lime juice (about 2 limes)          Lime juice      -
coffee liqueur (e.g. Kahlua)        Coffee liqueur  -
lemon-lime soda (like Sprite)       Lemon-lime soda -
a few of the mint leaves            Mint            -
pinch of sea salt                   Salt            -
Crushed ice                         Crushed ice     -
Rum, white                          Light rum       -
ginger beer (alcoholic)             Alcoholic ginger beer -
"""


@pytest.mark.parametrize(
    ("text", "name", "preparation"),
    [
        [*(row[:36].strip(), *row[36:].rsplit("  ", 1))] if "  " in row[36:].strip() else
        [row[:36].strip(), *row[36:].rsplit(" ", 1)]
        for row in PREPARATIONS.strip().splitlines()
    ],
)  # fmt: skip
def test_a_preparation_is_no_part_of_the_name(text: str, name: str, preparation: str):
    read = read_name(text)

    assert (read.name, read.preparation or "-") == (name.strip(), preparation.strip())
    assert read.in_reference


@pytest.mark.parametrize(
    "text",
    ["mint (optional)", "mint, optional", "Optional: mint", "mint, if desired", "mint if you like"],
)
def test_an_optional_ingredient_is_marked(text: str):
    assert read_name(text) == IngredientName("Mint", in_reference=True, optional=True)
    assert not read_name("mint, not optional").optional


@pytest.mark.parametrize(
    "text",
    [
        *["Orange juice (with vodka)", "cherries, soaked in brandy", "cherry sliced in rum"],
        *["orange juice - plus gin", "Apple juice (fermented)", "Gin foo (alcohol-free version)"],
    ],
)
def test_a_note_about_alcohol_keeps_a_name_unread(text: str):
    read = read_name(text)

    assert (read.name, read.in_reference) == (text, False)


def test_an_unknown_name_is_kept_without_its_notes():
    assert read_name("Foo mash berries, peeled").name == "Foo mash berries"
    assert read_name("Unicorn tears, chilled").name == "Unicorn tears, chilled"


@pytest.mark.parametrize(
    "text",
    ["Ritual Zero Proof (Tequila, Gin, or Whiskey)", "NA beer (such as Heineken)", "Seedlip (gin)"],
)
def test_brackets_may_say_what_an_alcohol_free_drink_imitates(text: str):
    assert substance_of(read_name(text).name).alcoholic is False


@pytest.mark.parametrize(
    "text",
    [
        *[
            "zero proof rum (add rum)",
            "NA beer, gin",
            "non-alcoholic wine, whiskey",
            "NA gin - gin",
        ],
        *[
            "NA gin - gin",
            "zero proof spirit (plus vodka)",
            "NA gin (and gin)",
            "virgin rum (replace with rum)",
        ],
    ],
)
def test_another_drink_in_a_note_brings_alcohol_back(text: str):
    assert substance_of(read_name(text).name).alcoholic is not False


def test_a_choice_of_unknown_names_is_not_read():
    assert read_name("Foo or bar") == IngredientName("Foo or bar", in_reference=False)
    assert read_name("Foo or gin") == IngredientName("Foo", False, ("Gin",))  # noqa: FBT003  # as its fields


def test_names_are_read_up_to_the_longest():
    assert read_name("gin, chilled".ljust(LONGEST_WRITTEN_NAME)).name == "Gin"
    assert not read_name("gin, chilled".ljust(LONGEST_WRITTEN_NAME + 1)).in_reference
    most = " or ".join(["gin", "rum", "rye", "tea", "cola", "milk"][:MOST_OPTIONS])
    assert len(read_name(most).alternatives) == MOST_OPTIONS - 1
    assert read_name(f"{most} or egg").alternatives == ()


def test_parts_are_split_without_the_reference():
    parts = parts_of("Optional: finely chopped foo (bar), baz; qux")

    assert (parts.core, parts.notes) == ("finely chopped foo", ("baz", "qux", "bar"))
    assert (parts.lead, parts.optional) == ("finely chopped", True)
    assert options_of("w/o foo, 1/2 bar or more") == ["w/o foo, 1/2 bar"]


@given(st.text(max_size=250))
def test_any_text_is_read(text: str):
    read = read_name(text)

    assert read.name == read.name.strip()
    assert read.name not in read.alternatives
    assert "\n" not in read.name


pieces = st.sampled_from(
    [
        "gin",
        "lime",
        " or ",
        "/",
        ", ",
        " (",
        ")",
        "optional",
        "sliced ",
        "fresh ",
        "of ",
        " - ",
        "a",
    ]
)


@given(st.lists(pieces, max_size=40).map("".join))
def test_no_mixture_of_pieces_makes_gin_free(text: str):
    read = read_name(text)
    names = (read.name, *read.alternatives)

    if "gin" in text.replace(",", " ").replace("/", " ").split():
        assert not all(substance_of(name).alcoholic is False for name in names)


@pytest.mark.parametrize("piece", ["(", "a ", " or ", "fresh ", ", ", "sliced and ", "of ", "- "])
def test_hostile_text_takes_bounded_time(piece: str):
    start = time.perf_counter()
    for size in range(150, 201):
        read_name((piece * 200)[:size])
    assert time.perf_counter() - start < 2
