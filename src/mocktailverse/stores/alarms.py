"""CloudWatch alarms and metric filters as they are deployed, and the alarms' states."""

import re
from collections.abc import Iterable

from msgspec import Struct

from mocktailverse.errors import MissingError, PermanentError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import translated

ANY_OF = re.compile(r'(\?"[^"]+"\s*)+')
TERM = re.compile(r'\?"([^"]+)"')


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
    """A metric filter: each log line that contains one of the terms adds `value` to the metric."""

    log_group: str
    terms: tuple[str, ...]
    metric: Metric
    value: float


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
        PermanentError: a filter's pattern is not a list of alternative terms, such as `?"a" ?"b"`.
    """
    with translated(f"Reading the filters of {log_group}"):
        response = clients.logs.describe_metric_filters(logGroupName=log_group)
    return [
        LogMetric(
            log_group,
            _terms(metric_filter["filterPattern"]),
            Metric(metric["metricNamespace"], metric["metricName"]),
            float(metric["metricValue"]),
        )
        for metric_filter in response["metricFilters"]
        for metric in metric_filter["metricTransformations"]
    ]


def _terms(pattern: str) -> tuple[str, ...]:
    if not ANY_OF.fullmatch(pattern):
        raise PermanentError(
            f'The filter pattern `{pattern}` is not a list of alternative terms (`?"a" ?"b"`).'
        )
    return tuple(TERM.findall(pattern))
