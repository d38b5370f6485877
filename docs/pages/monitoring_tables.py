"""What is measured and watched: metrics, alarms and the CloudWatch dashboard."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pages.cells import code, codes, table
from pages.meanings import MissingMeaningError, sentence, source, word
from pages.template_source import STAGES, of_type, remarks

from mocktailverse.functions import failure_log

RUNBOOK = re.compile(r";?\s*docs/runbooks/([\w-]+)\.md")
EMITTED = re.compile(r'add_metric\(\s*"(\w+)", MetricUnit\.(\w+)')
COMPARISONS = {"GreaterThanThreshold": ">", "LessThanThreshold": "<"}
Row = tuple[str, ...]


def metrics() -> str:
    """Return the table of the custom metrics.

    Raises:
        MissingMeaningError: a metric is not documented.
    """
    return table(("metric", "unit", "dimension", "from", "meaning", "in"), _by_stage(_metrics))


def _by_stage(rows_of: Callable[[str], Iterable[Row]]) -> Iterator[Row]:
    """Yield each row that a stage has once, with the stages that have it as the last cell."""
    stages: dict[Row, list[str]] = {}
    for stage in STAGES:
        for row in dict.fromkeys(rows_of(stage)):
            stages.setdefault(row, []).append(stage)
    for row, names in stages.items():
        yield *row, "all" if len(names) == len(STAGES) else ", ".join(names)


def _metrics(stage: str) -> Iterator[Row]:
    """Yield what the functions emit, unless the stage disables it, and what is counted in logs."""
    for function in of_type(stage, "AWS::Serverless::Function").values():
        variables = function["Environment"]["Variables"]
        if variables.get("POWERTOOLS_METRICS_DISABLED") != "true":
            module, _ = function["Handler"].rsplit(".", 1)
            service = variables["POWERTOOLS_SERVICE_NAME"]
            for name, unit in EMITTED.findall(source(module)):
                yield code(name), unit, code(f"service={service}"), service, word(name, module)
    for log_filter in of_type(stage, "AWS::Logs::MetricFilter").values():
        for metric in log_filter["MetricTransformations"]:
            name = metric["MetricName"]
            meaning = word(name, failure_log.__name__)
            yield code(name), "Count", "", "the logs of all", meaning


def alarms() -> str:
    """Return the table of the alarms and the budget."""
    heads = ("alarm", "is raised if", "without data", "what it means", "runbook", "in")
    return table(heads, _by_stage(_alarms))


def _alarms(stage: str) -> Iterator[Row]:
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
    return code(name.replace(f"-{stage}", "-<environment>").replace("${AWS::Region}", "<region>"))


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
    return table(("panel", "shows", "in"), _by_stage(_panels))


def _panels(stage: str) -> Iterator[Row]:
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
            every = _duration(properties.get("period", 300))  # CloudWatch's default
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
