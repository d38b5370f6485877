"""The page What can I make: the shelf and the drinks that it makes possible."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

HAVE = ["Light rum", "Lime juice", "Sugar syrup", "Mint", "Lemon juice", "Campari", "Ice"]
SHELF = "shelf?" + urlencode({"have": HAVE}, doseq=True)


def shelf(url: str) -> list[str]:
    return parse_qs(urlsplit(url).query).get("have", [])


def expect_shelf(page: Page, have: list[str]) -> None:
    """Wait until the URL has this shelf; the list of ingredients changes before the URL."""
    page.wait_for_url(lambda url: shelf(url) == have)


def ready(page: Page):
    return page.get_by_role("radio", name=re.compile("^Ready now"))


def expect_counts(page: Page, makeable) -> None:
    """Check that the three choices show the number of drinks by missing ingredients."""
    for label, number in (("Ready now", "0"), ("One away", "1"), ("Two away", "2")):
        choice = page.get_by_role("radio", name=f"{label} {makeable['counts'][number]}", exact=True)
        expect(choice).to_be_visible()


def cards(page: Page):
    return page.locator("[class*=st-key-card-] a strong")


def makeable_drinks(site, have: list[str], **options: object):
    return site.get("/makeable?" + urlencode({"have": have, "limit": 100, **options}, doseq=True))


def names(makeable, missing: int) -> list[str]:
    return [item["drink"]["name"] for item in makeable["items"] if len(item["missing"]) == missing]


def test_a_starter_shelf_is_added_with_one_click(visit, site):
    page = visit("shelf")
    page.get_by_role("button", name="Use the gin bar shelf").click()
    expect(ready(page)).to_be_checked()
    page.wait_for_url(lambda url: "Gin" in shelf(url))
    makeable = makeable_drinks(site, shelf(page.url))
    expect_counts(page, makeable)
    expect(cards(page)).to_have_text(names(makeable, 0))


def test_an_ingredient_is_added_to_the_shelf(visit, site):
    page = visit(SHELF)
    box = page.get_by_role("combobox", name="On my shelf")
    box.fill("soda w")
    page.get_by_role("option", name="Soda water", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Remove Soda water")).to_be_visible()
    expect_shelf(page, [*HAVE, "Soda water"])
    expect_counts(page, makeable_drinks(site, [*HAVE, "Soda water"]))


def test_drinks_that_miss_one_ingredient_name_it(visit, site):
    page = visit(SHELF)
    page.get_by_role("radio", name=re.compile("^One away")).click()
    makeable = makeable_drinks(site, HAVE, missing=1)
    expect(cards(page)).to_have_text(names(makeable, 1)[:24])
    first = next(item for item in makeable["items"] if item["missing"])
    card = page.locator("[class*=st-key-card-]").filter(has_text=first["drink"]["name"]).first
    expect(card).to_contain_text(f"Missing: {first['missing'][0]}")


def test_the_ingredient_that_unlocks_most_drinks_is_added_with_one_click(visit, site):
    page = visit(SHELF)
    before = makeable_drinks(site, HAVE)
    best = before["unlocks"][0]
    page.get_by_role("radio", name=f"{best['ingredient']} +{best['drinks']}", exact=True).click()
    expect(page.get_by_role("button", name=f"Remove {best['ingredient']}")).to_be_visible()
    after = makeable_drinks(site, [*HAVE, best["ingredient"]])
    assert after["counts"]["0"] == before["counts"]["0"] + best["drinks"]
    expect_counts(page, after)


@pytest.mark.parametrize(
    ("kind", "options"),
    [("Mocktails", {}), ("Anything alcohol-free", {"convertible": "true"})],
)
def test_a_kind_hides_other_drinks(visit, site, kind, options):
    have = ["Orange juice", "Pineapple juice", "Grenadine", "Vodka", "Ginger ale", "Lime juice"]
    page = visit("shelf?" + urlencode({"have": have}, doseq=True))
    expect_counts(page, makeable_drinks(site, have))
    page.get_by_role("radio", name=kind, exact=True).click()
    expect(page.get_by_role("radio", name=kind, exact=True)).to_be_checked()
    expect_counts(page, makeable_drinks(site, have, mocktail="true", **options))


def test_the_address_keeps_the_shelf(visit, site):
    page = visit(SHELF)
    page.reload()
    expect_counts(page, makeable_drinks(site, HAVE))
    page.get_by_role("link", name="Insights").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Insights")
    page.get_by_role("link", name="What can I make").first.click()
    expect(ready(page)).to_be_visible()
    expect_shelf(page, HAVE)
    page.get_by_role("button", name="Empty the shelf").click()
    expect(page.get_by_role("button", name="Use the gin bar shelf")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Remove Campari")).to_be_visible()


def test_a_drinks_page_lists_what_is_missing_from_the_shelf(visit):
    page = visit("?have=Gin&have=Campari&drink=thecocktaildb:90101")
    expect(page.get_by_text("Missing from your shelf: Sweet vermouth.")).to_be_visible()
    page.get_by_role("link", name="Go to my shelf").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What can I make?")
    expect_shelf(page, ["Gin", "Campari"])
