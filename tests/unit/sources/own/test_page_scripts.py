"""Web pages: JSON-LD in any disorder, encodings, and pages without a recipe."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.sources.own.page_scripts import MAX_SCRIPTS, page_recipes
from mocktailverse.sources.page_text import decoded_text, is_page

RECIPE = {"@type": "Recipe", "name": "Fizz", "recipeIngredient": ["2 oz gin"]}


def page_of(*scripts: str, kind: str = "application/ld+json") -> str:
    blocks = "".join(f'<script type="{kind}">{script}</script>' for script in scripts)
    return f"<!doctype html><html><head>{blocks}</head><body><p>text</p></body></html>"


def names(text: str) -> list[object]:
    return [recipe["name"] for recipe in page_recipes(text)]


@pytest.mark.parametrize(
    "value",
    [
        RECIPE,
        [RECIPE],
        {"@graph": [{"@type": "WebSite"}, RECIPE]},
        {"@type": "WebPage", "mainEntity": RECIPE},
        {"@type": "WebPage", "mainEntity": {"@type": "ItemPage", "mainEntity": [RECIPE]}},
        {**RECIPE, "@type": ["NewsArticle", "Recipe"]},
        {**RECIPE, "@type": "https://schema.org/Recipe"},
        {**RECIPE, "@type": "schema:Recipe"},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": RECIPE}]},
    ],
)
def test_a_recipe_is_found_wherever_it_is(value):
    assert names(page_of(json.dumps(value))) == ["Fizz"]


@pytest.mark.parametrize(
    "script",
    [
        "//<![CDATA[\n{}\n//]]>",
        "/* <![CDATA[ */ {} /* ]]> */",
        "<!-- {} -->",
        "\ufeff \n {} ;",
    ],
)
def test_comments_and_cdata_around_the_json_do_not_matter(script):
    text = script.replace("{}", json.dumps(RECIPE)).removeprefix("\ufeff")
    assert names(page_of(text)) == ["Fizz"]


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "Recipe", "name": "Fizz",\n "recipeIngredient": ["2 oz gin",],}',
        '{"@type": "Recipe", "name": "Fizz", "recipeInstructions": "a\nb\tc"}',
        json.dumps(RECIPE).replace('"', "&quot;"),
    ],
)
def test_slightly_invalid_json_is_read(script):
    assert names(page_of(script)) == ["Fizz"]


def test_commas_within_strings_stay():
    script = '{"@type": "Recipe", "name": "a,] b,}", "recipeIngredient": ["x",]}'
    assert names(page_of(script)) == ["a,] b,}"]


def test_an_invalid_script_costs_only_itself():
    good = json.dumps(RECIPE)
    assert names(page_of('{"broken": ', good, "nonsense", "", good)) == ["Fizz"]


def test_entries_that_only_name_a_recipe_are_left_out_if_there_is_a_whole_one():
    teaser = {"@type": "Recipe", "name": "Teaser"}
    assert names(page_of(json.dumps([teaser, RECIPE]))) == ["Fizz"]
    assert names(page_of(json.dumps(teaser))) == ["Teaser"]


def test_a_related_recipe_belongs_to_its_recipe():
    other = {**RECIPE, "name": "Other"}
    assert names(page_of(json.dumps({**RECIPE, "isRelatedTo": other}))) == ["Fizz"]


@pytest.mark.parametrize(
    "text",
    [
        "<p>nothing</p>",
        page_of(json.dumps({"@type": "Article"})),
        page_of(json.dumps(RECIPE), kind="text/javascript"),
        page_of("[" * 100_000),
        page_of('{"@type": "Recipe", "name": ' + '{"a":' * 5_000 + "1"),
    ],
)
def test_a_page_without_a_recipe_has_none(text):
    assert page_recipes(text) == []


def test_deep_values_are_not_followed_forever():
    value: object = RECIPE
    for _ in range(60):
        value = {"mainEntity": value}
    assert page_recipes(page_of(json.dumps(value))) == []


@given(st.text())
def test_any_text_is_read_without_an_error(text):
    page_recipes(text)
    page_recipes(page_of(text))


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("piña".encode(), None, "piña"),
        ("piña".encode("latin-1"), "iso-8859-1", "piña"),
        (b'<meta charset="iso-8859-1">pi\xf1a', None, '<meta charset="iso-8859-1">piña'),
        (b"pi\xf1a", None, "piña"),
        (b"pi\xf1a", "utf-8", "piña"),
        (b"pi\xf1a", "nonsense", "piña"),
        (b"\xef\xbb\xbfpi\xc3\xb1a", "iso-8859-1", "piña"),
        ("piña".encode("utf-16"), None, "piña"),
    ],
)
def test_a_page_is_decoded_in_its_encoding(data, charset, text):
    assert decoded_text(data, charset) == text


@pytest.mark.parametrize(
    "text", ["<!DOCTYPE html>", " <html>", "\ufeff<p>x", "<?xml version='1'?>"]
)
def test_markup_is_a_page(text):
    assert is_page(text)


@pytest.mark.parametrize("text", ["Margarita\n2 oz gin", '{"a": 1}', "< 3 oz gin", ""])
def test_other_texts_are_not_pages(text):
    assert not is_page(text)


def test_scripts_beyond_the_limit_leave_the_others_intact():
    recipes = [RECIPE | {"name": f"Fizz {number}"} for number in range(MAX_SCRIPTS + 50)]
    page = page_of(*map(json.dumps, recipes))
    assert names(page) == [recipe["name"] for recipe in recipes[:MAX_SCRIPTS]]
