"""Web pages: JSON-LD in any disorder, encodings, and pages without a recipe."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.sources.own.page_scripts import page_recipes
from mocktailverse.sources.page_request import PAGE_BYTES
from mocktailverse.sources.page_text import decoded_text, is_page

RECIPE = {"@type": "Recipe", "name": "Fizz", "recipeIngredient": ["2 oz gin"]}


def page_of(*scripts: str, kind: str = "application/ld+json") -> str:
    blocks = "".join(f'<script type="{kind}">{script}</script>' for script in scripts)
    return f"<!doctype html><html><head>{blocks}</head><body><p>text</p></body></html>"


def names(text: str) -> list[object]:
    return [one if isinstance(one, str) else one["name"] for one in page_recipes(text)]


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
        "//<![CDATA[{}//]]>",
        "\ufeff \n {} ;",
        "window.__recipe = {};",
        '{"@type": "WebSite", "name": "S"}\n{}',
        '{"broken": nonsense}, {}',
    ],
)
def test_what_is_around_the_json_does_not_matter(script):
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


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("a,] b,}", "a,] b,}"),
        (r"Ann\'s \o\/ \"Fizz\" \u00e9 \N", 'Ann\'s o/ "Fizz" é N'),
        (r"\ud83c\udf78 \ud83c", "🍸 \N{REPLACEMENT CHARACTER}"),
        ("]]> <!-- // /*", "]]> <!-- // /*"),
        ('Ann "the" Fizz', 'Ann "the" Fizz'),
        ("a\x01\nb", "a\x01\nb"),
    ],
)
def test_strings_are_read_as_meant(written, name):
    assert names(page_of(f'{{"@type": "Recipe", "name": "{written}", "ingredients": ["x",]}}')) == [
        name
    ]


@pytest.mark.parametrize(
    "attributes",
    [
        "type=application/ld+json",
        "TYPE = 'Application/LD+JSON; charset=utf-8' defer",
        'data-type="text/x" data-y="a>b" type="application/ld&#43;json" id=y',
        'class="yoast-schema-graph"\ntype="application/ld+json"',
    ],
)
def test_the_type_of_a_script_is_found_among_its_attributes(attributes):
    assert names(f"<script {attributes}>{json.dumps(RECIPE)}</SCRIPT >") == ["Fizz"]


def test_scripts_in_comments_and_in_other_scripts_are_not_read():
    old, new = page_of(json.dumps(RECIPE | {"name": "Old"})), page_of(json.dumps(RECIPE))
    assert names(f"<!--{old}--><!--><script>'{old[:99]}'</script><!-- {new}") == ["Fizz"]


def test_the_last_script_may_lack_its_end():
    assert names(page_of(json.dumps(RECIPE)).partition("</script>")[0]) == ["Fizz"]


def test_every_script_of_a_page_is_read():
    recipes = [RECIPE | {"name": f"Fizz {number}"} for number in range(600)]
    assert names(page_of(*map(json.dumps, recipes))) == [recipe["name"] for recipe in recipes]


START = '<script type="application/ld+json">'


@pytest.mark.timeout(30)  # in quadratic time, each one takes many minutes
@pytest.mark.parametrize(
    ("start", "unit", "end"),
    [
        ("", "<a ", ""),
        ("", "<script ", ""),
        ("", START, ""),
        ("", "<!--", ""),
        ("<script ", "=\"='", ">"),
        ("<script ", " = ", ">"),
        (START + "{}", " ", ""),
        (START + '{"', r"\"", ""),
        (START + "{", '"', ""),
        (START + "[", ", ", "]"),
        (START, "[]", ""),
        (START, "<![CDATA[", ""),
        (START, "</script", ""),
        (START + "[", '{"@type":"Recipe","name":"x"},', "1]"),
    ],
)
def test_hostile_pages_are_read_in_linear_time(start, unit, end):
    page_recipes(start + unit * (PAGE_BYTES // 4 // len(unit)) + end)


def test_an_invalid_script_costs_only_itself():
    good = json.dumps(RECIPE)
    assert names(page_of('{"broken": ', good, "nonsense", "", good)) == ["Fizz"]


@pytest.mark.parametrize("end", ["", '"b", "c"}', '{"a":' * 5_000])
def test_a_recipe_that_is_not_valid_json_is_returned_as_its_text(end):
    broken = '{"@type": ["Recipe"], "name": ' + end
    assert names(page_of(broken, json.dumps(RECIPE))) == ["Fizz", broken]


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
    ],
)
def test_a_page_without_a_recipe_has_none(text):
    assert page_recipes(text) == []


def test_authors_and_pictures_are_found_by_their_id():
    graph = [
        RECIPE | {"author": [{"@id": "#ann"}], "image": {"@id": "#photo"}},
        {"@type": "Person", "@id": "#ann", "name": "Ann", "sameAs": ["https://x.example"]},
        {"@type": "ImageObject", "@id": "#photo", "url": "https://x.example/a.jpg"},
    ]
    (recipe,) = page_recipes(page_of(json.dumps({"@graph": graph})))
    assert recipe["author"] == [{"@type": "Person", "@id": "#ann", "name": "Ann"}]
    assert recipe["image"]["url"] == "https://x.example/a.jpg"


def test_deep_values_are_not_followed_forever():
    value: object = RECIPE
    for _ in range(120):
        value = {"mainEntity": value}
    assert names(page_of(json.dumps(value))) == [json.dumps(value)]


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
