"""What can I make: a shelf, and what is good for."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

HAVE = ["Light rum", "Lime juice", "Sugar syrup", "Mint", "Lemon juice", "Campari", "Ice"]
SHELF = "shelf?" + urlencode({"have": HAVE}, doseq=True)


def shelf(url: str) -> list[str]:
    return parse_qs(urlsplit(url).query).get("have", [])


def keeps(page: Page, have: list[str]) -> None:
    """The address has this shelf, or will; the list of chosen ingredients runs ahead of it."""
    page.wait_for_url(lambda url: shelf(url) == have)


def ready(page: Page):
    return page.get_by_role("radio", name=re.compile("^Ready now"))


def counts(page: Page, makeable) -> None:
    """The three choices show the number of drinks for each number of missing ingredients."""
    for words, number in (("Ready now", "0"), ("One away", "1"), ("Two away", "2")):
        choice = page.get_by_role("radio", name=f"{words} {makeable['counts'][number]}", exact=True)
        expect(choice).to_be_visible()


def cards(page: Page):
    return page.locator("[class*=st-key-card-] a strong")


def of(site, have: list[str], **options: object):
    return site.get("/makeable?" + urlencode({"have": have, "limit": 100, **options}, doseq=True))


def names(makeable, missing: int) -> list[str]:
    return [item["drink"]["name"] for item in makeable["items"] if len(item["missing"]) == missing]


def test_a_starter_shelf_is_put_up_at_one_click(visit, site):
    page = visit("shelf")
    page.get_by_role("button", name="Use the gin bar shelf").click()
    expect(ready(page)).to_be_checked()
    page.wait_for_url(lambda url: "Gin" in shelf(url))
    makeable = of(site, shelf(page.url))
    counts(page, makeable)
    expect(cards(page)).to_have_text(names(makeable, 0))


def test_an_ingredient_is_added_to_the_shelf(visit, site):
    page = visit(SHELF)
    box = page.get_by_role("combobox", name="On my shelf")
    box.fill("soda w")
    page.get_by_role("option", name="Soda water", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Remove Soda water")).to_be_visible()
    keeps(page, [*HAVE, "Soda water"])
    counts(page, of(site, [*HAVE, "Soda water"]))


def test_drinks_that_lack_one_bottle_say_which(visit, site):
    page = visit(SHELF)
    page.get_by_role("radio", name=re.compile("^One away")).click()
    makeable = of(site, HAVE, missing=1)
    expect(cards(page)).to_have_text(names(makeable, 1)[:24])
    first = next(item for item in makeable["items"] if item["missing"])
    card = page.locator("[class*=st-key-card-]").filter(has_text=first["drink"]["name"]).first
    expect(card).to_contain_text(f"Missing: {first['missing'][0]}")


def test_the_bottle_that_unlocks_most_is_added_at_one_click(visit, site):
    page = visit(SHELF)
    before = of(site, HAVE)
    best = before["unlocks"][0]
    page.get_by_role("radio", name=f"{best['ingredient']} +{best['drinks']}", exact=True).click()
    expect(page.get_by_role("button", name=f"Remove {best['ingredient']}")).to_be_visible()
    after = of(site, [*HAVE, best["ingredient"]])
    assert after["counts"]["0"] == before["counts"]["0"] + best["drinks"]
    counts(page, after)


def test_mocktails_only_leaves_the_others_out(visit, site):
    have = ["Orange juice", "Pineapple juice", "Grenadine", "Vodka", "Ginger ale", "Lime juice"]
    page = visit("shelf?" + urlencode({"have": have}, doseq=True))
    counts(page, of(site, have))
    page.get_by_text("Mocktails only").click()
    expect(page.get_by_role("switch", name="Mocktails only")).to_be_checked()
    counts(page, of(site, have, mocktail="true"))


def test_the_address_keeps_the_shelf(visit, site):
    page = visit(SHELF)
    page.reload()
    counts(page, of(site, HAVE))
    page.get_by_role("link", name="Insights").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Insights")
    page.get_by_role("link", name="What can I make").first.click()
    expect(ready(page)).to_be_visible()
    keeps(page, HAVE)
    page.get_by_role("button", name="Empty the shelf").click()
    expect(page.get_by_role("button", name="Use the gin bar shelf")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Remove Campari")).to_be_visible()


def test_a_drinks_page_says_what_the_shelf_lacks_for_it(visit):
    page = visit("?have=Gin&have=Campari&drink=thecocktaildb:90101")
    expect(page.get_by_text("Missing from your shelf: Sweet vermouth, Orange.")).to_be_visible()
    page.get_by_role("link", name="Go to my shelf").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What can I make?")
    keeps(page, ["Gin", "Campari"])
