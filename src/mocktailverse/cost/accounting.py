"""Name everything in template and code that the cost model cannot account for, in sentences.

Nothing passes as free because it is unknown. A resource type or a property is named unless it is
listed as free or counted, and so is a function, a schedule or a metric that no workload includes.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from mocktailverse.cost.free_properties import ACCOUNTED, COSTLY_INSIDE, FREE_TYPES
from mocktailverse.cost.running import events_a_month
from mocktailverse.cost.template import Resource

_MACROS = ("AWS::LanguageExtensions", "AWS::Serverless-2016-10-31")
_HANDLER_MODULES = ("transform", "publish", "fetch", "reconcile", "api")
_SCHEDULED = ("FetchFunction", "ReconcileFunction")
_POLLED = ("AWS::SQS::Queue", "AWS::DynamoDB::Table")  # reading a stream is free
_POWERTOOLS_VARIABLES = {
    "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_METRICS_DISABLED",
}  # fmt: skip
_MINUTE_RESOLUTION_S = 60
_CATCH_ALL = "$default"
"""The route that the cost of a flood is computed for, at the rate limit of the stage."""

TRANSFER_LIMIT = "MOCKTAILVERSE_API_GB_PER_DAY"
"""The variable of the API's function with the GB that it sends on a day at most."""

_DASHBOARD_METRICS = 50
"""The most metrics that a free dashboard shows."""

_ADDS_DIMENSIONS = re.compile(
    r"\b(add_dimension|set_default_dimensions|single_metric|capture_cold_start_metric"
    r"|add_cold_start_metric|put_metric_data)\b"
)
_ANY_METRIC = re.compile(r"\badd_metric\(")
_NAMED_METRIC = re.compile(r'\badd_metric\(\s*(?:name=)?"(\w+)"')

_HANDLER = re.compile(r"^def handler\(", re.MULTILINE)
"""The entry point of a function. Metrics are counted in modules that have one, once a function."""


class ByType(defaultdict[str, list[Resource]]):
    """Resources by type; an empty list for a type without resources."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        super().__init__(list)
        self._types = {resource.name: resource.type for resource in resources}
        for resource in resources:
            self[resource.type].append(resource)

    def type_of(self, reference: Any) -> str | None:  # noqa: ANN401  any value of the template
        """Return the type of the resource that a reference is for."""
        return self._types.get(target_of(reference))

    def function_of(self, reference: Any) -> str:  # noqa: ANN401  a text, or a call such as `Ref`
        """Return the function that a reference is for, also through an alias."""
        target = target_of(reference)
        for alias in self["AWS::Lambda::Alias"]:
            if alias.name == target:
                return target_of(alias.properties["FunctionName"])
        return target


def target_of(reference: Any) -> str:  # noqa: ANN401  any value of the template
    """Return the resource that a `Ref` or `Fn::GetAtt` is for; of text, the part before a dot."""
    attribute = None
    if isinstance(reference, Mapping):
        attribute = reference.get("Fn::GetAtt") or reference.get("Ref")
    if isinstance(attribute, list):
        return str(attribute[0])
    return str(attribute or reference).partition(".")[0]


def handler_module(function: Mapping[str, Any]) -> str:
    """Return `transform` for the handler `mocktailverse.functions.transform.handler`."""
    return str(function.get("Handler", "")).rpartition(".")[0].rpartition(".")[2]


def unaccounted(resources: list[Resource], of_type: ByType) -> Iterator[str]:
    """Yield a sentence for each thing in a stage that may cost but is not counted."""
    for resource in resources:
        yield from _unknown(resource)
        for text in chain(_of_setting(resource, of_type), _of_parts(resource, of_type)):
            yield f"{resource.name} {text}"


def unaccounted_macros(macros: Iterable[str]) -> list[str]:
    """Return a sentence for each macro that may add resources which the template does not show."""
    text = "The template uses the macro {}, which may add resources that are not counted."
    return [text.format(macro) for macro in macros if macro not in _MACROS]


def unaccounted_code(functions: Path) -> Iterator[str]:
    """Yield a sentence for each metric in the functions' code that cannot be counted."""
    for module in sorted(functions.rglob("*.py")):
        text, name = module.read_text("utf-8"), f"functions/{module.name}"
        for call in sorted(set(_ADDS_DIMENSIONS.findall(text))):
            yield f"{name} calls {call}: each value of a dimension is a separate metric."
        if len(_ANY_METRIC.findall(text)) > len(_NAMED_METRIC.findall(text)):
            yield f"{name} adds a metric whose name is computed."
        if _ANY_METRIC.search(text) and not _HANDLER.search(text):
            yield f"{name} adds metrics, but has no handler: they are not counted."


def emitted_metrics(functions: Path) -> dict[str, int]:
    """Return how many metrics the code of each function emits, by module name."""
    return {
        module.stem: len(set(_NAMED_METRIC.findall(module.read_text("utf-8"))))
        for module in functions.glob("*.py")
    }


def _unknown(resource: Resource) -> Iterator[str]:
    """Yield a sentence for the type and for each property that may cost."""
    if resource.type in ACCOUNTED:
        for name in resource.properties:
            if name not in ACCOUNTED[resource.type] and name != "Tags":
                yield f"{resource.name} has {name}, which costs or is not known to be free."
    elif resource.type not in FREE_TYPES:
        yield f"{resource.name} is a {resource.type}, which is not known to be free."
        return
    for key, value in _inside(resource.properties):
        if "kms" in key.lower() or (key == "SSEAlgorithm" and value != "AES256"):
            yield f"{resource.name} names a KMS key ({key}); the key and each use of it cost."
        elif key in COSTLY_INSIDE or (key == "DetailedMetricsEnabled" and value):
            yield f"{resource.name} has {key}, which costs or is not known to be free."


def _inside(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  any value of YAML
    """Yield every nested key of a value, with its own value."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key), inner
            yield from _inside(inner)
    elif isinstance(value, list):
        for item in value:
            yield from _inside(item)


def _of_setting(resource: Resource, of_type: ByType) -> Iterator[str]:
    """Yield what a single setting of a resource may cost."""
    properties = resource.properties
    match resource.type:
        case "AWS::ApiGatewayV2::Api" if properties.get("ProtocolType") != "HTTP":
            yield f"is a {properties.get('ProtocolType')} API; only HTTP APIs are counted."
        case "AWS::DynamoDB::Table" if properties.get("BillingMode") == "PAY_PER_REQUEST":
            yield "is on demand: the always-free capacity does not apply to it."
        case "AWS::Lambda::EventSourceMapping":
            if of_type.type_of(properties["EventSourceArn"]) not in _POLLED:
                yield "polls something that is neither a queue nor a table."
        case "AWS::Logs::LogGroup" if "RetentionInDays" not in properties:
            yield "has no RetentionInDays: its logs would be kept and charged for ever."
        case "AWS::Logs::MetricFilter":
            if any("Dimensions" in metric for metric in properties["MetricTransformations"]):
                yield "has dimensions: each of their values is a separate metric."
        case "AWS::SNS::Subscription" if (protocol := properties.get("Protocol")) != "email":
            yield f"sends by {protocol}, which costs; only e-mail is accounted for."


def _of_parts(resource: Resource, of_type: ByType) -> Iterator[str]:
    """Yield what the parts of a resource may cost: its routes, metrics, widgets, variables."""
    match resource.type:
        case "AWS::ApiGatewayV2::Stage":
            yield from _of_api_stage(resource.properties, of_type)
        case "AWS::CloudWatch::Alarm":
            yield from _of_alarm(resource.properties)
        case "AWS::CloudWatch::Dashboard":
            yield from _of_dashboard(resource.properties)
        case "AWS::Scheduler::Schedule":
            yield from _of_schedule(resource.properties, of_type)
        case "AWS::Serverless::Function":
            yield from _of_function(resource.properties, of_type)


Properties = Mapping[str, Any]


def _of_api_stage(stage: Properties, of_type: ByType) -> Iterator[str]:
    if "ThrottlingRateLimit" not in stage.get("DefaultRouteSettings", {}):
        yield "has no ThrottlingRateLimit: the cost of abuse would have no limit."
    for route in of_type["AWS::ApiGatewayV2::Route"]:
        if (key := route.properties.get("RouteKey")) != _CATCH_ALL:
            yield f"has the route {key} with a rate limit of its own: its calls are not counted."


def _of_alarm(alarm: Properties) -> Iterator[str]:
    metrics = alarm.get("Metrics", ())
    periods = [alarm.get("Period"), *(metric.get("Period") for metric in metrics)]
    periods += [metric.get("MetricStat", {}).get("Period") for metric in metrics]
    if any(period is not None and int(period) < _MINUTE_RESOLUTION_S for period in periods):
        yield "has a high resolution, which is not free."
    for metric in metrics:
        expression = str(metric.get("Expression", "")).upper()
        if re.match(r"\s*SELECT\b", expression) or "SEARCH(" in expression:
            yield "watches all metrics that a query returns: each of them counts."
        if "ANOMALY_DETECTION_BAND" in expression:
            yield "detects anomalies, which counts as at least three metrics."


def _of_dashboard(dashboard: Properties) -> Iterator[str]:
    try:
        widgets = json.loads(str(dashboard.get("DashboardBody", "{}"))).get("widgets", [])
    except ValueError:
        yield "has a body that is not valid JSON: its metrics cannot be counted."
        return
    shown = sum(len(widget.get("properties", {}).get("metrics", ())) for widget in widgets)
    if shown > _DASHBOARD_METRICS:
        yield f"shows {shown} metrics; a free dashboard has at most {_DASHBOARD_METRICS}."


def _of_schedule(schedule: Properties, of_type: ByType) -> Iterator[str]:
    target = of_type.function_of(schedule["Target"]["Arn"])
    if target not in _SCHEDULED:
        yield f"starts {target}, which no workload accounts for."
    try:
        events_a_month(schedule["ScheduleExpression"])
    except ValueError as error:
        yield f"cannot be counted: {error}"


def _of_function(function: Properties, of_type: ByType) -> Iterator[str]:
    groups = [group.properties.get("LogGroupName") for group in of_type["AWS::Logs::LogGroup"]]
    name = function.get("FunctionName", "")
    if handler_module(function) not in _HANDLER_MODULES:
        yield "is a function that no workload accounts for."
    elif f"/aws/lambda/{name}" not in groups:
        yield "has no log group: Lambda would create one that keeps logs for ever."
    if function.get("LoggingConfig", {}).keys() - {"LogFormat"}:
        yield "has LoggingConfig, which costs or is not known to be free."
    variables = function.get("Environment", {}).get("Variables", {})
    if handler_module(function) == "api" and TRANSFER_LIMIT not in variables:
        yield f"has no {TRANSFER_LIMIT}: the data that anybody makes it send would have no limit."
    for variable in variables:
        if variable.startswith("POWERTOOLS_") and variable not in _POWERTOOLS_VARIABLES:
            yield f"sets {variable}: what it adds to logs or metrics is not counted."
