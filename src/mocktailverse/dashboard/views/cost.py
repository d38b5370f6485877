"""Cost: what the month costs on AWS, against what is free."""

import math
from collections.abc import Sequence
from itertools import cycle, groupby

import streamlit as st

from mocktailverse.cost.model import CostLine, PriceTable, month, price_table, total_usd
from mocktailverse.cost.usage import BASIS, LEVELS, UNSEEN
from mocktailverse.dashboard.banner import show_problem
from mocktailverse.dashboard.connections import Connections, connections
from mocktailverse.dashboard.text import plain, short
from mocktailverse.dashboard.times import clock_text, moment
from mocktailverse.operations.month import LOADS, MonthSoFar
from mocktailverse.stores.free_tier import FreeOffer

CENT = 0.01
MB = 10**6


def page() -> None:
    """Show the page."""
    found = connections()
    st.title("Cost", anchor=False)
    seen = found.month.get()
    show_problem(seen, found.clock())
    if seen.value is None:
        return
    table = price_table()
    _show_where(found, table)
    usage = seen.value.usage(found.running)
    so_far, whole = month(usage, table), month(usage.at_this_rate(), table)
    _show_totals(so_far, whole)
    _show_days(seen.value, found)
    _show_services(whole)
    _show_actual(found)
    _show_working(so_far, whole, table)


def _show_where(found: Connections, table: PriceTable) -> None:
    where = f"prices of {table.region} as of {table.as_of:%B %Y}, without tax"
    if found.is_local:
        st.info(
            "This is the embedded AWS of your machine: it costs nothing. What follows is what the "
            f"same usage would cost on AWS ({where}).",
            icon=":material/savings:",
        )
    else:
        st.caption(f"The stage {plain(found.stage)} alone, computed from its loads; {where}.")


def _show_totals(so_far: list[CostLine], whole: list[CostLine]) -> None:
    closest = max(whole, key=lambda line: line.used_share or 0)
    with st.container(horizontal=True):
        st.metric("So far this month", usd(total_usd(so_far)), border=True, height="stretch")
        st.metric(
            "The month at this rate",
            usd(total_usd(whole)),
            help="If the rest of the month goes on like the month so far.",
            border=True,
            height="stretch",
        )
        st.metric(
            "Nearest to its free limit",
            percent(closest.used_share or 0),
            f"{closest.service}, {closest.what}",
            delta_color="off",
            delta_arrow="off",
            help="At this rate.",
            border=True,
            height="stretch",
        )


def _show_days(books: MonthSoFar, found: Connections) -> None:
    st.header("Loads this month", anchor=False)
    activity = books.activity
    if not activity.loads:
        st.caption("No raw object was loaded this month; what is shown runs all the same.")
        return
    st.vega_lite_chart(
        {
            "day": [day.isoformat() for day in books.days],
            "records": [done.records for done in books.days.values()],
            "loads": [done.loads for done in books.days.values()],
        },
        _DAYS,
        key="days",
        alt="Records read on each day of the month",
    )
    st.caption(
        f"{activity.loads:,} loads in {activity.attempts:,} attempts, {activity.records:,} "
        f"records, {activity.bytes / MB:,.1f} MB of raw objects, at most "
        f"{activity.publishes:,} publishes."
    )
    if not books.is_whole:
        since = clock_text(books.since, found.clock())
        st.caption(f"Only the newest {LOADS:,} loads are read: those since {since}.")


def _show_services(whole: list[CostLine]) -> None:
    st.header("Each service at this rate", anchor=False)
    services = groupby(whole, key=lambda line: line.service)
    for column, (service, lines) in zip(cycle(st.columns(2)), services, strict=False):
        with column, st.container(border=True):
            _show_service(service, list(lines))


def _show_service(service: str, lines: Sequence[CostLine]) -> None:
    st.markdown(f"**{plain(service)}**: {plain(usd(sum(line.usd for line in lines)))}")
    for line in lines:
        amount = f"{line.what.capitalize()}: {_amount(line.amount)}"
        if line.used_share is None:
            source, sentence = BASIS[line.usage]
            told = f"{amount} {line.unit}, {usd(line.usd)}; none is free"
            told = f"{line.what.capitalize()}: {sentence}" if source == UNSEEN else told
            st.markdown(f":small[{plain(told)}]")
            continue
        told = f"{amount} of {_amount(line.free_limit)} {line.unit} ({percent(line.used_share)})"
        st.progress(min(1.0, line.used_share), text=plain(told))
        if line.used_share > 1:
            st.caption(f"Over the free limit: {plain(usd(line.usd))}")


def _show_actual(found: Connections) -> None:
    if found.offers is None:
        return
    st.header("As AWS counts it, for the whole account", anchor=False)
    seen = found.offers.get()
    if seen.value is None:
        st.caption(
            "Not readable with these credentials: `freetier:GetFreeTierUsage` would have to be "
            f"allowed. {plain(seen.problem or '')}"
        )
        return
    if not seen.value:
        st.caption("AWS lists no usage of a free limit this month.")
        return
    st.dataframe(
        [_offer_row(offer) for offer in seen.value], column_config=_OFFERS, hide_index=True
    )
    if seen.fetched_at:
        st.caption(f"As of {moment(seen.fetched_at):%Y-%m-%d %H:%M} UTC.")


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


def _show_working(so_far: list[CostLine], whole: list[CostLine], table: PriceTable) -> None:
    sources = {price.usage: price for price in table.prices}
    with st.expander("How this was computed"):
        st.markdown(
            "Usage is counted from the books of the loads, taken from the template, or assumed "
            "where nothing counts it; where only a bound is known, the upper one is taken. What "
            "another stage or application of the same account uses is not seen, and takes its "
            "part of the free limits. New accounts' credits are left out."
        )
        st.dataframe(
            [
                {
                    "service": line.service,
                    "what": line.what,
                    "so far": line.amount,
                    "at this rate": later.amount,
                    "unit": line.unit,
                    "free": line.free_limit,
                    "USD so far": line.usd,
                    "USD at this rate": later.usd,
                    "price": f"{sources[line.usage].usd:g} USD for {sources[line.usage].per:,.0f}"
                    + (", a month" if line.usage in LEVELS else ""),
                    "figure": ": ".join(BASIS[line.usage]),
                    "source": sources[line.usage].source,
                }
                for line, later in zip(so_far, whole, strict=True)
            ],
            column_config={
                "USD so far": st.column_config.NumberColumn(format="%.4f"),
                "USD at this rate": st.column_config.NumberColumn(format="%.4f"),
            },
            hide_index=True,
        )


def usd(amount: float) -> str:
    """Dollars and cents; what is less than a cent with the two digits that tell it."""
    return f"${amount:,.2f}" if amount == 0 or amount >= CENT else f"${_small(amount)}"


def percent(share: float) -> str:
    """A share in percent; what is next to nothing says so."""
    if share == 0:
        return "0 %"
    if share < 0.001:  # noqa: PLR2004 - a tenth of a percent
        return "< 0.1 %"
    return f"{share * 100:.1f} %" if share < 0.1 else f"{share * 100:,.0f} %"  # noqa: PLR2004 - 10 %


def _amount(number: float) -> str:
    """A count in whole numbers; what is less than one with the two digits that tell it."""
    return f"{number:,.0f}" if number == 0 or number >= 1 else _small(number)


def _small(number: float) -> str:
    """A number between 0 and 1 with two digits that are not 0, without an exponent."""
    return f"{number:.{1 - math.floor(math.log10(number))}f}"


_DAYS = {
    "height": 180,
    "mark": "bar",
    "encoding": {
        "x": {
            "field": "day",
            "type": "ordinal",
            "timeUnit": "utcyearmonthdate",
            "title": None,
            "axis": {"format": "%-d", "labelAngle": 0},
        },
        "y": {"field": "records", "type": "quantitative", "title": "records read"},
        "tooltip": [
            {"field": "day", "type": "ordinal"},
            {"field": "records", "type": "quantitative"},
            {"field": "loads", "type": "quantitative"},
        ],
    },
}
_OFFERS = {
    "share": st.column_config.ProgressColumn("share", min_value=0, max_value=1, format="percent")
}

if __name__ == "__main__":
    page()
