"""What a stage keeps running on AWS, read from the template and the functions' code.

Whatever is not known to cost nothing while it stands, or to be counted by the cost model, is
named: a resource type, a property that makes a free one cost, a function nobody accounts for.
"""

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from mocktailverse.cost.running import (
    DAYS,
    HOURS,
    POLLERS,
    POLLERS_LIMITED,
    POLLS,
    Running,
)
from mocktailverse.deployment.environments import DEPLOYED, Environments
from mocktailverse.deployment.template import Resource, Template

STANDING_FREE = frozenset(
    {
        "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Stage", "AWS::Budgets::Budget", "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Dashboard", "AWS::DynamoDB::Table", "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::Permission", "AWS::Logs::LogGroup", "AWS::Logs::MetricFilter",
        "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::SNS::Subscription", "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy",
        "AWS::Scheduler::Schedule", "AWS::Serverless::Function",
    }
)  # fmt: skip
"""Resource types that cost nothing while nobody uses them, or that the model counts."""

COSTLY = {
    "AWS::CloudWatch::Alarm": ("ThresholdMetricId",),  # anomaly detection: three metrics an alarm
    "AWS::DynamoDB::Table": (
        "ContributorInsightsSpecification", "ImportSourceSpecification",
        "KinesisStreamSpecification", "Replicas", "SSESpecification", "WarmThroughput",
    ),
    "AWS::Lambda::EventSourceMapping": ("ProvisionedPollerConfig",),
    "AWS::Logs::LogGroup": ("KmsKeyId",),
    "AWS::S3::Bucket": (
        "AccelerateConfiguration", "AnalyticsConfigurations", "InventoryConfigurations",
        "IntelligentTieringConfigurations", "MetricsConfigurations", "ReplicationConfiguration",
    ),
    "AWS::SNS::Topic": ("KmsMasterKeyId",),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
    "AWS::Serverless::Function": (
        "EphemeralStorage", "FileSystemConfigs", "ProvisionedConcurrencyConfig", "SnapStart",
        "Tracing", "VpcConfig",
    ),
}  # fmt: skip
"""Properties that make a resource cost, whatever their value."""

FUNCTIONS = ("Transform", "Publish", "Fetch", "Reconcile", "Api")
SCHEDULED = ("FetchFunction", "ReconcileFunction")
POLLED = ("AWS::SQS::Queue", "AWS::DynamoDB::Table")  # streams are read free of charge
MIB = 1024
MINUTE_RESOLUTION_S = 60
MINUTES = 60 * HOURS
RATES = {"minute": MINUTES, "hour": HOURS, "day": DAYS}


class Footprint(Struct, frozen=True, kw_only=True):
    """What runs in a stage; and sentences on what the cost model cannot account for."""

    running: Running
    unaccounted: tuple[str, ...] = ()


def footprints(
    template: Template, environments: Environments, functions: Path
) -> dict[str, Footprint]:
    """The footprint of each deployed environment, dev first, as it is on AWS.

    What the template's own defaults bring (`sam deploy` takes them) is accounted for, too.

    Args:
        template: infrastructure/template.yaml.
        environments: infrastructure/environments.toml.
        functions: the folder of the functions' code, for the metrics that it emits.
    """
    emitted = _emitted(functions)
    found: dict[str, Footprint] = {}
    for env in DEPLOYED:
        stage = {"Stage": env, "Target": "aws"}
        chosen = getattr(environments, env).parameters() | stage
        here = _footprint(template.resources(chosen), emitted)
        by_default = _footprint(template.resources(stage), emitted)
        unaccounted = dict.fromkeys([*here.unaccounted, *by_default.unaccounted])
        found[env] = Footprint(running=here.running, unaccounted=tuple(unaccounted))
    return found


def events_a_month(expression: str) -> float:
    """How often a schedule fires in an average month; at most, where it skips days.

    Raises:
        ValueError: it is no expression of EventBridge.
    """
    if found := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression):
        return RATES[found[2]] / int(found[1])
    if expression.startswith("at("):
        return 1
    if found := re.fullmatch(r"cron\((\S+) (\S+)( \S+){4}\)", expression):
        return _times(found[1], 60) * _times(found[2], 24) * DAYS
    raise ValueError(f"{expression!r} is no schedule.")


def _times(field: str, most: int) -> int:
    """How many values a field of cron stands for."""
    total = 0
    for part in field.split(","):
        values, _, step = part.partition("/")
        first, _, last = values.partition("-")
        if values == "*" or (step and not last):
            count = most - (int(first) if first != "*" else 0)
        else:
            count = int(last) - int(first) + 1 if last else 1
        total += math.ceil(count / int(step or 1))
    return total


def _footprint(resources: list[Resource], emitted: Mapping[str, int]) -> Footprint:
    of_type = _ByType(resources)
    tables = [table.properties for table in of_type["AWS::DynamoDB::Table"]]
    functions = {f.name: f.properties for f in of_type["AWS::Serverless::Function"]}
    starts = _starts(of_type["AWS::Scheduler::Schedule"])
    gb = {name: function.get("MemorySize", 0) / MIB for name, function in functions.items()}
    return Footprint(
        running=Running(
            wcu=sum(_units(table, "WriteCapacityUnits") for table in tables),
            rcu=sum(_units(table, "ReadCapacityUnits") for table in tables),
            backups=any(_has_backups(table) for table in tables),
            fetches=starts.get("FetchFunction", 0),
            reconciles=starts.get("ReconcileFunction", 0),
            idle_polls=sum(
                _idle_polls(mapping.properties)
                for mapping in of_type["AWS::Lambda::EventSourceMapping"]
                if of_type.type_of(mapping.properties["EventSourceArn"]) == "AWS::SQS::Queue"
            ),
            alarms=sum(_watched(alarm.properties) for alarm in of_type["AWS::CloudWatch::Alarm"]),
            metrics=_emitting(functions.values(), emitted) + len(_filtered(of_type)),
            dashboards=len(of_type["AWS::CloudWatch::Dashboard"]),
            transform_gb=gb.get("TransformFunction", 0),
            publish_gb=gb.get("PublishFunction", 0),
            fetch_gb=gb.get("FetchFunction", 0),
            reconcile_gb=gb.get("ReconcileFunction", 0),
            api_gb=gb.get("ApiFunction", 0),
            transform_timeout_s=functions.get("TransformFunction", {}).get("Timeout", 0),
        ),
        unaccounted=tuple(
            sentence
            for resource in resources
            for sentence in (*_unknown(resource), *_unplanned(resource, of_type))
        ),
    )


class _ByType(dict[str, list[Resource]]):
    """Resources by their type; of a type that does not occur there are none."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        super().__init__()
        self._types = {resource.name: resource.type for resource in resources}
        for resource in resources:
            self.setdefault(resource.type, []).append(resource)

    def __missing__(self, _type: str) -> list[Resource]:
        return []

    def type_of(self, reference: Any) -> str | None:  # noqa: ANN401  what the author wrote
        """The type of the resource whose attribute is referred to."""
        return self._types.get(_target(reference))


def _unknown(resource: Resource) -> Iterable[str]:
    """What may cost because it stands there."""
    if resource.type not in STANDING_FREE:
        yield f"{resource.name} is a {resource.type}, which is not known to be free."
    for name in COSTLY.get(resource.type, ()):
        if name in resource.properties:
            yield f"{resource.name} has {name}, which costs or is not known to be free."
    if resource.properties.get("BillingMode") == "PAY_PER_REQUEST":
        yield f"{resource.name} is on demand: the always-free capacity does not count for it."
    period_s = resource.properties.get("Period", MINUTE_RESOLUTION_S)
    if resource.type == "AWS::CloudWatch::Alarm" and period_s < MINUTE_RESOLUTION_S:
        yield f"{resource.name} has a high resolution, which is not free."


def _unplanned(resource: Resource, of_type: _ByType) -> Iterable[str]:
    """What would run without any workload that accounts for it."""
    properties = resource.properties
    if resource.type == "AWS::Serverless::Function":
        if resource.name.removesuffix("Function") not in FUNCTIONS:
            yield f"{resource.name} is a function that no workload accounts for."
    elif resource.type == "AWS::Logs::MetricFilter":
        if any("Dimensions" in made for made in properties["MetricTransformations"]):
            yield f"{resource.name} has dimensions: each of their values is a metric of its own."
    elif resource.type == "AWS::Scheduler::Schedule":
        target = _target(properties["Target"]["Arn"])
        if target not in SCHEDULED:
            yield f"{resource.name} starts {target}, which no workload accounts for."
    elif (
        resource.type == "AWS::Lambda::EventSourceMapping"
        and of_type.type_of(properties["EventSourceArn"]) not in POLLED
    ):
        yield f"{resource.name} polls what is neither a queue nor a table."


def _emitted(functions: Path) -> dict[str, int]:
    """How many metrics the code of each function emits, by its module's name."""
    return {
        module.stem: len(set(re.findall(r'add_metric\(\s*"(\w+)"', module.read_text("utf-8"))))
        for module in functions.glob("*.py")
    }


def _emitting(functions: Iterable[Mapping[str, Any]], emitted: Mapping[str, int]) -> int:
    """Metrics of the functions that emit them: each has the function as its only dimension."""
    total = 0
    for function in functions:
        variables = function.get("Environment", {}).get("Variables", {})
        is_silent = str(variables.get("POWERTOOLS_METRICS_DISABLED", "")).lower() == "true"
        module = str(function.get("Handler", "")).split(".")[-2:-1]
        total += 0 if is_silent else sum(emitted.get(name, 0) for name in module)
    return total


def _filtered(of_type: _ByType) -> set[tuple[str, str]]:
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
            target = _target(properties["Target"]["Arn"])
            times = events_a_month(properties["ScheduleExpression"])
            found[target] = found.get(target, 0) + times
    return found


def _target(reference: Any) -> str:  # noqa: ANN401  what the template's author wrote
    """The resource whose attribute this is; the text itself where it is none."""
    found = reference.get("Fn::GetAtt") if isinstance(reference, Mapping) else None
    if isinstance(found, list):
        return str(found[0])
    return str(found or reference).partition(".")[0]


def _idle_polls(mapping: Mapping[str, Any]) -> int:
    if mapping.get("Enabled") is False:
        return 0
    is_limited = "MaximumConcurrency" in mapping.get("ScalingConfig", {})
    return POLLS * (POLLERS_LIMITED if is_limited else POLLERS)


def _units(table: Mapping[str, Any], kind: str) -> int:
    parts = (table, *table.get("GlobalSecondaryIndexes", ()))
    return sum(int(part.get("ProvisionedThroughput", {}).get(kind, 0)) for part in parts)


def _has_backups(table: Mapping[str, Any]) -> bool:
    specification = table.get("PointInTimeRecoverySpecification", {})
    return bool(specification.get("PointInTimeRecoveryEnabled"))


def _watched(alarm: Mapping[str, Any]) -> int:
    """Metrics that an alarm looks at: one, or those of its expression."""
    return sum("MetricStat" in metric for metric in alarm.get("Metrics", ())) or 1
