"""The pipeline page while loads run."""

import json
import re
import time

import pytest
from playwright.sync_api import Page, TimeoutError, expect  # noqa: A004 - Playwright's own

from mocktailverse.pipeline.replay import replay
from mocktailverse.stores.queue import Queue
from mocktailverse.times import now

pytestmark = pytest.mark.browser

REFRESH_TIMEOUT_MS = 10_000
CHOICE_TIMEOUT_S = 60
OPTION_TIMEOUT_MS = 3_000
RECORD = {"strInstructions": "Build.", "strIngredient1": "Ginger ale", "strMeasure1": "4 oz"}
BAD_ID = {**RECORD, "idDrink": "<b>none</b>", "strDrink": "Nobody's drink"}


def rows(page: Page, name: str):
    """Return the loads of a raw object in the table."""
    return page.get_by_test_id("stDataFrame").locator("td").get_by_text(name, exact=True)


def choose(page: Page, name: str) -> None:
    """Select a raw object that needs attention."""
    option = page.get_by_role("option", name=name).first
    deadline = time.monotonic() + CHOICE_TIMEOUT_S
    while not is_offered(page, name):
        assert time.monotonic() < deadline, f"{name} is not offered."
    option.click()
    expect(page.get_by_text(re.compile(f"^raw/.*{re.escape(name)}$"))).to_be_visible()


def is_offered(page: Page, name: str) -> bool:
    """Open the list of raw objects again, because an open list does not show later objects."""
    box = page.get_by_role("combobox", name="Raw object")
    page.keyboard.press("Escape")
    box.click()
    box.fill(name)
    try:
        page.get_by_role("option", name=name).first.wait_for(timeout=OPTION_TIMEOUT_MS)
    except TimeoutError:
        return False
    return True


@pytest.fixture
def name() -> str:
    """The name of a raw object that no other test uses."""
    return f"{time.time_ns()}.json"


def test_a_new_load_appears_without_changing_what_one_reads(visit, site, samples):
    page = visit("pipeline")
    choose(page, "rows.csv")
    selected = page.get_by_role("combobox", name="Raw object").input_value()
    line = page.get_by_test_id("stExpander").filter(has_text="malformed_csv").first
    summary = line.locator("summary")
    summary.click()
    expect(line.locator("pre")).to_be_in_viewport()
    before = summary.bounding_box()
    site.ingest(samples / "winter.ndjson.gz")
    expect(rows(page, "00001-winter.ndjson.gz")).to_be_attached(timeout=REFRESH_TIMEOUT_MS)
    assert summary.bounding_box() == before
    expect(line.locator("pre")).to_be_in_viewport()
    expect(page.get_by_role("combobox", name="Raw object")).to_have_value(selected)


def test_the_footer_shows_the_growing_age_of_the_catalogue(visit):
    page = visit("pipeline")
    footer = page.get_by_test_id("stSidebar").get_by_text(re.compile(" drinks · updated "))
    before = footer.inner_text()
    # An older age is shown in minutes, and so changes only after minutes.
    expect(footer).not_to_have_text(before, timeout=120_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("Pipeline")


def test_a_refresh_keeps_the_text_that_one_is_typing(visit, site, name):
    page = visit("pipeline")
    box = page.get_by_role("combobox", name="Raw object")
    box.click()
    box.fill("rows")
    site.put(b"[]", name)
    expect(rows(page, name)).to_be_attached(timeout=REFRESH_TIMEOUT_MS)
    expect(box).to_have_value("rows")
    expect(box).to_be_focused()


def test_a_reject_shows_its_reason_and_is_replayed_with_one_click(visit, site, name):
    page = visit("pipeline")
    latest = site.put(json.dumps({"drinks": [BAD_ID]}).encode(), name)
    expect(rows(page, name)).to_have_count(1, timeout=REFRESH_TIMEOUT_MS)
    choose(page, name)
    line = page.get_by_test_id("stExpander").filter(has_text="id_invalid")
    line.locator("summary").click()
    expect(line.locator("code")).to_contain_text("Nobody's drink")
    page.get_by_role("button", name="Replay this raw object").click()
    expect(page.get_by_text("Replaying 1 raw object.")).to_be_visible()
    site.until(lambda: latest().generation == 2 and latest().status == "done")
    expect(rows(page, name)).to_have_count(2, timeout=REFRESH_TIMEOUT_MS)


def test_dead_letters_are_redriven_with_one_click(visit, site, name):
    latest = site.put(b"[]", name)
    site.until(lambda: latest() and latest().status == "done")
    outputs = site.stack.outputs
    dead = Queue(site.stack.clients(), outputs["DeadLetterQueueUrl"])
    replay([latest().object], site.stores.loads, dead, now=now())
    page = visit("pipeline")
    page.get_by_role("button", name="Redrive 1 dead letter").click()
    expect(page.get_by_text("Returned 1 dead letter to the queue.")).to_be_visible()
    expect(page.get_by_role("button", name="No dead letters")).to_be_disabled()
    site.until(lambda: latest().generation == 2 and latest().status == "done")
