"""The figures of a run as tables, for the terminal and for the docs page."""

from typing import Any, NamedTuple

from mocktailverse.operations import markdown

SPEED_TARGET = 6.0
MEMORY_TARGET_MIB = 32.0
COLD_START_TARGET = 1.25
ANSWER_TARGETS_MS = {
    "list": 50.0,
    "search": 50.0,
    "makeable": 100.0,
    "full shelf": 170.0,
    "facets": 150.0,
}
SCAN_TARGET = 100.0
COLD_PAGE_TARGET_S = 10.0
PAGE_TARGET_MS = 1000.0
PUBLISH_TARGET_PERCENT = 5.0

_READING = (
    "`make bench` measures these figures, from records that ship with the project, so you can "
    "repeat them. Compare ratios, not seconds: the cases of a table run in turn on the same "
    "machine, and each round is compared with itself. A ratio is the median of the rounds; the "
    "spread is their minimum and maximum."
)

Figures = dict[str, Any]


class Table(NamedTuple):
    """Rows of cells under a title; `verdict` says whether the target is met."""

    title: str
    explanation: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    verdict: str = ""


def tables(figures: Figures) -> list[Table]:
    """Return all tables of a run, in order."""
    return [
        *_speed(figures),
        _memory(figures["memory"]),
        _cold_start(figures["cold_start"]),
        *_catalogue(figures["catalogue"]),
    ]


def as_text(figures: Figures) -> str:
    """Return the text for the terminal, in aligned columns."""
    parts = [_about(figures)]
    for table in tables(figures):
        parts += [f"\n{table.title}", *_aligned([table.head, *table.rows])]
        parts += [table.verdict] if table.verdict else []
    return "\n".join(parts)


def as_page(figures: Figures) -> str:
    """Return the docs page, in Markdown."""
    parts = [
        "# Performance",
        "<!-- Made by `python tests/benchmarks/run.py --write-page`; do not edit. -->",
        _READING,
        _about(figures),
    ]
    for table in tables(figures):
        rows = markdown.table(table.head, table.rows, has_figures=True)
        parts += [f"## {table.title}", table.explanation, rows]
        parts += [table.verdict] if table.verdict else []
    return "\n\n".join(parts) + "\n"


def _about(figures: Figures) -> str:
    speed = figures["speed"]
    return (
        f"Python {figures['python']}, {figures['machine']}; {figures['rounds']} rounds; "
        f"{speed['records']:,} distinct records of {speed['bytes_per_record']:,} bytes, varied "
        f"from {speed['varied_from']}."
    )


def _speed(figures: Figures) -> list[Table]:
    speed = figures["speed"]
    records = speed["records"]
    head = ("", "ratio", "spread", "µs a record", "records/s")
    usual = Table(
        "Speed: the whole transform",
        "NDJSON bytes in memory become items ready for DynamoDB: decoded, validated, measures "
        "parsed, names made canonical, strength derived, content hashed. The floor decodes each "
        "line and does nothing with it. The peers stop at nested or melted lines, without "
        "amounts, canonical names or strength. CPU time, all in one process with warm caches; "
        "strings repeat as often as in a real collection of this size.",
        head,
        [_timing(one, records) for one in speed["usual"]],
        _verdict(speed["usual"][1]["ratio"], SPEED_TARGET, "times the floor"),
    )
    worst = Table(
        "Speed: every measure distinct",
        "The worst case for the caches: no measure occurs twice in the whole file.",
        head,
        [_timing(one, records) for one in speed["all_measures_distinct"]],
    )
    stages = Table(
        "Speed: stage by stage",
        "The same records as in the first table. Each row includes the work of the rows above it.",
        head,
        [_timing(one, records) for one in speed["stages"]],
    )
    return [usual, worst, stages]


def _timing(one: dict[str, Any], records: int) -> tuple[str, ...]:
    return (
        one["name"],
        f"{one['ratio']:.2f}",
        _spread(one),
        f"{one['seconds'] / records * 1e6:.1f}",
        f"{records / one['seconds']:,.0f}",
    )


def _memory(figures: list[dict[str, Any]]) -> Table:
    ours = [one["growth_mib"] for one in figures[:-1]]
    return Table(
        "Memory: files of growing size",
        "Each file is streamed from disk by a fresh process. Warm is the process's peak after "
        "the first 50 records, with code and reference tables in memory; growth is what the rest "
        "of the file adds to the peak.",
        ("", "records", "warm MiB", "peak MiB", "growth MiB"),
        [
            (
                one["name"],
                f"{one['records']:,}",
                f"{one['warm_mib']:.1f}",
                f"{one['peak_mib']:.1f}",
                f"{one['growth_mib']:.1f}",
            )
            for one in figures
        ],
        _verdict(
            ours[-1] - ours[0], MEMORY_TARGET_MIB, "MiB more from the smallest to the largest"
        ),
    )


def _cold_start(figures: list[dict[str, Any]]) -> Table:
    ratios = {one["name"]: one["ratio"] for one in figures}
    verdicts = (
        _verdict(
            ratios[f"transform: {step}"],
            COLD_START_TARGET,
            f"times the yardstick for transform: {step}",
        )
        for step in ("import", "import and tools")
    )
    return Table(
        "Cold start: until a function is ready",
        "Each case is a fresh process with compiled byte code; Python's own start counts in "
        "none. The yardstick imports boto3 and makes clients for S3 and DynamoDB. `import` loads "
        "a handler, which connects nothing; `import and tools` also builds what its first event "
        "needs (transform: three clients, Logger, Metrics). CPU time.",
        ("", "ratio", "spread", "ms"),
        [
            (one["name"], f"{one['ratio']:.2f}", _spread(one), f"{one['seconds'] * 1000:.0f}")
            for one in figures
        ],
        " ".join(verdicts),
    )


def _catalogue(figures: Figures) -> list[Table]:
    largest = figures["catalogues"][-1]
    answers = Table(
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
                f"{asked['p50_ms']:.1f}",
                f"{asked['p95_ms']:.1f}",
                f"{asked['worst_ms']:.1f}",
            )
            for one in figures["catalogues"]
            for asked in one["asked"]
        ],
        " ".join(
            _verdict(
                asked["p95_ms"],
                ANSWER_TARGETS_MS[asked["name"]],
                f"ms for {asked['name']} at the 95th percentile",
            )
            for asked in largest["asked"]
        ),
    )
    return [answers, _scan(figures["scan"]), _first_page(figures), _publish(figures)]


def _scan(scan: Figures) -> Table:
    verdict = "met" if scan["ratio"] >= SCAN_TARGET else "missed"
    return Table(
        "The catalogue beside a scan of the table",
        "The same questions answered by decoding and filtering every item of the drinks table, as "
        "a dashboard without a catalogue would for each view. The items are in memory already, so "
        "what a real scan costs in network, paging and read units comes on top.",
        ("", "drinks", "ms a question", "ratio", "spread"),
        [
            ("catalogue", f"{scan['drinks']:,}", f"{scan['catalogue_ms']:.2f}", "1", ""),
            (
                "scan",
                f"{scan['drinks']:,}",
                f"{scan['scan_ms']:.0f}",
                f"{scan['ratio']:.0f}",
                f"{scan['least']:.0f} to {scan['most']:.0f}",
            ),
        ],
        f"Target: at least {SCAN_TARGET:g} times as fast; {verdict} with {scan['ratio']:.0f}.",
    )


def _first_page(figures: Figures) -> Table:
    largest = figures["catalogues"][-1]["dashboard"]
    kinds = {"warm": "a new visitor, warm", "filtered": "a new visitor with a filter, warm"}
    rows: list[tuple[str, ...]] = []
    for one in figures["catalogues"]:
        drinks, page = f"{one['drinks']:,}", one["dashboard"]
        rows += [
            ("process ready", drinks, "1", f"{1000 * page['ready_seconds']:.0f}", "", ""),
            ("first visitor, cold", drinks, "1", f"{1000 * page['cold_seconds']:.0f}", "", ""),
            *(
                (
                    label,
                    drinks,
                    f"{page['visits']:,}",
                    f"{page[kind]['p50_ms']:.0f}",
                    f"{page[kind]['p95_ms']:.0f}",
                    f"{page[kind]['worst_ms']:.0f}",
                )
                for kind, label in kinds.items()
            ),
        ]
    return Table(
        "The dashboard: its first page",
        "Streamlit's AppTest runs the real app in one process, so the browser and the network are "
        "not in it. `ready` loads Python, Streamlit and the app. The first visitor waits for a "
        "copy of the file, in place of the download, and for the index. Later visitors share "
        "what the pages cache; with a filter, each asks for an ingredient that nobody asked for "
        "before. CPU time.",
        ("", "drinks", "visits", "ms, or p50", "p95 ms", "worst ms"),
        rows,
        " ".join(
            (
                _verdict(largest["cold_seconds"], COLD_PAGE_TARGET_S, "s for the first visitor"),
                *(
                    _verdict(
                        largest[kind]["p95_ms"],
                        PAGE_TARGET_MS,
                        f"ms at the 95th percentile, {kind}",
                    )
                    for kind in kinds
                ),
            )
        ),
    )


def _publish(figures: Figures) -> Table:
    publish = figures["publish"]
    return Table(
        "The catalogue: making and changing it",
        "The file from drinks in memory, and the index that a reader builds once for each file it "
        f"opens. Changing {publish['changes']} drinks copies the file, edits and seals the copy; "
        "download and upload come on top.",
        ("", "drinks", "seconds", "file, MiB"),
        [
            *(
                (
                    "index built",
                    f"{one['drinks']:,}",
                    f"{one['index_seconds']:.2f}",
                    f"{one['mib']}",
                )
                for one in figures["catalogues"]
            ),
            ("written whole", f"{publish['drinks']:,}", f"{publish['rebuild_seconds']:.2f}", ""),
            (
                f"{publish['changes']} changed",
                f"{publish['drinks']:,}",
                f"{publish['publish_seconds']:.2f}",
                "",
            ),
        ],
        f"The changes take {publish['share']:.1%} of writing the whole file. "
        + _verdict(100 * publish["share"], PUBLISH_TARGET_PERCENT, "% of writing it whole"),
    )


def _spread(one: dict[str, Any]) -> str:
    return f"{one['least']:.2f} to {one['most']:.2f}"


def _verdict(figure: float, target: float, unit: str) -> str:
    met = "met" if figure <= target else "missed"
    return f"Target: at most {target:g} {unit}; {met} with {figure:.2f}."


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
