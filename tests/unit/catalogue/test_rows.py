"""A catalogue returns every field of a drink as it was written."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mocktailverse.catalogue import schema
from mocktailverse.catalogue.conversions import ConversionColumns
from mocktailverse.catalogue.rows import (
    DRINK_COLUMNS,
    LINE_COLUMNS,
    READ_CHUNK,
    drink_row,
    name_key,
    text_row,
)
from mocktailverse.drinks.drink import Credit, Image, Stated
from strategies.drinks import drinks
from strategies.effort import examples


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(drinks, max_size=4, unique_by=lambda drink: drink.id))
def test_drinks_are_read_back_unchanged(open_catalogue, given_drinks):
    catalogue = open_catalogue(given_drinks)
    ids = [drink.id for drink in given_drinks]

    assert catalogue.drinks(ids) == given_drinks
    assert list(catalogue.all_drinks()) == sorted(
        given_drinks, key=lambda drink: (name_key(drink.name), drink.id)
    )
    catalogue.close()


def test_the_tables_have_the_columns_that_rows_fill(open_catalogue):
    catalogue = open_catalogue([])

    with catalogue._connections.borrow() as connection:  # noqa: SLF001 - inspects the file
        columns = {
            table: [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
            for table in ("drinks", "drink_ingredients")
        }
        ((format_,),) = connection.execute("PRAGMA user_version")
        ((page_size,),) = connection.execute("PRAGMA page_size")

    assert sorted(columns["drinks"]) == sorted(("row", *DRINK_COLUMNS, *ConversionColumns._fields))
    assert tuple(columns["drink_ingredients"]) == LINE_COLUMNS, "lines are read by position"
    assert format_ == schema.FORMAT
    assert page_size == schema.PAGE_SIZE


def test_many_drinks_are_streamed_in_name_order_independent_of_their_ids(
    open_catalogue, make_drink
):
    number = 2 * READ_CHUNK + 1
    names = [f"Drink {place % 7}" for place in range(number)]
    catalogue = open_catalogue(
        make_drink(name, "Ice", drink_id=f"test:{place}") for place, name in enumerate(names)
    )

    listed = [(drink.name, drink.id) for drink in catalogue.all_drinks()]

    assert len(listed) == number
    assert listed == sorted(listed)


def test_drinks_are_returned_in_the_requested_order_without_unknown_ids(open_catalogue, make_drink):
    catalogue = open_catalogue([make_drink("A"), make_drink("B")])

    drinks = catalogue.drinks(["test:B", "nobody", "\ud800", "test:A", "test:B", "test:A\x00"])

    assert [drink.name for drink in drinks] == ["B", "A", "B"]
    assert catalogue.drink("test:A") == make_drink("A")
    assert catalogue.drink("\udcff") is None


def test_each_value_of_a_row_is_in_its_column(make_drink):
    drink = replace(
        make_drink(
            "\u00c9lan", tags=("b", "a"), quality=("q",), spirits=("Gin", "Rum"), method="built"
        ),
        image=Image("url", "CC", "Ada"),
        description="Long.",
        credit=Credit("Bea", None, "MIT"),
        stated=Stated(12.5),
        instructions={"en": "Stir.", "de": "R\u00fchren."},
    )
    row = dict(zip(DRINK_COLUMNS, drink_row(drink), strict=True))
    assert (row["name"], row["name_key"]) == ("\u00c9lan", "elan")
    assert (row["tags"], row["quality"], row["spirits"]) == ('["b","a"]', '["q"]', '["Gin","Rum"]')
    assert row["instructions"] == '{"en":"Stir.","de":"R\u00fchren."}'
    assert [row[f"image_{name}"] for name in ("url", "licence", "attribution")] == [
        "url", "CC", "Ada"
    ]  # fmt: skip
    assert (row["lineage_bucket"], row["lineage_key"]) == ("data", "raw/test/part.ndjson")
    assert (row["lineage_version_id"], row["lineage_position"]) == ("1", 0)
    assert [row[f"credit_{name}"] for name in ("author", "url", "licence")] == ["Bea", None, "MIT"]
    assert (row["description"], row["stated_abv_percent"]) == ("Long.", 12.5)
    assert (row["transform_version"], row["method"], row["certainty"]) == (1, "built", "unknown")


def test_the_full_text_has_each_text_on_its_own_line(make_drink):
    first, second = make_drink("Fizz", "Gin", "Lime juice", tags=("b", "a")).ingredients
    drink = replace(
        make_drink("Fizz", tags=("b", "a")),
        ingredients=(replace(first, name_raw="dry gin"), second),
        instructions={"en": "Stir.", "de": "Kurz."},
    )
    assert text_row(drink) == ("Fizz", "Gin\ndry gin\nLime juice", "Stir.\nKurz.", "b\na")


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("Gro\u00dfer Bock", "Gro\u00dfer Bock grosser"),
        ("\u00c9lan vital", "\u00c9lan vital"),  # SQLite strips the accents itself
        ("\uff27\uff29\uff2e \ufb01zz", "\uff27\uff29\uff2e \ufb01zz fizz gin"),
        ("E\u0301lan", "E\u0301lan"),
    ],
)
def test_words_that_sqlite_cannot_match_are_appended_to_the_text(make_drink, name, stored):
    assert text_row(make_drink(name))[0] == stored


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("  Pi\u00f1a COLADA ", "pina colada"),
        ("x" * 101, "x" * 100),
        ("x" * 99 + "yz", "x" * 99 + "y"),
        ("e\u0301" * 100, "e" * 50),  # the first hundred characters count, with their accents
        ("\ufdfa" * 100, unicodedata.normalize("NFKD", "\ufdfa" * 6)[:100]),
        ("Stra\u00dfe", "strasse"),
        ("\u0301", ""),
    ],
)
def test_name_keys_have_a_hundred_characters_without_case_and_accents(name, key):
    assert name_key(name) == key
    assert len(key) <= 100
