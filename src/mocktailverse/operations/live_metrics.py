"""The sections of live metrics: what the data did, how fast, and what the catalogue holds."""

from collections.abc import Iterator

from mocktailverse.formatting import moment
from mocktailverse.loads.load_record import Counts
from mocktailverse.operations.markdown import Row, Section, Texts, percent, spread_cells
from mocktailverse.operations.metrics import LoadMetrics, Spread
from mocktailverse.operations.quality import Share
from mocktailverse.operations.report import Published, Report

KIB = 1024


def live_metrics(report: Report) -> list[Section]:
    """What the data did: loads, records, speed, rejects, the catalogue."""
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
    told = "One load for each version of a raw object, in its latest generation."
    return Section("Loads by status", ("status", "loads"), rows, told)


def records(metrics: LoadMetrics) -> Section:
    """What became of the records, and whether they are all accounted for."""
    counts = metrics.counts
    sums = f"{counts.loaded:,} + {counts.unchanged:,} + {counts.stale:,} + {counts.rejected:,}"
    if metrics.not_conserving:
        wrong = len(metrics.not_conserving)
        told = f"They do **not** add up in {wrong:,} loads: records are not accounted for."
    else:
        told = f"They add up in every load: {counts.read:,} read = {sums}."
    rows = [
        (name, f"{getattr(counts, name):,}", percent(getattr(counts, name), counts.read))
        for name in Counts.__struct_fields__
    ]
    return Section("Records", ("what became of them", "records", "share"), rows, told)


def speed(metrics: LoadMetrics) -> Section:
    """Throughput, and how soon a raw object was loaded and visible."""
    rates = metrics.throughput
    rows: list[Row] = [
        ("records a second", "", _number(rates.records_per_s), "", ""),
        ("KiB a second", "", _number(rates.bytes_per_s, KIB), "", ""),
        ("from stored to loaded, s", *_timed(metrics.to_loaded_s)),
        ("from stored to visible, s", *_timed(metrics.to_visible_s)),
    ]
    told = (
        f"{rates.records:,} records in {rates.busy_s:,.1f} s while at least one load was under "
        "way, replays included. From stored on, raw objects are counted that were loaded at the "
        "first go; S3 rounds down to the second when one was stored, so these figures are up to "
        "1 s too long. Visible: all its drinks are in the published catalogue, as the publish "
        "function's log tells"
        + (f"; of {metrics.not_seen:,} it does not." if metrics.not_seen else ".")
    )
    return Section("Speed", ("", "raw objects", "p50, or the rate", "p95", "max"), rows, told)


def rejects(report: Report) -> Section:
    """Rejected records by reason code."""
    found = report.rejects
    rows = [(code, f"{count:,}") for code, count in found.codes.items()]
    told = "Each is kept with its place and its raw record: `mocktailverse rejected`."
    if not found.are_all:
        told += f" Counted in the newest {found.loads:,} loads that rejected something."
    return Section("Rejected, by reason", ("reason", "records"), rows, told, "None.")


def freshness(report: Report) -> Section:
    """When things happened last."""
    found = report.freshness
    observed = report.catalogue.meta.newest_observed_at if report.catalogue else None
    moments = {
        "newest observation in the catalogue": observed,
        "newest raw object stored": found.raw_stored_at,
        "last load done": found.load_done_at,
        "last publishing": found.published_at,
    }
    rows = [
        (what, moment(at) or "none", f"{(report.made.at - at) / 1000:,.0f}" if at else "")
        for what, at in moments.items()
    ]
    return Section("Freshness", ("what", "when (UTC)", "s ago"), rows)


def _catalogue(report: Report) -> Iterator[Section]:
    found = report.catalogue
    if found is None:
        problem = report.catalogue_problem
        rows = [("it cannot be read", problem)] if problem else []
        yield Section("Catalogue", ("what", "figure"), rows, nothing="Nothing was published yet.")
        return
    yield _published(found)
    yield from drinks_of(found)


def drinks_of(found: Published) -> Iterator[Section]:
    """What is understood of the drinks, source by source."""
    for source in found.sources:
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
                *((name, *_share(share)) for name, share in shares.items()),
                *(
                    (code, f"{n:,}", f"{source.drinks:,}", percent(n, source.drinks))
                    for code, n in source.codes.items()
                ),
            ],
            "Last come the [quality codes](../reference/codes.md), and how many drinks have each.",
        )


def _published(found: Published) -> Section:
    meta = found.meta
    rows = [
        ("version", meta.version),
        ("built (UTC)", moment(meta.built_at)),
        ("age, s", f"{found.age_s:,.0f}"),
        ("size, KiB", f"{found.bytes / KIB:,.0f}"),
        ("drinks", f"{meta.drinks:,}"),
        ("ingredients", f"{meta.ingredients:,}"),
    ]
    return Section("Catalogue", ("what", "figure"), rows)


def _timed(found: Spread | None) -> Texts:
    return (f"{found.count:,}" if found else "0", *spread_cells(found))


def _share(share: Share) -> Texts:
    return (f"{share.count:,}", f"{share.of:,}", percent(share.count, share.of))


def _number(number: float | None, unit: int = 1) -> str:
    return "none" if number is None else f"{number / unit:,.1f}"
