"""What can I make: the shelf in the URL, starter shelves, suggestions, missing ingredients."""

import pytest


def test_a_new_visitor_can_start_with_a_prepared_shelf(open_page, cards, query_of):
    page = open_page("shelf")
    assert not cards(page)
    page.button(key="starter-Gin bar").click().run()
    assert {"Gin", "Campari", "Ice", "Water"} <= set(query_of(page).get("have", []))
    assert page.multiselect(key="shelf").value == query_of(page).get("have", [])
    assert "Negroni" in cards(page)


def test_the_basics_are_added_to_the_shelf(open_page, query_of):
    page = open_page("shelf", have=["Gin", "Ice"])
    page.button(key="basics").click().run()
    assert query_of(page).get("have", []) == [
        "Gin",
        "Ice",
        "Crushed ice",
        "Water",
        "Sugar",
        "Salt",
    ]
    assert "basics" not in [button.key for button in page.button]
    page.button(key="empty-shelf").click().run()
    assert query_of(page).get("have", []) == []


def test_the_missing_ingredient_of_a_drink_is_named(open_page, sample_catalogue, cards):
    shelf = ["Gin", "Campari", "Orange"]
    expected = sample_catalogue.makeable(shelf, missing=1, limit=100)
    page = open_page("shelf", have=shelf, missing="1")
    assert len(cards(page)) == expected.counts["1"]
    assert "Missing: **Sweet vermouth**" in [caption.value for caption in page.caption]
    assert all("Missing:" in c.value for c in page.main.caption if c.value.startswith("M"))


def test_each_list_has_only_drinks_with_its_number_of_missing_ingredients(
    open_page, sample_catalogue, cards
):
    shelf = ["Gin", "Campari", "Sweet vermouth", "Orange", "Soda water"]
    lists = [set(cards(open_page("shelf", have=shelf, missing=str(n)))) for n in range(3)]
    counts = sample_catalogue.makeable(shelf).counts
    assert [len(names) for names in lists] == [min(24, counts[str(n)]) for n in range(3)]
    assert "Negroni" in lists[0]
    assert not lists[0] & lists[1]
    assert not lists[1] & lists[2]


def test_one_click_adds_the_suggested_ingredient_to_the_shelf(
    open_page, sample_catalogue, query_of, button_group
):
    shelf = ["Gin", "Campari", "Orange"]
    best = sample_catalogue.makeable(shelf).unlocks[0]
    page = open_page("shelf", have=shelf)
    button_group(page, "unlocks").set_value(best.ingredient).run()
    assert query_of(page).get("have", []) == [*shelf, best.ingredient]
    assert not page.exception


def test_the_list_can_be_limited_to_mocktails(open_page, query_of):
    shelf = ["Orange juice", "Gin", "Lemon juice", "Sugar", "Water", "Ice"]
    page = open_page("shelf", have=shelf, missing="2")
    page.segmented_control(key="kind").set_value("mocktails").run()
    assert query_of(page)["mocktail"] == ["true"]
    badges = {
        text.value.split("\n\n")[-1] for text in page.main.markdown if "-badge[" in text.value
    }
    assert badges == {":green-badge[mocktail]"}


@pytest.mark.parametrize("missing", ["0", "1", "2", "9", "x"])
def test_unknown_ingredients_on_the_shelf_are_reported(open_page, texts_of, missing):
    page = open_page("shelf", have=["Unobtainium **x**"], missing=missing)
    assert r"No drink uses Unobtainium \*\*x\*\*" in texts_of(page)


def test_a_cursor_of_another_shelf_is_ignored(open_page, cards):
    assert "Negroni" in cards(
        open_page("shelf", have=["Gin", "Campari", "Sweet vermouth", "Orange"], after="nonsense")
    )


def test_hostile_ingredients_are_shown_as_text(
    open_page, hostile_catalogue, hostile_texts, texts_of, cards
):
    page = open_page(
        "shelf", catalogue=hostile_catalogue, have=list(hostile_texts[:2]), missing="0"
    )
    assert len(cards(page)) == 2
    assert "](javascript" not in texts_of(page) + "".join(cards(page))


def test_a_card_says_what_replaces_what(open_page, cards, texts_of):
    page = open_page("shelf", have=["Light rum", "Lime juice", "Sugar syrup"])
    assert "Daiquiri" in cards(page)
    assert "With **Sugar syrup** for Powdered sugar" in texts_of(page)


def test_substitutes_can_be_excluded_or_widened(open_page, cards, query_of):
    page = open_page("shelf", have=["Light rum", "Lemon juice", "Sugar syrup"])
    assert "Daiquiri" not in cards(page)
    page.toggle(key="acceptable").set_value(True).run()
    assert query_of(page)["substitutes"] == ["acceptable"]
    assert "Daiquiri" in cards(page)
    page.toggle(key="strict").set_value(True).run()
    assert query_of(page)["substitutes"] == ["strict"]
    assert not page.toggle(key="acceptable").value
    assert "Daiquiri" not in cards(page)
    page.toggle(key="strict").set_value(False).run()
    assert "substitutes" not in query_of(page)


def test_an_acceptable_substitute_is_shown_with_a_remark(open_page, texts_of):
    have = ["Light rum", "Lemon juice", "Sugar syrup"]
    page = open_page("shelf", have=have, substitutes="acceptable")
    assert "**Lemon juice** for Lime juice (also sour but another aroma)" in texts_of(page)


def test_anything_alcohol_free_includes_cocktails_by_their_conversion(
    open_page, sample_catalogue, cards, query_of
):
    shelf = ["Lime juice", "Lemon juice", "Sugar syrup", "Soda water", "Mint", "Coconut water"]
    expected = sample_catalogue.makeable(shelf, convertible=True, limit=24).items
    page = open_page("shelf", have=shelf)
    page.segmented_control(key="kind").set_value("convertible").run()
    assert query_of(page)["convertible"] == ["true"]
    assert query_of(page)["mocktail"] == ["true"]
    assert cards(page) == [item.drink.name for item in expected]
    badges = [
        text.value.split("\n\n")[-1] for text in page.main.markdown if "-badge[" in text.value
    ]
    assert badges.count(":green-badge[as a mocktail]") == sum(
        item.as_mocktail is not None for item in expected
    )
    captions = [caption.value for caption in page.caption]
    converted = next(item for item in expected if item.as_mocktail)
    assert ", ".join(converted.as_mocktail) in [text.replace("\\", "") for text in captions]
    page.segmented_control(key="kind").set_value("").run()
    assert "convertible" not in query_of(page)
    assert "mocktail" not in query_of(page)


def test_basics_that_no_recipe_names_are_not_reported(open_page, texts_of):
    assert "No drink uses" not in texts_of(open_page("shelf", have=["Gin", "Crushed ice", "Salt"]))
