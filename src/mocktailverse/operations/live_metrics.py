"""The report's sections on data: records, speed, rejects, freshness, catalogue."""

from collections.abc import Iterator

from mocktailverse.formatting import moment
from mocktailverse.loads.load_record import Counts
from mocktailverse.operations.markdown import Row, Section, Texts, percent, spread_cells
from mocktailverse.operations.metrics import Distribution, LoadMetrics
from mocktailverse.operations.quality import MAX_CAUSES
from mocktailverse.operations.report import CatalogueFigures, Report

KIB = 1024


def live_metrics(report: Report) -> list[Section]:
    """Return the sections on loads, records, speed, rejects and the catalogue."""
    return [
        _loads(report.metrics),
        records(report.metrics),
        speed(report.metrics),
        rejects(report),
        freshness(report),
        *_catalogue(report),
    ]


def _loads(metrics: LoadMetrics) -> Section:
    rows = [(status, f"{count:,}") for status, count in metrics.statuses.items()]
    note = "One load for each version of a raw object, in its latest generation."
    return Section("Loads by status", ("status", "loads"), rows, note)


def records(metrics: LoadMetrics) -> Section:
    """Return the outcomes of the records, and whether all are accounted for."""
    counts = metrics.counts
    sums = f"{counts.loaded:,} + {counts.unchanged:,} + {counts.stale:,} + {counts.rejected:,}"
    if metrics.not_conserving:
        wrong = len(metrics.not_conserving)
        note = f"They do **not** add up in {wrong:,} loads: records are not accounted for."
    else:
        note = f"They add up in every load: {counts.read:,} read = {sums}."
    rows = [
        (name, f"{getattr(counts, name):,}", percent(getattr(counts, name), counts.read))
        for name in Counts.__struct_fields__
    ]
    return Section("Records", ("outcome", "records", "share"), rows, note)


def speed(metrics: LoadMetrics) -> Section:
    """Return the throughput, and the latency until a raw object was loaded and visible."""
    rates = metrics.throughput
    rows: list[Row] = [
        ("records a second", "", _number(rates.records_per_s), "", ""),
        ("KiB a second", "", _number(rates.bytes_per_s, KIB), "", ""),
        ("from stored to loaded, s", *_timed(metrics.to_loaded_s)),
        ("from stored to visible, s", *_timed(metrics.to_visible_s)),
    ]
    note = (
        f"{rates.records:,} records in {rates.busy_s:,.1f} s with at least one load in progress, "
        "replays included. The latencies are those of raw objects that were loaded at the first "
        "attempt; S3 rounds the time of storing down to a second, so they are up to 1 s too long. "
        "Visible: the publish function has logged all its drinks"
        + (f", which is missing for {metrics.not_seen:,}." if metrics.not_seen else ".")
    )
    return Section("Speed", ("", "raw objects", "p50, or the rate", "p95", "max"), rows, note)


def rejects(report: Report) -> Section:
    """Return the rejected records by reason code."""
    lines = report.rejects
    rows = [(code, f"{count:,}") for code, count in lines.codes.items()]
    note = "Each is stored with its position and its raw record: `mocktailverse rejected`."
    if not lines.are_all:
        note += f" Counted in the newest {lines.loads:,} loads that rejected records."
    return Section("Rejected, by reason", ("reason", "records"), rows, note)


def freshness(report: Report) -> Section:
    """Return when things last happened."""
    latest = report.freshness
    observed = report.catalogue.meta.newest_observed_at if report.catalogue else None
    moments = {
        "newest observation in the catalogue": observed,
        "newest raw object stored": latest.raw_stored_at,
        "last load done": latest.load_done_at,
        "last publishing": latest.published_at,
    }
    rows = [
        (what, moment(at) or "none", f"{(report.made.at - at) / 1000:,.0f}" if at else "")
        for what, at in moments.items()
    ]
    return Section("Freshness", ("what", "when (UTC)", "s ago"), rows)


def _catalogue(report: Report) -> Iterator[Section]:
    figures = report.catalogue
    if figures is None:
        problem = report.catalogue_problem
        rows = [("it cannot be read", problem)] if problem else []
        yield Section("Catalogue", ("what", "figure"), rows, empty="Nothing was published yet.")
        return
    yield _published(figures)
    yield from drinks_of(figures)


def drinks_of(figures: CatalogueFigures) -> Iterator[Section]:
    """Return the data quality, source by source."""
    for source in figures.sources:
        shares = {
            "mocktails": source.mocktails,
            "strength known, at least as a range": source.strength,
            "measures understood": source.measures,
            "ingredients known": source.ingredients,
        }
        yield Section(
            f"Drinks of {source.source}",
            ("what", "count", "of", "share"),
            [
                ("drinks", f"{source.drinks:,}", "", ""),
                ("withdrawn", f"{source.withdrawn:,}", f"{source.drinks:,}", ""),
                *((name, *_share(share.count, share.of)) for name, share in shares.items()),
                ("mocktail or not: unknown", *_share(source.unknown_mocktail, source.drinks)),
                *((code, *_share(count, source.drinks)) for code, count in source.codes.items()),
            ],
            "The last rows are the [quality codes](../reference/codes.md).",
        )
        if source.unknown_because:
            yield Section(
                f"Unknown figures of {source.source}, by cause",
                ("ingredient", "drinks"),
                [(c.ingredient, f"{c.drinks:,}") for c in source.unknown_because[:MAX_CAUSES]],
                "The ingredients that leave strength or mocktail unknown in most drinks.",
            )


def _published(figures: CatalogueFigures) -> Section:
    meta = figures.meta
    rows = [
        ("version", meta.version),
        ("built (UTC)", moment(meta.built_at)),
        ("age, s", f"{figures.age_s:,.0f}"),
        ("size, KiB", f"{figures.bytes / KIB:,.0f}"),
        ("drinks", f"{meta.drinks:,}"),
        ("ingredients", f"{meta.ingredients:,}"),
    ]
    return Section("Catalogue", ("what", "figure"), rows)


def _timed(values: Distribution | None) -> Texts:
    return (f"{values.count:,}" if values else "0", *spread_cells(values))


def _share(count: int, of: int) -> Texts:
    return (f"{count:,}", f"{of:,}", percent(count, of))


def _number(number: float | None, unit: int = 1) -> str:
    return "none" if number is None else f"{number / unit:,.1f}"
