"""The Insights and Cost pages: charts with text alternatives, and figures that match the API."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CHART = "[data-testid=stVegaLiteChart]"
DRAWN = f"{CHART} :is(svg, canvas)"


@pytest.mark.parametrize(
    ("path", "charts"),
    [("insights", 9), ("pipeline", 2), ("cost", 1), ("?drink=thecocktaildb:90101", 1)],
)
def test_every_chart_is_drawn_and_has_a_text_alternative(visit, path, charts):
    page = visit(path)
    expect(page.locator(DRAWN)).to_have_count(charts)
    labels = [page.locator(CHART).nth(n).get_attribute("aria-label") for n in range(charts)]
    assert all(labels)
    assert "Vega visualization" not in labels  # a default text without information


def test_insights_show_the_figures_of_the_api(visit, site):
    page = visit("insights")
    statistics = site.get("/stats")
    for label, key in (("Drinks", "drinks"), ("Mocktails", "mocktails")):
        metric = page.get_by_test_id("stMetric").filter(has_text=re.compile(f"^{label}"))
        expect(metric.get_by_test_id("stMetricValue")).to_have_text(f"{statistics[key]:,}")
    page.get_by_text("Figures: glasses").click()
    most = statistics["glasses"][0]
    row = page.locator("tr").filter(has=page.locator("td").get_by_text(most["value"], exact=True))
    expect(row.locator("td").nth(1)).to_have_text(str(most["count"]))


def test_the_cost_page_shows_the_loads_and_their_cost(visit, site):
    page = visit("cost")
    expect(page.get_by_text("costs nothing")).to_be_visible()
    for label in ("So far this month", "Forecast for the month"):
        metric = page.get_by_test_id("stMetric").filter(has_text=label)
        expect(metric.get_by_test_id("stMetricValue")).to_have_text(re.compile(r"^\$0\.\d+$"))
    done = len(site.command("loads")["items"])
    expect(page.get_by_text(re.compile(rf"^{done} loads in \d+ attempts"))).to_be_visible()
    for service in ("Lambda", "DynamoDB", "S3", "SQS", "CloudWatch"):
        expect(page.get_by_text(service, exact=True).first).to_be_visible()
