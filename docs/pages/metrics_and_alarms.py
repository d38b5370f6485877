"""The page of what is watched: metrics, alarms, the CloudWatch dashboard, logs and their fields."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from pages.logs import logs
from pages.markdown import code, codes, page, table
from pages.meanings import MissingMeaningError, sentence, word
from pages.source import STAGES, of_type, remarks

from mocktailverse.checkout import find_checkout
from mocktailverse.functions import failure_log as failures

FUNCTION, ALARM = "AWS::Serverless::Function", "AWS::CloudWatch::Alarm"
BUDGET, DASHBOARD = "AWS::Budgets::Budget", "AWS::CloudWatch::Dashboard"
FILTER = "AWS::Logs::MetricFilter"
RUNBOOK = re.compile(r"\s*docs/runbooks/([\w-]+)\.md")
EMITTED = re.compile(r'add_metric\(\s*"(\w+)", MetricUnit\.(\w+)')
COMPARISONS = {"GreaterThanThreshold": ">", "LessThanThreshold": "<"}


class Metric(Struct, frozen=True):
    """A custom metric; `function` is whose code or whose log it comes from."""

    name: str
    unit: str
    function: str
    dimension: str


def metrics_and_alarms() -> str:
    """The page.

    Raises:
        MissingMeaningError: a metric does not say what it means.
    """
    return page(
        "Metrics and alarms",
        "What each environment measures and when it rings, what the CloudWatch dashboard shows, "
        "and what the logs hold.",
        "`infrastructure/template.yaml` and `src/mocktailverse/functions/`",
        "An account has ten metrics and ten alarms free of charge: "
        "[why there are no more](../decisions/0009-monitoring-within-the-free-limits.md).",
        "## Metrics",
        "In the namespace `mocktailverse-<environment>`. The embedded AWS takes no metrics from "
        "logs and never looks at an alarm by itself: `mocktailverse drill` does it in its place.",
        table(("metric", "unit", "dimension", "from", "in", "meaning"), _metrics()),
        "## Alarms",
        "All of them are sent to the topic `mocktailverse-alarms-<environment>`. What to do: "
        "[runbooks](../runbooks/README.md).",
        table(("alarm", "rings if", "without data", "in", "what it means", "runbook"), _alarms()),
        "## Dashboard",
        table(("panel", "shows", "in"), _panels()),
        "## Logs",
        *logs(),
    )


def _in(stages: list[str]) -> str:
    return "all" if len(stages) == len(STAGES) else ", ".join(stages)


def _metrics() -> Iterator[tuple[str, ...]]:
    stages: dict[Metric, list[str]] = {}
    for stage in STAGES:
        for metric in dict.fromkeys((*_emitted(stage), *_filtered(stage))):
            stages.setdefault(metric, []).append(stage)
    for metric, where in stages.items():
        module = f"mocktailverse.functions.{metric.function}"
        meaning = word(metric.name, module, failures.__name__)
        yield (
            code(metric.name),
            metric.unit,
            code(metric.dimension),
            "the logs of all" if metric.function == "failure_log" else metric.function,
            _in(where),
            sentence(meaning),
        )


def _emitted(stage: str) -> Iterator[Metric]:
    """The metrics that functions emit, unless the stage disables them."""
    for function in of_type(stage, FUNCTION).values():
        variables = function["Environment"]["Variables"]
        if variables.get("POWERTOOLS_METRICS_DISABLED") == "true":
            continue
        module = function["Handler"].split(".")[-2]
        service = variables["POWERTOOLS_SERVICE_NAME"]
        for name, unit in _emitted_by(module):
            yield Metric(name, unit, module, f"service={service}")


def _emitted_by(module: str) -> dict[tuple[str, str], None]:
    """Names and units of the metrics that a function's code emits, in its order."""
    path = find_checkout().source / "functions" / f"{module}.py"
    return dict.fromkeys(EMITTED.findall(path.read_text(encoding="utf-8")))


def _filtered(stage: str) -> Iterator[Metric]:
    """The metrics that are made of log lines; several filters may feed one."""
    for found in of_type(stage, FILTER).values():
        for made in found["MetricTransformations"]:
            yield Metric(made["MetricName"], "Count", "failure_log", "")


def _alarms() -> Iterator[tuple[str, ...]]:
    stages: dict[tuple[str, ...], list[str]] = {}
    for stage in STAGES:
        rows = [_alarm(stage, properties) for properties in of_type(stage, ALARM).values()]
        rows += [_budget(stage, *found) for found in of_type(stage, BUDGET).items()]
        for row in rows:
            stages.setdefault(row, []).append(stage)
    for (*told, meaning, runbook), where in stages.items():
        yield *told, _in(where), meaning, runbook


def _alarm(stage: str, alarm: Mapping[str, Any]) -> tuple[str, ...]:
    times = alarm["EvaluationPeriods"]
    every = f", {times} times in a row" if times > 1 else ""
    comparison = COMPARISONS[alarm["ComparisonOperator"]]
    space = "" if stage in alarm["Namespace"] else f"{alarm['Namespace']} "
    metric, period = code(space + alarm["MetricName"]), _duration(alarm["Period"])
    limit = f"{comparison} {alarm['Threshold']:,}{every}"
    rings = f"{alarm['Statistic']} of {metric} over {period} {limit}"
    meaning, runbook = _runbook(alarm["AlarmDescription"])
    name = alarm["AlarmName"].replace(f"-{stage}", "-<environment>")
    return code(name), rings, alarm["TreatMissingData"], meaning, runbook


def _budget(stage: str, logical_id: str, properties: Mapping[str, Any]) -> tuple[str, ...]:
    budget, limit = properties["Budget"], properties["Budget"]["BudgetLimit"]
    rules = [one["Notification"] for one in properties["NotificationsWithSubscribers"]]
    money = f"{limit['Amount']} {limit['Unit']}"
    rings = " or ".join(
        f"{rule['NotificationType'].lower()} cost > {rule['Threshold']} % of {money}"
        for rule in rules
    )
    meaning, runbook = _runbook(remarks()[logical_id].text)
    name = budget["BudgetName"].replace(f"-{stage}", "-<environment>")
    return code(name), f"{budget['TimeUnit'].lower()} {rings}", "", meaning, runbook


def _runbook(text: str) -> tuple[str, str]:
    """What a description says, and the link to the runbook that it names."""
    found = RUNBOOK.search(text)
    if found is None:
        raise MissingMeaningError(f"{text!r} names no runbook.")
    told = sentence(text.replace(found[0], "").strip().rstrip(";"))
    return told, f"[{found[1]}](../runbooks/{found[1]}.md)"


def _duration(seconds: int) -> str:
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _panels() -> Iterator[tuple[str, ...]]:
    stages: dict[tuple[str, str], list[str]] = {}
    for stage in STAGES:
        for dashboard in of_type(stage, DASHBOARD).values():
            for widget in json.loads(dashboard["DashboardBody"])["widgets"]:
                stages.setdefault(_panel(stage, widget), []).append(stage)
    for told, where in stages.items():
        yield *told, _in(where)


def _panel(stage: str, widget: Mapping[str, Any]) -> tuple[str, str]:
    """A panel's title, and what it shows."""
    properties = widget["properties"]
    match widget["type"]:
        case "text":
            text = properties["markdown"].replace(f"### {stage}: ", "")
            return "(a text)", " ".join(text.split())
        case "alarm":
            names = (arn.strip("${}").partition(".")[0] for arn in properties["alarms"])
            return properties["title"], codes(names)
        case _:
            shown = [
                f"{code(name)} ({options.get('stat', properties['stat']).lower()})"
                for name, options in _graphs(properties["metrics"])
            ]
            every = _duration(properties["period"])
            return properties["title"], f"{', '.join(shown)}; a point each {every}"


def _graphs(metrics: list[list[Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The metrics' names and options; `.` and `...` stand for what the line before has there."""
    before: list[str] = []
    for metric in metrics:
        parts = [part for part in metric if isinstance(part, str)]
        options = next((part for part in metric if isinstance(part, dict)), {})
        if parts[0] == "...":
            parts = [*before[: len(before) - len(parts) + 1], *parts[1:]]
        parts = [before[n] if part == "." else part for n, part in enumerate(parts)]
        before = parts
        space = "" if parts[0].startswith("mocktailverse-") else f"{parts[0]} "
        of = f" of {parts[-1].strip('${}').partition('.')[0]}" if space and len(parts) > 2 else ""  # noqa: PLR2004  name and space
        yield f"{space}{parts[1]}{of}", options
