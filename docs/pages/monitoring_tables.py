"""What is measured and watched: metrics, alarms and the CloudWatch dashboard."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pages.cells import code, codes, table
from pages.meanings import MissingMeaningError, sentence, word
from pages.template_source import STAGES, of_type, remarks

from mocktailverse.checkout import find_checkout
from mocktailverse.functions import failure_log

RUNBOOK = re.compile(r";?\s*docs/runbooks/([\w-]+)\.md")
EMITTED = re.compile(r'add_metric\(\s*"(\w+)", MetricUnit\.(\w+)')
COMPARISONS = {"GreaterThanThreshold": ">", "LessThanThreshold": "<"}


class Metric(NamedTuple):
    """A custom metric, and the module that documents it."""

    name: str
    unit: str
    service: str
    """The function that emits it; empty for a metric that is counted in the logs of all."""
    module: str


def metrics() -> str:
    """Return the table of the custom metrics.

    Raises:
        MissingMeaningError: a metric is not documented.
    """
    rows = [
        (
            code(name),
            unit,
            code(service and f"service={service}"),
            service or "the logs of all",
            stages,
            word(name, module),
        )
        for (name, unit, service, module), stages in _by_stage(_metrics)
    ]
    return table(("metric", "unit", "dimension", "from", "in", "meaning"), rows)


def _by_stage(rows_of: Callable[[str], Iterable[Any]]) -> Iterator[tuple[Any, str]]:
    """Yield each different row once, with the stages that have it."""
    stages: dict[Any, list[str]] = {}
    for stage in STAGES:
        for row in dict.fromkeys(rows_of(stage)):
            stages.setdefault(row, []).append(stage)
    for row, having in stages.items():
        yield row, "all" if len(having) == len(STAGES) else ", ".join(having)


def _metrics(stage: str) -> Iterator[Metric]:
    """Yield what the functions emit, unless the stage disables it, and what is counted in logs."""
    for function in of_type(stage, "AWS::Serverless::Function").values():
        variables = function["Environment"]["Variables"]
        if variables.get("POWERTOOLS_METRICS_DISABLED") != "true":
            package, module, _ = function["Handler"].rsplit(".", 2)
            path = find_checkout().source / "functions" / f"{module}.py"
            for name, unit in EMITTED.findall(path.read_text(encoding="utf-8")):
                service = variables["POWERTOOLS_SERVICE_NAME"]
                yield Metric(name, unit, service, f"{package}.{module}")
    for log_filter in of_type(stage, "AWS::Logs::MetricFilter").values():
        for metric in log_filter["MetricTransformations"]:
            yield Metric(metric["MetricName"], "Count", "", failure_log.__name__)


def alarms() -> str:
    """Return the table of the alarms and the budget."""
    rows = [
        (*row, stages, meaning, runbook) for (*row, meaning, runbook), stages in _by_stage(_alarms)
    ]
    heads = ("alarm", "is raised if", "without data", "in", "what it means", "runbook")
    return table(heads, rows)


def _alarms(stage: str) -> Iterator[tuple[str, ...]]:
    for alarm in of_type(stage, "AWS::CloudWatch::Alarm").values():
        periods = alarm["EvaluationPeriods"]
        space = "" if stage in alarm["Namespace"] else f"{alarm['Namespace']} "
        condition = (
            f"{alarm['Statistic']} of {code(space + alarm['MetricName'])} over "
            f"{_duration(alarm['Period'])} {COMPARISONS[alarm['ComparisonOperator']]} "
            f"{alarm['Threshold']:,}" + (f", {periods} times in a row" if periods > 1 else "")
        )
        name = _name(alarm["AlarmName"], stage)
        yield name, condition, alarm["TreatMissingData"], *_runbook(alarm["AlarmDescription"])
    for logical_id, properties in of_type(stage, "AWS::Budgets::Budget").items():
        budget, limit = properties["Budget"], properties["Budget"]["BudgetLimit"]
        rules = [one["Notification"] for one in properties["NotificationsWithSubscribers"]]
        limits = " or ".join(
            f"{rule['NotificationType'].lower()} cost > {rule['Threshold']} % of "
            f"{limit['Amount']} {limit['Unit']}"
            for rule in rules
        )
        text = remarks()["Resources", logical_id].text
        name = _name(budget["BudgetName"], stage)
        yield name, f"{budget['TimeUnit'].lower()} {limits}", "", *_runbook(text)


def _name(name: str, stage: str) -> str:
    return code(name.replace(f"-{stage}", "-<environment>"))


def _runbook(text: str) -> tuple[str, str]:
    """Return a description, and the link to the runbook that it names."""
    runbook = RUNBOOK.search(text)
    if runbook is None:
        raise MissingMeaningError(f"{text!r} does not name a runbook.")
    return sentence(
        text.replace(runbook[0], "").strip()
    ), f"[{runbook[1]}](../runbooks/{runbook[1]}.md)"


def _duration(seconds: int) -> str:
    sizes = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
    unit = next(unit for unit, size in sizes.items() if seconds % size == 0)
    return f"{seconds // sizes[unit]} {unit}"


def panels() -> str:
    """Return the table of the CloudWatch dashboard's panels."""
    rows = [(*row, stages) for row, stages in _by_stage(_panels)]
    return table(("panel", "shows", "in"), rows)


def _panels(stage: str) -> Iterator[tuple[str, str]]:
    for dashboard in of_type(stage, "AWS::CloudWatch::Dashboard").values():
        for widget in json.loads(dashboard["DashboardBody"])["widgets"]:
            yield _panel(stage, widget["type"], widget["properties"])


def _panel(stage: str, kind: str, properties: Mapping[str, Any]) -> tuple[str, str]:
    """Return a panel's title, and what it shows."""
    match kind:
        case "text":
            text = properties["markdown"].replace(f"### {stage}: ", "")
            return "(a text)", " ".join(text.split())
        case "alarm":
            return properties["title"], codes(map(_logical_id, properties["alarms"]))
        case _:
            shown = ", ".join(
                f"{code(name)} ({options.get('stat', properties['stat']).lower()})"
                for name, options in _graphs(properties["metrics"])
            )
            every = _duration(properties["period"])
            return properties["title"], f"{shown}; a point each {every}"


def _graphs(metrics: Iterable[list[Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the names and options of a graph's metrics.

    `.` repeats the value that the metric above has in the same place, `...` all that it has there:
    `[["AWS/SQS", "Sent", "QueueName", "a"], ["...", "b"]]` is `Sent` of both queues.
    """
    above: list[str] = []
    for metric in metrics:
        parts = [part for part in metric if isinstance(part, str)]
        options = next((part for part in metric if isinstance(part, dict)), {})
        if parts[0] == "...":
            parts = [*above[: len(above) - len(parts) + 1], *parts[1:]]
        above = [above[n] if part == "." else part for n, part in enumerate(parts)]
        space, name, *dimensions = above
        if space.startswith("mocktailverse-"):
            yield name, options
        else:
            yield (
                f"{space} {name}" + (f" of {_logical_id(dimensions[-1])}" if dimensions else ""),
                options,
            )


def _logical_id(reference: str) -> str:
    """Return the name in a reference such as `${Queue.QueueName}`."""
    return reference.strip("${}").partition(".")[0]
