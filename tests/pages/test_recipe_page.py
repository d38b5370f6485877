"""Add a recipe: the form with its preview, imports, editing and removal."""

from typing import Any

import msgspec
import pytest
from streamlit.testing.v1 import AppTest

import mocktailverse.dashboard.app
from mocktailverse.dashboard.context import OVERRIDE, DashboardContext
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.operations.own_recipes import understood
from mocktailverse.sources.authoring import RecipeEnvelope

LINES = "2 oz gin\n3/4 oz lime juice\n1 oz grozzle"
FIZZ = RecipeEnvelope(
    "garden-fizz",
    "columns",
    {"name": "Garden Fizz", "ingredients": "2 oz gin; soda water, to top", "glass": "Coupe",
     "instructions": "Shake.", "garnish": "Mint", "abv_percent": 0.0},
)  # fmt: skip


class Bucket:
    """A bucket that notes what is stored, and then changes the catalogue."""

    def __init__(self, on_put) -> None:
        self.bodies: list[bytes] = []
        self.keys: list[str] = []
        self.on_put = on_put

    def put(self, key, body, *, metadata, content_type) -> ObjectVersion:
        assert metadata["observed-at"]
        assert content_type == "application/x-ndjson"
        self.keys.append(key)
        self.bodies.append(body)
        self.on_put(body)
        return ObjectVersion("data", key, "v1")


@pytest.fixture
def open_form(sample_catalogue, make_catalogue):
    """Return a function that opens the page; what is saved appears in the catalogue at once."""

    def open_(*drinks, can_act=True, page="recipe", **parameters) -> tuple[AppTest, Bucket]:
        none: Any = None
        samples = list(sample_catalogue.all_drinks())[:5]
        copy = type("Copy", (), {"problem": None, "failing_for_s": None})()
        shown = {drink.id: drink for drink in (*samples, *drinks)}

        def publish(body: bytes) -> None:
            for line in body.splitlines():
                record = msgspec.json.decode(line)
                if record.get("absent"):
                    del shown[f"own:{record['id']}"]
                else:
                    drink = understood(msgspec.convert(record, RecipeEnvelope))
                    shown[drink.id] = drink
            catalogue = make_catalogue(shown.values())
            copy.current = lambda **_: catalogue

        publish(b"")
        bucket = Bucket(publish)
        context = DashboardContext(
            catalogue=copy, loads=none, bucket=bucket, queue=none, stage="local",
            can_act=can_act, refresh_s=30.0, clock=lambda: 1_700_000_060_000,
        )  # fmt: skip
        test = AppTest.from_file(mocktailverse.dashboard.app.__file__, default_timeout=240)
        test.session_state[OVERRIDE] = context
        test.run()
        for name, value in parameters.items():
            test.query_params[name] = value
        if page != "explore":
            test.switch_page(f"views/{page}_page.py")
        test.run()
        assert not test.exception, test.exception
        return test, bucket

    return open_


def write(page: AppTest, name: str, lines: str) -> AppTest:
    page.text_input(key="recipe-name-").set_value(name)
    page.text_area(key="recipe-lines-").set_value(lines)
    return page.run()


def cells(page: AppTest) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in page.table[0].value.values]


def test_a_written_recipe_is_shown_as_understood(open_form):
    page, _ = open_form()
    assert page.button(key="recipe-save").disabled
    page = write(page, "Garden Fizz", LINES)
    assert not page.exception
    (gin, lime, unknown) = cells(page)
    assert gin[:3] == ["Gin", "2 oz", "59.1"]
    assert lime[:2] == ["Lime juice", "0\\.75 oz"]
    assert "unknown ingredient" in unknown[0]
    assert "1 of 3 lines are not fully understood" in page.warning[0].value
    assert any("not a mocktail" in one.value for one in page.markdown)


def test_a_saved_recipe_is_stored_and_opened(open_form, query_of):
    page, bucket = open_form()
    page = write(page, "Garden Fizz", LINES)
    page = page.button(key="recipe-save").click().run()
    assert not page.exception
    (key,) = bucket.keys
    assert key.startswith("raw/own/2023/11/14/")
    record = msgspec.json.decode(bucket.bodies[0])
    assert (record["id"], record["format"]) == ("garden-fizz", "columns")
    assert record["recipe"]["ingredients"] == LINES
    assert query_of(page) == {"drink": ["own:garden-fizz"]}


def test_an_own_drink_has_a_link_to_its_form(open_form):
    page, _ = open_form(understood(FIZZ), page="explore", drink="own:garden-fizz")
    labels = [link.label for link in page.main.get("page_link")]
    assert "Edit" in labels
    page, _ = open_form(understood(FIZZ), page="explore", drink="own:garden-fizz", can_act=False)
    assert "Edit" not in [link.label for link in page.main.get("page_link")]


def test_an_edited_recipe_replaces_the_old_one_and_keeps_what_has_no_field(open_form):
    page, bucket = open_form(understood(FIZZ), edit="own:garden-fizz")
    assert page.title[0].value == "Edit Garden Fizz"
    lines = page.text_area(key="recipe-lines-Garden Fizz")
    assert lines.value.splitlines() == ["2 oz gin", "to top soda water"]
    lines.set_value("3 oz gin\nsoda water, to top")
    page.run()
    page = page.button(key="recipe-save").click().run()
    assert not page.exception
    record = msgspec.json.decode(bucket.bodies[0])
    assert record["id"] == "garden-fizz"
    assert record["recipe"]["abv_percent"] == 0.0
    assert "method" not in record["recipe"]
    assert record["recipe"]["garnish"] == "Mint"


def test_a_recipe_is_removed_after_a_confirmation(open_form):
    page, bucket = open_form(understood(FIZZ), edit="own:garden-fizz")
    page = page.button(key="recipe-remove-now").click().run()
    assert not page.exception
    assert msgspec.json.decode(bucket.bodies[0]) == {"id": "garden-fizz", "absent": True}


def test_a_taken_name_is_kept_beside_or_replaced(open_form):
    page, bucket = open_form(understood(FIZZ))
    page = write(page, "Garden fizz", LINES)
    page.button(key="recipe-save").click().run()
    assert msgspec.json.decode(bucket.bodies[0])["id"] == "garden-fizz-2"
    page, bucket = open_form(understood(FIZZ))
    page = write(page, "Garden fizz", LINES)
    page = page.radio(key="recipe-clash").set_value("Replace the other").run()
    page.button(key="recipe-save").click().run()
    assert msgspec.json.decode(bucket.bodies[0])["id"] == "garden-fizz"


def test_addresses_of_this_machine_and_its_network_are_refused(open_form):
    for url in ("http://127.0.0.1:8000/x", "http://localhost/", "http://169.254.169.254/latest"):
        page, bucket = open_form()
        page = page.segmented_control(key="recipe-way").set_value("From a web page").run()
        page.text_input(key="recipe-url").set_value(url)
        page = page.get("button")[-1].click().run()
        assert "in its network" in page.error[0].value.replace("\\", "")
        assert not bucket.keys


def test_a_read_only_dashboard_has_no_form(open_form):
    page, _ = open_form(can_act=False)
    assert "read-only" in page.info[0].value
    assert not page.text_area
    assert "Add a recipe" not in [link.label for link in page.sidebar.get("page_link")]
    page, _ = open_form()
    assert "Add a recipe" in [link.label for link in page.sidebar.get("page_link")]


@pytest.mark.parametrize("drink_id", ["own:nothing", "thecocktaildb:90002", "x"])
def test_only_own_recipes_can_be_edited(open_form, drink_id):
    page, _ = open_form(edit=drink_id)
    assert page.title[0].value == "Recipe not found"


def test_hostile_text_is_shown_as_text(open_form, hostile_texts):
    for text in hostile_texts:
        page, _ = open_form()
        page = write(page, text[:200], f"2 oz {text[:100]}\n1 oz gin")
        assert not page.exception
