"""The tables and goal figures of memory, start times and writes."""

from collections.abc import Iterator

from goals import Measured
from table import Figures, Table, timing_rows

_HEAD = ("", "ratio", "spread", "ms")


def memory_tables(figures: Figures) -> list[Table]:
    """Return the peak memory by the size of the file."""
    return [
        Table(
            "Memory: files of growing size",
            "Each file is streamed from disk by a fresh process. Warm is the process's peak after "
            "the first 50 records, with code and reference tables in memory; growth is what the "
            "rest of the file adds to the peak.",
            ("", "records", "warm MiB", "peak MiB", "growth MiB"),
            [
                (
                    one["name"],
                    f"{one['records']:,}",
                    *(f"{one[f'{kind}_mib']:.1f}" for kind in ("warm", "peak", "growth")),
                )
                for one in figures
            ],
        )
    ]


def memory_measured(figures: Figures) -> Iterator[Measured]:
    """Yield how much more the largest file takes than the smallest; the last row is a peer's."""
    *ours, _peer = figures
    growth = ours[-1]["growth_mib"] - ours[0]["growth_mib"]
    name = "growth from the smallest file to the largest"
    yield Measured("memory", name, ours[-1]["records"], growth)


def function_limits_tables(figures: Figures) -> list[Table]:
    """Return what each task takes; no goal is about them."""
    return [
        Table(
            "Functions: what a catalogue takes",
            "`reader` opens a catalogue, answers queries, follows a change of 100 drinks and "
            "answers them again, while the first version is in use. `publisher` edits its copy by "
            "100 drinks. `new reference` writes the copy again, as after a change of the "
            "ingredient reference. Each in a fresh process: CPU time, and peak resident memory.",
            ("", "drinks", "file MB", "CPU s", "peak MiB"),
            [
                (
                    one["task"],
                    f"{one['drinks']:,}",
                    *(f"{one[key]:.2f}" for key in ("file_mb", "cpu_s", "peak_mib")),
                )
                for one in figures
            ],
        )
    ]


def cold_start_tables(figures: Figures) -> list[Table]:
    """Return the CPU time until each function is ready."""
    return [
        Table(
            "Cold start: until a function is ready",
            "Each case is a fresh process with compiled byte code; Python's own start counts in "
            "none. The yardstick imports boto3 and makes clients for S3 and DynamoDB. `import` "
            "loads a handler, which connects nothing; `import and tools` also builds what its "
            "first event needs (clients for S3 and DynamoDB, Logger, Metrics). CPU time.",
            _HEAD,
            timing_rows(figures["cases"]),
        )
    ]


def cold_start_measured(figures: Figures) -> Iterator[Measured]:
    """Yield the ratio of each case to the yardstick."""
    for one in figures["cases"]:
        yield Measured("cold_start", one["name"], figures["rounds"], one["ratio"])


def cli_start_tables(figures: Figures) -> list[Table]:
    """Return the CPU time of each command from start to end."""
    return [
        Table(
            "Command line: from start to end",
            "Each case is a fresh process with compiled byte code, measured whole. The yardstick "
            "is Python with Typer, on which the command line builds. The goals are seconds on the "
            "machine of this page; on another one compare the ratio. CPU time.",
            _HEAD,
            timing_rows(figures["cases"]),
        )
    ]


def cli_start_measured(figures: Figures) -> Iterator[Measured]:
    """Yield the CPU time of each command in s."""
    for one in figures["cases"]:
        yield Measured("cli_start", one["name"], figures["rounds"], one["seconds"])


def write_tables(figures: Figures) -> list[Table]:
    """Return the client's CPU time of writing the same items in each way."""
    return [
        Table(
            "Writes: the client's CPU time",
            f"{figures['drinks']:,} drinks, sent by the client of DynamoDB to a response that is "
            "ready in the process. The yardstick is boto3's `batch_writer`, which has no "
            "conditions. CPU time.",
            _HEAD,
            timing_rows(figures["writes"]),
        )
    ]


def write_measured(figures: Figures) -> Iterator[Measured]:
    """Yield the ratio of this code, the last case, to `batch_writer`, the first one."""
    name, ratio = "conditional write, beside batch_writer", figures["writes"][-1]["ratio"]
    yield Measured("write", name, figures["drinks"], ratio)
