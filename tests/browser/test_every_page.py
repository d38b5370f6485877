"""Every page is accessible and fits on a phone."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
BLOCKING_IMPACTS = {"serious", "critical"}

DASHBOARD = {
    "explore": "",
    "filtered": "?q=lime&category=Cocktail&ingredient=Gin&abv_max=30",
    "hostile": "?sort=-observed",
    "table": "?view=table",
    "no results": "?q=qwertyuiop",
    "drink": "?drink=thecocktaildb:90101&have=Gin&servings=2",
    "starter shelves": "shelf",
    "shelf": "shelf?have=Gin&have=Campari&have=Sweet+vermouth&have=Orange&missing=1",
    "recipe form": "recipe",
    "insights": "insights",
    "pipeline": "pipeline",
    "cost": "cost",
}
SERVER = {"harness": "/harness", "reference": "/docs"}

EXCEPTIONS = {
    # The markup of Swagger UI, which is a bundle: the heads of the operations are buttons that
    # contain other buttons, and the list of servers has no label.
    ("nested-interactive", ".swagger-ui"),
    ("select-name", ".swagger-ui"),
}

FITS = """() => [document.documentElement, ...document.querySelectorAll('[data-testid=stMain]')]
    .every(part => part.scrollWidth <= part.clientWidth)"""

AT_REST = "() => !document.getAnimations().some(a => a instanceof CSSTransition)"
UNFOLD = "() => document.querySelectorAll('details:not([open]) > summary').forEach(s => s.click())"


def violations(page: Page) -> list[str]:
    """Return the accessibility violations of a page, by the rules of axe."""
    report = Axe().run(page).response
    assert report["passes"], "nothing was checked"
    return [
        f"{violation['id']}: {node['html']} {node['failureSummary']}"
        for violation in report["violations"]
        if violation["impact"] in BLOCKING_IMPACTS
        for node in violation["nodes"]
        if not is_exception(page, violation["id"], node)
    ]


def is_exception(page: Page, rule: str, node: dict[str, Any]) -> bool:
    return any(
        page.locator(node["target"][-1]).first.evaluate("(e, s) => !!e.closest(s)", selector)
        for exception, selector in EXCEPTIONS
        if exception == rule
    )


@pytest.mark.parametrize("path", DASHBOARD.values(), ids=DASHBOARD)
def test_a_page_of_the_dashboard_is_accessible_and_fits_on_a_phone(visit, path):
    page = visit(path)
    page.evaluate(UNFOLD)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    assert violations(page) == []
    app = page.get_by_test_id("stApp")
    light = app.evaluate("app => getComputedStyle(app).backgroundColor")
    page.emulate_media(color_scheme="dark")
    expect(app).not_to_have_css("background-color", light)
    page.wait_for_function(AT_REST)
    assert violations(page) == []
    page.set_viewport_size(PHONE)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_function(FITS)


@pytest.mark.parametrize("path", SERVER.values(), ids=SERVER)
def test_a_page_of_the_server_is_accessible_and_fits_on_a_phone(open_page, site, path):
    page = open_page(site.api + path)
    expect(page.get_by_role("heading").first).to_be_visible()
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    page.set_viewport_size(PHONE)
    page.wait_for_function(FITS)


def test_every_page_can_be_reached_on_a_phone(visit):
    page = visit(phone=True)
    for title, heading in (
        ("What can I make", "What can I make?"),
        ("Insights", "Insights"),
        ("Pipeline", "Pipeline"),
        ("Cost", "Cost"),
        ("Explore", "Find a drink"),
    ):
        page.get_by_role("link", name=title, exact=True).filter(visible=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        expect(page).to_have_title(f"{title} · Mocktailverse")
