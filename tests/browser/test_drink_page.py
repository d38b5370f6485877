"""A drink's page: amounts, lineage, and hostile names."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

NEGRONI = "thecocktaildb:90101"
DAIQUIRI = "thecocktaildb:90102"
INVISIBLE = re.compile(r"[\s\u200b\u2060\u202a-\u202e]|\N{HORIZONTAL ELLIPSIS}$")
OVERFLOW = """() => [document.documentElement, ...document.querySelectorAll('[data-testid=stMain]')]
    .some(part => part.scrollWidth > part.clientWidth)"""


def amounts(page: Page):
    """Return the first column of the ingredients."""
    return page.get_by_role("table", name="Ingredients").locator("tbody tr td:first-child")


def test_servings_scale_the_amounts(visit):
    page = visit(f"?drink={NEGRONI}")
    expect(amounts(page)).to_have_text(["30 ml", "30 ml", "30 ml", "½ slice"])
    page.get_by_role("button", name="Increment").click()
    expect(amounts(page)).to_have_text(["60 ml", "60 ml", "60 ml", "1 slice"])
    expect(page).to_have_url(re.compile("servings=2"))
    servings = page.get_by_role("spinbutton", name="Servings")
    servings.fill("10")
    servings.press("Enter")
    expect(amounts(page)).to_have_text(["300 ml", "300 ml", "300 ml", "5 slices"])


def test_amounts_are_shown_in_ounces_and_in_parts(visit):
    page = visit(f"?drink={NEGRONI}")
    page.get_by_role("radio", name="oz").click()
    expect(amounts(page)).to_have_text(["1 oz", "1 oz", "1 oz", "½ slice"])
    page.get_by_role("radio", name="parts").click()
    expect(amounts(page)).to_have_text(["1 part", "1 part", "1 part", "½ slice"])
    expect(page).to_have_url(re.compile("units=parts"))
    page.reload()
    expect(page.get_by_role("radio", name="parts")).to_be_checked()


def test_a_drink_shows_which_raw_object_it_was_built_from(visit, site):
    page = visit(f"?drink={NEGRONI}")
    page.get_by_text("Data lineage").click()
    lineage = site.get(f"/drinks/{NEGRONI}")["lineage"]
    shown = page.locator(".st-key-lineage pre")
    for value in (lineage["key"], lineage["version_id"], str(lineage["position"])):
        expect(shown).to_contain_text(value)


def test_a_drink_that_does_not_exist_says_so(visit):
    page = visit("?drink=thecocktaildb:1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Drink not found")
    page.get_by_role("link", name="All drinks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Find a drink")


def test_hostile_names_are_shown_as_text_that_fits_on_a_phone(visit, site, hostile_names):
    page = visit("?sort=-observed", phone=True)
    assert not page.evaluate(OVERFLOW)
    for drink in hostile_names:
        page.goto(f"{site.dashboard}/?drink={drink}")
        expect(page.get_by_text("Data lineage")).to_be_visible()
        shown = INVISIBLE.sub("", page.get_by_role("heading", level=1).inner_text())
        name = INVISIBLE.sub("", site.get(f"/drinks/{drink}")["name"])
        assert len(shown) > 5
        assert name.startswith(shown)
        assert page.evaluate("window.executed") is None
        assert not page.evaluate(OVERFLOW), drink


def test_a_cocktail_becomes_a_mocktail_that_can_be_shared(visit, site):
    page = visit(f"?drink={DAIQUIRI}")
    page.get_by_role("radio", name="From the pantry").click()
    expect(page.get_by_role("heading", name="Mocktail", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("style=pantry"))
    conversion = site.get(f"/drinks/{DAIQUIRI}/mocktail?style=pantry")
    recipe = page.get_by_role("table", name="Ingredients: Mocktail").locator("tbody tr")
    expect(recipe).to_have_count(len(conversion["drink"]["ingredients"]))
    for replacement in conversion["replacements"]:
        expect(page.get_by_text(replacement["why"])).to_be_visible()
    page.reload()
    expect(page.get_by_role("radio", name="From the pantry")).to_be_checked()
    page.get_by_role("radio", name="Original").click()
    expect(page.get_by_role("heading", name="Ingredients")).to_be_visible()


def test_the_mocktail_is_above_its_original_on_a_phone(visit):
    page = visit(f"?drink={DAIQUIRI}&style=bottle", phone=True)
    mocktail, original = (
        page.get_by_role("heading", name=name, exact=True) for name in ("Mocktail", "Original")
    )
    expect(mocktail).to_be_visible()
    expect(original).to_be_visible()
    assert mocktail.bounding_box()["y"] < original.bounding_box()["y"]
    assert not page.evaluate(OVERFLOW)
