"""The Cost page: what the month costs on AWS, compared with the free tier."""

import math
from collections.abc import Sequence
from functools import partial
from itertools import cycle, groupby

import streamlit as st

from mocktailverse.cost.cost_report import CostReport, ReportLine, cost_report
from mocktailverse.cost.model import price_table
from mocktailverse.cost.usage import BASIS, LEVELS, UNSEEN
from mocktailverse.dashboard import charts
from mocktailverse.dashboard.context import DashboardContext, dashboard_context
from mocktailverse.dashboard.error_banner import show_error_banner
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.formatting import clock_text
from mocktailverse.operations.month import LOADS, MonthSoFar
from mocktailverse.stores.account_costs import FreeOffer
from mocktailverse.times import utc

_CENT = 0.01
_MB = 10**6


def page() -> None:
    context = dashboard_context()
    st.title("Cost", anchor=False)
    snapshot = context.month.get()
    show_error_banner(
        snapshot.problem, snapshot.failing_since, "figures", snapshot.fetched_at, context.clock()
    )
    if snapshot.value is None:
        return
    usage = snapshot.value.usage
    report = cost_report(context.stage, usage.at_this_rate(), price_table(), usage)
    _show_scope(context, report)
    _show_totals(report)
    _show_days(snapshot.value, context)
    _show_services(report)
    _show_reported(context)
    _show_calculation(report)


def _show_scope(context: DashboardContext, report: CostReport) -> None:
    prices = f"prices of {report.region} as of {report.as_of:%B %Y}, without tax"
    if context.is_local:
        st.info(
            "This local stack costs nothing. The figures show what the same usage would cost on "
            f"AWS ({prices}).",
            icon=":material/savings:",
        )
    else:
        st.caption(
            f"Only the environment {plain(context.stage)}, calculated from its loads; {prices}."
        )


def _show_totals(report: CostReport) -> None:
    closest = max(report.lines, key=lambda line: line.used_share or 0)
    show_metric = partial(st.metric, border=True, height="stretch")
    with st.container(horizontal=True):
        show_metric("So far this month", usd(report.usd_so_far or 0))
        show_metric(
            "Forecast for the month",
            usd(report.usd),
            help="If the rest of the month is like the month so far.",
        )
        show_metric(
            "Closest to its free limit",
            percent(closest.used_share or 0),
            f"{closest.service}, {closest.what}",
            delta_color="off",
            delta_arrow="off",
            help="According to the forecast.",
        )


def _show_days(usage: MonthSoFar, context: DashboardContext) -> None:
    st.header("Loads this month", anchor=False)
    activity = usage.activity
    if not activity.loads:
        st.caption("No loads this month. The figures are for what always runs.")
        return
    st.vega_lite_chart(
        {
            "day": [day.isoformat() for day in usage.days],
            "records": [activity.records for activity in usage.days.values()],
            "loads": [activity.loads for activity in usage.days.values()],
        },
        charts.DAYS,
        key="days",
        alt="Records read on each day of the month",
    )
    st.caption(
        f"{activity.loads:,} loads in {activity.attempts:,} attempts, {activity.records:,} "
        f"records, {activity.bytes / _MB:,.1f} MB of raw objects, at most "
        f"{activity.publishes:,} publishes."
    )
    if not usage.is_whole:
        since = clock_text(usage.since, context.clock())
        st.caption(f"Includes only the latest {LOADS:,} loads, since {since}.")


def _show_services(report: CostReport) -> None:
    st.header("Forecast by service", anchor=False)
    services = groupby(report.lines, key=lambda line: line.service)
    for column, (service, lines) in zip(cycle(st.columns(2)), services, strict=False):
        with column, st.container(border=True):
            _show_service(service, list(lines))


def _show_service(service: str, lines: Sequence[ReportLine]) -> None:
    st.markdown(f"**{plain(service)}**: {plain(usd(sum(line.usd for line in lines)))}")
    for line in lines:
        amount = f"{line.what.capitalize()}: {_amount(line.month)}"
        if line.used_share is None or line.free is None:
            source, sentence = BASIS[line.usage]
            text = f"{amount} {line.unit}, {usd(line.usd)}; no free tier"
            text = f"{line.what.capitalize()}: {sentence}" if source == UNSEEN else text
            st.markdown(f":small[{plain(text)}]")
            continue
        text = f"{amount} of {_amount(line.free)} {line.unit} ({percent(line.used_share)})"
        st.progress(min(1.0, line.used_share), text=plain(text))
        if line.used_share > 1:
            st.caption(f"Over the free limit: {plain(usd(line.usd))}")


def _show_reported(context: DashboardContext) -> None:
    if context.offers is None:
        return
    st.header("Reported by AWS for the whole account", anchor=False)
    snapshot = context.offers.get()
    if snapshot.value is None:
        st.caption(
            "These credentials cannot read it. Allow the action `freetier:GetFreeTierUsage`. "
            f"{plain(snapshot.problem or '')}"
        )
        return
    if not snapshot.value:
        st.caption("AWS reports no free tier usage this month.")
        return
    st.dataframe(
        [_offer_row(offer) for offer in snapshot.value],
        column_config={
            "share": st.column_config.ProgressColumn(min_value=0, max_value=1, format="percent")
        },
        hide_index=True,
    )
    if snapshot.fetched_at:
        st.caption(f"As of {utc(snapshot.fetched_at):%Y-%m-%d %H:%M} UTC.")


def _offer_row(offer: FreeOffer) -> dict[str, object]:
    return {
        "service": short(offer.service),
        "usage": short(offer.usage_type),
        "so far": offer.actual,
        "forecast": offer.forecast,
        "free": offer.limit,
        "unit": short(offer.unit),
        "share": offer.forecast / offer.limit,
    }


def _show_calculation(report: CostReport) -> None:
    with st.expander("How this is calculated"):
        st.markdown(
            "Usage is counted from the load records, read from the template, or assumed if "
            "nothing counts it. If only bounds are known, the upper one is used. Other "
            "environments and applications of the same account are not included, but share its "
            "free limits. Credits of new accounts are not included."
        )
        st.dataframe(
            [
                {
                    "service": line.service,
                    "what": line.what,
                    "so far": line.so_far,
                    "forecast": line.month,
                    "unit": line.unit,
                    "free": line.free or 0.0,
                    "USD so far": line.usd_so_far,
                    "USD forecast": line.usd,
                    "price": f"{line.price_usd:g} USD for {line.price_per:,.0f}"
                    + (", a month" if line.usage in LEVELS else ""),
                    "figure": line.figure,
                    "source": line.source,
                }
                for line in report.lines
            ],
            column_config={
                "USD so far": st.column_config.NumberColumn(format="%.4f"),
                "USD forecast": st.column_config.NumberColumn(format="%.4f"),
            },
            hide_index=True,
        )


def usd(amount: float) -> str:
    """Return an amount in dollars; below a cent, with two significant digits."""
    return f"${amount:,.2f}" if amount == 0 or amount >= _CENT else f"${_small(amount)}"


def percent(share: float) -> str:
    """Return a share in percent; tiny ones as "< 0.1 %"."""
    if share == 0:
        return "0 %"
    if share < 0.001:  # noqa: PLR2004 - a tenth of a percent
        return "< 0.1 %"
    return f"{share * 100:.1f} %" if share < 0.1 else f"{share * 100:,.0f} %"  # noqa: PLR2004 - ten percent


def _amount(number: float) -> str:
    """Return a whole number; below one, with two significant digits."""
    return f"{number:,.0f}" if number == 0 or number >= 1 else _small(number)


def _small(number: float) -> str:
    """Return a number between 0 and 1 with two significant digits, without an exponent."""
    return f"{number:.{1 - math.floor(math.log10(number))}f}"


if __name__ == "__main__":
    page()
