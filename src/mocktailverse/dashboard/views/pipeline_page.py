"""Pipeline: what happens to raw objects, as it happens."""

from collections.abc import Sequence

import streamlit as st

from mocktailverse.dashboard.alerts_panel import show_attention
from mocktailverse.dashboard.context import Connections, connections
from mocktailverse.dashboard.error_banner import show_problem
from mocktailverse.dashboard.live_snapshot import DAYS, LOADS, Pulse
from mocktailverse.dashboard.safe_text import plain, short
from mocktailverse.dashboard.time_text import age, duration, moment
from mocktailverse.loads.load import Load
from mocktailverse.operations.timing import Passage, passages, quantile, throughput

BINS = 60
BIN_MS = 10_000
PASSAGES = 20
STEPS = ("waits in the queue", "is loaded", "is published")

# Pixels; two stand side by side on a phone, and what they show does not change their width.
METRIC_WIDTH = 165

# Pixels; fixed, so that the page below does not move when loads come.
TABLE_HEIGHT = 420


def page() -> None:
    """Show the page."""
    found = connections()
    st.title("Pipeline", anchor=False)
    st.caption(
        f"The newest {LOADS} loads of the last {DAYS} days at most; "
        f"renewed every {found.refresh_s:g} s by itself."
    )
    if found.harness_url:
        st.link_button("Follow one record", found.harness_url, icon=":material/route:")
    st.fragment(_live, run_every=found.refresh_s)(found)
    st.fragment(show_attention, run_every=found.refresh_s)(found)


def _live(found: Connections) -> None:
    """All that changes by itself; each part has its place, so that none moves the others."""
    seen = found.pulse.get()
    now = found.clock()
    with st.container():
        show_problem(seen, now)
    if seen.value is None:
        return
    pulse = seen.value
    _show_freshness(pulse, now)
    _show_stages(pulse)
    with st.container():
        _show_speed(pulse, now)
    st.header("Loads", anchor=False)
    with st.container():
        _show_loads(pulse, found)


def _show_freshness(pulse: Pulse, now: int) -> None:
    last, catalogue = pulse.last_done, pulse.catalogue
    with st.container(horizontal=True):
        _metric("Since the last load", age(last.finished_at or 0, now) if last else "none")
        _metric("Catalogue's age", age(catalogue.built_at, now) if catalogue else "none")
        _metric("In the queue", f"{pulse.waiting:,}", "Messages that wait or are worked on, about.")
        _metric("Dead letters", f"{pulse.dead:,}", "Messages that failed too often.")
    if pulse.catalogue_problem:
        st.caption(f"The catalogue cannot be renewed: {plain(pulse.catalogue_problem)}")


def _show_stages(pulse: Pulse) -> None:
    totals, catalogue = pulse.totals, pulse.catalogue
    drinks = f"{catalogue.drinks - catalogue.withdrawn:,}" if catalogue else "none"
    st.header("Stage by stage", anchor=False)
    with st.container(horizontal=True):
        _metric("Raw objects", f"{len(pulse.standing):,}", "Those of the loads listed below.")
        _metric("Records read", f"{totals.read:,}")
        _metric("Loaded", f"{totals.loaded:,}", "New or changed in the drinks table.")
        _metric("Unchanged", f"{totals.unchanged:,}", "The table has the same drink already.")
        _metric("Stale", f"{totals.stale:,}", "The table has a later observation of the drink.")
        _metric("Rejected", f"{totals.rejected:,}", "Cannot be loaded; see the reasons below.")
        _metric("Drinks published", drinks, "In the catalogue that people read.")


def _metric(label: str, value: str, explanation: str | None = None) -> None:
    st.metric(label, value, help=explanation, border=True, width=METRIC_WIDTH)


def _show_speed(pulse: Pulse, now: int) -> None:
    rates = throughput(pulse.loads, now=now, bins=BINS, bin_ms=BIN_MS)
    ways = passages(pulse.loads, pulse.builds)[:PASSAGES]
    left, right = st.columns(2)
    with left:
        st.header("Records a second", anchor=False)
        st.vega_lite_chart(
            {
                "time": [rate.at for rate in rates],
                "records/s": [round(rate.records_per_s, 2) for rate in rates],
            },
            _RATES,
            key="rates",
            alt="Records read a second over time",
        )
        peak = max(rate.records_per_s for rate in rates)
        st.caption(f"The last {BINS * BIN_MS // 60_000} minutes; at most {peak:,.1f}.")
    with right:
        st.header("From raw object to visible drink", anchor=False)
        st.vega_lite_chart(
            _steps(ways),
            _PASSAGES,
            key="passages",
            alt="How long each raw object took, step by step",
        )
        st.caption(_told(ways))


def _steps(ways: Sequence[Passage]) -> dict[str, list[object]]:
    """The chart's rows: a step of a passage each."""
    rows = [
        (number, short(way.load.object.key, 80), order, step, seconds)
        for number, way in enumerate(ways)
        for order, (step, seconds) in enumerate(
            zip(STEPS, (way.waiting_s, way.loading_s, way.publishing_s), strict=True)
        )
        if seconds is not None
    ]
    names = ("load", "raw object", "order", "step", "seconds")
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def _told(ways: Sequence[Passage]) -> str:
    if not ways:
        return "No raw object was loaded at the first go yet."
    loaded = [way.waiting_s + way.loading_s for way in ways]
    told = (
        f"The newest {len(ways)}, newest at the top. Stored to loaded: half within "
        f"{duration(quantile(loaded, 0.5))}, 95 % within {duration(quantile(loaded, 0.95))}."
    )
    visible = [way.visible_s for way in ways if way.visible_s is not None]
    if visible:
        return f"{told} Stored to visible: half within {duration(quantile(visible, 0.5))}."
    return f"{told} When they became visible is known for loads that end while this runs."


def _show_loads(pulse: Pulse, found: Connections) -> None:
    if not pulse.loads:
        _show_empty(found)
        return
    st.dataframe(
        [_row(load) for load in pulse.loads],
        column_config=_COLUMNS,
        hide_index=True,
        height=TABLE_HEIGHT,
        key="loads",
    )
    if not pulse.are_all:
        st.caption(f"Older loads are left out here: `mocktailverse loads --days {DAYS}` lists all.")


def _show_empty(found: Connections) -> None:
    env = "" if found.is_local else f" --env {found.stage}"
    st.info(
        f"No raw object was loaded in the last {DAYS} days. Send some in:",
        icon=":material/local_bar:",
    )
    st.code(f"mocktailverse ingest data/raw/*json{env}\nmocktailverse fetch{env}", language="shell")


def _row(load: Load) -> dict[str, object]:
    counts = load.counts
    return {
        "object": short(load.object.key.rpartition("/")[2]),
        "status": load.status,
        "started": moment(load.started_at),
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
        "generation", help="1: the first load of the object; each replay opens the next."
    ),
    "attempts": st.column_config.NumberColumn(
        "attempts", help="How often a message worked on it; large objects take several."
    ),
    "error": st.column_config.TextColumn("error", width="medium"),
    "key": st.column_config.TextColumn("key", width="large"),
}
_RATES = {
    "height": 280,
    "mark": {"type": "bar", "clip": True},
    "encoding": {
        "x": {
            "field": "time",
            "type": "temporal",
            "title": None,
            "axis": {"format": "%H:%M"},
        },
        "y": {
            "field": "records/s",
            "type": "quantitative",
            "title": "records/s",
            "scale": {"domainMin": 0},
        },
        "tooltip": [
            {"field": "time", "type": "temporal", "format": "%H:%M:%S"},
            {"field": "records/s", "type": "quantitative"},
        ],
    },
}
_PASSAGES = {
    "height": 280,
    "mark": "bar",
    "encoding": {
        "y": {"field": "load", "type": "ordinal", "axis": None},
        "x": {"field": "seconds", "type": "quantitative", "title": "seconds", "stack": "zero"},
        "color": {
            "field": "step",
            "type": "nominal",
            "sort": STEPS,
            "title": None,
            "scale": {"domain": STEPS},
            "legend": {"orient": "top"},
        },
        "order": {"field": "order", "type": "quantitative"},
        "tooltip": [
            {"field": "raw object", "type": "nominal"},
            {"field": "step", "type": "nominal"},
            {"field": "seconds", "type": "quantitative", "format": ".2f"},
        ],
    },
}

if __name__ == "__main__":
    page()
