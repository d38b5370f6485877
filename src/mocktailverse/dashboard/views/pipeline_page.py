"""The Pipeline page: the live state of loads, queue and catalogue."""

from collections.abc import Sequence

import streamlit as st

from mocktailverse.dashboard import charts
from mocktailverse.dashboard.alerts_panel import show_alerts
from mocktailverse.dashboard.context import DashboardContext, dashboard_context
from mocktailverse.dashboard.error_banner import show_error_banner
from mocktailverse.dashboard.live_snapshot import DAYS, MAX_LOADS, LiveSnapshot
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.formatting import age, duration
from mocktailverse.loads.load_record import Load
from mocktailverse.operations.timing import Passage, passages, quantile, throughput
from mocktailverse.times import utc

_BINS = 60
_BIN_MS = 10_000
_MAX_PASSAGES = 20

_METRIC_WIDTH = 165
"""Pixels; two fit side by side on a phone. Fixed, as the metrics change."""

_TABLE_HEIGHT = 420
"""Pixels; fixed, so that new loads do not move the page below."""


def page() -> None:
    context = dashboard_context()
    st.title("Pipeline", anchor=False)
    st.caption(
        f"Up to {MAX_LOADS} loads of the last {DAYS} days. Refreshes every {context.refresh_s:g} s."
    )
    if context.harness_url:
        st.link_button("Follow one record", context.harness_url, icon=":material/route:")
    st.fragment(_show_live, run_every=context.refresh_s)(context)
    st.fragment(show_alerts, run_every=context.refresh_s)(context)


def _show_live(context: DashboardContext) -> None:
    """Show what refreshes; containers keep the place of parts that may be empty."""
    cached = context.live.get()
    now = context.clock()
    with st.container():
        show_error_banner(cached.problem, cached.failing_since, "data", cached.fetched_at, now)
    if cached.value is None:
        return
    snapshot = cached.value
    _show_freshness(snapshot, now)
    _show_stages(snapshot)
    with st.container():
        _show_speed(snapshot, now)
    st.header("Loads", anchor=False)
    with st.container():
        _show_loads(snapshot, context)


def _show_freshness(snapshot: LiveSnapshot, now: int) -> None:
    done_at, catalogue = snapshot.last_done_at, snapshot.catalogue
    with st.container(horizontal=True):
        _metric("Since the last load", age(done_at, now) if done_at else "none")
        _metric("Catalogue age", age(catalogue.built_at, now) if catalogue else "none")
        _metric(
            "In the queue",
            snapshot.waiting,
            "Approximate number of messages that wait or are in progress.",
        )
        _metric("Dead letters", snapshot.dead, "Messages that failed repeatedly.")
    if snapshot.catalogue_problem:
        st.caption(f"Cannot refresh the catalogue: {plain(snapshot.catalogue_problem)}")


def _show_stages(snapshot: LiveSnapshot) -> None:
    totals, catalogue = snapshot.totals, snapshot.catalogue
    drinks = catalogue.drinks - catalogue.withdrawn if catalogue else "none"
    st.header("Stage by stage", anchor=False)
    with st.container(horizontal=True):
        objects = len(snapshot.current_loads)
        _metric("Raw objects", objects, "Raw objects of the loads listed below.")
        _metric("Records read", totals.read)
        _metric("Loaded", totals.loaded, "New or changed in the drinks table.")
        _metric("Unchanged", totals.unchanged, "The drinks table already has the same drink.")
        _metric("Stale", totals.stale, "The drinks table has a later observation of the drink.")
        _metric("Rejected", totals.rejected, "Not loaded; see the reasons below.")
        _metric("Drinks published", drinks, "Drinks in the published catalogue.")


def _metric(label: str, value: int | str, explanation: str | None = None) -> None:
    text = value if isinstance(value, str) else f"{value:,}"
    st.metric(label, text, help=explanation, border=True, width=_METRIC_WIDTH)


def _show_speed(snapshot: LiveSnapshot, now: int) -> None:
    rates = throughput(snapshot.loads, now=now, bins=_BINS, bin_ms=_BIN_MS)
    latest = passages(snapshot.loads, snapshot.builds)[:_MAX_PASSAGES]
    left, right = st.columns(2)
    with left:
        st.header("Records per second", anchor=False)
        st.vega_lite_chart(
            {
                "time": [rate.at for rate in rates],
                "records/s": [round(rate.records_per_s, 2) for rate in rates],
            },
            charts.RATES,
            key="rates",
            alt="Records read per second over time",
        )
        peak = max(rate.records_per_s for rate in rates)
        st.caption(f"Last {_BINS * _BIN_MS // 60_000} minutes; peak {peak:,.1f}.")
    with right:
        st.header("Time to publish", anchor=False)
        st.vega_lite_chart(
            _step_rows(latest),
            charts.PASSAGES,
            key="passages",
            alt="Seconds per step of each raw object",
        )
        st.caption(_latency_text(latest))


def _step_rows(latest: Sequence[Passage]) -> dict[str, list[object]]:
    """Return the chart's rows by column, one for each step of a passage."""
    rows = [
        (number, short(passage.load.object.key, 80), order, step, seconds)
        for number, passage in enumerate(latest)
        for order, (step, seconds) in enumerate(
            zip(
                charts.STEPS,
                (passage.waiting_s, passage.loading_s, passage.publishing_s),
                strict=True,
            )
        )
        if seconds is not None
    ]
    names = ("load", "raw object", "order", "step", "seconds")
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _latency_text(latest: Sequence[Passage]) -> str:
    if not latest:
        return "No raw object has been loaded for the first time yet."
    loaded = [passage.waiting_s + passage.loading_s for passage in latest]
    text = (
        f"The latest {len(latest)}, newest first. Stored to loaded: median "
        f"{duration(quantile(loaded, 0.5))}, 95th percentile {duration(quantile(loaded, 0.95))}."
    )
    visible = [passage.visible_s for passage in latest if passage.visible_s is not None]
    if visible:
        return f"{text} Stored to published: median {duration(quantile(visible, 0.5))}."
    return f"{text} Publish times are known for loads that end while this dashboard runs."


def _show_loads(snapshot: LiveSnapshot, context: DashboardContext) -> None:
    if not snapshot.loads:
        st.info(f"No loads in the last {DAYS} days. To load records:", icon=":material/local_bar:")
        st.code(context.ingest_commands, language="shell")
        return
    st.dataframe(
        [_row(load) for load in snapshot.loads],
        column_config=_COLUMNS,
        hide_index=True,
        height=_TABLE_HEIGHT,
        key="loads",
    )
    if not snapshot.is_complete:
        st.caption(f"Older loads are not shown. To list all: `mocktailverse loads --days {DAYS}`.")


def _row(load: Load) -> dict[str, object]:
    counts = load.counts
    return {
        "object": short(load.object.key.rpartition("/")[2]),
        "status": load.status,
        "started": utc(load.started_at),
        "read": counts.read,
        "loaded": counts.loaded,
        "unchanged": counts.unchanged,
        "stale": counts.stale,
        "rejected": counts.rejected,
        "source": short(load.object.source, 40),
        "took": None if load.duration_ms is None else load.duration_ms / 1000,
        "bytes": load.bytes or None,
        "attempts": load.attempts,
        "generation": load.generation,
        "error": short(load.error) if load.error else "",
        "key": short(load.object.key, 1000),
    }


_COLUMNS = {
    "started": st.column_config.DatetimeColumn("started", format="distance", width="medium"),
    "status": st.column_config.TextColumn("status", width="small"),
    "source": st.column_config.TextColumn("source", width="small"),
    "object": st.column_config.TextColumn("raw object", width="medium"),
    "took": st.column_config.NumberColumn("took", format="%.2f s"),
    "bytes": st.column_config.NumberColumn("size", format="bytes"),
    "generation": st.column_config.NumberColumn(
        "generation", help="1 is the first load of the object; each replay starts the next."
    ),
    "attempts": st.column_config.NumberColumn(
        "attempts", help="Messages that processed it; large objects take several."
    ),
    "error": st.column_config.TextColumn("error", width="medium"),
    "key": st.column_config.TextColumn("key", width="large"),
}
if __name__ == "__main__":
    page()
