"""Inputs of `add`: the format is detected, and a broken recipe costs only itself."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.errors import ObjectRejectedError, UsageError
from mocktailverse.operations.own_recipes import understood
from mocktailverse.operations.recipe_input import INPUT_BYTES, UnreadableRecipe, read_recipes
from mocktailverse.sources import owned_source
from mocktailverse.sources.authoring import RecipeEnvelope
from mocktailverse.sources.slugs import MAX_SLUG
from strategies.effort import examples

SIMPLE = {"name": "Fizz", "ingredients": ["2 oz gin", "1 oz lime juice"]}
ASSISTANT = {"name": "Fizz", "instructions": "x",
             "ingredients": [{"name": "Gin", "amount": 2, "units": "oz"},
                             {"name": "Lime juice", "amount": 1, "units": "oz"}]}  # fmt: skip
SCHEMA = {"@type": "Recipe", "name": "Fizz", "recipeIngredient": SIMPLE["ingredients"]}
TEXT = "Fizz\n2 oz gin\n1 oz lime juice"
CSV = "name,ingredients\nFizz,2 oz gin; 1 oz lime juice\n"
PAGE = f'<html><script type="application/ld+json">{json.dumps(SCHEMA)}</script></html>'


def encoded(value: object) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (encoded(SIMPLE), "columns"),
        (encoded([SIMPLE]), "columns"),
        (encoded({"name": "Fizz", "ingredients": "2 oz gin\n1 oz lime juice"}), "columns"),
        (encoded(ASSISTANT), "bar-assistant"),
        (encoded({"recipe": ASSISTANT, "ingredients": []}), "bar-assistant"),
        (encoded(SCHEMA), "schema.org"),
        (encoded({"@graph": [{"@type": "WebPage"}, SCHEMA]}), "schema.org"),
        (encoded([{"@context": "https://schema.org", "@graph": [SCHEMA]}]), "schema.org"),
        (encoded({"@type": "WebPage", "mainEntity": SCHEMA}), "schema.org"),
        (PAGE.encode(), "schema.org"),
        (CSV.encode(), "columns"),
        (CSV.replace(",", "\t").encode(), "columns"),
        (gzip.compress(encoded(ASSISTANT), mtime=0), "bar-assistant"),
        (TEXT.encode(), "text"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "text"),
        (TEXT.encode("utf-16"), "text"),
        (encoded(SIMPLE).decode().encode("utf-16"), "columns"),
        (encoded(SIMPLE | {"title": "Fizz", "name": ""}), "columns"),
        (encoded({"data": [SIMPLE], "links": {"next": None}, "meta": {"total": 1}}), "columns"),
        (encoded({"data": {"recipes": [SCHEMA]}}), "schema.org"),
        (encoded({"data": ASSISTANT}), "bar-assistant"),
        (encoded({"recipe": SIMPLE}), "columns"),
        (encoded(SIMPLE | {"data": {"views": 5}}), "columns"),
        (
            encoded(
                {
                    "name": "Fizz",
                    "ingredients": [
                        {"name": "gin", "amount": "2", "unit": "oz"},
                        {"name": "lime juice", "amount": 1, "unit": "oz"},
                    ],
                }
            ),
            "columns",
        ),
        (
            encoded(
                {
                    "name": "Fizz",
                    "ingredients": [
                        {"name": "gin", "amount": "1-2", "units": "oz"},
                        {"name": "lime juice", "amount": "1", "units": "oz"},
                    ],
                }
            ),
            "columns",
        ),
        (
            b"sep=;\r\n"
            + CSV.replace(";", "/")
            .replace(",", ";")
            .replace("/", "\n")
            .replace("2 oz gin\n 1 oz lime juice", '"2 oz gin\n1 oz lime juice"')
            .encode(),
            "columns",
        ),
        (CSV.replace("name", "Title").encode(), "columns"),
        (CSV.encode("utf-16"), "columns"),
        (gzip.compress(CSV.encode(), mtime=0), "columns"),
        (gzip.compress(TEXT.encode(), mtime=0), "text"),
        (gzip.compress(PAGE.encode(), mtime=0), "schema.org"),
    ],
)
def test_the_format_is_detected(data, form):
    (recipe,) = read_recipes(data, "recipes")
    assert isinstance(recipe, RecipeEnvelope), recipe
    assert (recipe.id, recipe.format, recipe.origin) == ("fizz", form, "recipes")
    names = [line.name for line in understood(recipe).ingredients]
    assert names == ["Gin", "Lime juice"]


def test_a_row_that_is_ingested_is_read_like_one_that_is_added():
    record = owned_source().records.from_fields({"name": "Fizz", "ingredients": "gin; soda"})
    assert [line.ingredient for line in record.lines] == ["gin", "soda"]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"name,ingredients\nFizz,gin; soda\n", ["gin", "soda"]),
        (encoded(SIMPLE | {"ingredients": ["2 oz gin; chilled"]}), ["2 oz gin; chilled"]),
        (
            encoded(SIMPLE | {"ingredients": "2 oz gin; chilled\nsoda"}),
            ["2 oz gin; chilled", "soda"],
        ),
        (encoded(SIMPLE | {"ingredients": ["2 oz gin; 1 oz rum"]}), ["2 oz gin", "1 oz rum"]),
    ],
)
def test_semicolons_separate_ingredients_only_in_csv_and_before_a_measure(data, lines):
    (recipe,) = read_recipes(data, None)
    written = [
        f"{line.measure_raw or ''} {line.name_raw}" for line in understood(recipe).ingredients
    ]
    assert [line.strip() for line in written] == lines


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_table_of_a_spreadsheet_is_read_in_its_encoding(encoding):
    data = "name,ingredients\nPiña,2 oz gin\nFizz à 3 €,1 oz rosé\n".encode(encoding)
    names = [understood(one).name for one in read_recipes(data, None)]
    assert names == ["Piña", "Fizz à 3 €"]


def test_a_recipe_of_a_page_that_is_not_valid_json_has_a_reason():
    broken = PAGE.replace('"name": "Fizz"', '"name": Fizz')
    good, unreadable = read_recipes(f"{broken}{PAGE}".encode(), None)
    assert isinstance(good, RecipeEnvelope)
    assert (unreadable.number, unreadable.code) == (2, "malformed_json")


def test_every_element_of_a_wrapped_list_is_read_or_has_a_reason():
    first, second = read_recipes(encoded({"recipes": [SIMPLE, {"title": ""}]}), None)
    assert isinstance(first, RecipeEnvelope)
    assert (second.number, second.code) == (2, "name_missing")


def test_what_was_received_is_kept():
    (recipe,) = read_recipes(encoded(SCHEMA | {"nutrition": {"calories": "5"}}), "https://x/y")
    assert recipe.recipe == SCHEMA | {"nutrition": {"calories": "5"}}
    (again,) = read_recipes(recipe.encoded(), "elsewhere")
    assert again == recipe


@pytest.mark.parametrize("separator", [b"\n", b"\r\n"])
def test_a_broken_line_costs_only_itself(separator):
    data = separator.join(
        [encoded(SIMPLE), b'{"name": ', b"[1]", encoded(SCHEMA), b'{"a": "\xff"}']
    )
    first, *broken, _, last = read_recipes(data, None)
    assert isinstance(first, RecipeEnvelope)
    assert [one.code for one in [*broken, last] if isinstance(one, UnreadableRecipe)] == [
        "malformed_json",
        "not_an_object",
        "not_utf8",
    ]


@pytest.mark.parametrize(
    ("recipe", "code"),
    [
        ({"ingredients": ["1 oz gin"]}, "name_missing"),
        ({"name": "\u0000 \u200b", "ingredients": ["1 oz gin"]}, "name_missing"),
        ({"name": "x" * 130_000, "ingredients": ["1 oz gin"]}, "record_too_large"),
        (5, "not_an_object"),
        ({"@type": "WebPage", "name": "x"}, None),
    ],
)
def test_what_cannot_be_read_has_a_code_and_its_neighbours_are_read(recipe, code):
    broken, good = read_recipes(encoded([recipe, SIMPLE]), None)
    assert isinstance(good, RecipeEnvelope)
    if code:
        assert isinstance(broken, UnreadableRecipe)
        assert (broken.number, broken.code) == (1, code)


def test_a_page_with_many_comments_is_cut_to_its_recipe():
    recipe = SCHEMA | {"review": ["x" * 1000] * 500}
    (envelope,) = read_recipes(encoded(recipe), None)
    assert envelope.recipe == SCHEMA


def test_several_recipes_of_a_text_have_their_own_ids():
    read = read_recipes(b"A\n1 oz gin\n---\nB\n1 oz rum\n---\n\n", None)
    assert [recipe.id for recipe in read] == ["a", "b"]


def test_the_stated_id_is_kept_if_it_is_a_slug():
    recipes = [SIMPLE | {"_id": "my-fizz"}, SIMPLE | {"id": "No Slug"}, SIMPLE | {"id": 17}]
    assert [one.id for one in read_recipes(encoded(recipes), None)] == ["my-fizz", "fizz", "fizz"]


def test_a_text_may_have_joined_emoji():
    text = "\U0001f468\u200d\U0001f373\u200d\U0001f379 Fizz\n2 oz gin"
    assert len(read_recipes(text.encode(), None)) == 1


def line(**fields):
    """A line with an amount of 60 ml."""
    return {"amount": 60, "units": "ml"} | fields


@pytest.mark.parametrize(
    "recipe",
    [
        "Fizz\n\nIngredients:\n4 oz orange juice\nVodka:\nlime juice\n\nMethod:\nMix\n",
        "Fizz\n\nVodka:\n4 oz orange juice\n",
        "Fizz\n\n4 oz orange juice\nA good glug of whatever rum you have.\nMix.\n",
        "Fizz\n\n4 oz ginger beer (4.8 % vol)\n",
        "Fizz\n\n4 oz lemonade, 5% ABV\n",
        "Fizz\n\n4 oz 10 proof cola\n",
        {"name": "Fizz", "recipeIngredient": ["Vodka:", "1 oz lime juice"]},
        {"name": "Fizz", "ingredients": [line(ingredient="Syrup", label="Triple Sec")]},
        {"name": "Fizz", "ingredients": [{"name": "Juice", "type": "vodka", "amount": "2 oz"}]},
        {"name": "Fizz", "ingredients": [line(name="Lemonade", strength=5)]},
        {"name": "Fizz", "ingredients": [line(ingredient={"name": "Lemonade", "strength": 5})]},
        {"recipe": {"name": "Fizz", "ingredients": [line(_id="ale-1")]},
         "ingredients": [{"_id": "ale-1", "name": "Ginger ale", "strength": 4}]},
    ],
)  # fmt: skip
def test_alcohol_in_an_unusual_place_does_not_give_a_mocktail(recipe):
    data = recipe.encode() if isinstance(recipe, str) else encoded(recipe)
    (read,) = read_recipes(data, None)
    assert understood(read).derived.is_mocktail is not True


@pytest.mark.parametrize(
    "recipe",
    [
        "Fizz\n\nIngredients:\nFor the rum:\n4 oz orange juice\nSpirits:\nlime juice\n",
        "Fizz\n\n4 oz cola (0.3% vol)\n1 cup cream (30 %)\nA dash of lime makes it good.\n",
        {"name": "Fizz", "ingredients": [line(name="Lemonade", strength=0.0)]},
        {"name": "Fizz", "ingredients": [line(name="Juice", note="no gin", type="juice")]},
    ],
)
def test_headings_and_other_percentages_are_not_alcohol(recipe):
    data = recipe.encode() if isinstance(recipe, str) else encoded(recipe)
    (read,) = read_recipes(data, None)
    assert understood(read).derived.is_mocktail is True


def test_our_own_export_and_opendrinks_are_read():
    gin = {"name": "Gin", "name_raw": "gin", "measure_raw": "2 oz"}
    drink = SIMPLE | {"instructions": {"de": "Rühren.", "en": "Stir."}, "ingredients": [gin]}
    line = {"quantity": "2", "measure": "oz", "ingredient": "gin"}
    open_drink = SIMPLE | {"directions": ["Stir.", "Serve."], "ingredients": [line]}
    one, other = map(understood, read_recipes(encoded([drink, open_drink]), None))
    assert one.ingredients == other.ingredients
    assert (one.instructions, other.instructions) == (
        {"de": "Rühren.", "en": "Stir."},
        {"en": "Stir.\nServe."},
    )


@pytest.mark.parametrize(
    ("data", "form", "message"),
    [
        (b"", None, "empty"),
        (b" \n\t", None, "empty"),
        (b"x" * (INPUT_BYTES + 1), None, "16 MiB"),
        (b"<html><p>no recipe</p></html>", None, "no recipe"),
        (b"<html><p>no recipe</p></html>", "bar-assistant", "no recipe"),
        (b"---\n---\n", None, "no recipe"),
        (TEXT.encode(), "bar-assistant", "does not have the format"),
        (b"[]", None, "no recipe"),
        (bytes(range(256)) * 20, None, "not text"),
        (b"\x89PNG\r\n\x1a\n\0", None, "not text"),
        (b"%PDF-1.7\n1 0 obj", None, "not text"),
        (b"\x01\x02\x03" * 500, None, "not text"),
        (b"GIF89a" + bytes(range(1, 256)), None, "not text"),
        (b"PK\x03\x04\x14", None, "ZIP archive"),
        (b"drink;parts;how\nFizz;gin;Shake.\n", None, "columns of recipes"),
        (b'drink,parts,how\n"Fizz, cold",gin,Shake.\n', None, "columns of recipes"),
    ],
)
def test_an_input_without_a_recipe_is_a_clear_error(data, form, message):
    with pytest.raises(UsageError, match=message):
        read_recipes(data, None, form)


def test_a_damaged_gzip_file_is_a_clear_error():
    with pytest.raises(ObjectRejectedError, match="damaged or truncated"):
        read_recipes(gzip.compress(encoded(SIMPLE), mtime=0)[:-4], None)


def test_the_format_can_be_given():
    (recipe,) = read_recipes(CSV.encode(), None, "text")
    assert recipe.format == "text"


@settings(max_examples=examples(200), deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_read_or_refused(data):
    try:
        read_recipes(data, None)
    except (UsageError, ObjectRejectedError):
        return


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "a\x00b", "\u202eevil", "=1+1", "<script>alert(1)</script>", "x" * 5000,
     "\x1b[31mred", "日本", "-rf", "CON", "a/b\\c", "&amp;"],
)  # fmt: skip
def test_a_hostile_name_is_kept_as_text_under_a_harmless_id(name):
    (recipe,) = read_recipes(encoded(SIMPLE | {"name": name}), None)
    drink = understood(recipe)
    assert drink.name == " ".join(name.replace("\x00", " ").replace("\x1b", " ").split())
    assert set(drink.id.removeprefix("own:")) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(drink.id) <= len("own:") + MAX_SLUG


@pytest.mark.parametrize("depth", [100, 300, 900, 5_000, 200_000])
def test_deep_nesting_is_read_or_rejected(depth):
    nested = b'{"a":' * depth + b"1" + b"}" * depth
    start = b'{"name": "x", "ingredients": ["1 oz gin"], "y": '
    (recipe,) = read_recipes(start + nested + b"}", None)
    if depth > 200:
        assert isinstance(recipe, UnreadableRecipe)
        assert recipe.code == "malformed_json"
    else:
        assert understood(recipe).name == "x"
