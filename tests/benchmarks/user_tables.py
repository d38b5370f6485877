"""The tables and goal figures of what a user waits for: visible latency, first card, requests."""

from collections.abc import Iterator
from functools import partial

from goals import Measured
from table import Figures, Table, spread

_BYTES_PER_KB = 1000


def visible_tables(figures: Figures) -> list[Table]:
    """Return the latency with its stages, and what a publish moves."""
    latency = Table(
        "Visible latency: from a stored raw object to the API's response",
        "A raw object with a change of 100 drinks is stored in the embedded AWS of a local stack; "
        "the API is asked for the drinks until the last one shows its change. The stages are "
        "medians, by the records of the pipeline. `waiting`: until the transform function begins. "
        "`loading`: until all drinks are written. `publishing`: until the catalogue with the "
        "changes is sealed. `serving`: until the API responds with the last change. Wall-clock "
        "time.",
        ("drinks", "rounds", "p50 s", "p95 s", "worst s", *figures[0]["stages_s"]),
        [
            (
                f"{one['drinks']:,}",
                f"{one['rounds']}",
                *(f"{one[f'{kind}_s']:.2f}" for kind in ("p50", "p95", "worst")),
                *(f"{stage_s:.2f}" for stage_s in one["stages_s"].values()),
            )
            for one in figures
        ],
    )
    publish = Table(
        "Visible latency: what a publish costs",
        "The bodies that a publish of the same changes sends to S3, and those that a warm reader "
        "receives afterwards; medians. The publisher's CPU time includes reading the drinks.",
        ("drinks", "changes", "publishes", "uploaded kB", "downloaded kB", "CPU ms", "ratio"),
        [
            (
                f"{one['drinks']:,}",
                f"{one['changes']}",
                f"{one['publishes']}",
                *(f"{one[f'{kind}_bytes'] / _BYTES_PER_KB:,.0f}" for kind in _MOVED),
                f"{1000 * one['publish_cpu_s']:,.0f}",
                f"{one['publish_cpu_s'] / figures[0]['publish_cpu_s']:.2f}",
            )
            for one in figures
        ],
    )
    return [latency, publish]


_MOVED = {"uploaded": "uploaded by a publish", "downloaded": "downloaded by a warm reader"}


def visible_measured(figures: Figures) -> Iterator[Measured]:
    """Yield the latency and what a publish moves, and its CPU beside that of the first size."""
    figure = partial(Measured, "visible")
    for one in figures:
        drinks = one["drinks"]
        yield figure("visible latency, p95", drinks, one["p95_s"])
        for kind, name in _MOVED.items():
            yield figure(name, drinks, one[f"{kind}_bytes"] / _BYTES_PER_KB)
        ratio = one["publish_cpu_s"] / figures[0]["publish_cpu_s"]
        yield figure("CPU of a publish, beside 600 drinks", drinks, ratio)


def serving_tables(figures: Figures) -> list[Table]:
    """Return the CPU time of a request to each endpoint, beside its floor and its peer."""
    return [
        Table(
            "Serving: CPU time of a request",
            "Requests over HTTP by one connection, which rotate over many paths. `list` takes "
            "pages of 25 drinks in every sort, `makeable` shelves of 1 to 40 ingredients. The "
            "floor is a bare ASGI app that sends the same bodies, ready in memory. Datasette "
            "serves the same catalogue file, as rows with all their columns. CPU time of the "
            "server's process.",
            ("", "drinks", "requests", "ratio", "spread", "ms a request"),
            [
                (
                    f"{one['name']}: {timing['name']}",
                    f"{one['drinks']:,}",
                    f"{one['requests']:,}",
                    f"{timing['ratio']:.2f}",
                    spread(timing),
                    f"{_ms_a_request(one, timing):.2f}",
                )
                for one in figures
                for timing in one["figures"]
            ],
        )
    ]


def serving_measured(figures: Figures) -> Iterator[Measured]:
    """Yield the CPU time of this API's requests in ms; the first figure is the floor's."""
    for one in figures:
        yield Measured("serving", one["name"], one["drinks"], _ms_a_request(one, one["figures"][1]))


def _ms_a_request(one: Figures, timing: Figures) -> float:
    return float(1000 * timing["seconds"] / one["requests"])


def first_card_tables(figures: Figures) -> list[Table]:
    """Return the time to the first card, for the first visitor and for later ones."""
    return [
        Table(
            "The dashboard: its first card in Chromium",
            "The time from the request to the visible card. The first visitor comes as soon as "
            "the server is healthy, and waits for the download of the catalogue from the embedded "
            "AWS, too. Later visits share what the server has; each has an empty browser cache. "
            "Those are the next two, in which a server with many drinks still builds its index, "
            "and then the two after them. "
            "The trivial page shows one card by the same Streamlit, and its server starts in the "
            "same round. Wall-clock time.",
            ("", "drinks", "ratio", "spread", "ms"),
            [
                (
                    f"{kind}: {timing['name']}",
                    f"{one['drinks']:,}",
                    f"{timing['ratio']:.2f}",
                    spread(timing),
                    f"{1000 * timing['seconds']:,.0f}",
                )
                for one in figures["catalogues"]
                for kind, timings in one["visitors"].items()
                for timing in timings
            ],
        )
    ]


def first_card_measured(figures: Figures) -> Iterator[Measured]:
    """Yield the dashboard's ratio to the trivial page, which is the first figure."""
    for one in figures["catalogues"]:
        for kind, timings in one["visitors"].items():
            yield Measured("first_card", kind, one["drinks"], timings[1]["ratio"])
