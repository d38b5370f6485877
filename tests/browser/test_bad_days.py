"""The dashboard without drinks, and without AWS."""

import pytest
from playwright.sync_api import Page, expect

from mocktailverse.local import processes
from mocktailverse.local.state import EMULATOR

pytestmark = pytest.mark.browser

WINTER = "winter.ndjson.gz"
DRINKS = 14


def shows_an_old_catalogue(page: Page) -> bool:
    """Reload the page; return whether it says that it cannot refresh its catalogue."""
    page.reload()
    expect(page.get_by_role("heading", name=f"{DRINKS} drinks")).to_be_visible()
    return page.get_by_text("Showing the catalogue from").is_visible()


def test_the_first_visitor_of_a_page_sees_its_frame(new_site, open_page):
    page = open_page(f"{new_site.dashboard}/pipeline")
    for title in ("Explore", "What can I make", "Insights", "Pipeline", "Cost"):
        link = page.get_by_role("link", name=title, exact=True).filter(visible=True)
        expect(link).to_have_count(1)
    expect(page).to_have_title("Pipeline · Mocktailverse")


def test_an_empty_catalogue_says_what_to_do_until_it_has_drinks(new_site, open_page, samples):
    page = open_page(f"{new_site.dashboard}/shelf")
    for path in ("shelf", "insights", ""):
        page.goto(f"{new_site.dashboard}/{path}")
        expect(page.get_by_role("heading", level=1)).to_have_text("No drinks yet")
        expect(page.get_by_text("mocktailverse ingest")).to_be_visible()
    new_site.put((samples / WINTER).read_bytes(), WINTER)
    new_site.until(lambda: new_site.is_published(DRINKS))
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_role("heading", level=2)).to_have_text(f"{DRINKS} drinks")


def test_without_aws_the_last_catalogue_is_still_usable(new_site, open_page, samples):
    new_site.put((samples / WINTER).read_bytes(), WINTER)
    new_site.until(lambda: new_site.is_published(DRINKS))
    mulled = [drink["name"] for drink in new_site.get("/drinks?q=mulled")["items"]]
    page = open_page(new_site.dashboard)
    expect(page.get_by_role("heading", name=f"{DRINKS} drinks")).to_be_visible()
    page.get_by_role("link", name="Pipeline", exact=True).filter(visible=True).click()
    expect(page.locator("td").get_by_text(WINTER, exact=True)).to_be_attached()

    processes.stop(new_site.stack.by_name[EMULATOR])
    expect(page.get_by_text("AWS has been unreachable since")).to_be_visible()
    expect(page.locator("td").get_by_text(WINTER, exact=True)).to_be_attached()
    page.get_by_role("link", name="Explore", exact=True).filter(visible=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Find a drink")
    # Each page has its own copy of the catalogue and is drawn once. If it is drawn before its copy
    # expires, it shows the warning only when it is drawn again.
    new_site.until(lambda: shows_an_old_catalogue(page))
    page.get_by_role("searchbox").fill("mulled")
    expect(page.locator("[class*=st-key-card-] a strong")).to_have_text(mulled)
    page.get_by_role("link", name="Insights", exact=True).filter(visible=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Insights")
