"""opendrinks' recipes become records; what cannot be mapped is omitted with a code or rejected."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.drinks.codes import Quality, Reason
from mocktailverse.drinks.drift import Drift
from mocktailverse.drinks.drink import Credit, Image, Lineage
from mocktailverse.drinks.normalize import normalize
from mocktailverse.drinks.record import Absence, RawLine, Record
from mocktailverse.errors import RecordRejectedError
from mocktailverse.sources import SOURCES
from mocktailverse.sources.opendrinks.file_envelope import (
    absence_envelope,
    envelope,
    oversize_envelope,
)
from mocktailverse.sources.opendrinks.recipe_reader import IMAGES_URL, OpendrinksRecords

LINEAGE = Lineage("b", "k", "v", 0, 1)
READER = OpendrinksRecords()


def line(quantity="", measure="", ingredient=""):
    return {"quantity": quantity, "measure": measure, "ingredient": ingredient}


def recipe(**fields):
    standard = {
        "name": "Garden Gimlet",
        "description": "Green.\nAnd cold.",
        "github": "hedge-row",
        "ingredients": [line("2", "oz", "gin"), line("3/4", "oz", "lime cordial")],
        "directions": ["Shake.", " Strain. "],
        "image": "garden gimlet.jpg",
        "source": "https://example.org/gimlet",
        "keywords": ["alcoholic", "gin"],
    }
    return {**standard, **fields}


def read(value, file=None) -> Record:
    data = json.dumps(value).encode()
    return READER.from_json(data if file is None else envelope(file, data))


def drink_of(value):
    return normalize(read(value), "opendrinks", 0, LINEAGE).drink


def rejected(data: bytes):
    with pytest.raises(RecordRejectedError) as caught:
        READER.from_json(data)
    return caught.value


def test_every_field_of_a_recipe_is_mapped():
    assert read(recipe()) == Record(
        id="garden-gimlet",
        name="Garden Gimlet",
        category=None,
        alcoholic="alcoholic",
        glass=None,
        iba=None,
        tags=("alcoholic", "gin"),
        instructions={"en": "Shake.\nStrain."},
        lines=(RawLine(1, "gin", "2 oz"), RawLine(2, "lime cordial", "3/4 oz")),
        image=Image(f"{IMAGES_URL}garden%20gimlet.jpg", "MIT", "hedge-row"),
        video=None,
        quality=(),
        description="Green.\nAnd cold.",
        credit=Credit("hedge-row", "https://example.org/gimlet", "MIT"),
    )


def test_the_registered_reader_is_this_one():
    assert isinstance(SOURCES["opendrinks"].records, OpendrinksRecords)


@pytest.mark.parametrize(
    ("file", "drink_id"),
    [
        ("mojito.json", "mojito"),
        ("Café Con Leche.JSON", "cafe-con-leche"),
        ("../../../etc/mojito.json", "mojito"),
        ("a\\b\\mojito.json", "mojito"),
        ("\x1b[31mmojito\0.json", "31mmojito"),
        ("!!!.json", "garden-gimlet"),
        (None, "garden-gimlet"),
    ],
)
def test_the_id_is_the_slug_of_the_file_name_else_of_the_name(file, drink_id):
    assert read(recipe(), file).id == drink_id


@pytest.mark.parametrize(
    ("keywords", "alcoholic"),
    [
        (["Alcoholic"], "alcoholic"),
        (["non-alcoholic"], "non_alcoholic"),
        (["Non Alcoholic"], "non_alcoholic"),
        (["alcohol-free"], "non_alcoholic"),
        (["alcoholic", "party", "non_alcoholic"], "optional_alcohol"),
        ("rum, alcoholic", "alcoholic"),
        ("rum; Alcoholic drink", "alcoholic"),
        (["Alcohol"], "alcoholic"),
        (["no alcohol"], "non_alcoholic"),
        (["virgin cocktail"], "non_alcoholic"),
        (["Mocktails"], "non_alcoholic"),
        (["virgin olive oil", "rubbing alcohol"], None),
        (["rum"], None),
        ([], None),
        (None, None),
    ],
)
def test_keywords_say_whether_a_drink_has_alcohol(keywords, alcoholic):
    record = read(recipe(keywords=keywords))
    assert record.alcoholic == alcoholic
    assert (Quality.ALCOHOLIC_UNKNOWN in record.quality) == (alcoholic is None)


@pytest.mark.parametrize(
    ("ingredient", "name", "amount", "unit"),
    [
        (line("1/2", "oz", "lime juice"), "Lime juice", 0.5, "oz"),
        (line("⅓ ", "cup", "milk"), "Milk", pytest.approx(1 / 3, 0.01), "cup"),
        (line("1-2", "tsp", "sugar"), "Sugar", 1, "tsp"),
        (line("2 oz", "", "gin"), "Gin", 2, "oz"),
        (line("2 oz", "oz", "gin"), "Gin", 2, "oz"),
        (line("2oz", None, "gin"), "Gin", 2, "oz"),
        (line("5", "fl oz", "vodka"), "Vodka", 5, "oz"),
        (line("some", "", "mint leaves"), "Mint", None, "leaf"),
        (line("", "", "Splash of soda water"), "Soda water", 1, "splash"),
        (line("2", "", "lime wedges, for garnish"), "Lime", 2, "wedge"),
        (line("1", "garnish", "lemon twist"), "Lemon peel", 1, "none"),
        (line("1", "", "garnish: orange slice"), "Orange", 1, "none"),
        (line("n/a", "N/A", "ice"), "Ice", None, "none"),
        (line("", "2 oz gin", ""), "Gin", 2, "oz"),
        (line(2, "oz", "gin"), "Gin", 2, "oz"),
        (line(0.5, "oz", "gin"), "Gin", 0.5, "oz"),
        (line(2.0, "oz", "gin"), "Gin", 2, "oz"),
        ("2 oz gin", "Gin", 2, "oz"),
        ({"amount": "2", "unit": "oz", "name": "gin"}, "Gin", 2, "oz"),
        ({"qty": "2", "unit": "oz", "item": "gin"}, "Gin", 2, "oz"),
        (line("1", "", "1 oz lime juice"), "Lime juice", 1, "oz"),
        (line("1", "oz", "1 oz lime juice"), "Lime juice", 1, "oz"),
        (line("1&frac12;", "oz", "cr&egrave;me de cassis"), "Crème de cassis", 1.5, "oz"),
    ],
)
def test_an_ingredient_is_read_in_the_forms_in_which_people_write_it(
    ingredient, name, amount, unit
):
    (read_line,) = drink_of(recipe(ingredients=[ingredient])).ingredients
    assert (read_line.name, read_line.amount_min, read_line.unit) == (name, amount, unit)


@pytest.mark.parametrize(
    "ingredients", ["2 oz gin\n1 oz lime juice", {"gin": "2 oz", "lime juice": "1 oz"}]
)
def test_ingredients_may_be_one_text_or_an_object(ingredients):
    drink = drink_of(recipe(ingredients=ingredients))
    assert [(one.name, one.amount_min) for one in drink.ingredients] == [
        ("Gin", 2),
        ("Lime juice", 1),
    ]


@pytest.mark.parametrize(
    ("ingredient", "lines"),
    [
        ("2 oz gin, 1 oz lime juice and 0,5 oz syrup",
         [("Gin", 2), ("Lime juice", 1), ("Syrup", 0.5)]),
        ("2 oz gin; 1 oz elf tears", [("Gin", 2), ("elf tears", 1)]),
        (line("", "", "ice, mint, and lime"), [("Ice", None), ("Mint", None), ("Lime", None)]),
        (line("1", "cup", "orange juice + vodka"), [("Orange juice", 1), ("Vodka", None)]),
        (line("1", "oz", "gin & vodka"), [("Gin", 1), ("Vodka", None)]),
        (line("1", "dash", "salt and pepper"), [("Salt and pepper", 1)]),
        (line("1/2", "piece", "lime, juiced"), [("Lime", 0.5)]),
        (line("1", "cup", "ice cubes, crushed"), [("Ice", 1)]),
        (line("1", "oz", "gin or vodka"), [("Gin", 1)]),
        ("1 oz gin\n2 oz rum", [("Gin", 1), ("Rum", 2)]),
    ],
)  # fmt: skip
def test_several_ingredients_in_one_are_lines_each(ingredient, lines):
    drink = drink_of(recipe(ingredients=[ingredient, "1 oz tequila"]))
    read_lines = [(one.name, one.amount_min) for one in drink.ingredients]
    assert read_lines == [*lines, ("Tequila", 1)]
    positions = [one.position for one in drink.ingredients]
    assert positions == sorted({*positions})


def test_entities_of_html_are_decoded_in_every_text():
    record = read(
        recipe(
            name="Gin &amp; It",
            description="Caf&eacute;",
            directions=["Stir &amp; serve."],
            keywords=["gin &amp; it"],
            source="https://example.org/?a=1&amp;b=2",
        )
    )
    assert (record.id, record.name, record.description) == ("gin-it", "Gin & It", "Café")
    assert (record.instructions["en"], record.tags) == ("Stir & serve.", ("gin & it",))
    assert record.credit.url == "https://example.org/?a=1&b=2"


def test_a_line_without_an_ingredient_is_omitted_with_a_code():
    record = read(recipe(ingredients=[line("100", "g"), None, "", line(), line("2", "oz", "gin")]))
    assert record.lines == (RawLine(5, "gin", "2 oz"),)
    assert record.quality == (Quality.MEASURE_WITHOUT_INGREDIENT,)


@pytest.mark.parametrize(
    "element", [line("2", "oz", "rum & 1 oz lime juice"), "2 oz rum, 1 oz lime juice"]
)
def test_an_element_with_several_ingredients_becomes_several_lines(element):
    record = read(recipe(ingredients=[None, element, line("1", "dash", "bitters")]))
    assert record.lines == (
        RawLine(2, "2 oz rum", None, is_whole=True),
        RawLine(3, "1 oz lime juice", None, is_whole=True),
        RawLine(4, "bitters", "1 dash"),
    )


@pytest.mark.parametrize(
    ("directions", "text"),
    [
        ("Stir.\r\nServe.", "Stir.\nServe."),
        (["Stir.", None, "", "Serve."], "Stir.\nServe."),
        ([1, "Serve."], "1\nServe."),
        ([], None),
        (None, None),
    ],
)
def test_directions_are_joined_as_lines(directions, text):
    assert read(recipe(directions=directions)).instructions.get("en") == text


@pytest.mark.parametrize("field", ["instructions", "method"])
def test_directions_may_have_the_name_that_other_formats_use(field):
    fields = recipe(**{field: ["Pour."]})
    del fields["directions"]
    assert read(fields).instructions == {"en": "Pour."}


def test_the_first_version_of_the_format_is_read_too():
    fields = recipe(ingredients=["2 oz gin"], steps=["Pour."])
    del fields["directions"]
    record = read(fields)
    assert record.instructions == {"en": "Pour."}
    assert record.lines == (RawLine(1, "2 oz gin", None, is_whole=True),)


@pytest.mark.parametrize(
    ("github", "author"),
    [
        ("ada", "ada"),
        ("@ada", "ada"),
        ("https://github.com/ada", "ada"),
        ("github.com/ada/", "ada"),
        ("https://github.com/ada/drinks?tab=readme", "ada"),
        (" ", None),
        (None, None),
        ([1], None),
    ],
)
def test_the_author_is_the_name_of_the_account(github, author):
    assert read(recipe(github=github)).credit.author == author


@pytest.mark.parametrize(
    "source", ["Grandma", "ftp://x.example", "www.example.org", "javascript:x"]
)
def test_a_source_that_is_not_a_web_address_is_omitted_with_a_code(source):
    record = read(recipe(source=source))
    assert record.credit == Credit("hedge-row", None, "MIT")
    assert record.quality == (Quality.CREDIT_INVALID,)


@pytest.mark.parametrize(
    "source", ["https://x.example/a/picture.JPG", "https://x.example/p.webp?w=750#top"]
)
def test_a_picture_that_was_taken_from_another_site_has_no_licence(source):
    assert read(recipe(source=source)).image.licence is None


def test_a_picture_with_an_address_has_no_licence():
    url = "https://x.example/a.jpg"
    assert read(recipe(image=url)).image == Image(url, None, None)


@pytest.mark.parametrize(
    "image", ["../../secret.jpg", "a/b.jpg", "none", "x.exe", "data:image/png,1"]
)
def test_an_image_that_is_not_the_name_of_a_picture_is_omitted_with_a_code(image):
    record = read(recipe(image=image))
    assert record.image is None
    assert record.quality == (Quality.IMAGE_INVALID,)


def test_drift_names_fields_that_are_new_missing_or_of_another_type():
    fields = recipe(keywords="rum", glass="coupe")
    fields["ingredients"] = [{**line("2", "oz", "gin"), "note": "chilled"}]
    del fields["description"]
    assert read(fields).drift == (
        Drift("description", "text", None),
        Drift("glass", None, "text"),
        Drift("ingredients[].note", None, "text"),
        Drift("keywords", "an array", "text"),
    )


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({"name": None}, Reason.NAME_MISSING, "$.name"),
        ({"name": "\0 "}, Reason.NAME_MISSING, "$.name"),
        ({"name": ["x"]}, Reason.WRONG_TYPE, "$.name"),
        ({"name": "?!"}, Reason.ID_MISSING, "$.name"),
        ({"ingredients": []}, Reason.INGREDIENTS_MISSING, "$.ingredients"),
        ({"ingredients": None}, Reason.INGREDIENTS_MISSING, "$.ingredients"),
        ({"ingredients": [line("1", "oz", "")]}, Reason.INGREDIENTS_MISSING, "$.ingredients"),
        ({"ingredients": 7}, Reason.WRONG_TYPE, "$.ingredients"),
        ({"ingredients": ["gin", 7]}, Reason.WRONG_TYPE, "$.ingredients[1]"),
        (
            {"ingredients": [line(bool(1), "", "gin")]},
            Reason.WRONG_TYPE,
            "$.ingredients[0].quantity",
        ),
        ({"ingredients": ["gin"] * 201}, Reason.TOO_MANY_LINES, "$.ingredients"),
        ({"ingredients": [", ".join(["gin"] * 900)]}, Reason.TOO_MANY_LINES, "$.ingredients"),
        ({"ingredients": ["gin", {"liquid": "gin"}]}, Reason.WRONG_TYPE, "$.ingredients[1]"),
        ({"directions": [{"text": "Stir."}]}, Reason.WRONG_TYPE, "$.directions"),
    ],
)
def test_a_recipe_that_cannot_load_is_rejected_with_its_reason(fields, code, path):
    error = rejected(json.dumps(recipe(**fields)).encode())
    assert (error.code, error.path) == (code, path)


def test_an_object_without_a_recipe_is_a_partial_record():
    assert rejected(b'{"name": "opendrinks", "version": "1.0.0"}').code == Reason.PARTIAL_RECORD


@pytest.mark.parametrize(
    ("line_of_file", "code", "words"),
    [
        (
            envelope("a.json", b"<!DOCTYPE html>"),
            Reason.MALFORMED_JSON,
            "`a.json`: The file is a page",
        ),
        (
            envelope("a.json", b'{"name": '),
            Reason.MALFORMED_JSON,
            "`a.json`: The file is not valid JSON: ",
        ),
        (
            envelope("a.json", b"\xff{}"),
            Reason.MALFORMED_JSON,
            "`a.json`: The file is not in UTF-8. Save",
        ),
        (envelope("a.json", "{}".encode("utf-16")), Reason.MALFORMED_JSON, "is not in UTF-8."),
        (envelope("a.json", b'{"name": "caf\xe9"}'), Reason.MALFORMED_JSON, "is not in UTF-8."),
        (envelope("a.json", b'{"a": NaN}'), Reason.MALFORMED_JSON, "JSON: NaN is not a number."),
        (envelope("a.json", b""), Reason.MALFORMED_JSON, "`a.json`: The file is not valid JSON"),
        (
            envelope("a.json", b"[1]"),
            Reason.NOT_AN_OBJECT,
            "`a.json`: The file is not a JSON object.",
        ),
        (
            envelope("A.json", b"{}", "a.json"),
            Reason.ID_TAKEN,
            "`A.json`: It has the same id as `a.json`",
        ),
        (oversize_envelope("a.json", 9), Reason.RECORD_TOO_LARGE, "`a.json`: The file is 9 bytes"),
        (
            envelope("a.json", b'{"name": "A", "directions": []}'),
            Reason.INGREDIENTS_MISSING,
            "`a.json`: The recipe has no ingredients.",
        ),
        (absence_envelope("!.json"), Reason.ID_MISSING, "letter or digit"),
    ],
)
def test_a_file_that_is_not_a_recipe_is_rejected_by_its_name(line_of_file, code, words):
    error = rejected(line_of_file)
    assert error.code == code
    assert words in str(error)


def test_an_envelope_holds_the_file_as_received_on_one_line():
    content = b'\xef\xbb\xbf{\r\n  "name": "A\\nB",\n  "name": "C"\n}\n'
    assert envelope("a.json", content) == (
        b'{"file":"a.json","recipe":{    "name": "A\\nB",   "name": "C" }}'
    )


def test_a_file_that_was_removed_is_an_absence():
    assert READER.from_json(absence_envelope("mojito.json")) == Absence("mojito")


def test_a_recipe_may_have_a_field_of_the_name_file():
    assert read(recipe(file="x.json")).id == "garden-gimlet"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {"name": json_values, "ingredients": json_values},
        optional=dict.fromkeys(
            (
                *("description", "github", "directions", "steps", "image", "keywords", "source"),
                *("file", "recipe", "text", "bytes", "absent", "same_id_as"),
            ),
            json_values,
        ),
    )
    | json_values
)
def test_any_json_is_a_drink_an_absence_or_rejected(value):
    try:
        record = READER.from_json(json.dumps(value).encode())
    except RecordRejectedError:
        return
    if isinstance(record, Record):
        assert normalize(record, "opendrinks", 0, LINEAGE).drink.ingredients
