"""CloudWatch alarms and metric filters as they are deployed, and the alarms' states."""

import json
import re
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from mocktailverse.errors import MissingError, PermanentError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import translated

_CONDITION = r'\(\$((?:\.\w+)+) = "([^"]*)"\)'
_ANY_OF = re.compile(rf"\{{{_CONDITION}(?: \|\| {_CONDITION})*\}}")


class Metric(Struct, frozen=True):
    """The identity of a CloudWatch metric."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()


class Alarm(Struct, frozen=True, kw_only=True):
    """An alarm's definition, with CloudWatch's terms; a datapoint covers `period_s` seconds."""

    name: str
    description: str
    metric: Metric
    statistic: str
    period_s: int
    periods: int
    periods_to_alarm: int
    comparison: str
    threshold: float
    missing_data: str

    @property
    def window_ms(self) -> int:
        """The time that the alarm evaluates, back from now."""
        return 1000 * self.period_s * self.periods


class AlarmState(Struct, frozen=True):
    """The current state of an alarm."""

    name: str
    description: str
    state: str
    """`OK`, `ALARM` or `INSUFFICIENT_DATA`."""
    reason: str
    since: int
    """When it changed, in ms since 1970 UTC."""


class LogMetric(Struct, frozen=True):
    """A metric filter: each log line that it matches adds `value` to the metric."""

    log_group: str
    conditions: tuple[tuple[str, str], ...]
    """Paths of fields and their values, such as `record.status` and `error`; one has to hold."""
    metric: Metric
    value: float

    def matches(self, message: str) -> bool:
        """Return whether CloudWatch would count a log line: JSON with a field of that value."""
        try:
            line = json.loads(message)
        except ValueError:
            return False
        return any(_field(line, path) == value for path, value in self.conditions)


def read_alarm(clients: Clients, name: str) -> Alarm:
    """Return an alarm as it is deployed; raise MissingError if no alarm has this name."""
    with translated(f"Reading the alarm {name}"):
        alarms = clients.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    if not alarms:
        raise MissingError(f"The alarm `{name}` does not exist.")
    (alarm,) = alarms
    dimensions = tuple((d["Name"], d["Value"]) for d in alarm.get("Dimensions", []))
    return Alarm(
        name=name,
        description=alarm.get("AlarmDescription", ""),
        metric=Metric(alarm["Namespace"], alarm["MetricName"], dimensions),
        statistic=alarm["Statistic"],
        period_s=alarm["Period"],
        periods=alarm["EvaluationPeriods"],
        periods_to_alarm=alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]),
        comparison=alarm["ComparisonOperator"],
        threshold=alarm["Threshold"],
        missing_data=alarm.get("TreatMissingData", "missing"),
    )


def read_alarm_states(clients: Clients, names: Iterable[str]) -> list[AlarmState]:
    """Return the states of these alarms, at most 100, by name."""
    sorted_names = sorted(names)
    if not sorted_names:  # CloudWatch would return every alarm of the account
        return []
    with translated("Reading the alarms"):
        response = clients.cloudwatch.describe_alarms(AlarmNames=sorted_names, MaxRecords=100)
    return [
        AlarmState(
            alarm["AlarmName"],
            alarm.get("AlarmDescription", ""),
            alarm["StateValue"],
            alarm.get("StateReason", ""),
            round(alarm["StateUpdatedTimestamp"].timestamp() * 1000),
        )
        for alarm in response["MetricAlarms"]
    ]


def read_log_metrics(clients: Clients, log_group: str) -> list[LogMetric]:
    """Return the metric filters of a log group.

    Raises:
        PermanentError: a pattern is not a list of alternatives, such as `{($.a = "b")}`.
    """
    with translated(f"Reading the filters of {log_group}"):
        response = clients.logs.describe_metric_filters(logGroupName=log_group)
    return [
        LogMetric(
            log_group,
            _conditions(metric_filter["filterPattern"]),
            Metric(metric["metricNamespace"], metric["metricName"]),
            float(metric["metricValue"]),
        )
        for metric_filter in response["metricFilters"]
        for metric in metric_filter["metricTransformations"]
    ]


def _conditions(pattern: str) -> tuple[tuple[str, str], ...]:
    if not _ANY_OF.fullmatch(pattern):
        raise PermanentError(
            f"The filter pattern `{pattern}` is not a list of alternative fields"
            ' (`{($.a = "b") || ($.c.d = "e")}`). Deploy the stack again.'
        )
    return tuple((path[1:], value) for path, value in re.findall(_CONDITION, pattern))


def _field(line: Any, path: str) -> Any:  # noqa: ANN401 - any value of JSON
    for name in path.split("."):
        line = line.get(name) if isinstance(line, dict) else None
    return line
