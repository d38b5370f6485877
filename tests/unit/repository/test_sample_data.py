"""The sample data in data/raw agrees with its README; read with the standard library only."""

import csv
import gzip
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mocktailverse.drinks.codes import Reason
from mocktailverse.sources import SOURCES
from mocktailverse.sources.opendrinks.simulated_archive import sample_files
from mocktailverse.sources.slugs import slug_of

Record = dict[str, Any]

RAW = Path(__file__).parents[3] / "data" / "raw"
BAD = RAW / "bad"
AT_LEAST = {"mocktails.json": 55, "cocktails.ndjson": 50, "punches.csv": 10, "winter.ndjson.gz": 10}
LANGUAGES = ("", "ES", "DE", "FR", "IT", "ZH-HANS", "ZH-HANT")
SLOTS = range(1, 16)
KEYS = (
    *("idDrink", "strDrink", "strDrinkAlternate", "strTags", "strVideo", "strCategory", "strIBA"),
    *("strAlcoholic", "strGlass"),
    *(f"strInstructions{language}" for language in LANGUAGES),
    "strDrinkThumb",
    *(f"strIngredient{slot}" for slot in SLOTS),
    *(f"strMeasure{slot}" for slot in SLOTS),
    *("strImageSource", "strImageAttribution", "strCreativeCommonsConfirmed", "dateModified"),
)
CATEGORIES = {
    *("Beer", "Cocktail", "Cocoa", "Coffee / Tea", "Homemade Liqueur", "Ordinary Drink"),
    *("Other / Unknown", "Punch / Party Drink", "Shake", "Shot", "Soft Drink"),
}
NOT_FROM_SMALL_FILES = {
    *(Reason.OBJECT_TOO_LARGE, Reason.LINE_TOO_LONG, Reason.RECORD_TOO_LARGE),
    *(Reason.OBSERVED_AT_INVALID, Reason.SOURCE_UNKNOWN),
    # of other sources
    *(Reason.INGREDIENTS_MISSING, Reason.TOO_MANY_LINES, Reason.ID_TAKEN),
}
OWN_IDS = re.compile(r"9\d{4}|9\d{5}")


def records_of(name: str) -> list[Record]:
    data = (RAW / name).read_bytes()
    if name.endswith(".gz"):
        data = gzip.decompress(data)
    text = data.decode()
    if name.endswith(".json"):
        drinks: list[Record] = json.loads(text)["drinks"]
        return drinks
    if name.endswith(".csv"):
        return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def drinks() -> list[Record]:
    return [drink for name in AT_LEAST for drink in records_of(name)]


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((BAD / "expected.json").read_bytes())
    return content


def lines_of(drink: Record) -> Iterator[tuple[str, str]]:
    """Yield the ingredient and measure of each filled slot, as received."""
    for slot in SLOTS:
        if (ingredient := drink[f"strIngredient{slot}"] or "").strip():
            yield ingredient, drink[f"strMeasure{slot}"] or ""


def measures(drinks: list[Record]) -> set[str]:
    return {measure for drink in drinks for _, measure in lines_of(drink)}


@pytest.mark.parametrize(("name", "least"), list(AT_LEAST.items()), ids=list(AT_LEAST))
def test_each_file_has_enough_drinks_and_the_readme_has_their_number(name: str, least: int):
    records = records_of(name)
    assert len(records) >= least
    readme = (RAW / "README.md").read_text(encoding="utf-8")
    row = next(line for line in readme.splitlines() if line.startswith(f"| `{name}` |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    ids = [int(drink["idDrink"]) for drink in records]
    assert cells[2:4] == [str(len(records)), f"{min(ids)}-{max(ids)}"]


def test_the_totals_of_the_readme_are_correct(drinks):
    counts = Counter(drink["strAlcoholic"] for drink in drinks)
    iba = sum(bool((drink["strIBA"] or "").strip()) for drink in records_of("cocktails.ndjson"))
    readme = (RAW / "README.md").read_text(encoding="utf-8")
    without, optional = counts["Non alcoholic"], counts["Optional alcohol"]
    assert f"{len(drinks)} drinks: {without} without alcohol, {optional} in which" in readme
    assert f"{iba} of them on a list of the IBA" in readme


def test_ids_and_names_are_distinct_and_ids_are_in_our_own_ranges(drinks):
    ids = [drink["idDrink"] for drink in drinks]
    assert len(drinks) >= 130
    assert len(set(ids)) == len(ids)
    assert len({drink["strDrink"].casefold() for drink in drinks}) == len(drinks)
    assert all(OWN_IDS.fullmatch(each) for each in ids)
    assert {len(each) for each in ids} == {5, 6}


def test_every_record_has_the_51_keys_in_order(drinks):
    assert len(KEYS) == 51
    assert all(tuple(drink) == KEYS for drink in drinks)


def test_most_kinds_of_drinks_are_present(drinks):
    counts = Counter(drink["strAlcoholic"] for drink in drinks)
    assert set(counts) == {"Alcoholic", "Non alcoholic", "Optional alcohol"}
    assert counts["Non alcoholic"] >= 50
    assert {drink["strCategory"] for drink in drinks} == CATEGORIES
    iba = {drink["strIBA"] for drink in drinks} - {None, ""}
    assert iba == {"Contemporary Classics", "New Era Drinks", "Unforgettables"}
    assert any(not drink["strDrink"].isascii() for drink in drinks)


def test_all_but_one_drink_have_english_instructions_and_many_have_others(drinks):
    without_english = [
        drink["strDrink"] for drink in drinks if not drink["strInstructions"].strip()
    ]
    assert without_english == ["Screwdriver"]
    for language in ("DE", "IT", "ES"):
        assert sum(bool(drink[f"strInstructions{language}"]) for drink in drinks) >= 10


def test_every_drink_has_ingredients_and_starts_at_slot_one(drinks):
    assert all(len(list(lines_of(drink))) >= 2 for drink in drinks)
    assert all(drink["strIngredient1"].strip() for drink in drinks)


@pytest.mark.parametrize("blank", [None, "", " ", "\n"], ids=repr)
def test_absent_values_have_every_spelling(drinks, blank):
    assert any(value == blank for drink in drinks for value in drink.values())


@pytest.mark.parametrize(
    "measure",
    [
        *("Juice of 1/2", "Top up with", "Fill with", "to taste", "Dash", "Pinch", "½", "4 cl"),
        *(
            "2-3 oz",
            "1 1/2 oz",
            "2 parts",
            "6 leaves",
            "1/3 cup",
            "¾ oz",
            "¼ tsp",
            "1 oz (optional)",
        ),
    ],
)
def test_measures_are_as_irregular_as_real_ones(drinks, measure):
    assert measure in {each.strip() for each in measures(drinks)}


def test_white_space_and_line_breaks_surround_measures(drinks):
    texts = measures(drinks)
    assert any(each.startswith(" ") for each in texts)
    assert any(each.endswith(" ") for each in texts)
    assert any(each.endswith("\r\n") for each in texts)
    assert any(each.endswith("\n") and not each.endswith("\r\n") for each in texts)


def test_instructions_have_both_kinds_of_line_breaks(drinks):
    texts = [drink["strInstructions"] for drink in drinks]
    assert any("\r\n" in text for text in texts)
    assert any("\n" in text.replace("\r\n", "") for text in texts)


def test_tags_are_separated_with_and_without_a_space(drinks):
    tags = [drink["strTags"] or "" for drink in drinks]
    assert any(", " in each for each in tags)
    assert any("," in each and ", " not in each for each in tags)


def test_one_glass_has_several_spellings(drinks):
    spellings = {drink["strGlass"] for drink in drinks}
    assert len(spellings) > len({each.casefold() for each in spellings})


def test_some_drinks_name_an_ingredient_twice_with_different_measures(drinks):
    def repeats(drink: Record) -> bool:
        lines = list(lines_of(drink))
        return len({name for name, _ in lines}) < len(lines) == len(set(lines))

    assert any(repeats(drink) for drink in drinks)


def test_some_measures_have_lost_their_ingredient_or_are_shifted(drinks):
    orphans = [
        drink["strDrink"]
        for drink in drinks
        for slot in SLOTS
        if (drink[f"strMeasure{slot}"] or "").strip()
        and not (drink[f"strIngredient{slot}"] or "").strip()
    ]
    assert orphans == ["Tropical Fruit Punch"]
    spezi = next(drink for drink in drinks if drink["strDrink"] == "Spezi")
    assert ("Coca-Cola", "slice") in {(name, measure.strip()) for name, measure in lines_of(spezi)}


@pytest.mark.parametrize(
    "key", ["dateModified", "strDrinkThumb", "strImageSource", "strImageAttribution", "strVideo"]
)
def test_optional_fields_are_present_on_some_drinks(drinks, key):
    present = sum(bool((drink[key] or "").strip()) for drink in drinks)
    assert 0 < present < len(drinks)


def test_image_licences_vary(drinks):
    assert {drink["strCreativeCommonsConfirmed"] for drink in drinks} >= {"Yes", "No", None}


def test_urls_point_to_example_com_only():
    for path in RAW.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if path.parent == RAW and path.suffix == ".gz":
                data = gzip.decompress(data)
            for host in re.findall(rb"https?://([^/\"\s]+)", data):
                assert host.endswith(b".example.com"), (path.name, host)


def test_the_gzip_file_contains_neither_time_nor_name():
    header = (RAW / "winter.ndjson.gz").read_bytes()[:10]
    assert header[:3] == b"\x1f\x8b\x08"
    assert header[3] == 0
    assert header[4:8] == b"\0\0\0\0"


def test_the_csv_conforms_to_rfc_4180():
    data = (RAW / "punches.csv").read_bytes().decode()
    rows = list(csv.reader(io.StringIO(data, newline=""), strict=True))
    again = io.StringIO(newline="")
    csv.writer(again, lineterminator="\r\n").writerows(rows)
    assert data == again.getvalue()
    assert data.count("\r\n") > len(rows), "a cell spans several lines"
    assert '""' in data


def test_json_is_indented_and_not_escaped_and_ndjson_is_compact():
    document = (RAW / "mocktails.json").read_text(encoding="utf-8")
    assert document == json.dumps(json.loads(document), ensure_ascii=False, indent=1) + "\n"
    for line in (RAW / "cocktails.ndjson").read_text(encoding="utf-8").splitlines():
        assert line == json.dumps(json.loads(line), ensure_ascii=False, separators=(",", ":"))


def test_expected_json_and_the_readme_name_every_bad_file(expected):
    files = {path.name for path in BAD.iterdir()} - {"expected.json"}
    readme = (RAW / "README.md").read_text(encoding="utf-8")
    assert set(expected) == files
    assert all(f"`{name}`" in readme for name in files)


def test_bad_files_cover_every_reason_that_small_files_can_cause(expected):
    shown = {Reason(code) for entry in expected.values() for code in entry["reasons"]}
    assert shown == set(Reason) - NOT_FROM_SMALL_FILES


def test_expected_counts_are_conserving(expected):
    for name, entry in expected.items():
        counts = entry["counts"]
        assert list(counts) == ["read", "loaded", "unchanged", "stale", "rejected"], name
        assert counts["read"] == sum(counts.values()) - counts["read"], name
        assert counts["rejected"] == len(entry["reasons"]), name


def test_there_are_good_drinks_between_the_bad_ones(expected):
    def loads(line: str) -> bool:
        try:
            record = json.loads(line)
        except ValueError:
            return False
        return isinstance(record, dict) and tuple(record) == KEYS

    lines = (BAD / "records.ndjson").read_text(encoding="utf-8").splitlines()
    assert len(lines) == expected["records.ndjson"]["counts"]["read"]
    assert expected["records.ndjson"]["counts"]["loaded"] == 2
    assert not loads(lines[1])
    assert not loads(lines[-1])
    ids = [json.loads(line)["idDrink"] for line in lines if loads(line)]
    assert {type(each) for each in ids} >= {int, str}


def test_the_truncated_gzip_ends_after_two_good_drinks():
    inflater = zlib.decompressobj(wbits=31)
    text = inflater.decompress((BAD / "truncated.ndjson.gz").read_bytes()).decode()
    assert not inflater.eof
    assert [tuple(json.loads(line)) for line in text.splitlines()] == [KEYS, KEYS]


def test_the_simulated_recipes_have_mocktails_and_drinks_of_the_other_samples(drinks):
    reader = SOURCES["opendrinks"].records
    recipes = [reader.from_json(recipe) for recipe in sample_files().values()]
    others = {slug_of(str(drink["strDrink"])) for drink in drinks}
    shared = [recipe for recipe in recipes if recipe.id in others]
    mocktails = [one for one in recipes if one.alcoholic in {"non_alcoholic", "optional_alcohol"}]
    page = (RAW.parent / "opendrinks" / "README.md").read_text()
    for number, words in ((len(recipes), "recipes in"), (len(shared), "are drinks that")):
        assert f"{number} {words}" in page
    assert f"{len(mocktails)} of them are without alcohol" in page
    assert len(recipes) >= 40
    assert len(mocktails) >= len(recipes) / 3
    assert all(recipe.image is None for recipe in recipes), "their pictures do not exist"
