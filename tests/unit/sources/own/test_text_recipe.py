"""Recipes in plain text: title, labels, ingredients, steps, remarks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.sources.own.simple_recipe import simple_record
from mocktailverse.sources.own.text_recipe import split_recipes, text_fields

LINES = ["2 oz gin", "soda water, to top"]
STEPS = "Shake the gin with ice.\nTop with soda."

LAYOUTS = {
    "paragraphs": "Fizz\n\n2 oz gin\nsoda water, to top\n\nShake the gin with ice.\nTop with soda.",
    "no blank line": "Fizz\n2 oz gin\nsoda water, to top\nShake the gin with ice.\nTop with soda.",
    "blank lines": f"Fizz\n\n2 oz gin\n\nsoda water, to top\n\n{STEPS}",
    "bullets": f"# Fizz\n- 2 oz gin\n* soda water, to top\n\n{STEPS}",
    "windows": (
        "Fizz\r\nIngredients:\r\n\u2022 2 oz gin\r\n\r\n\u2022\tsoda water, to top\r\nMethod:\r\n"
        "Shake the gin with ice.\r\nTop with soda."
    ),
    "steps first": f"**Fizz**\n{STEPS}\nIngredients\n2 oz gin\nsoda water, to top",
    "underlined": (
        "Fizz\n====\nINGREDIENTS (serves 2)\n-----------\n2 oz gin\nsoda water, to top\n"
        "Directions\n----------\nShake the gin with ice.\nTop with soda."
    ),
    "rules": (
        "# Fizz\n\n---\n\n## You'll need\n2 oz gin\nsoda water, to top\n\n---\n\n"
        "## How to make it\nShake the gin with ice.\nTop with soda."
    ),
    "front matter": f"---\ntitle: 'Fizz'\n---\n2 oz gin\nsoda water, to top\n\n{STEPS}",
    "inline": (
        "Name: Fizz\nIngredients: 2 oz gin\nsoda water, to top\n"
        "Method: Shake the gin with ice.\nTop with soda."
    ),
    "numbered ingredients": (
        "Fizz\n1. 2 oz gin\n2. soda water, to top\n\nShake the gin with ice.\nTop with soda."
    ),
    "greeting": (
        "Here is the recipe again:\n\nFizz\n\n2 oz gin\nsoda water, to top\n\n"
        "Shake the gin with ice.\nTop with soda."
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_lines_and_instructions_are_separated(text):
    (recipe,) = split_recipes(text)
    fields = text_fields(recipe)
    assert (fields["name"], fields["ingredients"]) == ("Fizz", LINES)
    assert fields["instructions"] == STEPS


def test_headings_within_the_ingredients_are_not_ingredients():
    text = "Fizz\n\nFor the glass:\n2 oz gin\n\nFor the top\nsoda water, to top\n\nShake."
    record = simple_record("fizz", text_fields(text))
    assert [line.ingredient for line in record.lines] == LINES


@pytest.mark.parametrize(
    ("ingredients", "steps"),
    [
        ("1 lime\n2 oz cachaça", "Shake hard\nStrain"),
        ("1 lime\n2 oz cachaça\n", "Shake hard\nTop with soda"),
        ("1 lime\ntwo fingers of grozzle", "1. Shake\n2) Top with soda"),
        ("1 oz grozzle\nhouse blorp", "Add 2 oz gin and stir"),
        ("vodka\na splash of St. Germain liqueur\ncola", "Mix all."),
        ("grozzle\nblorp", "Stir it."),
        ("- 1 lime\n- house blorp", "- Shake with ice\n- Strain"),
        ("1,5 cl Zuckersirup\n1 Limette\n", "Limette vierteln und mit Zucker zerdrücken"),
        ("2 c. à café de sucre\n7 feuilles de menthe", "Mettre la menthe dans un verre\nPiler"),
        ("Lime juice - 1 oz\nGin: 2 oz\n", "Stir"),
    ],
)
def test_steps_need_no_heading_and_no_full_stop(ingredients, steps):
    fields = text_fields(f"Fizz\n{ingredients}\n{steps}")
    bare = [line.removeprefix("- ") for line in ingredients.split("\n") if line]
    assert (fields["ingredients"], fields["instructions"]) == (bare, steps)


@pytest.mark.parametrize("serves", ["", "Serves 2\n", "Prep time: 5 minutes\n"])
@pytest.mark.parametrize("end", ["", "\n\n", "\nNotes: cold"])
def test_an_introduction_is_the_description(serves, end):
    intro = "A kid-friendly float with a kick!"
    fields = text_fields(f"Float\n{serves}\n{intro}\n\n1 bottle ginger beer\nice{end}")
    assert fields["description"] == f"{serves}{intro}{end.rstrip()}"
    assert fields["ingredients"] == ["1 bottle ginger beer", "ice"]
    assert "instructions" not in fields


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Zutaten:", "Zubereitung:"),
        ("Ingredientes", "Preparación"),
        ("Ingrédients :", "Étapes :"),
        ("Zutaten für 4 Personen", "Zubereitung (einfach):"),
        ("INGREDIENTS for two:", "**Steps**"),
    ],
)
def test_headings_are_read_in_other_languages(first, second):
    fields = text_fields(f"Fizz\n{first}\n1 taza de grozzle\nblorp\n{second}\nBlorp und Eis")
    assert fields["ingredients"] == ["1 taza de grozzle", "blorp"]
    assert fields["instructions"] == "Blorp und Eis"


def test_labels_are_read_anywhere():
    text = (
        "Fizz\nGlass: Coupe\ntags: [a, b]\nAlcoholic: no\nABV: 0.0 % vol\nMethod: Shake\n"
        "Source: Ada (https://x.example/r)\n\n2 oz gin\nGarnish:\na lime wheel\nmint\n\n"
        "Image: https://x.example/i.jpg\n"
    )
    assert text_fields(text) == {
        "name": "Fizz", "glass": "Coupe", "tags": "a, b", "alcoholic": "non_alcoholic",
        "abv_percent": "0.0", "method": "Shake", "url": "https://x.example/r", "author": "Ada",
        "garnish": "a lime wheel, mint", "image": "https://x.example/i.jpg",
        "ingredients": ["2 oz gin"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "label",
    ["ABV: strong", "ABV: 20-24 %", "Alcoholic: a bit", "Image: see attachment", "Glass: Rocks",
     "Language: the usual", "From: https://y.example", "id: No Slug", "Difficulty: easy"],
)  # fmt: skip
def test_a_label_without_a_value_of_its_column_stays_in_the_description(label):
    fields = text_fields(f"Fizz\nGlass: Coupe\nUrl: https://x.example\n{label}\n2 oz gin")
    assert fields["description"] == label


@pytest.mark.parametrize("label", ["Method: ", "Method - ", "Directions \u2013 ", "* How to: "])
def test_the_steps_may_be_behind_their_heading(label):
    fields = text_fields(f"Fizz\n2 oz gin\n{label}Shake - hard")
    assert fields["instructions"] == "Shake - hard"


def test_a_method_that_is_a_sentence_is_the_instructions():
    fields = text_fields("Fizz\n2 oz gin\nMethod: Shake with ice, strain.")
    assert fields["instructions"] == "Shake with ice, strain."
    assert "method" not in fields


def test_a_text_without_a_title_has_no_name():
    assert "name" not in text_fields("2 oz gin\n1 oz lime juice\nShake")


@pytest.mark.parametrize("line", ["---", "  =====  ", "***", "____"])
def test_a_line_of_signs_ends_a_recipe(line):
    assert list(split_recipes(f"A\n1 oz gin\n{line}\n{line}\n\nB\n1 oz rum\n")) == [
        "A\n1 oz gin",
        "B\n1 oz rum",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "A\n---\n1 oz gin\n\nShake well\n\nB\n---\n1 oz rum\n",
        "# A\n1 oz gin\n## Method\nShake\n# B\n1 oz rum",
        "---\nname: A\n---\n1 oz gin\n---\nname: B\n---\n1 oz rum",
        "A\nGlass: Coupe\n---\n1 oz gin\n---\nB\n---\n1 oz rum\n",
    ],
)
def test_each_title_of_the_same_kind_begins_a_recipe(text):
    recipes = [text_fields(recipe) for recipe in split_recipes(text)]
    assert [(one["name"], one["ingredients"]) for one in recipes] == [
        ("A", ["1 oz gin"]),
        ("B", ["1 oz rum"]),
    ]


_POOL = st.sampled_from(
    ["2 oz gin", "house blorp", "Shake it.", "Top with soda", "Glass: Coupe", "Source: Ada",
     "ABV: 5 %", "ABV: much", "Image: x", "Method: Shake it", "Garnish:", "Notes:", "- mint",
     "1. Stir", "## Zest", "Ingredients", "Steps:", "Serves 2", "", "tags: a, b"]
)  # fmt: skip


@given(st.lists(_POOL, max_size=12))
def test_no_line_disappears(lines):
    (recipe,) = split_recipes("\n".join(["Fizz", *lines]))
    written = str(text_fields(recipe))
    for line in lines:
        value = line.rpartition(":")[2].strip(" -#%")
        assert value in written or line.casefold() == "ingredients", line


@given(st.text())
def test_any_text_is_read_without_an_error(text):
    for recipe in split_recipes(text):
        text_fields(recipe)
