"""Charts as Vega-Lite specifications; the theme adds colours and fonts, in light and dark."""

from collections import Counter
from collections.abc import Sequence

from mocktailverse.catalogue.search.query import Facet, Pairing, StrengthBin
from mocktailverse.dashboard.safe_text import short

Spec = dict[str, object]

_NO_FRAME = {"view": {"stroke": None}}
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
    x = {
        "field": "from",
        "type": "quantitative",
        "scale": {"domain": [0, end], "nice": False},
        "axis": {
            "title": None,
            "values": [at for _, at in _MARKS],
            "labelExpr": f"{words} : ''",
            "labelOverlap": False,
            "grid": False,
            "domain": False,
            "ticks": True,
            "offset": 4,
        },
    }
    bar = {"type": "bar", "height": 14, "cornerRadius": 7}
    encoding = {"x": x, "x2": {"field": "to"}, "y": {"value": 10}}
    return {
        "height": 58,
        "layer": [
            {
                "data": {"values": [{"from": 0, "to": end}]},
                "mark": {**bar, "opacity": 0.15},
                "encoding": encoding,
            },
            {"data": {"values": [ends]}, "mark": bar, "encoding": encoding},
        ],
        "config": _NO_FRAME,
    }


def bars(facets: Sequence[Facet]) -> Spec:
    """Return horizontal bars in the given order, each with its name and number."""
    values = [
        {"what": f"{short(facet.value, _LABEL_LENGTH)} · {facet.count:,}", "n": facet.count}
        for facet in facets
    ]
    y = {
        "field": "what",
        "type": "nominal",
        "sort": [value["what"] for value in values],
        "title": None,
        "axis": {"labelLimit": 210, "ticks": False, "domain": False, "labelPadding": 8},
    }
    return {
        "data": {"values": values},
        "height": _BAR_HEIGHT * max(1, len(values)),
        "mark": {"type": "bar", "cornerRadiusEnd": 4, "height": {"band": 0.7}},
        "encoding": {
            "y": y,
            "x": {"field": "n", "type": "quantitative", "axis": None},
            "tooltip": [{"field": "what", "title": " "}],
        },
        "config": _NO_FRAME,
    }


def strengths(bins: Sequence[StrengthBin]) -> Spec:
    """Return a histogram of strengths."""
    values = [
        {"from": b.abv_from, "to": b.abv_to, "n": b.drinks, "none": 0} for b in bins if b.drinks
    ]
    return {
        "data": {"values": values},
        "height": 260,
        "mark": {"type": "bar", "cornerRadiusEnd": 4, "xOffset": 1, "x2Offset": -1},
        "encoding": {
            "x": {
                "field": "from",
                "type": "quantitative",
                "title": "% vol as served",
                "axis": {"grid": False},
            },
            "x2": {"field": "to"},
            "y": {
                "field": "n",
                "type": "quantitative",
                "title": "drinks",
                "axis": {"tickMinStep": 1},
            },
            "y2": {"field": "none"},
            "tooltip": [
                {"field": "from", "title": "from % vol"},
                {"field": "to", "title": "to % vol"},
                {"field": "n", "title": "drinks", "format": ","},
            ],
        },
        "config": _NO_FRAME,
    }


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
    return {
        "data": {"values": values},
        "height": _HEAT_CELL * max(1, len(order)) + _HEAT_MARGIN,
        "mark": {"type": "rect", "cornerRadius": 4},
        "encoding": {
            "x": {
                "field": "a",
                "type": "nominal",
                "sort": order,
                "title": None,
                "axis": {**axis, "labelAngle": -45},
            },
            "y": {"field": "b", "type": "nominal", "sort": order, "title": None, "axis": axis},
            "color": {
                "field": "n",
                "type": "quantitative",
                "title": "drinks",
                "legend": {"orient": "top", "gradientLength": 160, "tickMinStep": 1},
            },
            "tooltip": [
                {"field": "a", "title": " "},
                {"field": "b", "title": "with"},
                {"field": "n", "title": "drinks", "format": ","},
            ],
        },
        "config": _NO_FRAME,
    }


def shares(facets: Sequence[Facet]) -> Spec:
    """Return one bar that is divided by the values' shares."""
    values = [
        {"what": short(facet.value, _LABEL_LENGTH), "n": facet.count, "order": number}
        for number, facet in enumerate(facets)
    ]
    return {
        "data": {"values": values},
        "height": 110,
        "mark": {"type": "bar", "height": 34},
        "encoding": {
            "x": {"field": "n", "type": "quantitative", "stack": "normalize", "axis": None},
            "color": {
                "field": "what",
                "type": "nominal",
                "title": None,
                "sort": [value["what"] for value in values],
                "legend": {"orient": "bottom", "columns": 2, "labelLimit": 220},
            },
            "order": {"field": "order"},
            "tooltip": [
                {"field": "what", "title": " "},
                {"field": "n", "title": "drinks", "format": ","},
            ],
        },
        "config": _NO_FRAME,
    }
