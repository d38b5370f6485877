"""The harness's page: a record's journey, by mouse, by file and by keyboard alone."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

RECIPE = {"strInstructions": "Build.", "strIngredient1": "Ginger ale", "strMeasure1": "4 oz"}
BOLD = "<b>Bold</b> & \N{TROPICAL DRINK}"
VALID = {"idDrink": "960001", "strDrink": BOLD, **RECIPE}
INVALID = {"idDrink": "<img src=x>", "strDrink": "x", "strInstructions": "s"}
MAX_TABS = 40


@pytest.fixture
def harness(open_page, site):
    """Return a function that opens the page; the options are `dark` and `phone`."""
    return lambda **options: open_page(f"{site.api}/harness", **options)


def envelope(record: dict[str, str]) -> str:
    return json.dumps({"drinks": [record]})


def paste(page: Page, record: dict[str, str]) -> None:
    page.get_by_label("paste a record").fill(envelope(record))
    page.get_by_role("button", name="Send").click()


def expect_published(page: Page, name: str) -> None:
    journey = page.get_by_role("article").first
    expect(journey.locator("li.done")).to_have_count(4)
    expect(journey.get_by_role("link", name=name)).to_be_visible()
    expect(page.locator("#announcement")).to_contain_text("published done")


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element with this name attribute or text has the focus."""
    focused = "document.activeElement.name || document.activeElement.textContent"
    for _ in range(MAX_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(focused) == name:
            return
    raise AssertionError(f"`{name}` is not reachable by keyboard.")


def test_a_valid_record_is_shown_until_it_is_published(harness):
    page = harness()
    paste(page, VALID)
    expect_published(page, BOLD)


def test_a_file_is_shown_until_it_is_published(harness, tmp_path):
    path = tmp_path / "raw.ndjson"
    path.write_text(json.dumps({**VALID, "idDrink": "960002", "strDrink": "From a file"}))
    page = harness(phone=True)
    page.get_by_label("Drop a file here").set_input_files(path)
    page.get_by_role("button", name="Send").click()
    expect_published(page, "From a file")


def test_a_record_is_sent_by_keyboard_alone(harness):
    page = harness()
    tab_to(page, "text")
    page.keyboard.insert_text(envelope({**VALID, "idDrink": "960003", "strDrink": "By keyboard"}))
    tab_to(page, "Send")
    page.keyboard.press("Enter")
    expect_published(page, "By keyboard")


def test_an_invalid_record_shows_why_it_was_rejected_and_is_replayed(harness):
    page = harness(dark=True)
    paste(page, INVALID)
    journey = page.get_by_role("article").first
    expect(journey.get_by_text("id_invalid")).to_be_visible()
    journey.locator("summary").click()
    expect(journey.locator("pre")).to_contain_text("<img src=x>")
    journey.get_by_role("button", name="Replay").click()
    expect(page.get_by_text("received (replay 1)")).to_be_visible()


def test_drinks_are_fetched_faults_added_and_functions_invoked(harness):
    page = harness()
    page.get_by_label("Arguments").fill("1")
    page.get_by_role("button", name="Fetch", exact=True).click()
    expect(page.get_by_text(re.compile(r"1 record in 1 object"))).to_be_visible()
    page.get_by_role("button", name="Add fault").click()
    expect(page.locator("#faults-list li")).to_have_count(1)
    page.get_by_role("button", name="Remove all faults").click()
    expect(page.locator("#faults-list li")).to_have_count(0)
    page.get_by_role("combobox", name="Function").select_option("reconcile")
    page.get_by_role("button", name="Invoke").click()
    expect(page.locator("#event-result")).to_contain_text("requeued")
    page.get_by_role("textbox", name="Event").fill("{")
    page.get_by_role("button", name="Invoke").click()
    expect(page.get_by_text("The event is not valid JSON")).to_be_visible()


@pytest.mark.parametrize("options", [{}, {"dark": True}, {"phone": True}], ids=str)
def test_a_journey_fits_the_screen_and_is_accessible(harness, options):
    page = harness(**options)
    page.get_by_role("button", name="Insert invalid record").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("id_invalid").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    report = Axe().run(page)
    assert report.violations_count == 0, report.generate_report()
