"""The figures of a run as text for the terminal and as the docs page, with its goals."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import catalogue_tables
import process_tables
import speed_tables
import user_tables
from goals import MET, Measured, Verdict, judge
from table import Figures, Table, goals_table, skipped_table

_READING = (
    "`make bench` measures these figures, from records that ship with the project, so you can "
    "repeat them. Compare ratios, not seconds: the cases of a table run in turn on the same "
    "machine, and each round is compared with itself. A ratio is the median of the rounds; the "
    "spread is their minimum and maximum."
)


class Section(NamedTuple):
    """How the figures of a part are shown, and which of them goals may be about."""

    tables: Callable[[Figures], list[Table]]
    measured: Callable[[Figures], Iterable[Measured]]


SECTIONS = {
    "speed": Section(speed_tables.tables, speed_tables.measured),
    "memory": Section(process_tables.memory_tables, process_tables.memory_measured),
    "cold_start": Section(process_tables.cold_start_tables, process_tables.cold_start_measured),
    "cli_start": Section(process_tables.cli_start_tables, process_tables.cli_start_measured),
    "write": Section(process_tables.write_tables, process_tables.write_measured),
    "catalogue": Section(catalogue_tables.tables, catalogue_tables.measured),
    "function_limits": Section(process_tables.function_limits_tables, lambda _: ()),
    "visible": Section(user_tables.visible_tables, user_tables.visible_measured),
    "serving": Section(user_tables.serving_tables, user_tables.serving_measured),
    "first_card": Section(user_tables.first_card_tables, user_tables.first_card_measured),
}
"""By part, in the order in which they are shown."""


def verdicts(figures: Figures) -> list[Verdict]:
    """Return the verdict on every goal; those of a skipped part are not measured."""
    return judge(
        measured
        for part, section in SECTIONS.items()
        if not _skipped(figures[part])
        for measured in section.measured(figures[part])
    )


def as_text(figures: Figures) -> str:
    """Return the text for the terminal: each part's tables and goals, then the missed goals."""
    results = verdicts(figures)
    parts = [_about(figures)]
    for part in SECTIONS:
        parts += [table.as_text() for table in _tables(part, figures[part])]
        if goals := [result for result in results if result.goal.part == part]:
            parts.append(goals_table(goals).as_text())
    others = [
        f"- {goal.part}: {goal.name}, {goal.size:,} {goal.size_unit}: {result}"
        for goal, _value, result in results
        if result != MET
    ]
    return "\n\n".join((*parts, "\n".join((_summary(results), *others))))


def as_page(figures: Figures) -> str:
    """Return the docs page, in Markdown: all goals, then each part's tables."""
    results = verdicts(figures)
    tables = [table for part in SECTIONS for table in _tables(part, figures[part])]
    parts = [
        "# Performance",
        "<!-- Made by `python tests/benchmarks/run.py --write-page`; do not edit. -->",
        _READING,
        _about(figures),
        goals_table(results, has_sources=True).as_markdown(),
        _summary(results),
        *(table.as_markdown() for table in tables),
    ]
    return "\n\n".join(parts) + "\n"


def _tables(part: str, figures: Figures) -> list[Table]:
    reason = _skipped(figures)
    if reason:
        return [skipped_table(part, reason)]
    return SECTIONS[part].tables(figures)


def _skipped(figures: Figures) -> str | None:
    """Return why a part was skipped; None if it was not."""
    return figures.get("skipped") if isinstance(figures, dict) else None


def _about(figures: Figures) -> str:
    speed = figures["speed"]
    return (
        f"Python {figures['python']}, {figures['machine']}; "
        f"{speed['records']:,} distinct records of {speed['bytes_per_record']:,} bytes, varied "
        f"from {speed['varied_from']}."
    )


def _summary(results: list[Verdict]) -> str:
    met = sum(result.is_met for result in results)
    return f"{met} of {len(results)} goals are met."
