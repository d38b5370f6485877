"""The frame: navigation, footer, and the page without a catalogue."""

import tomllib
from pathlib import Path

import pytest

from mocktailverse.dashboard.context import OVERRIDE
from mocktailverse.errors import CatalogueError, MissingError, UnreachableError

CATALOGUE_PAGES = ("explore", "shelf", "insights")
CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"


def test_the_sidebar_links_to_every_page_and_keeps_the_shelf(open_page):
    page = open_page(q="gin", have=["Gin", "Tonic water"])
    links = page.sidebar.get("page_link")
    assert [link.label for link in links] == [
        "Explore", "What can I make", "Insights", "Pipeline", "Cost",
    ]  # fmt: skip
    assert {link.proto.query_string for link in links} == {"have=Gin&have=Tonic+water"}


def test_the_same_links_are_above_the_page_for_phones(open_page):
    page = open_page("shelf", have=["Gin"])
    beside, above = (
        [(link.label, link.proto.query_string) for link in part.get("page_link")]
        for part in (page.sidebar, page.main)
    )
    assert above[: len(beside)] == beside


def test_the_footer_shows_the_catalogue_its_age_and_the_stage(open_page, sample_catalogue):
    footer = open_page(stage="staging").sidebar.caption[0]
    assert f"{sample_catalogue.meta.drinks} drinks · updated 60 s ago" in footer.value
    assert "Environment staging" in footer.value
    assert sample_catalogue.meta.version.split("-")[0] in footer.proto.help


@pytest.mark.parametrize("page", CATALOGUE_PAGES)
def test_a_page_and_its_frame_use_one_catalogue(open_page, page):
    shown = open_page(page)
    assert shown.session_state[OVERRIDE].catalogue.reads == 1
    shown.run()
    assert shown.session_state[OVERRIDE].catalogue.reads == 2


def test_only_a_new_visitor_waits_for_a_newer_catalogue(open_page):
    shown = open_page().run()
    assert shown.session_state[OVERRIDE].catalogue.timeouts_s == [2.0, None]


@pytest.mark.parametrize("page", CATALOGUE_PAGES)
def test_the_page_without_a_catalogue_says_what_to_do(open_page, page):
    shown = open_page(page, catalogue=MissingError("Nothing was published yet."))
    assert shown.title[0].value == "No drinks yet"
    assert "mocktailverse ingest" in shown.code[0].value


def test_the_page_of_an_empty_catalogue_says_what_to_do(open_page, make_catalogue):
    shown = open_page(catalogue=make_catalogue([]), stage="dev")
    assert shown.title[0].value == "No drinks yet"
    assert "--env dev" in shown.code[0].value


@pytest.mark.parametrize("is_empty", [True, False])
def test_the_page_without_drinks_looks_for_them_at_once_on_a_click(
    open_page, make_catalogue, sample_catalogue, is_empty
):
    absent = make_catalogue([]) if is_empty else UnreachableError("No response.")
    shown = open_page(catalogue=absent)
    copy = shown.session_state[OVERRIDE].catalogue
    assert not copy.is_expired
    copy.catalogue = sample_catalogue
    shown.button(key="refresh").click().run()
    assert copy.is_expired
    assert copy.timeouts_s == [2.0, 2.0], "the click waits for the drinks"
    assert shown.title[0].value == "Find a drink"


@pytest.mark.parametrize(
    "error",
    [
        UnreachableError("No response from https://x.example."),
        CatalogueError("of another format"),
        OSError("disk full"),
    ],
)
def test_without_a_copy_the_page_says_that_aws_is_down(open_page, error):
    shown = open_page("shelf", catalogue=error)
    assert shown.title[0].value == "Cannot reach AWS"
    assert shown.code[0].value == str(error)


@pytest.mark.parametrize("page", CATALOGUE_PAGES)
def test_while_aws_is_down_the_last_catalogue_is_shown_with_its_time(open_page, page):
    shown = open_page(page, problem="No response from **x**.")
    state = "AWS has been unreachable since 22:12 UTC. Showing the catalogue from 22:13 UTC"
    assert state in shown.warning[0].value
    assert r"\*\*x\*\*" in shown.warning[0].value
    assert len(shown.title) == 1


def contrast(one, other):
    """Return the contrast ratio of two colours by WCAG."""

    def luminance(colour):
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_both_themes_have_enough_contrast(mode):
    config = tomllib.loads(CONFIG.read_text("utf-8"))
    theme = config["theme"][mode]
    assert contrast(theme["textColor"], theme["backgroundColor"]) > 12
    assert contrast("#ffffff", theme["primaryColor"]) >= 4.5
    assert len(theme["chartSequentialColors"]) == 10
    assert config["browser"]["gatherUsageStats"] is False
    assert config["runner"]["magicEnabled"] is False
    assert "address" not in config["server"]
