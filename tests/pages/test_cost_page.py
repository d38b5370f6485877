"""The Cost page: amounts, shares of the free tier, and their sources."""

from datetime import date
from itertools import repeat
from pathlib import Path
from unittest.mock import Mock

import pytest
from streamlit.testing.v1 import AppTest

import mocktailverse.dashboard.views
from mocktailverse.catalogue.meta import Meta
from mocktailverse.cost.running import SMALL
from mocktailverse.cost.usage import Activity
from mocktailverse.dashboard.context import OVERRIDE, DashboardContext
from mocktailverse.dashboard.views.cost_page import percent, usd
from mocktailverse.errors import MissingError, PermanentError, UnreachableError
from mocktailverse.loads.load_record import Counts, Load
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.operations.month import LOADS, MonthUsage
from mocktailverse.stores.account_costs import FreeOffer

PAGE = Path(mocktailverse.dashboard.views.__path__[0]) / "cost_page.py"
DAY_MS = 24 * 3600 * 1000
NEW_YEAR_MS = 1_767_225_600_000  # 2026-01-01 00:00:00 UTC
NOW_MS = NEW_YEAR_MS + 10 * DAY_MS  # the 11th of 31 days


def load(day=1, **fields):
    """Return a load of 25 records that took 2 s, on a day of January."""
    at = NEW_YEAR_MS + (day - 1) * DAY_MS + 1_000
    facts = {"bytes": 50_000, "attempts": 1, "generation": 1} | fields
    return Load(
        ObjectVersion("data", "raw/thecocktaildb/a.json", "v1"), facts["generation"], "done",
        Counts(read=25, loaded=25), facts["bytes"], facts["attempts"], 0, None, at, at, at + 2_000,
        None, 1,
    )  # fmt: skip


class FakeStores:
    """Loads by day and a catalogue; `days_read` lists the days that were read."""

    def __init__(self):
        self.days = {}
        self.days_read = []
        self.down = None
        self.drinks = None

    def page(self, day, limit, after=None):
        if self.down:
            raise self.down
        self.days_read.append(day)
        loads = self.days.get(day, [])
        first = after["at"] if after else 0
        end = first + limit
        return loads[first:end], ({"at": end} if end < len(loads) else None)

    def current(self, **_):
        if self.drinks is None:
            raise MissingError("nothing was published yet")
        return self

    @property
    def meta(self):
        return Meta("v", 1, NOW_MS, self.drinks, 0, 0, "drinks", None)


class Clock:
    """A manual clock."""

    def __init__(self):
        self.at = NOW_MS

    def __call__(self):
        return self.at


@pytest.fixture
def stores():
    return FakeStores()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def show_page(stores, clock):
    """Return a function that opens the page of a stage; `free_tier` is the response of AWS."""

    def open_page(stage="local", free_tier=None):
        read = free_tier and Mock(side_effect=repeat(free_tier))  # an error is raised
        context = DashboardContext(
            catalogue=stores, loads=stores, bucket=None, queue=None, stage=stage,
            can_act=False, refresh_s=2, clock=clock, free_tier=read,
        )  # fmt: skip
        page = AppTest.from_file(str(PAGE), default_timeout=240)
        page.session_state[OVERRIDE] = context
        return page.run()

    return open_page


@pytest.fixture
def month(stores, clock):
    return MonthUsage(stores, lambda: stores.current().meta, SMALL, clock)


def texts(page):
    return [part.value for part in [*page.caption, *page.markdown, *page.info, *page.warning]]


# ---- the month


def test_a_month_is_read_day_by_day_back_to_its_first_day(month, stores):
    stores.days = {
        "2026-01-11": [load(11)],
        "2026-01-01": [load(1), load(1)],
        "2025-12-31": [load()],
    }
    usage = month.read()
    assert stores.days_read == [f"2026-01-{day:02}" for day in range(11, 0, -1)]
    assert usage.activity.loads == 3
    assert usage.days[date(2026, 1, 1)].loads == 2
    assert usage.is_whole
    assert usage.share == pytest.approx(10 / 31)


def test_past_days_are_read_once(month, stores):
    month.read()
    stores.days_read.clear()
    month.read()
    assert stores.days_read == ["2026-01-11", "2026-01-10"]


def test_only_the_newest_of_too_many_loads_are_read_and_their_time_counts(month, stores, clock):
    half_day = NOW_MS - DAY_MS // 2
    newest = [load(10) for _ in range(LOADS)]
    stores.days = {"2026-01-10": [*newest, load(10)], "2026-01-09": [load(9)]}
    usage = month.read()
    assert usage.activity.loads == LOADS
    assert not usage.is_whole
    assert usage.since == newest[-1].started_at < half_day
    assert usage.share == pytest.approx((clock.at - usage.since) / (31 * DAY_MS))


def test_without_loads_the_running_resources_still_count(month):
    usage = month.read()
    assert (usage.activity, usage.drinks) == (Activity(), 0)
    assert usage.usage.dynamodb_wcu == 4


def test_the_first_moment_of_a_month_does_not_divide_by_zero(month, clock):
    clock.at = NEW_YEAR_MS
    assert month.read().usage.at_this_rate().month_share == 1


# ---- the page


def test_the_local_page_says_that_the_stack_costs_nothing(show_page):
    page = show_page()
    assert not page.exception
    assert "costs nothing" in page.info[0].value
    assert any("No loads this month" in text for text in texts(page))


def test_the_totals_are_the_cost_so_far_and_at_this_rate(show_page):
    """10 of 31 days of listings every six hours: 39 of 122 writes to S3, 0.000005 each."""
    page = show_page(stage="dev")
    assert [metric.value for metric in page.metric] == ["$0.00020", "$0.00061", "66 %"]


def test_loads_of_the_month_are_counted(show_page, stores):
    stores.days = {"2026-01-03": [load(3, attempts=2), load(3, generation=2)]}
    stores.drinks = 600
    text = "\n".join(texts(show_page()))
    assert "2 loads in 3 attempts, 50 records" in text


def test_every_service_shows_its_share_of_the_free_limit(show_page):
    page = show_page(stage="prod")
    bars = [bar.proto.text.replace("\\", "") for bar in page.get("progress")]
    assert any("17 of 25 WCU (68 %)" in bar for bar in bars)
    assert len(bars) == 12
    assert any("no free tier" in text for text in texts(page))


def test_usage_that_only_aws_counts_is_marked(show_page):
    assert any("counted by AWS only" in text for text in texts(show_page()))


def test_the_details_name_the_source_and_the_basis_of_every_line(show_page):
    table = show_page(stage="dev").dataframe[0].value
    assert len(table) == 17
    assert table["figure"].str.len().min() > 5
    assert table["source"].str.contains("pricing|transfer").all()


def test_the_free_limits_of_the_embedded_aws_are_not_read(show_page):
    assert not any("Reported by AWS" in heading.value for heading in show_page().header)


def test_the_free_limits_are_shown_if_they_may_be_read(show_page):
    offer = FreeOffer(
        service="AWS Lambda", usage_type="Global-Request", unit="Request",
        actual=1_000, forecast=3_100, limit=1_000_000,
    )  # fmt: skip
    table = show_page(stage="prod", free_tier=[offer]).dataframe[0].value
    assert list(table["forecast"]) == [3_100]
    assert list(table["share"]) == [0.0031]


def test_a_refusal_to_read_the_free_limits_is_shown(show_page):
    page = show_page(stage="prod", free_tier=PermanentError("AccessDenied <b>x</b>"))
    assert not page.exception
    assert any("GetFreeTierUsage" in text and "<b>" not in text for text in texts(page))


def test_while_aws_is_down_the_last_figures_are_shown(show_page, stores, clock):
    page = show_page(stage="dev")
    stores.down = UnreachableError("nothing answers")
    clock.at += 3_600_000
    page.run()
    assert not page.exception
    assert "AWS has been unreachable" in page.warning[0].value
    assert page.metric


def test_a_warning_is_shown_if_aws_is_down_from_the_start(show_page, stores):
    stores.down = UnreachableError("nothing answers")
    page = show_page()
    assert not page.exception
    assert "AWS has been unreachable" in page.warning[0].value


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "$0.00"),
        (0.0000123, "$0.000012"),
        (0.0039, "$0.0039"),
        (0.01, "$0.01"),
        (1234.5, "$1,234.50"),
    ],
)
def test_amounts_below_a_cent_are_not_rounded_to_zero(amount, text):
    assert usd(amount) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (0.0001, "< 0.1 %"), (0.012, "1.2 %"), (0.68, "68 %"), (12.3, "1,230 %")],
)
def test_shares_are_percents(share, text):
    assert percent(share) == text
