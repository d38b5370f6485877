"""The Explore page: search, filters, sorting and pages."""

import csv
import io
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

COCKTAILS = "/drinks?category=Cocktail&limit=100"

STILL = "document.getAnimations().length === 0"
"""JavaScript that is true if nothing on the page moves."""


DRAWN = "[data-testid=stApp][data-test-script-state=notRunning]"

HARDLY_PX = 32
RECORD_TOPS = """
window.tops = [];
const record = () => {
  const card = document.querySelector("[class*=st-key-card-0]");
  if (card) tops.push(card.getBoundingClientRect().top);
  requestAnimationFrame(record);
};
record();
"""
"""JavaScript that records where the first card is whenever the browser draws."""


def parameters(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def expect_parameters(page: Page, **expected: list[str]) -> None:
    """Wait until the URL has these parameters; the browser updates it with a delay."""
    page.wait_for_url(lambda url: parameters(url) == expected)


def expect_count(page: Page, drinks: int) -> None:
    heading = page.get_by_role("heading", name=re.compile(r"^[\d,]+ drinks?$"))
    expect(heading).to_have_text(f"{drinks:,} drink{'s' * (drinks != 1)}")


def cards(page: Page):
    return page.locator("[class*=st-key-card-] a strong")


def names(drinks) -> list[str]:
    return [drink["name"] for drink in drinks["items"]]


def test_drinks_are_searched_while_one_types(visit, site):
    page = visit()
    page.get_by_role("searchbox").press_sequentially("whiskey so", delay=20)
    drinks = site.get("/drinks?q=whiskey so")
    expect_count(page, len(drinks["items"]))
    expect(page).to_have_url(re.compile(r"\?q=whiskey\+so$"))
    expect(cards(page)).to_have_text(names(drinks))


def test_a_search_without_results_says_so(visit):
    page = visit("?q=qwertyuiop")
    expect(page.get_by_role("main")).to_contain_text("No drink")


def test_a_filter_is_selected_and_removed_again(visit, site):
    page = visit()
    page.get_by_text("Filters", exact=True).click()
    page.wait_for_function(STILL)  # a list that is opened during the animation may close again
    page.get_by_role("combobox", name="Category").click()
    counts = {facet["value"]: facet["count"] for facet in site.get("/facets")["category"]}
    option = f"Cocktail ({counts['Cocktail']})"
    page.get_by_role("option", name=option, exact=True).click()
    page.keyboard.press("Escape")
    expect_count(page, counts["Cocktail"])
    expect(page).to_have_url(re.compile(r"\?category=Cocktail$"))
    expect(cards(page)).to_have_text(names(site.get(COCKTAILS))[:24])
    page.get_by_role("button", name="Category: Cocktail", exact=True).click()
    expect_count(page, site.get("/stats")["drinks"])
    expect_parameters(page)


def test_the_numbers_of_mocktails_and_other_drinks_match_the_api(visit, site):
    page = visit("?category=Cocktail")
    counts = site.get("/facets?category=Cocktail")["mocktail"]
    words = {"true": "Mocktails", "false": "With alcohol"}
    for facet in counts:
        expect(
            page.get_by_role("radio", name=f"{words[facet['value']]} {facet['count']}", exact=True)
        ).to_be_visible()
    page.get_by_role("radio", name=re.compile("^Mocktails")).click()
    expect_count(page, next(facet["count"] for facet in counts if facet["value"] == "true"))
    expect_parameters(page, category=["Cocktail"], mocktail=["true"])


def test_zero_proof_divides_the_mocktails(visit, site):
    facets = site.get("/facets")["zero_proof"]
    assert facets
    for facet in facets:
        page = visit(f"?zero_proof={facet['value']}")
        expect_count(page, facet["count"])
    value = facets[-1]["value"].replace("_", " ")
    page.get_by_role("button", name=f"Zero proof: {value}", exact=True).click()
    expect_count(page, site.get("/stats")["drinks"])
    expect_parameters(page)


def test_drinks_of_more_sugar_than_wanted_are_left_out(visit, site):
    page = visit("?sugar_max=8")
    drinks = site.get("/drinks?sugar_max=8&limit=100")["items"]
    if drinks:
        expect_count(page, len(drinks))
    page.get_by_role("button", name="Sugar: up to 8 g in 100 ml", exact=True).click()
    expect_count(page, site.get("/stats")["drinks"])


def test_a_reload_keeps_the_search(visit, site):
    page = visit("?q=lime&category=Cocktail&mocktail=false&sort=-abv&view=table")
    before = page.url
    drinks = site.get("/drinks?q=lime&category=Cocktail&mocktail=false&sort=-abv&limit=100")
    expect_count(page, len(drinks["items"]))
    page.reload()
    expect_count(page, len(drinks["items"]))
    expect(page).to_have_url(before)
    expect(page.get_by_role("searchbox")).to_have_value("lime")
    expect(page.get_by_role("radio", name=re.compile("^With alcohol"))).to_be_checked()
    expect(page.get_by_role("radio", name="Table")).to_be_checked()
    expect(page.get_by_role("combobox", name="Sort by")).to_have_value("Strongest first")
    first = page.locator("td").get_by_text(drinks["items"][0]["name"], exact=True)
    expect(first).to_be_attached()


def test_going_back_undoes_one_step_at_a_time(visit, site):
    page = visit("?category=Cocktail")
    everything = len(site.get(COCKTAILS)["items"])
    expect_count(page, everything)
    mocktails = site.get(f"{COCKTAILS}&mocktail=true")
    page.get_by_role("radio", name=re.compile("^Mocktails")).click()
    expect_count(page, len(mocktails["items"]))
    cards(page).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(names(mocktails)[0])
    page.go_back()
    expect_count(page, len(mocktails["items"]))
    expect(page.get_by_role("radio", name=re.compile("^Mocktails"))).to_be_checked()
    page.go_back()
    expect_count(page, everything)
    expect(page.get_by_role("radio", name="All drinks")).to_be_checked()


def test_the_link_on_a_drinks_page_leads_back_to_the_previous_list(visit, site):
    page = visit("?category=Cocktail&sort=-name")
    drinks = site.get(f"{COCKTAILS}&sort=-name")
    cards(page).nth(1).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(names(drinks)[1])
    page.get_by_role("link", name="All drinks").click()
    expect_count(page, len(drinks["items"]))
    expect(cards(page).first).to_have_text(names(drinks)[0])
    expect_parameters(page, category=["Cocktail"], sort=["-name"])


def test_drinks_are_sorted(visit, site):
    page = visit("?category=Cocktail")
    page.get_by_role("combobox", name="Sort by").click()
    page.get_by_role("option", name="Strongest first").click()
    expect(cards(page)).to_have_text(names(site.get(f"{COCKTAILS}&sort=-abv"))[:24])
    expect_parameters(page, category=["Cocktail"], sort=["-abv"])


def test_the_next_page_continues_where_the_first_ended(visit, site):
    page = visit("?category=Cocktail")
    drinks = names(site.get(COCKTAILS))
    expect(cards(page)).to_have_text(drinks[:24])
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    expect(cards(page)).to_have_text(drinks[24:])
    expect(page.get_by_role("link", name="Next page")).to_have_count(0)
    page.get_by_role("link", name="First page").click()
    expect(cards(page)).to_have_text(drinks[:24])


def test_the_table_shows_the_same_drinks_as_the_cards(visit, site):
    page = visit("?category=Cocktail")
    page.get_by_role("radio", name="Table").click()
    expect(cards(page)).to_have_count(0)
    for name in names(site.get(COCKTAILS))[:5]:
        expect(page.locator("td").get_by_text(name, exact=True)).to_be_attached()


def test_surprise_me_opens_one_of_the_drinks_in_the_list(visit, site):
    page = visit("?q=negroni")
    page.get_by_role("button", name="Surprise me").click()
    expect(page).to_have_url(re.compile("drink="))
    ids = [drink["id"] for drink in site.get("/drinks?q=negroni")["items"]]
    assert parameters(page.url)["drink"][0] in ids


def test_the_download_is_complete_and_no_cell_of_it_is_a_formula(visit, site, hostile_names):
    page = visit()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    text = download.value.path().read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert download.value.suggested_filename == "drinks.csv"
    assert len(rows) == site.get("/stats")["drinks"]
    assert hostile_names.keys() <= {row["id"] for row in rows}
    risky = [cell for row in rows for cell in row.values() if re.match(r"[=+@\t\r]|-(?!\d)", cell)]
    assert risky == []


def test_pictures_are_shown_where_their_licence_is_stated(visit):
    page = visit("?q=negroni&view=pictures")
    expect(page.get_by_role("img", name="Picture of Negroni")).to_be_visible()


@pytest.mark.parametrize("phone", [False, True])
def test_the_first_card_hardly_moves_when_the_controls_appear(visit, phone):
    page = visit(phone=phone)
    page.add_init_script(RECORD_TOPS)
    page.reload()
    expect(page.locator(DRAWN)).to_be_attached()
    expect(page.get_by_role("searchbox")).to_be_visible()
    tops = page.evaluate("tops")
    assert max(tops) - min(tops) <= HARDLY_PX
