"""The sections of operations: what a person on duty looks at."""

from collections.abc import Sequence

from mocktailverse.formatting import amount, moment
from mocktailverse.loads.load_record import Counts, Load
from mocktailverse.operations.findings import Operations, Runbook, runbook_of
from mocktailverse.operations.markdown import Link, Section, spread_cells
from mocktailverse.operations.report import Report


def operations(report: Report) -> list[Section]:
    """What a person on duty looks at, the most pressing first."""
    found = report.operations
    return [
        attention(report),
        queue(report),
        alarms(found),
        _functions(found),
        unfinished(found),
        _load_rows("The last loads", found.last_loads),
        _cost(report),
    ]


def attention(report: Report) -> Section:
    """What needs attention, and the runbook about it."""
    rows = [(finding.what, _runbook(finding.runbook)) for finding in report.attention]
    return Section("Needs attention", ("what", "runbook"), rows, nothing="Nothing.")


def queue(report: Report) -> Section:
    """What waits, what is stuck, and how far publishing is behind."""
    found = report.operations
    lag = found.publishings.lag_s
    rows = [
        ("messages waiting or worked on", f"{found.waiting:,}"),
        ("failures of functions in the last five minutes", f"{found.failures:,}"),
        ("dead letters", f"{found.dead:,}"),
        ("failed loads", f"{len(found.failed):,}"),
        ("stuck loads", f"{len(found.stuck):,}"),
        (
            "publish lag, s: p50, p95, max",
            " · ".join(spread_cells(lag)) if lag else "none published",
        ),
    ]
    told = (
        "SQS counts its messages roughly. A load is stuck when it gave no sign of life for two "
        "visibility timeouts and no message waits. The lag runs from the oldest change of a "
        "publishing; DynamoDB rounds that to the second."
    )
    return Section("Queue, loads, publishing", ("what", "figure"), rows, told)


def alarms(found: Operations) -> Section:
    """The alarms, and how they are where anybody evaluates them."""
    rows = [
        (
            alarm.name,
            "not evaluated" if found.is_emulated else alarm.state,
            "" if found.is_emulated else moment(alarm.since),
            _runbook(runbook_of(alarm)),
        )
        for alarm in found.alarms
    ]
    told = (
        "The embedded AWS keeps alarms but never evaluates one, so none can ring here. "
        "`mocktailverse drill` provokes each failure and evaluates its alarm's definition."
        if found.is_emulated
        else "As CloudWatch evaluates them."
    )
    return Section("Alarms", ("alarm", "state", "since (UTC)", "runbook"), rows, told)


def _functions(found: Operations) -> Section:
    retention = {
        group.name.rpartition("/")[2]: "for ever" if group.days is None else f"{group.days:,} days"
        for group in found.log_groups
    }
    rows = [
        (
            function.name,
            f"{function.memory_mb:,}",
            f"{function.timeout_s:,}",
            function.runtime,
            function.state,
            function.last_update,
            retention.get(function.name, "no log yet"),
        )
        for function in found.functions
    ]
    columns = ("function", "MB", "timeout, s", "runtime", "state", "last update", "log kept")
    return Section("Functions", columns, rows)


def unfinished(found: Operations) -> Section:
    """Loads that wait for a person."""
    return _load_rows("Failed and stuck loads", [*found.failed, *found.stuck])


def _load_rows(title: str, loads: Sequence[Load]) -> Section:
    rows = [
        (
            moment(load.started_at),
            load.object.key.rpartition("/")[2],
            load.status,
            *(f"{getattr(load.counts, name):,}" for name in Counts.__struct_fields__),
            load.error or "",
        )
        for load in loads
    ]
    columns = ("started (UTC)", "raw object", "status", *Counts.__struct_fields__, "error")
    return Section(title, columns, rows, nothing="None.")


def _cost(report: Report) -> Section:
    cost = report.operations.cost
    rows = [
        (
            f"{line.service}: {line.what}, {line.unit}",
            amount(line.so_far or 0),
            amount(line.month),
            "none" if line.free is None else amount(line.free),
            "" if line.free is None else f"{(line.so_far or 0) / line.free:.2%}",
        )
        for line in cost.lines
    ]
    whose = (
        "The local stack costs nothing; on AWS, in an environment that stood since then, the same "
        "loads would have cost"
        if report.operations.is_emulated
        else "It cost"
    )
    told = (
        f"Since {moment(report.operations.cost_since)} UTC. {whose} {cost.usd_so_far or 0:.4f} "
        f"USD; the month at this rate {cost.usd:.4f} USD. Computed from the loads, prices of "
        f"{cost.as_of}, {cost.region}, without tax: [cost](../explanation/cost.md)."
    )
    columns = ("what", "so far", "month at this rate", "free a month", "of it used so far")
    return Section("Cost of the month", columns, rows, told)


def _runbook(page: Runbook) -> Link:
    return Link(page.value, f"../runbooks/{page.value}.md")
