"""The Insights page: charts with a title that states a result, and their figures as a table."""

import json

import msgspec
import pytest

from mocktailverse.catalogue.search.query import Facet, Pairing, StrengthBin
from mocktailverse.dashboard import charts
from mocktailverse.dashboard.views.insights_page import part_of


def test_every_chart_has_a_title_a_text_alternative_and_its_figures(open_page):
    page = open_page("insights")
    chart_elements = page.get("vega_lite_chart")
    headings = [header.value for header in page.header]
    assert len(chart_elements) == 9
    assert all(chart.proto.alt in headings for chart in chart_elements)
    assert len(page.dataframe) == len(chart_elements)
    assert "Gin and Lemon juice are combined most often: in 10 drinks" in headings


def test_quality_codes_are_explained(open_page):
    page = open_page("insights")
    meanings = dict(zip(*(page.table[-1].value[name] for name in ("Note", "Meaning")), strict=True))
    assert r"Several lines have the same ingredient\." in meanings.values()


def test_a_catalogue_of_one_drink_has_insights(open_page, make_catalogue, hostile_catalogue):
    drink = hostile_catalogue.drink("evil:0")
    open_page("insights", catalogue=make_catalogue([drink]))


def test_figures_say_how_many_values_are_not_shown(open_page, make_catalogue, sample_catalogue):
    drinks = list(sample_catalogue.all_drinks())[:120]
    page = open_page(
        "insights",
        catalogue=make_catalogue(
            msgspec.structs.replace(drink, glass=f"Glass {number}")
            for number, drink in enumerate(drinks)
        ),
    )
    (note,) = [caption.value for caption in page.caption if "not shown" in caption.value]
    assert note == "The 100 most frequent; 20 more are not shown."


def test_hostile_texts_are_shown_as_text(open_page, hostile_catalogue):
    page = open_page("insights", catalogue=hostile_catalogue)
    headings = "\n".join(header.value for header in page.header)
    for markup in ("<script", "](", "**", "$math$", ":red["):
        assert markup not in headings


@pytest.mark.parametrize(
    ("number", "total", "words"),
    [
        (0, 0, "0.0% of the drinks"),
        (0, 9, "0.0% of the drinks"),
        (9, 9, "all drinks"),
        (1, 4, "one in four drinks"),
        (1, 2, "about half of the drinks"),
        (99, 100, "nearly all drinks"),
        (3, 100, "3.0% of the drinks"),
    ],
)
def test_a_share_is_described_in_words(number, total, words):
    assert part_of(number, total) == words


FACETS = [Facet("Long " * 100, 3), Facet("b", 1)]


@pytest.mark.parametrize(
    "spec",
    [
        charts.gauge(0, 0),
        charts.gauge(12, 12),
        charts.gauge(20, 95),
        charts.bars([]),
        charts.bars(FACETS),
        charts.shares(FACETS),
        charts.strengths([StrengthBin(0, 5, 3), StrengthBin(5, 10, 0)]),
        charts.heat_map([]),
        charts.heat_map([Pairing("a", "b", 3)]),
    ],
)
def test_charts_are_small_documents_without_colours(spec):
    text = json.dumps(spec)
    assert len(text) < 3000
    assert "#" not in text


@pytest.mark.parametrize(("low", "high"), [(0, 0.2), (12, 12), (40, 75.5)])
def test_the_gauge_shows_the_range_within_its_scale(low, high):
    scale, gauge = (layer["data"]["values"][0] for layer in charts.gauge(low, high)["layer"])
    assert scale["from"] <= gauge["from"] <= low + 0.5
    assert high - 0.5 <= gauge["to"] <= scale["to"]
