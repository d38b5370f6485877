"""Tables of figures, as text for the terminal and as Markdown for the docs page."""

from typing import Any, NamedTuple

from goals import Verdict

from mocktailverse.operations import markdown

Figures = Any
"""What a part prints as JSON."""


class Table(NamedTuple):
    """Rows of cells under a title; the first column has names, the others figures."""

    title: str
    explanation: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def as_text(self) -> str:
        """Return aligned columns under the title."""
        rows = [self.head, *self.rows]
        widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
        lines = (
            "  ".join(
                cell.ljust(width) if number == 0 else cell.rjust(width)
                for number, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        )
        return "\n".join((self.title, *lines))

    def as_markdown(self) -> str:
        """Return a section with the explanation and the table."""
        rows = markdown.table(self.head, self.rows, has_figures=True)
        return "\n\n".join(filter(None, (f"## {self.title}", self.explanation, rows)))


def goals_table(verdicts: list[Verdict], *, has_sources: bool = False) -> Table:
    """Return the goals with what was measured, with or without the sources of their limits."""
    sources = [(verdict.goal.source,) if has_sources else () for verdict in verdicts]
    return Table(
        "Goals",
        "",
        ("", "size", "goal", "measured", "result", *(("source",) if has_sources else ())),
        [
            (
                f"{goal.part}: {goal.name}",
                f"{goal.size:,} {goal.size_unit}",
                f"{goal.bound} {goal.limit:g} {goal.unit}",
                "" if value is None else f"{value:,.2f}",
                result,
                *source,
            )
            for (goal, value, result), source in zip(verdicts, sources, strict=True)
        ],
    )


def skipped_table(title: str, reason: str) -> Table:
    """Return what is shown in place of figures that could not be measured."""
    return Table(title, "", ("not measured", "reason"), [("", reason)])


def timing_rows(figures: list[Figures]) -> list[tuple[str, ...]]:
    """Return the rows of paired figures: name, ratio, spread, CPU time in ms."""
    return [
        (one["name"], f"{one['ratio']:.2f}", spread(one), f"{one['seconds'] * 1000:,.1f}")
        for one in figures
    ]


def spread(one: Figures) -> str:
    """Return the smallest and the largest ratio of a paired figure."""
    return f"{one['least']:.2f} to {one['most']:.2f}"
