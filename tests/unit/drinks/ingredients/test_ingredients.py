"""The ingredient reference, and how names are matched to it."""

import csv
import json
import sys
import unicodedata
import zipfile
from collections import Counter
from pathlib import Path
from subprocess import run
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.drinks.ingredients import (
    BASE,
    LONGEST_NAME,
    Family,
    Ingredient,
    Kind,
    all_ingredients,
    ancestors,
    base_spirit,
    canonical_name,
    family_of,
    match_ingredient,
)
from mocktailverse.drinks.ingredients.name_readings import NON_ALCOHOLIC, key, readings
from mocktailverse.drinks.text import one_line
from strategies.private_records import needed

PACKAGE = Path(__file__).parents[4] / "src" / "mocktailverse"
ROWS = all_ingredients()
BY_NAME = {row.name: row for row in ROWS}
TABLE = (PACKAGE / "drinks" / "reference" / "ingredients.csv").read_text(encoding="utf-8")
SPELLINGS = [
    (row["name"], spelling)
    for row in csv.DictReader(TABLE.splitlines())
    for spelling in (row["name"], *filter(None, row["aliases"].split("|")))
]


def test_every_spelling_belongs_to_one_row_only():
    owners: dict[str, set[str]] = {}
    for name, spelling in SPELLINGS:
        owners.setdefault(key(spelling), set()).add(name)

    assert {spelling: names for spelling, names in owners.items() if len(names) > 1} == {}


def test_every_name_and_alias_finds_its_own_row():
    mismatches = [
        (s, canonical_name(s)) for name, s in SPELLINGS if canonical_name(s) != (name, True)
    ]

    assert mismatches == []


def test_every_row_has_a_kind_a_plausible_strength_and_its_source():
    for row in ROWS:
        assert row.kind in get_args(Kind), row
        assert 0 <= row.abv_percent <= 96, row
        assert row.source, row
        assert row.abv_percent > 0.5 or not row.alcoholic, row


def test_parents_exist_and_have_no_cycle():
    for row in ROWS:
        parents = ancestors(row.name)
        assert row.name not in parents
        assert all(name in BY_NAME for name in parents)


def test_a_parent_is_as_alcoholic_as_its_children():
    assert [
        row.name
        for row in ROWS
        if row.parent and row.alcoholic not in {None, BY_NAME[row.parent].alcoholic}
    ] == []


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("  GIN ", "Gin"),
        ("Fresh Lemon Juice", "Lemon juice"),
        ("Freshly squeezed lime juice", "Lime juice"),
        ("Juice of a lemon", "Lemon juice"),
        ("7-up", "7-Up"),
        ("7up", "7-Up"),
        ("Creme De Banane", "Crème de banane"),
        ("Crème de Cacao (White)", "White crème de cacao"),
        ("Rum, white", "Light rum"),
        ("Whisky", "Whiskey"),
        ("Yogurt", "Yogurt"),
        ("Yoghurt", "Yogurt"),
        ("Sirup of roses", "Rose syrup"),
        ("half & half", "Half-and-half"),
        ("Half-and-half", "Half-and-half"),
        ("Peychaud\u2019s Bitters", "Peychaud's bitters"),
        ("Peychaud bitters", "Peychaud's bitters"),
        ("Strawberries", "Strawberry"),
        ("bay leaves", "Bay leaf"),
        ("Mint leaves", "Mint"),
        ("thin slices red chilli pepper", "Chili pepper"),
        ("Lime cut into small wedges", "Lime"),
        ("Cherry-flavored brandy", "Cherry brandy"),
        ("citrus flavoured vodka", "Citron vodka"),
        ("Elijah Craig 12-year-old bourbon", "Elijah Craig"),
        ("Kahlua coffee liqueur", "Kahlua"),
        ("Gin Beefeater", "Beefeater"),
        ("Light cream (if desired)", "Light cream"),
        ("Vodka (alcohol-free)", "Non-alcoholic vodka"),
        ("0.0% beer", "Non-alcoholic beer"),
        ("non-alcoholic ginger beer", "Ginger beer"),
    ],
)
def test_spellings_and_qualifiers_do_not_change_an_ingredient(raw, name):
    assert canonical_name(raw) == (name, True)


@pytest.mark.parametrize(
    ("raw", "other"),
    [
        ("Banana liqueur", "Banana"),
        ("Anis", "Anise"),
        ("Lime juice cordial", "Lime juice"),
        ("Coconut rum", "Rum"),
        ("Ginger ale", "Ginger"),
        ("Root beer", "Beer"),
        ("Cream of coconut", "Cream"),
        ("Light rum", "Rum"),
        ("Cherries in brandy", "Cherry brandy"),
        ("Non-alcoholic gin", "Gin"),
        ("Fresh hot chocolate", "Chocolate"),
        ("Sloe gin", "Gin"),
        ("Rum flavored", "Rum"),
        ("Gin or vodka", "Gin"),
        ("Vodka/rum", "Rum"),
        ("Vanilla vodka", "Vanilla"),
        ("Apple cider", "Cider"),
        ("Orange bitters", "Bitters"),
        ("Egg white", "Egg"),
    ],
)
def test_similar_names_do_not_match(raw, other):
    assert canonical_name(raw)[0] != other


@pytest.mark.parametrize(
    "denial",
    [
        *["non-alcoholic", "non alcoholic", "nonalcoholic", "alcohol-free", "alcohol free"],
        *["spirit-free", "zero proof", "zero-alcohol", "no alcohol", "without alcohol"],
        *["dealcoholized", "de-alcoholised", "0%", "0 %", "0.0%", "0,0 %", "0.00 % vol"],
        *["0.0% abv", "0% alcohol", "0.0 %vol"],
    ],
)
def test_a_name_that_denies_alcohol_is_non_alcoholic(denial: str):
    assert canonical_name(f"{denial} gin") == ("Non-alcoholic gin", True)
    assert canonical_name(f"Gin, {denial}") == ("Non-alcoholic gin", True)
    assert family_of(f"{denial} foo gin").alcoholic is False


@pytest.mark.parametrize("raw", ["0.5% lager", "0.05% lager", "Foo gin 0,3 % vol"])
def test_up_to_half_a_percent_is_sold_as_non_alcoholic(raw: str):
    assert family_of(raw).alcoholic is False


@pytest.mark.parametrize(
    ("raw", "family", "abv_percent"),
    [
        ("Foo Aperitivo 11%", "Aperitif bitter", 11),
        ("Foo 80 proof", "Spirit", 40),
        ("Foo 12,5 % vol", "Spirit", 12.5),
        ("cider 4.5%", "Cider", 4.5),
    ],
)
def test_a_stated_strength_decides(raw: str, family: str, abv_percent: float):
    read = family_of(raw)

    assert (read.name, read.alcoholic) == (family, True)
    assert read.abv_percent_min == read.abv_percent_max == abv_percent


@pytest.mark.parametrize("raw", ["35% cream", "2% milk", "foo 70% chocolate", "100% lime juice"])
def test_a_percentage_of_a_food_is_not_of_alcohol(raw: str):
    assert family_of(raw).alcoholic is False


@pytest.mark.parametrize(
    "raw",
    [
        *["5.0% lager", "Foo 5.0 % lager", "4,0% lager", "10% lager", "12.50% vol lager"],
        *["0% sugar lager", "0 % fat lager", "0% added sugar lager"],
        *["0.6% lager", "0%er lager", "100% lager", "proof lager", "no lager"],
    ],
)
def test_no_other_figure_or_word_denies_alcohol(raw: str):
    match = match_ingredient(raw) or family_of(raw)
    assert match is None or match.alcoholic
    assert match or canonical_name(raw) == (raw, False)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Rum 12 years", "Rum"),
        ("12 yr old whiskey", "Whiskey"),
        ("12-year-old rum", "Rum"),
        ("Rum 12yo", "Rum"),
        ("3 yrs rum", "Rum"),
        ("Lime sliced thin", "Lime"),
        ("Berries such as raspberry", "Berries"),
        ("Gin preferably dry", "Gin"),
        ("Gin (if you like)", "Gin"),
        ("Lime (such as key)", "Lime"),
        ("Sugar (superfine)", "Superfine sugar"),
        ("Sugar, superfine", "Superfine sugar"),
        ("Zest of a lemon", "Lemon peel"),
        ("Peel of one orange", "Orange peel"),
        ("Juice from half a lemon", "Lemon juice"),
        ("Juice of \u00bd lemon", "Lemon juice"),
        ("Juice of 1/2 an orange", "Orange juice"),
        ("Cherry flavoured brandy", "Cherry brandy"),
        ("Ron", "Rum"),
        ("Rhum", "Rum"),
        ("Yoghourt", "Yogurt"),
        ("Chilly pepper", "Chili pepper"),
        ("Chile pepper", "Chili pepper"),
        ("Chily pepper", "Chili pepper"),
        ("Liquorice", "Licorice root"),
        ("Curacoa", "Cura\u00e7ao"),
        ("Saint germain", "St-Germain"),
        ("Food colouring", "Food coloring"),
        ("Vanilla flavouring", "Vanilla extract"),
        ("Sugar syrop", "Sugar syrup"),
        ("Peaches", "Peach"),
        ("Cherries", "Cherry"),
        ("Cookies", "Cookie"),
        ("Tomatoes", "Tomato"),
        ("Coffee liqueur Kahlua", "Kahlua"),
        ("fresh large ripe raw plain whole lime", "Lime"),
    ],
)
def test_a_name_matches_in_any_word_order(raw: str, name: str):
    assert canonical_name(raw) == (name, True)


@pytest.mark.parametrize(
    "raw", ["fresh large ripe raw plain whole good lime", "Kahlua gin", "Gin & tonic", "Gin/vodka"]
)
def test_an_ambiguous_name_is_unknown(raw: str):
    assert canonical_name(raw) == (raw, False)


def test_an_unknown_ingredient_keeps_its_trimmed_name():
    assert canonical_name(" Unicorn  tears ") == ("Unicorn tears", False)
    assert match_ingredient("Unicorn tears") is None
    assert ancestors("Unicorn tears") == ()


def test_ancestors_lead_from_the_brand_to_the_base_spirit():
    assert ancestors("Absolut Citron") == ("Citron vodka", "Flavoured vodka", "Vodka", BASE)
    assert "Coffee liqueur" in ancestors("Kahlua")
    assert "Whiskey" in ancestors("bourbon whisky")
    assert "Bourbon" not in ancestors("Whiskey")
    assert ancestors("Spirit") == ()


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("Malibu", "Rum"),
        ("Cognac", "Brandy"),
        ("Pisco", "Brandy"),
        ("Jack Daniel's", "Whiskey"),
        ("Vodka", "Vodka"),
        ("Sloe gin", None),
        ("Apricot brandy", None),
        ("Orange juice", None),
        ("Spirit", None),
        ("Unicorn tears", None),
    ],
)
def test_the_base_spirit_is_the_last_family_below_spirit(name, base):
    assert base_spirit(name) == base


@pytest.mark.parametrize(
    ("raw", "family", "alcoholic"),
    [
        ("Foo & Sons gin", "Gin", True),
        ("Rhubarb and custard liqueur", "Liqueur", True),
        ("Gooseberry liqueur", "Liqueur", True),
        ("Dragonfruit syrup", "Syrup", False),
        ("Fever-Tree ginger beer", "Ginger beer", False),
        ("Non-alcoholic peach schnapps", "Non-alcoholic liqueur", False),
    ],
)
def test_the_last_word_determines_the_family_of_an_unknown_name(raw, family, alcoholic):
    match = family_of(raw)

    assert (match.name if match else None) == family
    assert (match.alcoholic if match else None) == alcoholic


@pytest.mark.parametrize(
    "raw",
    ["rum cake", "vodka-infused cherries", "gin or lemonade", "hard-boiled egg", "gin substitute"],
)
def test_an_ambiguous_name_has_no_family(raw):
    assert family_of(raw) is None


DOUBTS = "or with in free substitute style without alcoholic hard spiked boozy drunken brandied"


@pytest.mark.parametrize("word", DOUBTS.split())
def test_a_word_that_raises_doubt_prevents_a_family(word):
    assert family_of(f"foo {word} bar liqueur") is None
    assert family_of("foo bar liqueur").name == "Liqueur"


def test_a_family_has_a_kind_and_a_range_of_strengths():
    assert family_of("Foo gin") == Family("Gin", "spirit", 37.5, 47, alcoholic=True)
    assert family_of("Dragonfruit syrup") == Family("Syrup", "syrup", 0, 0, alcoholic=False)
    assert family_of("Non-alcoholic foo") == Family(
        "Non-alcoholic spirit", "spirit", 0, 0.5, alcoholic=False
    )


@pytest.mark.parametrize("raw", ["Foo Campari juice", "Foo lager sauce", "Bourbon foo milk"])
def test_an_alcoholic_name_before_a_non_alcoholic_family_has_none(raw):
    assert family_of(raw) is None
    assert family_of(f"{raw.rsplit(maxsplit=1)[0]} liqueur").name == "Liqueur"


@pytest.mark.parametrize("raw", ["Foo Campari syrup", "Foo lager vinegar", "Bourbon foo salt"])
def test_some_words_make_a_food_of_a_drinks_name(raw):
    assert family_of(raw).alcoholic is False


def test_a_family_word_alone_has_no_family():
    assert family_of("Liqueur") is None
    assert family_of("Syrup") is None


def test_a_denial_of_alcohol_matches_only_non_alcoholic_ingredients():
    assert canonical_name("Alcohol-free ginger ale") == ("Ginger ale", True)
    assert canonical_name("Alcohol-free Campari") == ("Alcohol-free Campari", False)


def test_a_row_of_the_reference_has_all_fields_of_an_ingredient():
    assert match_ingredient("Cointreau") == Ingredient(
        "Cointreau", "liqueur", "Triple sec", 40.0, alcoholic=True, source="producer label"
    )
    assert match_ingredient("Spirit").parent is None


@pytest.mark.parametrize(
    ("name", "labelled"),
    [("Cointreau", True), ("Lemon juice", True), ("Gin", False), ("Vanilla extract", True)],
)
def test_a_strength_is_labelled_by_the_producer_or_without_alcohol(name, labelled):
    assert match_ingredient(name).labelled is labelled


def test_names_are_read_up_to_the_longest():
    assert canonical_name("gin".ljust(120)) == ("Gin", True)
    assert canonical_name("gin".ljust(121)) == ("gin", False)
    assert family_of("foo gin".ljust(120)).name == "Gin"
    assert family_of("foo gin".ljust(121)) is None


def test_an_ingredient_is_itself_in_any_spelling_and_unknown_names_are_nothing():
    assert match_ingredient("Whiskey") == match_ingredient("whisky") == BY_NAME["Whiskey"]
    assert ancestors("whisky") == ancestors("Whiskey") == (BASE,)
    assert match_ingredient("Nothing") is None
    assert ancestors("Nothing") == ()


# ---- readings of a name

SPELLINGS_OF_WORDS = """
whiskey    whisky
rum        ron rhum
yogurt     yoghurt yoghourt
syrup      sirup syrop
flavor     flavour
flavored   flavoured
flavoring  flavouring
color      colour
coloring   colouring
licorice   liquorice
chili      chilli chile chilly chily
cream      creme crème
curacao    curacoa curaçao
st         saint
half       halve
leaf       leave
"""
PLURALS = """
glass glasses, citrus, anis, tomato tomatoes, peach peaches, radish radishes, box boxes
berry berries, cookie cookies, lime limes, pie pies, toe toes, egg eggs, half halves, leaf leaves
"""


@pytest.mark.parametrize("row", SPELLINGS_OF_WORDS.strip().splitlines())
def test_all_spellings_of_a_word_are_equal(row):
    expected, *others = row.split()
    assert {next(readings(form)) for form in (expected, *others)} == {(expected,)}


@pytest.mark.parametrize("row", PLURALS.strip().replace("\n", ", ").split(", "))
def test_a_word_and_its_plural_are_equal(row):
    forms = row.split()
    ((word,),) = {next(readings(form)) for form in forms}
    assert word.startswith(forms[0][:-2])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("glass", ("glass",)),
        ("citrus", ("citrus",)),
        ("anis", ("anis",)),
        ("gas", ("ga",)),
        ("as", ("as",)),
        ("his", ("hi",)),
        ("ties", ("tie",)),
        (
            "Peychaud\u2019s 7-Up & Rum/Gin_2",
            ("peychaud", "7", "up", "and", "rum", "or", "gin", "2"),
        ),
    ],
)
def test_words_have_no_case_marks_or_plurals(text, expected):
    assert next(readings(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Gin", ["gin"]),
        ("Rum, white", ["rum white", "white rum"]),
        ("Rum (white) ", ["rum white", "white rum"]),
        ("Fresh lime", ["fresh lime", "lime"]),
        ("Fresh ripe lime", ["fresh ripe lime", "ripe lime", "fresh lime", "lime"]),
        ("Fresh", ["fresh"]),
        ("Juice of a lime", ["juice of a lime", "lime juice", "juice a lime", "juice of lime",
                             "juice lime"]),
        ("Rum 12 years old", ["rum"]),
        ("Lime cut in half", ["lime cut in half", "lime", "lime cut in"]),
        ("Cherry-flavored rum", ["cherry flavored rum", "cherry rum"]),
        ("alcohol-free gin, fresh", [f"{NON_ALCOHOLIC} gin fresh", f"{NON_ALCOHOLIC} gin"]),
    ],
)  # fmt: skip
def test_readings_begin_with_the_most_literal(text, expected):
    assert [" ".join(reading) for reading in readings(text)] == expected


QUALIFIERS = """
    fresh freshly squeezed pressed chilled cold cool warm hot boiling frozen raw plain ripe large
    small medium big whole good quality best fine finest premium organic natural pure homemade
    house made sliced chopped diced minced peeled pitted seeded hulled crushed cracked shaved grated
    shredded ground dried melted beaten softened thinly thin finely coarsely roughly lightly strong
    weak unsweetened bottled canned strained rinsed picked packed heaping brewed straight
    for garnish garnishing rim to taste optional if desired needed as topping
    wedge wheel slice sprig leaf stick chunk piece strip cube bunch handful half halved
    of a an the your favorite favourite
"""


@pytest.mark.parametrize("word", QUALIFIERS.split())
def test_qualifiers_may_be_left_out(word):
    assert canonical_name(f"{word} gin") == canonical_name(f"Gin {word}") == ("Gin", True)


@given(st.text(max_size=200))
def test_any_text_has_a_canonical_name(raw):
    name, matches = canonical_name(raw)

    assert matches == (match_ingredient(raw) is not None)
    assert matches or name == (one_line(raw) or "")
    family_of(raw)


@given(st.sampled_from(SPELLINGS), st.sampled_from([str.upper, str.lower, str.title]))
def test_case_accents_and_blanks_make_no_difference(spelling, case):
    name, raw = spelling
    bare = "".join(c for c in unicodedata.normalize("NFKD", raw) if not unicodedata.combining(c))

    assert canonical_name(f" {case(raw)}\n") == (name, True)
    assert canonical_name(bare) == (name, True)


def test_a_sentence_is_not_an_ingredient():
    assert match_ingredient("gin " * LONGEST_NAME) is None
    assert family_of("very " * LONGEST_NAME + "gin") is None


def test_the_reference_is_read_from_inside_a_zip(tmp_path):
    bundle = tmp_path / "functions.zip"
    with zipfile.ZipFile(bundle, "w") as archive:
        for path in PACKAGE.rglob("*"):
            if path.suffix in {".py", ".csv"}:
                archive.write(path, path.relative_to(PACKAGE.parent))
    code = (
        f"import sys; sys.path.insert(0, {str(bundle)!r})\n"
        "import mocktailverse.drinks.ingredients as i; print(i.__file__, i.canonical_name('GIN'))"
    )

    printed = run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed.strip().endswith("('Gin', True)")
    assert "functions.zip" in printed


def test_nearly_all_slots_of_a_whole_dump_are_known():
    path = needed("thecocktaildb_full.json")
    drinks = json.loads(path.read_text(encoding="utf-8"))["drinks"]
    names = Counter(
        name.strip()
        for drink in drinks
        for slot in range(1, 16)
        if (name := drink[f"strIngredient{slot}"]) and name.strip()
    )
    matched = sum(count for name, count in names.items() if match_ingredient(name))

    assert matched / names.total() >= 0.97
