"""The alarms of an environment, and the filters that make metrics of log lines, as deployed."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct

from mocktailverse.errors import MissingError, PermanentError
from mocktailverse.stores.error_translation import translated

if TYPE_CHECKING:
    from mocktailverse.stores.clients import Clients

ANY_OF = re.compile(r'(\?"[^"]+"\s*)+')
MOST_ALARMS = 100
TERM = re.compile(r'\?"([^"]+)"')


class Metric(Struct, frozen=True):
    """What CloudWatch tells one metric by."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()


class Alarm(Struct, frozen=True, kw_only=True):
    """An alarm's definition, in CloudWatch's own words; `period_s` seconds make one datapoint."""

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
        """How far back the alarm looks."""
        return 1000 * self.period_s * self.periods


class AlarmState(Struct, frozen=True):
    """How an alarm is: `OK`, `ALARM` or `INSUFFICIENT_DATA`, why, and since when in ms."""

    name: str
    description: str
    state: str
    reason: str
    since: int


class LogMetric(Struct, frozen=True):
    """A metric filter: a log line with any of the terms adds `value` to the metric."""

    log_group: str
    terms: tuple[str, ...]
    metric: Metric
    value: float


def read_alarm(clients: "Clients", name: str) -> Alarm:
    """One alarm as it is deployed.

    Raises:
        MissingError: there is none of this name.
    """
    with translated(f"Reading the alarm {name}"):
        found = clients.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    if not found:
        raise MissingError(f"There is no alarm {name}.")
    (alarm,) = found
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


def read_alarm_states(clients: "Clients", names: Iterable[str]) -> list[AlarmState]:
    """How these alarms are, by name; at most 100 of them."""
    wanted = sorted(names)
    if not wanted:  # CloudWatch would tell of every alarm of the account
        return []
    with translated("Reading the alarms"):
        found = clients.cloudwatch.describe_alarms(AlarmNames=wanted, MaxRecords=MOST_ALARMS)
    return [
        AlarmState(
            alarm["AlarmName"],
            alarm.get("AlarmDescription", ""),
            alarm["StateValue"],
            alarm.get("StateReason", ""),
            round(alarm["StateUpdatedTimestamp"].timestamp() * 1000),
        )
        for alarm in found["MetricAlarms"]
    ]


def read_log_metrics(clients: "Clients", log_group: str) -> list[LogMetric]:
    """The metric filters of a log group.

    Raises:
        PermanentError: a filter's pattern is not a list of terms of which any will do.
    """
    with translated(f"Reading the filters of {log_group}"):
        answer = clients.logs.describe_metric_filters(logGroupName=log_group)
    return [
        LogMetric(
            log_group,
            _terms(found["filterPattern"]),
            Metric(made["metricNamespace"], made["metricName"]),
            float(made["metricValue"]),
        )
        for found in answer["metricFilters"]
        for made in found["metricTransformations"]
    ]


def _terms(pattern: str) -> tuple[str, ...]:
    if not ANY_OF.fullmatch(pattern):
        raise PermanentError(f"Only terms of which any will do are understood, not {pattern!r}.")
    return tuple(TERM.findall(pattern))
