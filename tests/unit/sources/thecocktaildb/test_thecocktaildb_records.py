"""Records of TheCocktailDB: all spellings of absent values and wrong types, from JSON and CSV."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.drinks.codes import Quality, Reason
from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.record import Absence, RawLine
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources import SOURCES, require_source
from mocktailverse.sources.thecocktaildb.record_reader import (
    FIELDS,
    KNOWN_FIELDS,
    LANGUAGES,
    NEW_FIELDS_NAMED,
)
from strategies.effort import examples

READER = SOURCES["thecocktaildb"].records


def by_json(record):
    return READER.from_json(json.dumps(record).encode())


def rejection(record):
    """Return the code and JSON path with which both readers reject a record."""
    with pytest.raises(RecordRejectedError) as by_fields:
        READER.from_fields(record)
    with pytest.raises(RecordRejectedError) as by_json_error:
        by_json(record)
    rejection = (by_json_error.value.code, by_json_error.value.path)
    assert rejection == (by_fields.value.code, by_fields.value.path)
    return rejection


values = st.sampled_from([None, "", " ", "x", " 1 oz ", "a,b", "http://x/y", "1"]) | st.integers(
    0, 9
)
FIELD_NAMES = [*FIELDS[:20], "strIngredient15", "strMeasure15", "strDrinkAlternate", "other"]


@settings(max_examples=examples(200), deadline=None)
@given(st.dictionaries(st.sampled_from(FIELD_NAMES), values | st.lists(st.just("x"), max_size=1)))
def test_json_and_fields_are_read_alike(record):
    record = {"idDrink": "1", "strDrink": "x", "strIngredient1": "Gin", **record}
    try:
        parsed = READER.from_fields(record)
    except RecordRejectedError as error:
        assert rejection(record) == (error.code, error.path)  # noqa: PT017 - most are read
    else:
        assert by_json(record) == parsed


def test_all_fields_are_read():
    record = {field: f"{number} x" for number, field in enumerate(FIELDS)}
    record |= {"idDrink": "7", "strAlcoholic": "Alcoholic", "strTags": "a"}
    record |= {
        "strDrinkThumb": "https://x/y.jpg",
        "strVideo": "http://v/",
        "strCreativeCommonsConfirmed": "Yes",
    }
    read = by_json(record)
    at = {field: f"{number} x" for number, field in enumerate(FIELDS)}
    assert (read.id, read.name, read.category) == ("7", at["strDrink"], at["strCategory"])
    assert (read.glass, read.iba, read.tags) == (at["strGlass"], at["strIBA"], ("a",))
    assert read.instructions == {tag: at[field] for field, tag in LANGUAGES.items()}
    assert len(read.lines) == 15
    assert read.lines[0] == RawLine(1, at["strIngredient1"], at["strMeasure1"])
    assert read.lines[14] == RawLine(15, at["strIngredient15"], at["strMeasure15"])
    assert read.image.attribution == at["strImageAttribution"]
    assert (read.image.url, read.image.licence) == ("https://x/y.jpg", "creative-commons")
    assert read.quality == ()


@pytest.mark.parametrize("id_", ["1", "178306", " 11007\n", "999999999999", 1, 999999999999])
def test_ids_are_whole_numbers_as_text_or_number(raw_record, id_):
    assert by_json(raw_record(id_)).id == str(id_).strip()


@pytest.mark.parametrize(
    ("id_", "code"),
    [
        (None, Reason.ID_MISSING),
        ("", Reason.ID_MISSING),
        (" \n", Reason.ID_MISSING),
        ("\0", Reason.ID_MISSING),
        *[(text, Reason.ID_INVALID) for text in ("0", "01", "-1", "+1", "1.0", "1e3", "a", "1 2")],
        *[(text, Reason.ID_INVALID) for text in ("9" * 13, "\u0661", "1\0", "1:2", "../1", "²")],
        *[(value, Reason.ID_INVALID) for value in (0, -1, 10**12, 10**30, 1.0, 1.5, True, False)],
        *[(value, Reason.ID_INVALID) for value in ([], ["1"], {}, {"a": 1})],
    ],
)
def test_any_other_id_is_rejected(raw_record, id_, code):
    assert rejection(raw_record(id_)) == (code, "$.idDrink")


def test_a_record_without_the_key_has_no_id(raw_record):
    record = raw_record()
    del record["idDrink"]
    assert rejection(record) == (Reason.ID_MISSING, "$.idDrink")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *[(blank, Reason.NAME_MISSING) for blank in (None, "", " ", "\n\t", "\u00a0")],
        *[(hidden, Reason.NAME_MISSING) for hidden in ("\0", "\x7f \x85", "\u200b", "\ufeff\0")],
        *[(value, Reason.WRONG_TYPE) for value in (0, 7, 1.5, True, [], ["x"], {})],
    ],
)
def test_a_drink_needs_a_name(raw_record, name, code):
    assert rejection(raw_record(name=name)) == (code, "$.strDrink")


def test_a_name_is_on_one_line(raw_record):
    assert by_json(raw_record(name="  Piña \n\t Colada ")).name == "Piña Colada"


@pytest.mark.parametrize(
    "record",
    [
        {"idDrink": "1", "strDrink": "A"},
        {"idDrink": "1", "strDrink": "A", "strDrinkThumb": "https://x/y"},
        {"idDrink": "1", "strDrink": "A", "strMeasure1": "1 oz"},
        {"idDrink": "1"},
    ],
)
def test_a_listing_entry_is_a_partial_record(record):
    assert rejection(record) == (Reason.PARTIAL_RECORD, "$")


@pytest.mark.parametrize(
    "key", ["strInstructions", "strInstructionsIT", "strIngredient1", "strIngredient15"]
)
@pytest.mark.parametrize("value", [None, "", " "])
def test_a_record_with_blank_recipe_fields_is_valid(key, value):
    read = by_json({"idDrink": "1", "strDrink": "A", key: value})
    assert (read.lines, read.instructions) == ((), {})


@pytest.mark.parametrize(
    "field", ["strIngredient1", "strIngredient15", "strMeasure1", "strInstructions"]
)
@pytest.mark.parametrize("value", [[], ["x"], {}, True])
def test_a_wrong_type_in_the_recipe_rejects_the_record(raw_record, field, value):
    assert rejection(raw_record(**{field: value})) == (Reason.WRONG_TYPE, f"$.{field}")


@pytest.mark.parametrize("field", ["strCategory", "strTags", "strVideo", "strDrinkThumb", "strIBA"])
@pytest.mark.parametrize("value", [[], ["x"], {}, True])
def test_a_wrong_type_in_other_fields_is_omitted_and_noted(raw_record, field, value):
    read = by_json(raw_record(**{field: value}))
    assert Quality.FIELD_RETYPED in read.quality
    assert read == READER.from_fields(raw_record(**{field: None})) or read.quality


def test_a_number_in_the_recipe_is_read_as_text_and_noted(raw_record):
    read = by_json(raw_record(strMeasure1=2, strIngredient2=7))
    assert read.lines == (RawLine(1, "Tequila", "2"), RawLine(2, "7", "1 oz"))
    assert Quality.FIELD_RETYPED in read.quality


@pytest.mark.parametrize(
    "key", ["x", "", "strIngredient16", "STRDRINK", "str Drink", "idDrink ", "$", "é"]
)
@pytest.mark.parametrize("value", ["x", 7, None, [{"a": [1]}], {"idDrink": "9"}])
def test_unknown_keys_change_nothing(raw_record, key, value):
    with_key, without = by_json(raw_record(**{key: value})), by_json(raw_record())
    assert msgspec.structs.replace(with_key, drift=()) == msgspec.structs.replace(without, drift=())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", Reason.MALFORMED_JSON),
        (b"{", Reason.MALFORMED_JSON),
        (b'{"idDrink":"1"} x', Reason.MALFORMED_JSON),
        (b'{"idDrink":NaN}', Reason.MALFORMED_JSON),
        (b'{"idDrink":"\\ud800"}', Reason.MALFORMED_JSON),
        (b"{" + b'"a":{' * 100_000, Reason.MALFORMED_JSON),
        (b'{"strDrink":"\xff"}', Reason.NOT_UTF8),
        (b'{"\xff":1}', Reason.NOT_UTF8),
        (b"[]", Reason.NOT_AN_OBJECT),
        (b"null", Reason.NOT_AN_OBJECT),
        (b"7", Reason.NOT_AN_OBJECT),
        (b'"x"', Reason.NOT_AN_OBJECT),
        (b"true", Reason.NOT_AN_OBJECT),
    ],
)
def test_anything_but_a_json_object_is_rejected(body, code):
    with pytest.raises(RecordRejectedError) as by_json_error:
        READER.from_json(body)
    assert (by_json_error.value.code, by_json_error.value.path) == (code, "$")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Alcoholic", "alcoholic"),
        ("NON  alcoholic ", "non_alcoholic"),
        ("Non_Alcoholic", "non_alcoholic"),
        ("non-alcoholic", "non_alcoholic"),
        ("Optional alcohol", "optional_alcohol"),
        ("maybe", None),
        ("", None),
        (None, None),
    ],
)
def test_the_statement_about_alcohol_is_read(raw_record, text, expected):
    read = by_json(raw_record(strAlcoholic=text))
    assert read.alcoholic == expected
    assert (Quality.ALCOHOLIC_UNKNOWN in read.quality) == (expected is None)


def test_one_glass_has_one_spelling(raw_record):
    spellings = ["Highball glass", "highball  Glass", " HIGHBALL GLASS\n"]
    assert {by_json(raw_record(strGlass=glass)).glass for glass in spellings} == {"Highball glass"}
    assert (
        by_json(raw_record(strGlass="margarita / coupette glass")).glass
        == "Margarita/Coupette glass"
    )


def test_tags_are_split_at_commas_without_repetition(raw_record):
    assert by_json(raw_record(strTags="IBA, Classic,,IBA , a  b,")).tags == (
        "IBA",
        "Classic",
        "a b",
    )


@pytest.mark.parametrize("url", ["https://x/y.jpg", "HTTP://x", " https://x/a?b=c#d\n"])
def test_web_urls_are_kept(raw_record, url):
    assert by_json(raw_record(strDrinkThumb=url)).image.url == url.strip()
    assert by_json(raw_record(strVideo=url)).video == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "//x/y", "ftp://x", "x.jpg", "https://", "https://a b"),
        *('https://x"onload=1', "https://x/<script>", "data:image/png;base64,AA", "https://x/\0 y"),
        "https://" + "x" * 2001,
    ],
)
def test_other_urls_are_omitted_and_noted(raw_record, url):
    read = by_json(raw_record(strDrinkThumb=url, strVideo=url))
    assert (read.image, read.video) == (None, None)
    assert {Quality.IMAGE_INVALID, Quality.VIDEO_INVALID} <= {*read.quality}


def test_blank_urls_are_absent_without_a_quality_code(raw_record):
    read = by_json(raw_record(strDrinkThumb=" ", strVideo=""))
    assert (read.image, read.video, read.quality) == (None, None, ())


def test_a_measure_without_an_ingredient_is_noted(raw_record):
    read = by_json(raw_record(strMeasure7="1 oz", strIngredient7=" "))
    assert Quality.MEASURE_WITHOUT_INGREDIENT in read.quality
    assert len(read.lines) == 2


def test_instructions_have_one_kind_of_line_end(raw_record):
    read = by_json(raw_record(strInstructions="\r\na\r\nb\rc\n"))
    assert read.instructions == {"en": "a\nb\nc"}


def test_the_last_of_two_equal_keys_counts():
    body = b'{"idDrink":"1","idDrink":"2","strDrink":"A","strIngredient1":"Gin"}'
    assert READER.from_json(body).id == "2"


def test_the_error_for_an_unknown_source_lists_the_known_ones():
    with pytest.raises(Exception, match="thecocktaildb"):
        require_source("other")


def whole_record(**changes):
    """Return a record with exactly the fields that TheCocktailDB is known to send."""
    absent = dict.fromkeys(KNOWN_FIELDS)
    return {**absent, "idDrink": "1", "strDrink": "x", "strIngredient1": "Gin", **changes}


def test_a_record_with_the_known_fields_has_no_drift():
    assert by_json(whole_record()).drift == ()
    assert READER.from_fields(whole_record()).drift == ()


@pytest.mark.parametrize(
    ("changes", "drift"),
    [
        ({"strGarnish": "cherry"}, Drift("strGarnish", None, "text")),
        ({"strGarnish": [1]}, Drift("strGarnish", None, "an array")),
        ({"strTags": ["a"]}, Drift("strTags", "text", "an array")),
        ({"strMeasure1": 2}, Drift("strMeasure1", "text", "a number")),
        ({"idDrink": 1}, Drift("idDrink", "text", "a number")),
    ],
)
def test_new_and_retyped_fields_are_drift_and_still_load(changes, drift):
    assert by_json(whole_record(**changes)).drift == (drift,)


def test_a_missing_field_is_drift():
    record = whole_record()
    del record["strIBA"]
    assert by_json(record).drift == (Drift("strIBA", "text", None),)


def test_a_hostile_number_of_new_fields_is_reported_in_part():
    record = whole_record(**{f"new{n}" * 50: 1 for n in range(500)})
    drift = by_json(record).drift
    assert len(drift) == NEW_FIELDS_NAMED
    assert all(len(kind.field) <= 100 for kind in drift)


def test_an_absence_needs_an_id():
    assert by_json({"idDrink": "11007", "absent": True}) == Absence("11007")
    assert rejection({"idDrink": "11007", "absent": False})[0] == Reason.PARTIAL_RECORD
    assert rejection({"absent": True})[0] == Reason.ID_MISSING


INVISIBLE = st.text(st.characters(categories=["Cc", "Cf", "Zs", "Zl", "Zp"]), max_size=5)


@given(INVISIBLE)
def test_invisible_text_is_absent(raw_record, text):
    record = raw_record() | dict.fromkeys(FIELDS[2:], text) | {"strIngredient1": "Gin"}
    read = READER.from_fields(record)

    assert read.lines == (RawLine(1, "Gin", None),)
    assert (read.category, read.glass, read.iba, read.tags) == (None, None, None, ())
    assert read.instructions == {}
    assert (read.image, read.video, read.quality) == (None, None, (Quality.ALCOHOLIC_UNKNOWN,))
    assert rejection(record | {"strDrink": text}) == (Reason.NAME_MISSING, "$.strDrink")
    assert rejection(record | {"idDrink": text}) == (Reason.ID_MISSING, "$.idDrink")


@given(st.text(st.characters(categories=["Cc"]), min_size=1, max_size=3))
def test_control_characters_in_a_text_are_white_space(raw_record, control):
    text = f"A{control}b"
    record = raw_record() | dict.fromkeys(FIELDS[1:], text)
    record |= {"strDrinkThumb": f"https://x/{control}y", "strVideo": f"https://x/{control}y"}
    read = READER.from_fields(record)

    assert (read.name, read.category, read.iba, read.tags) == ("A b", "A b", "A b", ("A b",))
    assert read.glass == "A b"
    assert (read.lines[0].ingredient, read.lines[0].measure.split()) == ("A b", ["A", "b"])
    assert read.instructions["en"].split() == ["A", "b"]
    assert (read.image, read.video) == (None, None)
    written = msgspec.json.encode(read).decode()
    assert not any(f"\\u00{code:02x}" in written.lower() for code in range(9))
    assert "\\u007f" not in written


def test_a_format_character_inside_a_name_is_kept(raw_record):
    assert by_json(raw_record(name="\u0645\u06cc\u200c\u062e")).name == "\u0645\u06cc\u200c\u062e"


def test_line_breaks_in_instructions_are_kept(raw_record):
    read = by_json(raw_record(strInstructions="Shake.\r\n\0Strain.\rServe."))

    assert read.instructions["en"] == "Shake.\n Strain.\nServe."
