"""The report's sections on operations: findings, queue, alarms, functions, loads, cost."""

from collections.abc import Sequence

from mocktailverse.formatting import amount, moment
from mocktailverse.loads.load_record import Counts, Load
from mocktailverse.operations.findings import Operations, Runbook, runbook_of
from mocktailverse.operations.markdown import Link, Section, spread_cells
from mocktailverse.operations.report import Report


def operations(report: Report) -> list[Section]:
    """Return the sections for an operator, the most urgent first."""
    state = report.operations
    return [
        attention(report),
        queue(report),
        alarms(state),
        _functions(state),
        unfinished(state),
        _load_rows("The last loads", state.last_loads),
        _cost(report),
    ]


def attention(report: Report) -> Section:
    """Return the health findings with their runbooks."""
    rows = [(finding.what, _runbook(finding.runbook)) for finding in report.attention]
    return Section("Needs attention", ("what", "runbook"), rows, empty="Nothing.")


def queue(report: Report) -> Section:
    """Return the queue lengths, the stuck loads and the publish lag."""
    state = report.operations
    lag = state.publishings.lag_s
    rows = [
        ("messages waiting or in progress", f"{state.waiting:,}"),
        ("failures of functions in the last five minutes", f"{state.failures:,}"),
        ("dead letters", f"{state.dead:,}"),
        ("failed loads", f"{len(state.failed):,}"),
        ("stuck loads", f"{len(state.stuck):,}"),
        (
            "publish lag, s: p50, p95, max",
            " · ".join(spread_cells(lag)) if lag else "none published",
        ),
    ]
    note = (
        "SQS's counts are approximate. A load is stuck after two visibility timeouts without "
        "activity while no message waits. The lag is measured from the oldest change of a "
        "publishing, which DynamoDB rounds to a second."
    )
    return Section("Queue, loads, publishing", ("what", "figure"), rows, note)


def alarms(state: Operations) -> Section:
    """Return the alarms, with their states if they are evaluated."""
    rows = [
        (
            alarm.name,
            "not evaluated" if state.is_emulated else alarm.state,
            "" if state.is_emulated else moment(alarm.since),
            _runbook(runbook_of(alarm)),
        )
        for alarm in state.alarms
    ]
    note = (
        "The embedded AWS stores alarms but never evaluates them. "
        "`mocktailverse drill` provokes each failure and evaluates its alarm's definition."
        if state.is_emulated
        else "As CloudWatch evaluates them."
    )
    return Section("Alarms", ("alarm", "state", "since (UTC)", "runbook"), rows, note)


def _functions(state: Operations) -> Section:
    retention = {
        group.name.rpartition("/")[2]: "forever" if group.days is None else f"{group.days:,} days"
        for group in state.log_groups
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
        for function in state.functions
    ]
    columns = ("function", "MB", "timeout, s", "runtime", "state", "last update", "log kept")
    return Section("Functions", columns, rows)


def unfinished(state: Operations) -> Section:
    """Return the loads that need an operator."""
    return _load_rows("Failed and stuck loads", [*state.failed, *state.stuck])


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
    return Section(title, columns, rows)


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
        "The local stack costs nothing. On AWS, an environment that ran since then would have "
        "cost, with the same loads,"
        if report.operations.is_emulated
        else "It cost"
    )
    note = (
        f"Since {moment(report.operations.cost_since)} UTC. {whose} {cost.usd_so_far or 0:.4f} "
        f"USD; the month at this rate {cost.usd:.4f} USD. Computed from the loads, prices of "
        f"{cost.as_of}, {cost.region}, without tax: [cost](../explanation/cost.md)."
    )
    columns = ("what", "so far", "month at this rate", "free a month", "of it used so far")
    return Section("Cost of the month", columns, rows, note)


def _runbook(page: Runbook) -> Link:
    return Link(page.value, f"../runbooks/{page.value}.md")
