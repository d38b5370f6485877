"""The tables and goal figures of `speed.py`."""

from collections.abc import Iterator

from goals import Measured
from table import Figures, Table, skipped_table, spread

_HEAD = ("", "ratio", "spread", "µs a record", "records/s")


def tables(speed: Figures) -> list[Table]:
    """Return the whole transform, its worst case, the old code, and its stages."""
    records = speed["records"]
    usual = Table(
        "Speed: the whole transform",
        "NDJSON bytes in memory become items ready for DynamoDB: decoded, validated, measures "
        "parsed, names made canonical, strength derived, content hashed. The floor decodes each "
        "line and does nothing with it. The peers stop at nested or melted lines, without "
        "amounts, canonical names or strength. CPU time, all in one process with warm caches; "
        "strings repeat as often as in a real collection of this size.",
        _HEAD,
        _rows(speed["usual"], records),
    )
    worst = Table(
        "Speed: every measure distinct",
        "The worst case for the caches: no measure occurs twice in the whole file.",
        _HEAD,
        _rows(speed["all_measures_distinct"], records),
    )
    stages = Table(
        "Speed: stage by stage",
        "The same records as in the first table. Each row includes the work of the rows above it.",
        _HEAD,
        _rows(speed["stages"], records),
    )
    return [usual, worst, _beside_old_code(speed["old_code"], records), stages]


def _beside_old_code(old_code: Figures, records: int) -> Table:
    """Return the old code and this one, or why they were not compared."""
    title = "Speed: beside an old revision"
    if "skipped" in old_code:
        return skipped_table(title, old_code["skipped"])
    return Table(
        title,
        f"The transform of revision `{old_code['revision']}` and this one, each in a process of "
        "its own, by turns. The same records as in the first table. CPU time.",
        _HEAD,
        _rows(old_code["figures"], records),
    )


def _rows(figures: list[Figures], records: int) -> list[tuple[str, ...]]:
    return [
        (
            one["name"],
            f"{one['ratio']:.2f}",
            spread(one),
            f"{one['seconds'] / records * 1e6:.1f}",
            f"{records / one['seconds']:,.0f}",
        )
        for one in figures
    ]


def measured(speed: Figures) -> Iterator[Measured]:
    """Yield the ratios to the floor and to the old code."""
    records = speed["records"]
    for name, ratio in (
        ("usual records, beside the floor", speed["usual"][1]["ratio"]),
        ("every measure distinct, beside the floor", speed["all_measures_distinct"][1]["ratio"]),
    ):
        yield Measured("speed", name, records, ratio)
    if "figures" in speed["old_code"]:
        ratio = speed["old_code"]["figures"][1]["ratio"]
        yield Measured("speed", "usual records, beside the old code", records, ratio)
