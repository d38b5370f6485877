"""Normalize: a record becomes a drink; golden files contain the current output of the transform.

The golden files contain the drinks of some records of data/raw, the digests of the reference tables
and the TRANSFORM_VERSION of both. After an intended change of the output: raise
TRANSFORM_VERSION in drinks/transform_version.py, run

    make golden

and read the difference before you commit it. Without a higher version nothing is renewed: the
tables contain drinks of the older code, and a replay replaces them only if the version is higher.
"""

import hashlib
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.drinks import reference
from mocktailverse.drinks.codes import Quality
from mocktailverse.drinks.drink import Lineage
from mocktailverse.drinks.normalize import absent, normalize
from mocktailverse.drinks.record import Absence
from mocktailverse.drinks.register import Register
from mocktailverse.drinks.transform_version import TRANSFORM_VERSION
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.ingest import InputFile
from mocktailverse.pipeline.transformation import transform
from mocktailverse.sources import SOURCES
from strategies.effort import examples

RAW = Path(__file__).parents[3] / "data" / "raw"
GOLDEN = Path(__file__).parent / "golden" / "drinks.json"
GOLDEN_REFERENCE = Path(__file__).parent / "golden" / "reference.json"
NOT_IN_DRINKS = {
    *("houses.csv", "substitutions.csv"),
    *("drink_names.csv", "drink_aliases.csv", "known_drinks.csv"),
}
"""Tables that the transform does not read."""
REFERENCE = Path(reference.__file__).parent
GOLDEN_IDS = {
    "mocktails.json": [90002, 90013, 90043, 90061, 90065],
    "cocktails.ndjson": [90101, 90104, 90107, 90116, 90133, 90160, 90161, 90165, 90167],
    "punches.csv": [900001, 900003, 900010],
    "winter.ndjson.gz": [900101, 900107],
}
NOT_GOLDEN = {"observed_at", "lineage"}
READER = SOURCES["thecocktaildb"].records


def golden_drinks():
    """Return the output of the current code for the golden records, as JSON."""
    drinks = []
    for name, ids in GOLDEN_IDS.items():
        version = ObjectVersion("", f"raw/thecocktaildb/{name}", "null")
        drink_ids = {f"thecocktaildb:{number}" for number in ids}
        matches = [
            json.loads(msgspec.json.encode(piece.register.drink))
            for piece in transform(InputFile(RAW / name), version)
            if piece.register and piece.register.id in drink_ids
        ]
        assert len(matches) == len(ids)
        drinks += matches
    return [{k: v for k, v in drink.items() if k not in NOT_GOLDEN} for drink in drinks]


def renew(drinks):
    """Write the golden file, or fail if a drink changed without a higher version."""
    if GOLDEN.exists():
        golden = json.loads(GOLDEN.read_text())
        changed = [d["name"] for d in drinks if d not in golden["drinks"]]
        if changed and golden["transform_version"] >= TRANSFORM_VERSION:
            pytest.fail(f"Raise TRANSFORM_VERSION first; changed drinks: {changed}")
    content = {"transform_version": TRANSFORM_VERSION, "drinks": drinks}
    GOLDEN.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def test_output_changes_only_together_with_the_transform_version(request):
    drinks = golden_drinks()
    if request.config.getoption("--renew-golden"):
        renew(drinks)
    golden = json.loads(GOLDEN.read_text())
    assert [d["id"] for d in golden["drinks"]] == [d["id"] for d in drinks]
    changed = {
        new["name"]: sorted(field for field in new if new[field] != old.get(field))
        for old, new in zip(golden["drinks"], drinks, strict=True)
        if old != new
    }
    if changed and golden["transform_version"] == TRANSFORM_VERSION:
        pytest.fail(f"Raise TRANSFORM_VERSION (see the top of this file); changed: {changed}")
    assert golden["transform_version"] == TRANSFORM_VERSION, "Run `make golden`."


def test_a_reference_table_changes_only_together_with_the_transform_version(request):
    """A new synonym may change no golden drink, so the test also compares the tables."""
    digests = {
        path.name: hashlib.sha256(path.read_text(encoding="utf-8").encode()).hexdigest()
        for path in sorted(REFERENCE.glob("*.csv"))
        if path.name not in NOT_IN_DRINKS
    }
    golden = json.loads(GOLDEN_REFERENCE.read_text())
    changed = [name for name, _ in sorted(digests.items() ^ golden["sha256"].items())]
    if changed and golden["transform_version"] >= TRANSFORM_VERSION:
        pytest.fail(
            f"{' and '.join(dict.fromkeys(changed))} changed, so the same record may give another "
            "drink. Raise TRANSFORM_VERSION in src/mocktailverse/drinks/transform_version.py to "
            f"{golden['transform_version'] + 1}, then run `make golden`.",
            pytrace=False,
        )
    if request.config.getoption("--renew-golden"):
        content = {"transform_version": TRANSFORM_VERSION, "sha256": digests}
        GOLDEN_REFERENCE.write_text(json.dumps(content, indent=1) + "\n")
    else:
        assert golden["transform_version"] == TRANSFORM_VERSION, "Run `make golden`."


def drink_of(record, observed_at=1, position=0):
    lineage = Lineage("data", "raw/thecocktaildb/x", "v1", position, TRANSFORM_VERSION)
    return normalize(READER.from_fields(record), "thecocktaildb", observed_at, lineage).drink


def test_the_same_record_gives_the_same_drink_byte_for_byte(raw_record):
    assert msgspec.json.encode(drink_of(raw_record())) == msgspec.json.encode(
        drink_of(raw_record())
    )


def test_the_content_hash_ignores_lineage_and_time(raw_record):
    first, again = drink_of(raw_record()), drink_of(raw_record(), 9, 9)
    assert first.content_hash == again.content_hash
    assert (first.observed_at, first.lineage.position) == (1, 0)
    assert (again.observed_at, again.lineage.position) == (9, 9)


@pytest.mark.parametrize(
    "fields",
    [
        {"strDrink": "margarita"},
        {"strCategory": None},
        {"strMeasure1": "1 1/2 oz."},
        {"strIngredient2": "lime juice"},
        {"strInstructionsDE": "Mixen."},
        {"strTags": "IBA"},
        {"strAlcoholic": "Optional alcohol"},
        {"strVideo": "https://example.com/v"},
        {"strDrinkThumb": "https://example.com/p.jpg"},
        {"idDrink": "11008"},
    ],
)
def test_any_other_content_has_another_hash(raw_record, fields):
    assert drink_of(raw_record() | fields).content_hash != drink_of(raw_record()).content_hash


@pytest.mark.parametrize(
    "fields",
    [{"dateModified": "2017-01-01 00:00:00"}, {"strDrink": " Margarita\n"}, {"idDrink": 11007}],
)
def test_differences_outside_the_content_do_not_change_the_hash(raw_record, fields):
    assert drink_of(raw_record() | fields) == drink_of(raw_record())


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"strIngredient1": "Zorblax nectar"}, Quality.INGREDIENT_UNKNOWN),
        ({"strIngredient2": "tequila "}, Quality.INGREDIENT_REPEATED),
        ({"strMeasure1": "40000 oz"}, Quality.MEASURE_IMPLAUSIBLE),
        ({"strMeasure1": "1/0 oz"}, Quality.MEASURE_UNKNOWN),
        ({"strIngredient1": "", "strIngredient2": None}, Quality.NO_INGREDIENTS),
        ({"strInstructions": " \n"}, Quality.NO_INSTRUCTIONS),
        ({"strAlcoholic": None}, Quality.ALCOHOLIC_UNKNOWN),
        ({"strAlcoholic": "Non alcoholic"}, Quality.STRENGTH_CONTRADICTS),
        ({"strMeasure9": "1 oz"}, Quality.MEASURE_WITHOUT_INGREDIENT),
        ({"strTags": ["a"]}, Quality.FIELD_RETYPED),
        ({"strDrinkThumb": "javascript:alert(1)"}, Quality.IMAGE_INVALID),
        ({"strVideo": "ftp://x"}, Quality.VIDEO_INVALID),
    ],
)
def test_quality_codes_are_noted(raw_record, fields, code):
    assert code not in drink_of(raw_record()).quality
    drink = drink_of(raw_record() | fields)
    assert code in drink.quality
    assert list(drink.quality) == sorted(set(drink.quality))


def test_the_register_has_the_fingerprint_of_the_raw_names(raw_record):
    """The table stores fingerprints, so a new format needs a migration."""
    record = READER.from_fields(
        raw_record(
            name=" NEGRONI  Bianco",
            strIngredient1="gin ",
            strIngredient2="Campari",
            strIngredient3="GIN",
        )
    )
    lineage = Lineage("data", "raw/thecocktaildb/x", "v1", 0, TRANSFORM_VERSION)
    assert normalize(record, "thecocktaildb", 1, lineage).recipe == (
        "8e32961bb2b0dbe8:8fb8dd9501c1a3a3:e85218eaa64c6cbc"
    )


def test_an_absence_gives_a_register_without_a_drink():
    assert absent(Absence("11007"), "thecocktaildb", 5) == Register(
        "thecocktaildb:11007", None, recipe="", earlier=(), absences=(5,)
    )


def test_the_removal_by_the_owner_is_marked():
    register = absent(Absence("mine", is_removal=True), "own", 5)
    assert register == Register("own:mine", None, absences=(5,), removed_at=5)


def test_an_absent_measure_is_not_an_unknown_measure(raw_record):
    for blank in (None, "", " \n"):
        drink = drink_of(raw_record(strMeasure1=blank))
        assert drink.ingredients[0].measure_raw is None
        assert Quality.MEASURE_UNKNOWN not in drink.quality


def test_lines_keep_the_received_text_next_to_the_parsed_values(raw_record):
    drink = drink_of(
        raw_record(strIngredient2=None, strIngredient3="  lime  JUICE ", strMeasure3="1-2 oz\n")
    )
    line = drink.ingredients[1]
    assert (line.position, line.name, line.name_raw) == (3, "Lime juice", "lime JUICE")
    assert (line.measure_raw, line.amount_min, line.amount_max) == ("1-2 oz", 1.0, 2.0)
    assert (line.unit, line.kind, line.certainty) == ("oz", "volume", "range")


hostile = st.text(max_size=40) | st.sampled_from(
    [
        "½",
        "1/0 oz",
        "-1 oz",
        "9" * 120,
        "1e99 oz",
        "oz",
        "\0",
        "1 oz" * 60,
        "٣ oz",
        "²",
        "∞",
        "NaN",
        "inf oz",
    ]
)


@settings(max_examples=examples(150), deadline=None)
@given(hostile, hostile, hostile)
def test_any_text_makes_a_drink_that_can_be_stored(raw_record, ingredient, measure, instructions):
    record = raw_record(
        strIngredient1=ingredient, strMeasure1=measure, strInstructions=instructions
    )
    drink = drink_of(record)
    assert msgspec.json.decode(msgspec.json.encode(drink), type=type(drink)) == drink
    for line in drink.ingredients:
        for number in (line.amount_min, line.amount_max, line.ml_min, line.ml_max):
            assert number is None or 0 <= number < 1e30
        assert line.amount_min is None or line.amount_min <= line.amount_max
