"""One drink: recipe, strength, lineage, and the ingredients that the shelf lacks."""

import json
from urllib.parse import urlencode

import msgspec
import pytest

from mocktailverse.drinks import to_mocktail
from mocktailverse.drinks.drink import Derived, Image

NEGRONI = "thecocktaildb:90101"


@pytest.fixture
def open_changed(open_page, sample_catalogue, make_catalogue):
    """Return a function that opens the page of the Negroni with some fields changed."""

    def open_(parameters=None, **fields):
        drink = msgspec.structs.replace(sample_catalogue.drink(NEGRONI), **fields)
        return open_page(catalogue=make_catalogue([drink]), drink=drink.id, **(parameters or {}))

    return open_


def column(page, table, name):
    return [str(cell) for cell in page.table[table].value[name]]


def test_the_recipe_is_scaled_and_converted(open_page, query_of):
    page = open_page(drink=NEGRONI, servings="3", units="oz")
    assert column(page, 0, "Amount") == ["**3 oz**"] * 3 + ["**1½ slices**"]
    assert column(page, 0, "As written")[0] == "30 ml"
    page.number_input(key="servings").set_value(1).run()
    assert column(page, 0, "Amount")[0] == "**1 oz**"
    assert query_of(page) == {"drink": [NEGRONI], "units": ["oz"]}


def test_measures_without_a_number_are_shown_as_written(open_changed, sample_catalogue):
    lines = [
        msgspec.structs.replace(
            line, measure_raw=raw, amount_min=None, amount_max=None, ml_min=None, ml_max=None,
            kind="qualitative", certainty="unknown",
        )
        for line, raw in zip(
            sample_catalogue.drink(NEGRONI).ingredients, ("a *splosh*", None, "", " "), strict=True
        )
    ]  # fmt: skip
    page = open_changed({"servings": "4"}, ingredients=tuple(lines))
    assert column(page, 0, "Amount") == [r":gray[a \*splosh\*]"] + [":gray[not stated]"] * 3
    assert any("not scaled" in caption.value for caption in page.caption)


def test_the_size_of_a_part_is_shown(open_page):
    page = open_page(drink=NEGRONI, units="parts", servings="2")
    assert column(page, 0, "Amount")[:3] == ["**1 part**"] * 3
    assert any(caption.value == "1 part is 60 ml." for caption in page.caption)


def test_the_instructions_are_in_the_selected_language(open_page, texts_of):
    assert "Alles im Gästeglas" in texts_of(open_page(drink=NEGRONI, lang="de"))
    assert "Pour everything over ice" in texts_of(open_page(drink=NEGRONI, lang="xx"))


def test_the_lineage_names_the_raw_object(open_page, sample_catalogue):
    page = open_page(drink=NEGRONI)
    lineage = json.loads(next(code.value for code in page.code if code.value.startswith("{")))
    drink = sample_catalogue.drink(NEGRONI)
    assert lineage["key"] == drink.lineage.key
    assert lineage["position"] == drink.lineage.position
    assert lineage["observed_at"].startswith("2023-")


def test_the_ingredients_that_the_shelf_lacks_are_shown(open_page):
    page = open_page(drink=NEGRONI, have=["gin", "Campari"])
    assert page.info[0].value == "Missing from your shelf: Sweet vermouth."  # orange is a garnish
    page = open_page(drink=NEGRONI, have=["London dry gin", "Campari", "sweet vermouth"])
    assert page.success[0].value == ("You have all ingredients. Use **London dry gin** for Gin.")


@pytest.mark.parametrize("have", [["Gin"], ["Gin", "Campari", "Sweet vermouth", "Orange"]])
def test_a_drink_links_back_to_the_shelf(open_page, have):
    page = open_page(drink=NEGRONI, have=have)
    (back,) = (link for link in page.get("page_link") if link.label == "Go to my shelf")
    assert back.proto.query_string == urlencode({"have": have}, doseq=True)


def test_similar_drinks_share_ingredients(open_page):
    page = open_page(drink=NEGRONI)
    links = [link.label for link in page.get("page_link")]
    assert "**Americano**" in links
    assert "**Negroni**" not in links


def test_the_page_of_an_unknown_drink_links_back(open_page):
    page = open_page(drink="thecocktaildb:0", q="gin")
    assert page.title[0].value == "Drink not found"
    back = next(link for link in page.get("page_link") if link.label == "All drinks")
    assert back.proto.query_string == "q=gin"


def test_a_picture_without_a_licence_is_only_linked(open_changed):
    page = open_changed(image=Image("https://images.example.com/x.jpg", None, None))
    assert not page.get("image")
    assert [link.proto.url for link in page.get("link_button")] == [
        "https://images.example.com/x.jpg"
    ]


def test_the_caption_of_a_licensed_picture_names_its_author(open_page):
    image = open_page(drink=NEGRONI).get("image")[0].proto.imgs[0]
    assert image.caption == r"Mocktailverse sample · creative\-commons"


@pytest.mark.parametrize(
    ("derived", "words"),
    [
        (Derived(), "Unknown."),
        (Derived(*[0] * 10, certainty="exact", is_mocktail=True), "Alcohol-free."),
        (Derived(90, 90, 14, 14, 20, 20, certainty="exact"), "as mixed; dilution unknown"),
        (
            Derived(90, 120, 14, 28, 20, 30, 15, 25, 1, 2, "range"),
            "**15\N{EN DASH}25 % vol** as served",
        ),
    ],
)
def test_the_known_strength_is_shown(open_changed, texts_of, derived, words):
    page = open_changed(derived=derived)
    assert words in texts_of(page)
    assert bool(page.get("vega_lite_chart")) == bool(derived.abv_percent_max)


def test_a_drink_without_any_details_is_shown(open_changed, texts_of):
    page = open_changed(
        category=None, alcoholic=None, glass=None, iba=None, tags=(), instructions={},
        ingredients=(), image=None, video=None, derived=Derived(),
        quality=("no_ingredients", "no_instructions"),
    )  # fmt: skip
    assert "The drink has no ingredients" in texts_of(page).replace("\\", "")
    assert not page.table[:-1]


def test_every_text_of_a_hostile_drink_is_shown_as_text(open_page, hostile_catalogue, markup_of):
    for number in range(hostile_catalogue.meta.drinks):
        page = open_page(catalogue=hostile_catalogue, drink=f"evil:{number}")
        assert not markup_of(page) & set("<$`~#")
        assert len(page.title[0].value) < 400


DAIQUIRI = "thecocktaildb:90102"
LAST_WORD = "thecocktaildb:90116"


def test_a_drink_can_be_shown_as_a_mocktail_beside_its_original(open_page, query_of, texts_of):
    page = open_page(drink=DAIQUIRI)
    page.segmented_control(key="style").set_value("pantry").run()
    assert query_of(page)["style"] == ["pantry"]
    assert [header.value for header in page.header][:2] == ["Original", "Mocktail"]
    texts = texts_of(page)
    assert "What replaces what" in texts
    assert "Lost: " in texts
    assert " confidence]" in texts
    page.segmented_control(key="style").set_value("").run()
    assert "style" not in query_of(page)
    assert page.header[0].value == "Ingredients"


def test_the_figures_of_the_original_and_the_mocktail_are_compared(open_page, sample_catalogue):
    page = open_page(drink=DAIQUIRI, style="pantry")
    conversion = to_mocktail(sample_catalogue.drink(DAIQUIRI), "pantry")
    assert column(page, 2, "Mocktail")[0] == "**0 % vol**"
    assert column(page, 2, "Original")[2].startswith(
        f"**{conversion.before.served_ml_usual:.0f} ml"
    )


def test_new_and_replaced_ingredients_are_marked(open_page, sample_catalogue):
    page = open_page(drink=DAIQUIRI, style="bottle")
    original, mocktail = column(page, 0, "Ingredient"), column(page, 1, "Ingredient")
    assert [name for name in original if ":material/remove:" in name]
    conversion = to_mocktail(sample_catalogue.drink(DAIQUIRI), "bottle")
    own = {line.name for line in sample_catalogue.drink(DAIQUIRI).ingredients}
    new = [line.name for line in conversion.drink.ingredients if line.name not in own]
    assert len([name for name in mocktail if ":material/add:" in name]) == len(new)


def test_servings_multiply_both_recipes(open_page):
    one = open_page(drink=DAIQUIRI, style="pantry", units="ml")
    two = open_page(drink=DAIQUIRI, style="pantry", units="ml", servings="2")
    for table in (0, 1):
        amounts = (column(page, table, "Amount")[0].strip("* ml") for page in (one, two))
        single, double = map(float, amounts)
        assert double == pytest.approx(2 * single, abs=1)


def test_the_shelf_is_compared_with_the_mocktail(open_page, sample_catalogue, texts_of):
    conversion = to_mocktail(sample_catalogue.drink(DAIQUIRI), "pantry")
    have = [line.name for line in conversion.drink.ingredients]
    page = open_page(drink=DAIQUIRI, style="pantry", have=have)
    assert "You have all ingredients." in texts_of(page)


@pytest.mark.parametrize("style", ["pantry", "bottle"])
def test_an_impossible_mocktail_has_its_reason_above_the_original(open_page, texts_of, style):
    page = open_page(drink=LAST_WORD, style=style)
    texts = texts_of(page)
    assert "Not possible in this style." in texts
    assert "Green Chartreuse" in texts
    assert "What would help: " in texts
    assert page.header[0].value == "Ingredients"


def test_a_mocktail_has_no_choice_of_styles(open_page, sample_catalogue):
    mocktail = next(d for d in sample_catalogue.all_drinks() if d.derived.is_mocktail)
    page = open_page(drink=mocktail.id, style="pantry")
    assert "style" not in [control.key for control in page.segmented_control]
    assert page.header[0].value == "Ingredients"


def test_a_wrong_style_in_the_url_shows_the_original(open_page):
    assert open_page(drink=DAIQUIRI, style="fancy").header[0].value == "Ingredients"


def test_hostile_text_stays_text_in_the_mocktail(
    open_page, make_catalogue, sample_catalogue, hostile_texts, markup_of
):
    drinks = [
        msgspec.structs.replace(
            sample_catalogue.drink(DAIQUIRI), id=f"evil:{number}", name=text, glass=text,
            ingredients=tuple(
                msgspec.structs.replace(line, name_raw=text)
                for line in sample_catalogue.drink(DAIQUIRI).ingredients
            ),
        )
        for number, text in enumerate(hostile_texts)
    ]  # fmt: skip
    catalogue = make_catalogue(drinks)
    for drink in drinks:
        page = open_page(catalogue=catalogue, drink=drink.id, style="bottle")
        assert not markup_of(page) & set("<$`~#")
