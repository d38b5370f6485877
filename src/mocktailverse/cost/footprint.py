"""What a stage keeps running on AWS, read from the template and the functions' code."""

from collections.abc import Iterable, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

from msgspec import Struct

from mocktailverse.cost.accounting import (
    ByType,
    target_of,
    unaccounted,
    unaccounted_macros,
)
from mocktailverse.cost.emitted_metrics import emitted, short_name, unaccounted_code
from mocktailverse.cost.running import POLLERS, POLLERS_AT_MOST, POLLS, Running
from mocktailverse.cost.schedules import events_a_month
from mocktailverse.cost.template import Resource, StageInputs, Template

MIB = 1024
DEFAULT_MB = 128
"""What Lambda gives a function that asks for no memory."""

DEFAULT_TIMEOUT_S = 3
FOR_EVER_DAYS = 3653


class Footprint(Struct, frozen=True, kw_only=True):
    """What runs in a stage; and sentences on what the cost model cannot account for."""

    running: Running
    unaccounted: tuple[str, ...] = ()


def footprints(
    template: Template, stages: Mapping[str, StageInputs], functions: Path
) -> dict[str, Footprint]:
    """Return the footprint of each stage, in the order given, as it is on AWS.

    What the template's own defaults bring (`sam deploy` takes them) is accounted for, too, and
    where its mapping and environments.toml differ, each figure is the larger one.

    Args:
        template: infrastructure/template.yaml.
        stages: what infrastructure/environments.toml gives the template, by stage.
        functions: the folder of the functions' code, for the metrics that it emits.
    """
    measured = emitted(functions)
    everywhere = [*unaccounted_code(functions), *unaccounted_macros(template.macros)]
    found: dict[str, Footprint] = {}
    for env, inputs in stages.items():
        stage = {"Stage": env, "Target": "aws"}
        chosen = inputs.parameters | stage
        as_described = template.with_mapping("Stages", env, inputs.mapping)
        ways = [
            _footprint(template.resources(chosen), measured),
            _footprint(template.resources(stage), measured),
            _footprint(as_described.resources(chosen), measured),
        ]
        running = reduce(Running.at_least, (way.running for way in ways))
        texts = [*everywhere, *(text for way in ways for text in way.unaccounted)]
        found[env] = Footprint(running=running, unaccounted=tuple(dict.fromkeys(texts)))
    return found


def _footprint(resources: list[Resource], measured: Mapping[str, int]) -> Footprint:
    of_type = ByType(resources)
    tables = [table.properties for table in of_type["AWS::DynamoDB::Table"]]
    functions = {f.name: f.properties for f in of_type["AWS::Serverless::Function"]}
    starts = _starts(of_type["AWS::Scheduler::Schedule"])
    gb = {
        name: float(function.get("MemorySize", DEFAULT_MB)) / MIB
        for name, function in functions.items()
    }
    few_pollers, many_pollers = _pollers(of_type)
    return Footprint(
        running=Running(
            wcu=sum(_units(table, "WriteCapacityUnits") for table in tables),
            rcu=sum(_units(table, "ReadCapacityUnits") for table in tables),
            backups=any(_has_backups(table) for table in tables),
            fetches=starts.get("FetchFunction", 0),
            reconciles=starts.get("ReconcileFunction", 0),
            idle_polls=POLLS * few_pollers,
            idle_polls_at_most=POLLS * many_pollers,
            alarms=sum(_watched(alarm.properties) for alarm in of_type["AWS::CloudWatch::Alarm"]),
            metrics=_emitting(functions.values(), measured) + len(_filtered(of_type)),
            dashboards=len(of_type["AWS::CloudWatch::Dashboard"]),
            transform_gb=gb.get("TransformFunction", 0),
            publish_gb=gb.get("PublishFunction", 0),
            fetch_gb=gb.get("FetchFunction", 0),
            reconcile_gb=gb.get("ReconcileFunction", 0),
            api_gb=gb.get("ApiFunction", 0),
            transform_timeout_s=_timeout_s(functions.get("TransformFunction", {})),
            fetch_s=_timeout_s(functions.get("FetchFunction", {})),
            log_days=_log_days(of_type),
            api_per_s=_api_per_s(of_type),
        ),
        unaccounted=unaccounted(resources, of_type),
    )


def _emitting(functions: Iterable[Mapping[str, Any]], emitted: Mapping[str, int]) -> int:
    """Metrics of the functions that emit them: each has the function as its only dimension."""
    total = 0
    for function in functions:
        variables = function.get("Environment", {}).get("Variables", {})
        is_silent = str(variables.get("POWERTOOLS_METRICS_DISABLED", "")).lower() == "true"
        modules = str(function.get("Handler", "")).split(".")[-2:-1]
        total += 0 if is_silent else sum(emitted.get(short_name(name), 0) for name in modules)
    return total


def _filtered(of_type: ByType) -> set[tuple[str, str]]:
    """Namespace and name of the metrics that are filtered from logs; several may feed one."""
    return {
        (str(made["MetricNamespace"]), str(made["MetricName"]))
        for metric_filter in of_type["AWS::Logs::MetricFilter"]
        for made in metric_filter.properties["MetricTransformations"]
    }


def _starts(schedules: Iterable[Resource]) -> dict[str, float]:
    """How often a month the schedules start each function."""
    found: dict[str, float] = {}
    for schedule in schedules:
        properties = schedule.properties
        if properties.get("State") != "DISABLED":
            target = target_of(properties["Target"]["Arn"])
            times = _times(properties["ScheduleExpression"])
            found[target] = found.get(target, 0) + times
    return found


def _times(expression: str) -> float:
    """How often a schedule fires; never where it is none, which is told elsewhere."""
    try:
        return events_a_month(expression)
    except ValueError:
        return 0


def _timeout_s(function: Mapping[str, Any]) -> float:
    return float(function.get("Timeout", DEFAULT_TIMEOUT_S))


def _pollers(of_type: ByType) -> tuple[int, int]:
    """Pollers at idle queues, as few and as many as Lambda may take."""
    few = many = 0
    for mapping in of_type["AWS::Lambda::EventSourceMapping"]:
        properties = mapping.properties
        is_queue = of_type.type_of(properties["EventSourceArn"]) == "AWS::SQS::Queue"
        if is_queue and properties.get("Enabled") is not False:
            is_limited = "MaximumConcurrency" in properties.get("ScalingConfig", {})
            few += POLLERS_AT_MOST if is_limited else POLLERS
            many += POLLERS_AT_MOST
    return few, many


def _log_days(of_type: ByType) -> float:
    """How long the logs are kept that are kept the longest."""
    groups = of_type["AWS::Logs::LogGroup"]
    days = (group.properties.get("RetentionInDays", FOR_EVER_DAYS) for group in groups)
    return max(map(float, days), default=FOR_EVER_DAYS)


def _api_per_s(of_type: ByType) -> float:
    settings = (
        stage.properties.get("DefaultRouteSettings", {})
        for stage in of_type["AWS::ApiGatewayV2::Stage"]
    )
    return sum(float(throttle.get("ThrottlingRateLimit", 0)) for throttle in settings)


def _units(table: Mapping[str, Any], kind: str) -> int:
    parts = (table, *table.get("GlobalSecondaryIndexes", ()))
    return sum(int(part.get("ProvisionedThroughput", {}).get(kind, 0)) for part in parts)


def _has_backups(table: Mapping[str, Any]) -> bool:
    specification = table.get("PointInTimeRecoverySpecification", {})
    return bool(specification.get("PointInTimeRecoveryEnabled"))


def _watched(alarm: Mapping[str, Any]) -> int:
    """Metrics that an alarm looks at: one, or those of its expression."""
    return sum("MetricStat" in metric for metric in alarm.get("Metrics", ())) or 1
