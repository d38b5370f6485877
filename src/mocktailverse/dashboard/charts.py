"""Charts as Vega-Lite specifications; the theme adds colours and fonts, in light and dark."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from mocktailverse.catalogue.search.query import Facet, Pairing, StrengthBin
from mocktailverse.dashboard.safe_text import short

Spec = dict[str, Any]

STEPS = ("queue", "load", "publish")
"""The steps of a raw object in the chart PASSAGES."""

_LABEL_LENGTH = 28
_BAR_HEIGHT = 26
_HEAT_CELL = 30
_HEAT_MARGIN = 170
"""Pixels of the legend and the slanted names, which are part of a chart's height."""

_GAUGE_END = 45
_MIN_SPAN = 0.02
"""The width of a single value on the gauge, as a share of the scale."""

_MARKS = (("beer", 5), ("wine", 12), ("port", 20), ("spirit", 40))
"""Typical strengths to compare with, in % vol."""


def gauge(low: float, high: float) -> Spec:
    """Return a range of strengths on a scale that marks typical strengths."""
    end = max(_GAUGE_END, high)
    middle, half = (low + high) / 2, max(high - low, end * _MIN_SPAN) / 2
    ends = {"from": max(0, middle - half), "to": min(end, middle + half)}
    words = " : ".join(f"datum.value == {at} ? '{word}'" for word, at in _MARKS)
    axis = {
        "title": None, "values": [at for _, at in _MARKS], "labelExpr": f"{words} : ''",
        "labelOverlap": False, "grid": False, "domain": False, "ticks": True, "offset": 4,
    }  # fmt: skip
    x = _number("from", scale={"domain": [0, end], "nice": False}, axis=axis)
    bar = {"type": "bar", "height": 14, "cornerRadius": 7}
    encoding = {"x": x, "x2": {"field": "to"}, "y": {"value": 10}}
    scale = {"data": {"values": [{"from": 0, "to": end}]}, "mark": {**bar, "opacity": 0.15}}
    return {
        "height": 58,
        "layer": [
            {**scale, "encoding": encoding},
            {"data": {"values": [ends]}, "mark": bar, "encoding": encoding},
        ],
        "config": {"view": {"stroke": None}},
    }


def bars(facets: Sequence[Facet]) -> Spec:
    """Return horizontal bars in the given order, each with its name and number."""
    values = [
        {"what": f"{short(facet.value, _LABEL_LENGTH)} · {facet.count:,}", "n": facet.count}
        for facet in facets
    ]
    axis = {"labelLimit": 210, "ticks": False, "domain": False, "labelPadding": 8}
    return _chart(
        values,
        height=_BAR_HEIGHT * max(1, len(values)),
        mark={"type": "bar", "cornerRadiusEnd": 4, "height": {"band": 0.7}},
        y=_name("what", sort=[value["what"] for value in values], title=None, axis=axis),
        x=_number("n", axis=None),
        tooltip=[{"field": "what", "title": " "}],
    )


def strengths(bins: Sequence[StrengthBin]) -> Spec:
    """Return a histogram of strengths."""
    values = [
        {"from": b.abv_from, "to": b.abv_to, "n": b.drinks, "none": 0} for b in bins if b.drinks
    ]
    return _chart(
        values,
        height=260,
        mark={"type": "bar", "cornerRadiusEnd": 4, "xOffset": 1, "x2Offset": -1},
        x=_number("from", title="% vol as served", axis={"grid": False}),
        x2={"field": "to"},
        y=_number("n", title="drinks", axis={"tickMinStep": 1}),
        y2={"field": "none"},
        tooltip=[
            {"field": "from", "title": "from % vol"},
            {"field": "to", "title": "to % vol"},
            _DRINKS_TOOLTIP,
        ],
    )


def heat_map(pairings: Sequence[Pairing]) -> Spec:
    """Return how often ingredients are combined; each pair in both directions."""
    values = [
        {"a": short(a, _LABEL_LENGTH), "b": short(b, _LABEL_LENGTH), "n": pair.drinks}
        for pair in pairings
        for a, b in ((pair.a, pair.b), (pair.b, pair.a))
    ]
    weights = Counter[str]()
    for pair in pairings:
        weights.update({short(name, _LABEL_LENGTH): pair.drinks for name in (pair.a, pair.b)})
    order = [name for name, _ in weights.most_common()]
    axis = {
        "labelLimit": 140, "ticks": False, "domain": False, "grid": False, "labelOverlap": False,
    }  # fmt: skip
    legend = {"orient": "top", "gradientLength": 160, "tickMinStep": 1}
    return _chart(
        values,
        height=_HEAT_CELL * max(1, len(order)) + _HEAT_MARGIN,
        mark={"type": "rect", "cornerRadius": 4},
        x=_name("a", sort=order, title=None, axis={**axis, "labelAngle": -45}),
        y=_name("b", sort=order, title=None, axis=axis),
        color=_number("n", title="drinks", legend=legend),
        tooltip=[{"field": "a", "title": " "}, {"field": "b", "title": "with"}, _DRINKS_TOOLTIP],
    )


def shares(facets: Sequence[Facet]) -> Spec:
    """Return one bar that is divided by the values' shares."""
    values = [
        {"what": short(facet.value, _LABEL_LENGTH), "n": facet.count, "order": number}
        for number, facet in enumerate(facets)
    ]
    legend = {"orient": "bottom", "columns": 2, "labelLimit": 220}
    order = [value["what"] for value in values]
    return _chart(
        values,
        height=110,
        mark={"type": "bar", "height": 34},
        x=_number("n", stack="normalize", axis=None),
        color=_name("what", title=None, sort=order, legend=legend),
        order={"field": "order"},
        tooltip=[{"field": "what", "title": " "}, _DRINKS_TOOLTIP],
    )


def _chart(values: Sequence[object], height: int, mark: Spec, **encoding: object) -> Spec:
    frameless = {"view": {"stroke": None}}
    return {"data": {"values": values}, **_spec(height, mark, **encoding), "config": frameless}


def _spec(height: int, mark: str | Spec, **encoding: object) -> Spec:
    return {"height": height, "mark": mark, "encoding": encoding}


def _number(field: str, **options: object) -> Spec:
    return {"field": field, "type": "quantitative", **options}


def _name(field: str, **options: object) -> Spec:
    return {"field": field, "type": "nominal", **options}


_DRINKS_TOOLTIP = {"field": "n", "title": "drinks", "format": ","}

# Charts whose data Streamlit sends apart, so that a live page updates them in place.
RATES = _spec(
    280,
    {"type": "bar", "clip": True},
    x={"field": "time", "type": "temporal", "title": None, "axis": {"format": "%H:%M"}},
    y=_number("records/s", title="records/s", scale={"domainMin": 0}),
    tooltip=[{"field": "time", "type": "temporal", "format": "%H:%M:%S"}, _number("records/s")],
)
"""Records per second over time: columns `time` (ms) and `records/s`."""

PASSAGES = _spec(
    280,
    "bar",
    y={"field": "load", "type": "ordinal", "axis": None},
    x=_number("seconds", title="seconds", stack="zero"),
    color=_name("step", sort=STEPS, title=None, scale={"domain": STEPS}, legend={"orient": "top"}),
    order=_number("order"),
    tooltip=[_name("raw object"), _name("step"), _number("seconds", format=".2f")],
)
"""Seconds per step of each raw object: columns `load`, `raw object`, `order`, `step`, `seconds`."""

DAYS = _spec(
    180,
    "bar",
    x={
        "field": "day",
        "type": "ordinal",
        "timeUnit": "utcyearmonthdate",
        "title": None,
        "axis": {"format": "%-d", "labelAngle": 0},
    },
    y=_number("records", title="records read"),
    tooltip=[{"field": "day", "type": "ordinal"}, _number("records"), _number("loads")],
)
"""Records and loads per day: columns `day`, `records`, `loads`."""
