"""The catalogue as CSV, NDJSON and JSON: values survive a round trip, and no cell is a formula."""

import csv
import io
import re
import unicodedata
from contextlib import closing

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.catalogue.exports.csv_columns import COLUMNS, csv_cell
from mocktailverse.catalogue.exports.formats import export_csv, export_json, export_ndjson
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery, Page
from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.checkout import find_checkout
from mocktailverse.drinks.drink import (
    Credit,
    Derived,
    Drink,
    Image,
    IngredientLine,
    Lineage,
    Stated,
)

EVERYTHING = DrinkQuery(withdrawn=True)
HOSTILE = {
    "formula": '=HYPERLINK("http://x.example","click")',
    "command": "+cmd|' /C calc'!A0",
    "tab": "\t=1+1",
    "quoted": '"=1+1',
    "apostrophe": "'=1+1",
    "full width": "\uff1d1+1",
    "invisible": "\u200b\ufeff@SUM(A1)",
    "html": "<script>alert('x')</script>",
    "right to left": "\u202emargarita \u05de\u05e8\u05d2\u05e8\u05d9\u05d8\u05d4",
    "emoji": "\U0001f379\U0001f469\u200d\U0001f373",
    "long": 'long, "quoted"\n' * 700,
    "line breaks": "one\rtwo\nthree\r\nfour\u2028five",
    "null byte": "a\x00b",
}

text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
hostile = st.one_of(text, text.map(lambda t: f"={t}"), st.sampled_from(list(HOSTILE.values())))


def drink_of(number: int, name: str, words: str) -> Drink:
    line = IngredientLine(1, name, name, words, 1.5, 2, "oz", 44.4, 59.1, "volume", "range")
    return Drink(
        id=f"thecocktaildb:{number}",
        source="thecocktaildb",
        name=name,
        category=words,
        alcoholic="alcoholic",
        glass=None,
        iba=None,
        tags=(words, "b"),
        instructions={"de": name, "en": words},
        ingredients=(line, msgspec.structs.replace(line, position=2, measure_raw=None)),
        image=Image("https://x.example/a.jpg", None, words),
        video=None,
        derived=Derived(0.1, 1e-7, spirits=("Gin", "Rum"), is_mocktail=False),
        quality=("no_instructions",),
        content_hash="0" * 64,
        observed_at=1_700_000_000_000,
        withdrawn_at=None,
        previous_name=None,
        lineage=Lineage("raw", "key", "v1", 7, 1),
    )


class FakeCatalogue:
    """A catalogue of drinks that fit on one page."""

    def __init__(self, *drinks: Drink) -> None:
        self.drinks = drinks

    def search(self, _query, *, limit, after):
        assert (len(self.drinks) <= limit, after) == (True, None)
        return Page([*self.drinks], None)


def read_back(pieces) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(pieces).decode(), newline="")))


def without_apostrophe(cell: str) -> str:
    """Return the original text as docs/reference/exports.md explains."""
    return cell[1:] if cell.startswith("'") and csv_cell(cell[1:]) != cell[1:] else cell


@pytest.fixture(scope="module")
def hostile_catalogue(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "catalogue.sqlite"
    drinks = [drink_of(n, w, w) for n, w in enumerate(HOSTILE.values())]
    withdrawn = msgspec.structs.replace(drink_of(99, "Gone", "gone"), withdrawn_at=1)
    with CatalogueWriter.create(path) as writer:
        writer.put([*drinks, withdrawn])
        writer.seal(version="1-00000000", built_at=1, table="drinks")
    with closing(Catalogue(path)) as catalogue:
        yield catalogue


@pytest.fixture
def samples(catalogue_path):
    with closing(Catalogue(catalogue_path)) as catalogue:
        yield catalogue


@given(st.lists(st.tuples(hostile, hostile), max_size=3))
def test_a_csv_reader_returns_the_values_of_the_drinks(texts):
    drinks = [drink_of(number, *pair) for number, pair in enumerate(texts)]
    rows = read_back(export_csv(FakeCatalogue(*drinks)))
    assert len(rows) == len(drinks)
    for row, drink in zip(rows, drinks, strict=True):
        for column in COLUMNS:
            cell = column.cell(drink)
            assert without_apostrophe(row[column.name]) == ("" if cell is None else str(cell))


@given(hostile)
def test_no_text_is_a_formula_after_a_spreadsheet_strips_it(words):
    cell = csv_cell(words)
    assert without_apostrophe(cell) == words
    kept = [c for c in cell if not c.isspace() and unicodedata.category(c) not in {"Cc", "Cf"}]
    assert not unicodedata.normalize("NFKC", "".join(kept).lstrip('"')).startswith(tuple("=+-@"))
    assert not cell.startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize(
    "words", ["Margarita", "1/2 oz", "3.5", "7 & 7", "O'Neill", "", "a=b", "'n"]
)
def test_harmless_text_is_unchanged(words):
    assert csv_cell(words) == words


@pytest.mark.parametrize(
    ("words", "cell"),
    [
        *((f"{sign}1", f"'{sign}1") for sign in "=+-@\uff1d\uff0b\uff0d\uff20\ufe63"),
        *((f"{blank}n", f"'{blank}n") for blank in "\t\r\n"),
        *((f"{char}=1", f"'{char}=1") for char in " '\"`\x01\x0b\u00a0\u00ad\u2028\u200b"),
        ("''=1", "'''=1"),
        ("'\tn", "''\tn"),
        ("'X=1", "'X=1"),  # the text after the apostrophe is not a formula
        ("'n=1", "'n=1"),
        (" n", " n"),
        ("' '", "' '"),
        ('"n=1', '"n=1'),
        ("*=1", "*=1"),
    ],
)
def test_an_apostrophe_precedes_possible_formulas_and_no_other_text(words, cell):
    assert csv_cell(words) == cell


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_survives_catalogue_and_csv(hostile_catalogue, name):
    rows = read_back(export_csv(hostile_catalogue))
    assert HOSTILE[name] in {without_apostrophe(row["instructions"]) for row in rows}


def test_a_row_has_the_values_of_the_drink():
    (row,) = read_back(export_csv(FakeCatalogue(drink_of(7, "Spritz", "2 oz"))))
    assert row["is_mocktail"] == "false"
    assert row["spirits"] == "Gin; Rum"
    assert row["ingredients"] == "Spritz: 2 oz; Spritz"
    assert (row["ingredient_1"], row["measure_1"]) == ("Spritz", "2 oz")
    assert (row["ingredient_2"], row["measure_2"], row["ingredient_3"]) == ("Spritz", "", "")
    assert (row["instructions"], row["instructions_language"]) == ("2 oz", "en")
    assert (row["total_ml_min"], row["total_ml_max"], row["alcohol_g_min"]) == ("0.1", "1e-07", "")
    assert (row["image_url"], row["image_licence"]) == ("https://x.example/a.jpg", "")
    assert (row["lineage_position"], row["transform_version"]) == ("7", "1")


def test_every_column_has_the_meaning_on_its_page():
    page = find_checkout().template.parents[1] / "docs" / "reference" / "csv-columns.md"
    rows = re.findall(r"^\| `(.+)` \| (.+) \|$", page.read_text(), re.MULTILINE)
    (header,) = export_csv(FakeCatalogue())
    assert [name for name, _ in rows] == header.decode().removesuffix("\r\n").split(",")
    assert rows == [(column.name, column.meaning) for column in COLUMNS]


def test_each_cell_has_its_own_field():
    """All values differ, so that a value in the wrong column fails the test."""
    lines = tuple(
        IngredientLine(n, f"N{n}", f"r{n}", f"m{n}", n, n, "oz", n, n, "volume", "exact")
        for n in range(1, 17)
    )
    drink = Drink(
        "test:7", "test", "Fizz", "Shot", "optional_alcohol", "Cup", "New Era", ("t", "u"),
        {"en": "Stir."}, lines, Image("https://x.example/i", "CC", "Ada"), "https://x.example/v",
        Derived(
            1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, "range", ("Gin",), "built",
            is_mocktail=True, unknown_because=("Gin", "Rum"), likely_abv_served_percent=15.5,
            sugar_g_min=16.5, sugar_g_max=17.5, acid_g_min=18.5, acid_g_max=19.5,
            sugar_served_g_per_100ml_min=20.5, sugar_served_g_per_100ml_max=21.5,
            acid_served_g_per_100ml_min=22.5, acid_served_g_per_100ml_max=23.5,
            energy_kcal_min=24.5, energy_kcal_max=25.5,
        ),
        ("q", "p"), "hash", 11, 12, "Sour", Lineage("bucket", "key", "version", 13, 14),
        "Long and cold.", Credit("Bea", "https://x.example/r", "MIT"), Stated(26.5), "Mint",
    )  # fmt: skip
    (row,) = read_back(export_csv(FakeCatalogue(drink)))
    assert row == {
        "id": "test:7", "source": "test", "name": "Fizz", "category": "Shot",
        "alcoholic": "optional_alcohol", "is_mocktail": "true", "glass": "Cup", "method": "built",
        "iba": "New Era", "tags": "t; u", "spirits": "Gin",
        "total_ml_min": "1.5", "total_ml_max": "2.5", "alcohol_g_min": "3.5",
        "alcohol_g_max": "4.5", "abv_percent_min": "5.5", "abv_percent_max": "6.5",
        "abv_served_percent_min": "7.5", "abv_served_percent_max": "8.5",
        "standard_drinks_min": "9.5", "standard_drinks_max": "10.5", "certainty": "range",
        "unknown_because": "Gin; Rum", "likely_abv_served_percent": "15.5",
        "sugar_g_min": "16.5", "sugar_g_max": "17.5", "acid_g_min": "18.5", "acid_g_max": "19.5",
        "sugar_served_g_per_100ml_min": "20.5", "sugar_served_g_per_100ml_max": "21.5",
        "acid_served_g_per_100ml_min": "22.5", "acid_served_g_per_100ml_max": "23.5",
        "energy_kcal_min": "24.5", "energy_kcal_max": "25.5",
        "ingredients": "; ".join(f"N{n}: m{n}" for n in range(1, 17)),
        **{f"ingredient_{n}": f"N{n}" for n in range(1, 16)},
        **{f"measure_{n}": f"m{n}" for n in range(1, 16)},
        "instructions": "Stir.", "instructions_language": "en",
        "image_url": "https://x.example/i", "image_licence": "CC", "image_attribution": "Ada",
        "video": "https://x.example/v", "quality": "q; p", "previous_name": "Sour",
        "observed_at": "11", "withdrawn_at": "12", "content_hash": "hash",
        "lineage_bucket": "bucket", "lineage_key": "key", "lineage_version_id": "version",
        "lineage_position": "13", "transform_version": "14", "description": "Long and cold.",
        "credit_author": "Bea", "credit_url": "https://x.example/r", "credit_licence": "MIT",
        "stated_abv_percent": "26.5", "garnish": "Mint",
    }  # fmt: skip


def test_an_unknown_value_is_an_empty_cell():
    drink = Drink(
        "test:7", "test", "Fizz", None, None, None, None, (), {}, (), None, None, Derived(), (),
        "hash", 11, None, None, Lineage("bucket", "key", "version", 0, 14),
    )  # fmt: skip
    (row,) = read_back(export_csv(FakeCatalogue(drink)))
    assert {name: cell for name, cell in row.items() if cell} == {
        "id": "test:7", "source": "test", "name": "Fizz", "certainty": "unknown",
        "observed_at": "11", "content_hash": "hash", "lineage_bucket": "bucket",
        "lineage_key": "key", "lineage_version_id": "version", "lineage_position": "0",
        "transform_version": "14",
    }  # fmt: skip


def test_without_english_the_instructions_are_in_another_language():
    drink = msgspec.structs.replace(drink_of(1, "a", "b"), instructions={"it": "due", "de": "zwei"})
    (row,) = read_back(export_csv(FakeCatalogue(drink)))
    assert (row["instructions"], row["instructions_language"]) == ("zwei", "de")


def test_every_csv_line_ends_in_cr_lf(samples):
    for piece in export_csv(samples):
        assert piece.endswith(b"\r\n")


def test_ndjson_and_json_decode_to_the_same_drinks(hostile_catalogue):
    drinks = list(hostile_catalogue.all_drinks())
    lines = b"".join(export_ndjson(hostile_catalogue, EVERYTHING)).splitlines()
    assert len(drinks) == len(HOSTILE) + 1
    assert [msgspec.json.decode(line, type=Drink) for line in lines] == drinks
    array = b"".join(export_json(hostile_catalogue, EVERYTHING))
    assert msgspec.json.decode(array, type=list[Drink]) == drinks


def test_an_empty_export_is_a_header_an_empty_file_or_an_empty_array(samples):
    nothing = DrinkQuery(q="nosuchdrinkanywhere")
    assert read_back(export_csv(samples, nothing)) == []
    assert list(export_ndjson(samples, nothing)) == []
    assert b"".join(export_json(samples, nothing)) == b"[]\n"


def test_an_array_has_one_drink_per_line():
    drinks = [drink_of(number, "Fizz", "Stir.") for number in range(3)]
    first, second, third = map(msgspec.json.encode, drinks)
    array = b"".join(export_json(FakeCatalogue(*drinks)))
    assert array == b"[\n" + first + b",\n" + second + b",\n" + third + b"\n]\n"


def test_withdrawn_drinks_are_exported_only_on_request(hostile_catalogue):
    everything = {row["id"] for row in read_back(export_csv(hostile_catalogue, EVERYTHING))}
    present = {row["id"] for row in read_back(export_csv(hostile_catalogue))}
    assert everything - present == {"thecocktaildb:99"}
    assert everything == {drink.id for drink in hostile_catalogue.all_drinks()}
    for export in (export_ndjson, export_json):
        assert b"thecocktaildb:99" not in b"".join(export(hostile_catalogue))


def test_a_query_of_many_pages_gives_every_drink_once_in_name_order(samples, monkeypatch):
    monkeypatch.setattr("mocktailverse.catalogue.exports.formats.PAGE_SIZE", 3)
    paged = list(export_ndjson(samples, DrinkQuery(withdrawn=True, sort="-abv")))
    assert paged == list(export_ndjson(samples))
    assert len(paged) == samples.meta.drinks


def test_an_export_is_the_same_each_time(samples):
    assert list(export_csv(samples)) == list(export_csv(samples))
