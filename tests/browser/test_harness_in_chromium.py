"""The harness's page in a real browser, on a running stack."""

import json
import re
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from mocktailverse.local import environment
from mocktailverse.local.environment import LocalStack, Options

pytestmark = pytest.mark.browser

PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with environment.running(options=Options(services=True)) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=[("light", 1280), ("dark", 1280), ("light", 390)], ids=str)
def page(browser: Browser, stack: LocalStack, request) -> Iterator[Page]:
    """The page in daylight, in the dark and on a phone; what it complains of is an error."""
    scheme, width = request.param
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    complaints: list[str] = []
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(stack.urls["harness"])
    yield page
    context.close()
    assert complaints == []


def paste(page: Page, record: dict[str, object]) -> None:
    page.get_by_label("paste a record").fill(json.dumps({"drinks": [record]}))
    page.get_by_role("button", name="Send").click()


def test_a_good_record_is_followed_until_it_is_published(page):
    name = "<b>Bold</b> & \N{TROPICAL DRINK}"
    recipe = {"strInstructions": "Build.", "strIngredient1": "Ginger ale", "strMeasure1": "4 oz"}
    paste(page, {"idDrink": "960001", "strDrink": name, **recipe})
    way = page.get_by_role("article").first
    expect(way.locator("li.done")).to_have_count(4, timeout=PATIENCE_MS)
    expect(way.get_by_role("link", name=name)).to_be_visible()
    expect(page.locator("#news")).to_contain_text("published done", timeout=PATIENCE_MS)


def test_a_bad_record_shows_why_it_was_rejected(page):
    paste(page, {"idDrink": "<img src=x>", "strDrink": "x", "strInstructions": "s"})
    way = page.get_by_role("article").first
    expect(way.get_by_text("id_invalid")).to_be_visible(timeout=PATIENCE_MS)
    way.locator("summary").click()
    expect(way.locator("pre")).to_contain_text("<img src=x>")
    way.get_by_role("button", name="Replay").click()
    expect(page.get_by_text("received again")).to_be_visible(timeout=PATIENCE_MS)


def test_drinks_are_fetched_faults_switched_and_events_sent(page):
    page.get_by_label("Arguments").fill("1")
    page.get_by_role("button", name="Fetch", exact=True).click()
    fetched = page.get_by_text(re.compile(r"1 records in 1 objects"))
    expect(fetched).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator("#faults-list li")).to_have_count(1)
    page.get_by_role("button", name="All off").click()
    expect(page.locator("#faults-list li")).to_have_count(0)
    page.get_by_role("combobox", name="Function").select_option("reconcile")
    page.get_by_role("button", name="Invoke").click()
    expect(page.locator("#event-answer")).to_contain_text("requeued", timeout=PATIENCE_MS)
    page.get_by_role("textbox", name="Event").fill("{")
    page.get_by_role("button", name="Invoke").click()
    expect(page.get_by_text("That is no JSON")).to_be_visible()


def test_the_page_fits_and_is_accessible(page):
    page.get_by_role("button", name="A bad one").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("id_invalid").first).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
