"""The footprint of a stage: what it runs on AWS, read from the template and the functions' code."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import reduce
from pathlib import Path
from typing import Any

from msgspec import Struct

from mocktailverse.cost.accounting import (
    TRANSFER_LIMIT,
    ByType,
    emitted_metrics,
    handler_module,
    unaccounted,
    unaccounted_code,
    unaccounted_macros,
)
from mocktailverse.cost.running import POLLERS, POLLERS_AT_MOST, POLLS, Running, events_a_month
from mocktailverse.cost.template import Resource, StageInputs, Template

_MIB_PER_GIB = 1024
_DEFAULT_MEMORY_MIB = 128
_DEFAULT_TIMEOUT_S = 3
"""Lambda's defaults for a function whose template entry sets neither."""

_FOR_EVER_DAYS = 3653


class Footprint(Struct, frozen=True, kw_only=True):
    """The resources that a stage keeps running, and those that cannot be priced."""

    running: Running
    unaccounted: tuple[str, ...] = ()
    """A sentence for each thing that the cost model cannot account for."""


def footprints(
    template: Template, stages: Mapping[str, StageInputs], functions: Path
) -> dict[str, Footprint]:
    """Return the footprint of each stage, in the order given, as it is on AWS.

    Each figure is the largest of three readings: the template with the environment's parameters,
    with its own defaults (as `sam deploy` uses them), and with its mapping `Stages` replaced by
    what environments.toml says. So an edit of either file counts before the other one follows.
    The metrics are those that the code in the folder `functions` emits.
    """
    metrics = emitted_metrics(functions)
    everywhere = [*unaccounted_code(functions), *unaccounted_macros(template.macros)]
    by_stage: dict[str, Footprint] = {}
    for env, inputs in stages.items():
        stage = {"Stage": env, "Target": "aws"}
        parameters = inputs.parameters | stage
        with_inputs = template.with_mapping("Stages", env, inputs.mapping)
        readings = [
            _footprint(template.resources(parameters), metrics),
            _footprint(template.resources(stage), metrics),
            _footprint(with_inputs.resources(parameters), metrics),
        ]
        running = reduce(Running.at_least, (reading.running for reading in readings))
        texts = [*everywhere, *(text for reading in readings for text in reading.unaccounted)]
        by_stage[env] = Footprint(running=running, unaccounted=tuple(dict.fromkeys(texts)))
    return by_stage


def _footprint(resources: list[Resource], metrics: Mapping[str, int]) -> Footprint:
    of_type = ByType(resources)
    tables = [table.properties for table in of_type["AWS::DynamoDB::Table"]]
    functions = {f.name: f.properties for f in of_type["AWS::Serverless::Function"]}
    starts = _starts(of_type)
    gb = {
        name: float(function.get("MemorySize", _DEFAULT_MEMORY_MIB)) / _MIB_PER_GIB
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
            metrics=_emitted_by(functions.values(), metrics) + len(_filtered_metrics(of_type)),
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
            api_gb_per_day=_api_gb_per_day(functions.get("ApiFunction", {})),
        ),
        unaccounted=tuple(unaccounted(resources, of_type)),
    )


def _emitted_by(functions: Iterable[Mapping[str, Any]], metrics: Mapping[str, int]) -> int:
    """Return how many metrics the functions emit; the function's name is their only dimension."""
    total = 0
    for function in functions:
        variables = function.get("Environment", {}).get("Variables", {})
        is_disabled = str(variables.get("POWERTOOLS_METRICS_DISABLED", "")).lower() == "true"
        total += 0 if is_disabled else metrics.get(handler_module(function), 0)
    return total


def _filtered_metrics(of_type: ByType) -> set[tuple[str, str]]:
    """Return namespace and name of the metrics filtered from logs; filters may share a metric."""
    return {
        (str(metric["MetricNamespace"]), str(metric["MetricName"]))
        for metric_filter in of_type["AWS::Logs::MetricFilter"]
        for metric in metric_filter.properties["MetricTransformations"]
    }


def _starts(of_type: ByType) -> dict[str, float]:
    """Return how often a month the schedules start each function."""
    starts = defaultdict[str, float](int)
    for schedule in of_type["AWS::Scheduler::Schedule"]:
        properties = schedule.properties
        if properties.get("State") != "DISABLED":
            with suppress(ValueError):  # an invalid expression, which `unaccounted` reports
                count = events_a_month(properties["ScheduleExpression"])
                starts[of_type.function_of(properties["Target"]["Arn"])] += count
    return starts


def _timeout_s(function: Mapping[str, Any]) -> float:
    return float(function.get("Timeout", _DEFAULT_TIMEOUT_S))


def _pollers(of_type: ByType) -> tuple[int, int]:
    """Return the fewest and the most pollers that Lambda may keep at idle queues."""
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
    """Return the longest retention of all log groups."""
    groups = of_type["AWS::Logs::LogGroup"]
    days = (group.properties.get("RetentionInDays", _FOR_EVER_DAYS) for group in groups)
    return max(map(float, days), default=_FOR_EVER_DAYS)


def _api_per_s(of_type: ByType) -> float:
    settings = (
        stage.properties.get("DefaultRouteSettings", {})
        for stage in of_type["AWS::ApiGatewayV2::Stage"]
    )
    return sum(float(throttle.get("ThrottlingRateLimit", 0)) for throttle in settings)


def _api_gb_per_day(function: Mapping[str, Any]) -> float:
    """Return the limit of the data that the API sends; `unaccounted` reports a missing one."""
    variables = function.get("Environment", {}).get("Variables", {})
    return float(variables.get(TRANSFER_LIMIT, math.inf if function else 0))


def _units(table: Mapping[str, Any], kind: str) -> int:
    parts = (table, *table.get("GlobalSecondaryIndexes", ()))
    return sum(int(part.get("ProvisionedThroughput", {}).get(kind, 0)) for part in parts)


def _has_backups(table: Mapping[str, Any]) -> bool:
    specification = table.get("PointInTimeRecoverySpecification", {})
    return bool(specification.get("PointInTimeRecoveryEnabled"))


def _watched(alarm: Mapping[str, Any]) -> int:
    """Return how many metrics an alarm watches: one, or those of its expression."""
    return sum("MetricStat" in metric for metric in alarm.get("Metrics", ())) or 1
