"""Explore: search, filters, paging; the URL contains the whole state."""

import csv
import io

import msgspec
import pytest
import streamlit as st

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.dashboard.views import explore_page
from mocktailverse.dashboard.views.explore_page import csv_of


def test_all_drinks_are_shown_in_pages(open_page, sample_catalogue, cards):
    page = open_page()
    total = sample_catalogue.meta.drinks
    assert page.header[0].value == f"{total} drinks"
    assert len(cards(page)) == 24
    assert any(caption.value == f"Page 1 of {-(-total // 24)}" for caption in page.caption)


def test_the_first_drinks_do_not_wait_for_the_index(
    open_page, make_catalogue, sample_catalogue, cards, monkeypatch
):
    drinks = list(sample_catalogue.all_drinks())
    drinks[0] = msgspec.structs.replace(drinks[0], withdrawn_at=5)
    catalogue = make_catalogue(drinks)
    with monkeypatch.context() as patched:
        patched.setattr(Catalogue, "warm", lambda _: st.stop())
        preview = open_page(catalogue=catalogue)
    assert not catalogue.is_warm
    assert not preview.text_input
    complete = open_page(catalogue=catalogue)
    assert catalogue.is_warm
    assert len(cards(preview)) == 24
    assert cards(complete) == cards(preview)


def test_a_new_visitor_gets_the_first_row_before_the_controls(
    open_page, sample_catalogue, cards, monkeypatch
):
    sample_catalogue.warm()
    with monkeypatch.context() as patched:
        patched.setattr(explore_page.time, "sleep", lambda _: st.stop())
        page = open_page()
    assert len(cards(page)) == 3
    assert not page.text_input
    page.run()
    assert len(cards(page)) == 24
    assert page.text_input


def test_every_filter_is_restored_from_the_url(open_page):
    page = open_page(
        q="lemon", category=["cocktail"], ingredient=["Lemon juice", "Gin"], match="any",
        without=["Egg white"], abv_min="5", abv_max="30", sort="-abv", size="48", withdrawn="true",
    )  # fmt: skip
    assert page.text_input(key="search").value == "lemon"
    assert page.multiselect(key="filter-category").value == ["Cocktail"]
    assert page.multiselect(key="filter-ingredient").value == ["Lemon juice", "Gin"]
    assert page.multiselect(key="filter-without").value == ["Egg white"]
    assert page.slider(key="filter-abv").value == (5, 30)
    assert page.toggle(key="filter-match").value
    assert page.toggle(key="filter-withdrawn").value
    assert page.selectbox(key="sort").value == "-abv"


def test_searching_filtering_and_removing_filters_change_the_url(open_page, query_of):
    page = open_page(have=["Gin"], after="x", page="3")
    page.text_input(key="search").set_value("sour").run()
    assert query_of(page) == {"have": ["Gin"], "q": ["sour"]}
    page.multiselect(key="filter-spirit").select("Whiskey").run()
    page.slider(key="filter-abv").set_range(0, 40).run()
    assert query_of(page)["abv_max"] == ["40"]
    assert "Base spirit: Whiskey" in [button.label for button in page.button]
    page.button(key="drop-0").click().run()
    assert query_of(page) == {"have": ["Gin"], "q": ["sour"], "abv_max": ["40"]}
    page.button(key="clear-filters").click().run()
    assert query_of(page) == {"have": ["Gin"]}
    assert page.text_input(key="search").value == ""
    assert not page.exception


def test_one_click_shows_only_mocktails(open_page, query_of, button_group):
    page = open_page()
    button_group(page, "kind").set_value("true").run()
    assert query_of(page) == {"mocktail": ["true"]}
    badges = [text.value.split("\n\n")[-1] for text in page.markdown if "-badge[" in text.value]
    assert set(badges) == {":green-badge[mocktail]"}


def test_a_cursor_of_another_query_leads_to_the_first_page(open_page, cards):
    first, damaged = open_page(spirit="Gin"), open_page(spirit="Gin", after="nonsense", page="7")
    assert cards(first) == cards(damaged)
    assert any(caption.value.startswith("Page 1 of") for caption in damaged.caption)


def test_the_next_page_follows_the_first(open_page, sample_catalogue, cards):
    following = sample_catalogue.search(DrinkQuery(group=True), limit=24).next
    assert not set(cards(open_page())) & set(cards(open_page(after=following, page="2")))


def test_similar_ingredients_are_suggested_if_no_drink_matches(open_page, cards, query_of):
    page = open_page(ingredient="Ginn", q="")
    assert page.header[0].value == "No drinks found"
    page.button(key="suggestion-0").click().run()
    assert query_of(page)["ingredient"] != ["Ginn"]
    assert cards(page)


def test_the_table_shows_the_same_drinks(open_page):
    page = open_page(view="table", q="negroni")
    assert list(page.dataframe[0].value["name"]) == ["Negroni"]


def test_a_random_drink_is_one_of_the_results(open_page, query_of):
    page = open_page(q="negroni")
    page.button(key="surprise").click().run()
    assert query_of(page) == {"q": ["negroni"], "drink": ["thecocktaildb:90101"]}
    assert page.title[0].value == "Negroni"


def test_invalid_parameters_in_the_url_are_ignored(open_page):
    page = open_page(
        sort="DROP", size="-1", page="x", view="3d", mocktail="maybe", abv_min="nan", nothing="1",
        tag=["<script>", "x" * 5000],
    )  # fmt: skip
    assert page.header[0].value == "No drinks found"


def test_hostile_texts_are_shown_as_text(
    open_page, hostile_catalogue, hostile_texts, markup_of, cards
):
    page = open_page(catalogue=hostile_catalogue, size="48")
    assert len(cards(page)) == len(hostile_texts)
    assert not markup_of(page) & set("<$`~#")
    assert any(r"\<script\>" in name for name in cards(page))


def test_the_csv_contains_all_results_and_no_formula(hostile_catalogue, sample_catalogue):
    rows = list(csv.DictReader(io.StringIO(csv_of(hostile_catalogue, DrinkQuery()).decode())))
    assert len(rows) == hostile_catalogue.meta.drinks
    assert not [cell for row in rows for cell in row.values() if cell[:1] in set("=+-@\t\r")]
    gin = DrinkQuery(spirit=("Gin",))
    lines = csv_of(sample_catalogue, gin).splitlines()
    assert len(lines) == 1 + sample_catalogue.count(gin)


@pytest.mark.parametrize("view", ["", "pictures", "table"])
def test_pictures_are_shown_only_on_demand_and_with_a_licence(open_page, sample_catalogue, view):
    page = open_page(view=view)
    shown = sample_catalogue.search(DrinkQuery(), limit=24).items
    licensed = [drink for drink in shown if drink.image and drink.image.licence]
    assert licensed
    assert len(page.get("image")) == (len(licensed) if view == "pictures" else 0)


@pytest.mark.parametrize(
    "withdrawal", [("thecocktaildb", "withdrawn by the source"), ("own", "removed by its owner")]
)
def test_withdrawn_drinks_are_marked(
    open_page, sample_catalogue, make_catalogue, cards, withdrawal
):
    source, reason = withdrawal
    drink = msgspec.structs.replace(
        sample_catalogue.drink("thecocktaildb:90101"), withdrawn_at=5, source=source
    )
    catalogue = make_catalogue([drink])
    assert not cards(open_page(catalogue=catalogue))
    page = open_page(catalogue=catalogue, withdrawn="true")
    assert cards(page) == ["Negroni"]
    assert any(reason in element.value for element in page.markdown)


def test_the_most_frequent_of_many_tags_are_listed_and_others_can_be_typed(
    open_page, make_catalogue, sample_catalogue
):
    drinks = list(sample_catalogue.all_drinks())[:120]
    catalogue = make_catalogue(
        msgspec.structs.replace(drink, tags=("Common", f"Rare {number:03}"))
        for number, drink in enumerate(drinks)
    )
    page = open_page(catalogue=catalogue, tag=["rare 119"])
    tags = page.multiselect(key="filter-tag")
    assert tags.proto.accept_new_options
    assert "You can type 21 others" in tags.help
    assert (tags.options[0], tags.options[-1]) == ("Common (120)", "rare 119")
    assert len(tags.options) == 101
    assert page.header[0].value == "1 drink"
    assert not page.multiselect(key="filter-alcoholic").proto.accept_new_options
