"""schema.org recipes: every form in which pages write the properties."""

import pytest

from mocktailverse.drinks.drink import Credit, Image, Lineage
from mocktailverse.drinks.normalize import normalize
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources.own.own_reader import recipe_record

PAGE = "https://x.example/recipes/fizz?x=1"


def record_of(**properties):
    recipe = {"@type": "Recipe", "name": "Fizz", "recipeIngredient": ["2 oz gin"]}
    return recipe_record("fizz", "schema.org", recipe | properties, PAGE)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Shake.", "Shake."),
        ("<p>Shake.</p><p>Strain &amp; serve.</p>", "Shake.\nStrain & serve."),
        (["Shake.", "Strain."], "Shake.\nStrain."),
        ([{"@type": "HowToStep", "text": "Shake."}, {"@type": "HowToStep", "name": "Strain."}],
         "Shake.\nStrain."),
        ([{"@type": "HowToSection", "name": "Base", "itemListElement": [{"text": "Shake."}]}],
         "Base:\nShake."),
        ({"@type": "ItemList", "itemListElement": [{"item": {"text": "Shake."}}]}, "Shake."),
        ([["Shake."], [{"text": "Strain."}]], "Shake.\nStrain."),
        (None, None),
        (5, "5"),
        ([{"text": None}, "", "  "], None),
        ([{"@type": "HowToStep", "text": "Shake.", "itemListElement": {"text": "Hard."}}],
         "Shake.\nHard."),
        ([{"@type": "HowToSection", "name": "Base:", "steps": ["Shake.", {"name": "Strain."}]}],
         "Base:\nShake.\nStrain."),
        ({"@list": [{"@value": "Shake."}, {"text": "Strain."}]}, "Shake.\nStrain."),
    ],
)  # fmt: skip
def test_instructions_are_read_in_every_form(value, text):
    assert record_of(recipeInstructions=value).instructions.get("en") == text


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (["1&frac12; oz gin", "lime <b>juice</b>"], ["1½ oz gin", "lime juice"]),
        ("2 oz gin\n1 oz lime", ["2 oz gin", "1 oz lime"]),
        (["For the syrup:", "1 cup sugar", "  ", None, {}], ["1 cup sugar"]),
        ([{"@type": "PropertyValue", "name": "gin", "value": 2, "unitText": "oz"}], ["2 oz gin"]),
        (["1&amp;frac14; oz gin"], ["1¼ oz gin"]),
        ([{"@value": "2 oz gin"}, {"text": "lime"}, ["mint", [{"item": "ice"}]]],
         ["2 oz gin", "lime", "mint", "ice"]),
        ([{"@type": "HowToSection", "name": "Base", "itemListElement": [
            {"@type": "ListItem", "item": {"@type": "HowToSupply", "name": "gin",
             "requiredQuantity": {"minValue": 1, "maxValue": 2, "unitText": "oz"}}}]}],
         ["1 to 2 oz gin"]),
    ],
)  # fmt: skip
def test_ingredients_are_read_in_every_form(value, lines):
    assert [line.ingredient for line in record_of(recipeIngredient=value).lines] == lines


def test_the_older_name_of_the_ingredients_is_read():
    assert len(record_of(recipeIngredient=[], ingredients=["2 oz gin"]).lines) == 1


@pytest.mark.parametrize(
    ("value", "image"),
    [
        ("https://x.example/a.jpg", Image("https://x.example/a.jpg", None, None)),
        (["/a.jpg", "/b.jpg"], Image("https://x.example/a.jpg", None, None)),
        (" /a b.jpg ", Image("https://x.example/a%20b.jpg", None, None)),
        ({"url": "a.jpg"}, Image("https://x.example/recipes/a.jpg", None, None)),
        ({"contentUrl": "https://x.example/a", "license": "CC BY", "creator": {"name": "Bea"}},
         Image("https://x.example/a", "CC BY", "Bea")),
        ({"url": [{"@id": "#x"}, "/a.jpg"]}, Image("https://x.example/a.jpg", None, None)),
        ([{"@id": "https://x.example/#photo"}, {"@list": ["/b.jpg"]}],
         Image("https://x.example/b.jpg", None, None)),
        ("javascript:alert(1)", None),
        ("data:image/png;base64,x", None),
        ("http://[", None),
        ({}, None),
    ],
)  # fmt: skip
def test_the_first_usable_image_is_read(value, image):
    assert record_of(image=value).image == image


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Bea", "Bea"),
        ({"@type": "Person", "name": "Bea &amp; Co"}, "Bea & Co"),
        ([{"name": "Bea"}, "Cleo", {"name": "Bea"}], "Bea, Cleo"),
        ([], None),
    ],
)
def test_authors_are_credited_with_the_page(author, name):
    assert record_of(author=author).credit == Credit(name, PAGE, None)


def test_the_stated_address_and_licence_are_credited():
    credit = record_of(mainEntityOfPage={"@id": "https://x.example/fizz"}, license="MIT").credit
    assert credit == Credit(None, "https://x.example/fizz", "MIT")


@pytest.mark.parametrize("value", ["gin, long,gin", ["gin", "long"], [{"name": "gin"}, "long"]])
def test_keywords_become_tags(value):
    assert record_of(keywords=value).tags == ("gin", "long")


@pytest.mark.parametrize(
    ("language", "tag"),
    [("de", "de"), ("en-US", "en"), ({"alternateName": "fr"}, "fr"), ("Deutsch!", "en"), (1, "en")],
)
def test_instructions_have_their_language(language, tag):
    record = record_of(inLanguage=language, recipeInstructions="x")
    assert record.instructions == {tag: "x"}


@pytest.mark.parametrize("name", [["Sour", "Other"], {"@value": "Sour"}, {"name": "Sour"}])
def test_a_name_is_read_in_every_form(name):
    assert record_of(name=name).name == record_of(name="", headline=name).name == "Sour"


def test_a_recipe_for_several_stays_as_stated():
    record = record_of(recipeYield="8 servings", recipeIngredient=["16 oz gin"])
    drink = normalize(record, "own", 0, Lineage("", "", "", 0, 0)).drink
    assert drink.ingredients[0].amount_min == 16


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"name": None}, "name_missing"),
        ({"name": " \u200b"}, "name_missing"),
        ({"name": [" "]}, "name_missing"),
        ({"recipeIngredient": ["1 oz gin", 5]}, "wrong_type"),
        ({"recipeIngredient": [{"@type": "PropertyValue", "value": 1}]}, "wrong_type"),
        ({"recipeIngredient": [{"name": "gin", "value": [1]}]}, "wrong_type"),
        ({"recipeIngredient": []}, "ingredients_missing"),
        ({"recipeIngredient": "  "}, "ingredients_missing"),
        ({"recipeIngredient": {}}, "ingredients_missing"),
        ({"recipeIngredient": ["1 oz gin"] * 10_000}, "too_many_lines"),
    ],
)
def test_what_is_not_a_recipe_is_rejected(properties, code):
    with pytest.raises(RecordRejectedError) as caught:
        record_of(**properties)
    assert caught.value.code == code
