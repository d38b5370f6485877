"""The harness's page: the way of a record, by mouse, by file and by keyboard alone."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

RECIPE = {"strInstructions": "Build.", "strIngredient1": "Ginger ale", "strMeasure1": "4 oz"}
BOLD = "<b>Bold</b> & \N{TROPICAL DRINK}"
GOOD = {"idDrink": "960001", "strDrink": BOLD, **RECIPE}
BAD = {"idDrink": "<img src=x>", "strDrink": "x", "strInstructions": "s"}
MOST_TABS = 40


@pytest.fixture
def harness(open_page, site):
    """Opens the page, in daylight or in the dark, on a desk or on a phone."""
    return lambda **options: open_page(f"{site.api}/harness", **options)


def envelope(record: dict[str, str]) -> str:
    return json.dumps({"drinks": [record]})


def paste(page: Page, record: dict[str, str]) -> None:
    page.get_by_label("paste a record").fill(envelope(record))
    page.get_by_role("button", name="Send").click()


def is_followed_to_the_end(page: Page, name: str) -> None:
    way = page.get_by_role("article").first
    expect(way.locator("li.done")).to_have_count(4)
    expect(way.get_by_role("link", name=name)).to_be_visible()
    expect(page.locator("#news")).to_contain_text("published done")


def tab_to(page: Page, name: str) -> None:
    """Go on by the tabulator until the element of this name attribute or text has the focus."""
    focused = "document.activeElement.name || document.activeElement.textContent"
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(focused) == name:
            return
    raise AssertionError(f"{name} cannot be reached by keyboard.")


def test_a_good_record_is_followed_until_it_is_published(harness):
    page = harness()
    paste(page, GOOD)
    is_followed_to_the_end(page, BOLD)


def test_a_file_is_followed_until_it_is_published(harness, tmp_path):
    path = tmp_path / "raw.ndjson"
    path.write_text(json.dumps({**GOOD, "idDrink": "960002", "strDrink": "From a file"}))
    page = harness(phone=True)
    page.get_by_label("Drop a file here").set_input_files(path)
    page.get_by_role("button", name="Send").click()
    is_followed_to_the_end(page, "From a file")


def test_a_record_is_sent_by_keyboard_alone(harness):
    page = harness()
    tab_to(page, "text")
    page.keyboard.insert_text(envelope({**GOOD, "idDrink": "960003", "strDrink": "By keys"}))
    tab_to(page, "Send")
    page.keyboard.press("Enter")
    is_followed_to_the_end(page, "By keys")


def test_a_bad_record_shows_why_it_was_rejected_and_is_replayed(harness):
    page = harness(dark=True)
    paste(page, BAD)
    way = page.get_by_role("article").first
    expect(way.get_by_text("id_invalid")).to_be_visible()
    way.locator("summary").click()
    expect(way.locator("pre")).to_contain_text("<img src=x>")
    way.get_by_role("button", name="Replay").click()
    expect(page.get_by_text("received again")).to_be_visible()


def test_drinks_are_fetched_faults_switched_and_events_sent(harness):
    page = harness()
    page.get_by_label("Arguments").fill("1")
    page.get_by_role("button", name="Fetch", exact=True).click()
    expect(page.get_by_text(re.compile(r"1 record in 1 object"))).to_be_visible()
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator("#faults-list li")).to_have_count(1)
    page.get_by_role("button", name="All off").click()
    expect(page.locator("#faults-list li")).to_have_count(0)
    page.get_by_role("combobox", name="Function").select_option("reconcile")
    page.get_by_role("button", name="Invoke").click()
    expect(page.locator("#event-answer")).to_contain_text("requeued")
    page.get_by_role("textbox", name="Event").fill("{")
    page.get_by_role("button", name="Invoke").click()
    expect(page.get_by_text("That is no JSON")).to_be_visible()


@pytest.mark.parametrize("options", [{}, {"dark": True}, {"phone": True}], ids=str)
def test_the_way_of_a_record_fits_and_bars_nobody(harness, options):
    page = harness(**options)
    page.get_by_role("button", name="A bad one").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("id_invalid").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    report = Axe().run(page)
    assert report.violations_count == 0, report.generate_report()
