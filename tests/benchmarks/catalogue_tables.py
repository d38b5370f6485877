"""The tables and goal figures of `catalogue.py`."""

from collections.abc import Iterator
from functools import partial

from goals import Measured
from table import Figures, Table

_VISITORS = {"warm": "a new visitor, warm", "filtered": "a new visitor with a filter, warm"}


def tables(figures: Figures) -> list[Table]:
    """Return the questions, the scan, the dashboard's first page, and the changes."""
    return [_questions(figures), _scan(figures["scan"]), _first_page(figures), _changes(figures)]


def _questions(figures: Figures) -> Table:
    return Table(
        "The catalogue: how long a question takes",
        "Questions as people ask them, each once and in a mixed order: `list` takes pages in every "
        "sort, some deep, under none, one or two filters; `search` takes common words, names and "
        "ingredients, whole or as far as they are typed, some with filters; `makeable` takes "
        "shelves of up to 40 ingredients; `full shelf` takes the 140 to 200 most used ones with "
        "every kind of substitutes, the most expensive query of the API; `facets` counts all "
        "values and the hits. A page has 25 drinks, of a full shelf 100, decoded. CPU time in one "
        "thread, warm.",
        ("", "drinks", "questions", "p50 ms", "p95 ms", "worst ms"),
        [
            (
                asked["name"],
                f"{one['drinks']:,}",
                f"{asked['questions']:,}",
                *(f"{asked[f'{kind}_ms']:.1f}" for kind in ("p50", "p95", "worst")),
            )
            for one in figures["catalogues"]
            for asked in one["asked"]
        ],
    )


def _scan(scan: Figures) -> Table:
    drinks = f"{scan['drinks']:,}"
    spread = f"{scan['least']:.0f} to {scan['most']:.0f}"
    return Table(
        "The catalogue beside a scan of the table",
        "The same questions answered by decoding and filtering every item of the drinks table, as "
        "a dashboard without a catalogue would for each view. The items are in memory already, so "
        "what a real scan costs in network, paging and read units comes on top.",
        ("", "drinks", "ms a question", "ratio", "spread"),
        [
            ("catalogue", drinks, f"{scan['catalogue_ms']:.2f}", "1", ""),
            ("scan", drinks, f"{scan['scan_ms']:.0f}", f"{scan['ratio']:.0f}", spread),
        ],
    )


def _first_page(figures: Figures) -> Table:
    rows: list[tuple[str, ...]] = []
    for one in figures["catalogues"]:
        drinks, page = f"{one['drinks']:,}", one["dashboard"]
        rows += [
            ("process ready", drinks, "1", f"{1000 * page['ready_seconds']:.0f}", "", ""),
            ("first visitor, cold", drinks, "1", f"{1000 * page['cold_seconds']:.0f}", "", ""),
        ]
        rows += [
            (
                label,
                drinks,
                f"{page['visits']:,}",
                *(f"{page[kind][f'{share}_ms']:.0f}" for share in ("p50", "p95", "worst")),
            )
            for kind, label in _VISITORS.items()
        ]
    return Table(
        "The dashboard: its first page in process",
        "Streamlit's AppTest runs the real app in one process, so the browser and the network are "
        "not in it; the table of the first card has them. `ready` loads Python, Streamlit and the "
        "app. The first visitor waits for a copy of the file, in place of the download, and for "
        "the index. Later visitors share what the pages cache; with a filter, each asks for an "
        "ingredient that nobody asked for before. CPU time.",
        ("", "drinks", "visits", "ms, or p50", "p95 ms", "worst ms"),
        rows,
    )


def _changes(figures: Figures) -> Table:
    publish = figures["publish"]
    drinks = f"{publish['drinks']:,}"
    built = [
        ("index built", f"{one['drinks']:,}", f"{one['index_seconds']:.2f}", f"{one['mib']}")
        for one in figures["catalogues"]
    ]
    return Table(
        "The catalogue: making and changing it",
        "The file from drinks in memory, and the index that a reader builds of the first file it "
        f"opens, and then updates. Changing {publish['changes']} drinks copies the file, edits "
        "and seals the copy; download and upload come on top.",
        ("", "drinks", "seconds", "file, MiB"),
        [
            *built,
            ("written whole", drinks, f"{publish['rebuild_seconds']:.2f}", ""),
            (f"{publish['changes']} changed", drinks, f"{publish['publish_seconds']:.2f}", ""),
            ("index updated by these", drinks, f"{publish['update_seconds']:.2f}", ""),
        ],
    )


def measured(figures: Figures) -> Iterator[Measured]:
    """Yield the figures of each catalogue, of the scan and of the changes."""
    figure = partial(Measured, "catalogue")
    for one in figures["catalogues"]:
        drinks, page = one["drinks"], one["dashboard"]
        for asked in one["asked"]:
            yield figure(f"{asked['name']}, p95", drinks, asked["p95_ms"])
        yield figure("first page in process, first visitor", drinks, page["cold_seconds"])
        for kind in _VISITORS:
            yield figure(f"first page in process, {kind}, p95", drinks, page[kind]["p95_ms"])
    scan, publish = figures["scan"], figures["publish"]
    yield figure("beside a scan of the table", scan["drinks"], scan["ratio"])
    name = "changes, beside writing it whole"
    yield figure(name, publish["drinks"], 100 * publish["share"])
