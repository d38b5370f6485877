"""What the cost model cannot account for, in sentences.

Nothing counts as free because it is unknown: a resource type or a property that the model does
not know to be free or counted is named, as is a function, a schedule or a metric nobody planned.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mocktailverse.cost.emitted_metrics import short_name
from mocktailverse.cost.free_properties import COSTLY_INSIDE, KNOWN
from mocktailverse.cost.schedules import events_a_month
from mocktailverse.cost.template import Resource

TAGS = "Tags"

MACROS = ("AWS::LanguageExtensions", "AWS::Serverless-2016-10-31")
FUNCTIONS = ("Transform", "Publish", "Fetch", "Reconcile", "Api")
SCHEDULED = ("FetchFunction", "ReconcileFunction")
POLLED = ("AWS::SQS::Queue", "AWS::DynamoDB::Table")  # streams are read free of charge
LOGGED_AS_COUNTED = {
    "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_METRICS_DISABLED",
}  # fmt: skip
MINUTE_RESOLUTION_S = 60
CATCH_ALL = "$default"
"""The route whose calls a flood is computed for, at the stage's own rate."""

EXPORTS_PER_S = 0.01
"""What every other route may be asked: so often an export is accounted for."""

DASHBOARD_METRICS = 50
"""A free dashboard shows no more."""


class ByType(dict[str, list[Resource]]):
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
        return self._types.get(target_of(reference))


def target_of(reference: Any) -> str:  # noqa: ANN401  what the template's author wrote
    """The resource whose attribute this is; the text itself where it is none."""
    found = reference.get("Fn::GetAtt") if isinstance(reference, Mapping) else None
    if isinstance(found, list):
        return str(found[0])
    return str(found or reference).partition(".")[0]


def unaccounted(resources: list[Resource], of_type: ByType) -> tuple[str, ...]:
    """A sentence for each thing in a stage that may cost without being counted."""
    special = {
        "AWS::ApiGatewayV2::Api": _of_api,
        "AWS::ApiGatewayV2::Stage": _of_api_stage,
        "AWS::CloudWatch::Alarm": _of_alarm,
        "AWS::CloudWatch::Dashboard": _of_dashboard,
        "AWS::DynamoDB::Table": _of_table,
        "AWS::Lambda::EventSourceMapping": _of_mapping,
        "AWS::Logs::LogGroup": _of_log_group,
        "AWS::Logs::MetricFilter": _of_metric_filter,
        "AWS::SNS::Subscription": _of_subscription,
        "AWS::Scheduler::Schedule": _of_schedule,
        "AWS::Serverless::Function": _of_function,
    }
    sentences: list[str] = []
    for resource in resources:
        sentences += _unknown(resource)
        if resource.type in special:
            told = special[resource.type](resource.properties, of_type)
            sentences += [f"{resource.name} {text}" for text in told]
    return tuple(sentences)


def unaccounted_macros(macros: Iterable[str]) -> tuple[str, ...]:
    """A sentence for each macro that may add what the template does not show."""
    return tuple(
        f"The template goes through {macro}, which may add what is not counted."
        for macro in macros
        if macro not in MACROS
    )


def _unknown(resource: Resource) -> Iterator[str]:
    """What may cost because it stands there."""
    if resource.type not in KNOWN:
        yield f"{resource.name} is a {resource.type}, which is not known to be free."
        return
    known = KNOWN[resource.type]
    if known is not None:
        for name in resource.properties:
            if name not in known and name != TAGS:
                yield f"{resource.name} has {name}, which costs or is not known to be free."
    for key, value in _inside(resource.properties):
        if "kms" in key.lower() or (key == "SSEAlgorithm" and value != "AES256"):
            yield f"{resource.name} names a key of KMS ({key}), which costs, as does each use."
        elif key in COSTLY_INSIDE or (key == "DetailedMetricsEnabled" and value):
            yield f"{resource.name} has {key}, which costs or is not known to be free."


def _inside(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  whatever YAML may hold
    """Every key in the depths of a value, with what stands there."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key), inner
            yield from _inside(inner)
    elif isinstance(value, list):
        for item in value:
            yield from _inside(item)


Properties = Mapping[str, Any]


def _of_api(api: Properties, _of_type: ByType) -> Iterator[str]:
    if api.get("ProtocolType") != "HTTP":
        yield f"is a {api.get('ProtocolType')} API: only HTTP APIs are counted."


def _of_api_stage(stage: Properties, of_type: ByType) -> Iterator[str]:
    if "ThrottlingRateLimit" not in stage.get("DefaultRouteSettings", {}):
        yield "has no ThrottlingRateLimit: abuse would cost without any limit."
    settings = stage.get("RouteSettings", {})
    routes = {str(r.properties.get("RouteKey")) for r in of_type["AWS::ApiGatewayV2::Route"]}
    for route in sorted(routes | settings.keys()):
        rate = settings.get(route, {}).get("ThrottlingRateLimit")
        if rate is None and route != CATCH_ALL:
            yield f"gives {route} no ThrottlingRateLimit of its own: it has the others' once more."
        elif rate is not None and float(rate) > EXPORTS_PER_S:
            yield f"lets {route} be asked {rate} times a second: only {EXPORTS_PER_S} is counted."


def _of_alarm(alarm: Properties, _of_type: ByType) -> Iterator[str]:
    metrics = alarm.get("Metrics", ())
    periods = [alarm.get("Period"), *(metric.get("Period") for metric in metrics)]
    periods += [metric.get("MetricStat", {}).get("Period") for metric in metrics]
    if any(period is not None and int(period) < MINUTE_RESOLUTION_S for period in periods):
        yield "has a high resolution, which is not free."
    for metric in metrics:
        expression = str(metric.get("Expression", "")).upper()
        if re.match(r"\s*SELECT\b", expression) or "SEARCH(" in expression:
            yield "looks at all metrics that a query finds: each of them counts."
        if "ANOMALY_DETECTION_BAND" in expression:
            yield "detects anomalies, which counts as three metrics and more."


def _of_dashboard(dashboard: Properties, _of_type: ByType) -> Iterator[str]:
    try:
        widgets = json.loads(str(dashboard.get("DashboardBody", "{}"))).get("widgets", [])
    except ValueError:
        yield "has a body that is no JSON: its metrics cannot be counted."
        return
    shown = sum(len(widget.get("properties", {}).get("metrics", ())) for widget in widgets)
    if shown > DASHBOARD_METRICS:
        yield f"shows {shown} metrics: a free dashboard has {DASHBOARD_METRICS} at most."


def _of_table(table: Properties, _of_type: ByType) -> Iterator[str]:
    if table.get("BillingMode") == "PAY_PER_REQUEST":
        yield "is on demand: the always-free capacity does not count for it."


def _of_mapping(mapping: Properties, of_type: ByType) -> Iterator[str]:
    if of_type.type_of(mapping["EventSourceArn"]) not in POLLED:
        yield "polls what is neither a queue nor a table."


def _of_log_group(group: Properties, _of_type: ByType) -> Iterator[str]:
    if "RetentionInDays" not in group:
        yield "has no RetentionInDays: its logs would be kept, and paid for, for ever."


def _of_metric_filter(made: Properties, _of_type: ByType) -> Iterator[str]:
    if any("Dimensions" in metric for metric in made["MetricTransformations"]):
        yield "has dimensions: each of their values is a metric of its own."


def _of_subscription(subscription: Properties, _of_type: ByType) -> Iterator[str]:
    if subscription.get("Protocol") != "email":
        yield f"sends by {subscription.get('Protocol')}, which costs: only mail is accounted for."


def _of_schedule(schedule: Properties, _of_type: ByType) -> Iterator[str]:
    target = target_of(schedule["Target"]["Arn"])
    if target not in SCHEDULED:
        yield f"starts {target}, which no workload accounts for."
    try:
        events_a_month(schedule["ScheduleExpression"])
    except ValueError as error:
        yield f"cannot be counted: {error}"


def _of_function(function: Properties, of_type: ByType) -> Iterator[str]:
    groups = [group.properties.get("LogGroupName") for group in of_type["AWS::Logs::LogGroup"]]
    name = function.get("FunctionName", "")
    modules = str(function.get("Handler", "")).split(".")[-2:-1]
    if [short_name(name) for name in modules] not in [[known.lower()] for known in FUNCTIONS]:
        yield "is a function that no workload accounts for."
    elif f"/aws/lambda/{name}" not in groups:
        yield "has no log group: Lambda would make one that keeps logs for ever."
    for variable in function.get("Environment", {}).get("Variables", {}):
        if variable.startswith("POWERTOOLS_") and variable not in LOGGED_AS_COUNTED:
            yield f"sets {variable}: what it logs or measures then is not counted."
