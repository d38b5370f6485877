"""Evaluate an alarm's definition on observed values, by CloudWatch's rules.

The embedded AWS has no platform metrics, derives none from logs, and evaluates an alarm only when a
value is put manually. So this emulates the rules of CloudWatch's "alarm evaluation":
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

import json
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import fmean
from typing import Any

from msgspec import Struct

from mocktailverse.stores.alarms import Alarm, LogMetric, Metric
from mocktailverse.stores.log_group import LogLine

STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "Average": fmean,
    "Maximum": max,
    "Minimum": min,
    "SampleCount": len,
    "Sum": sum,
}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}


class Value(Struct, frozen=True):
    """One observed value of a metric; `at` in ms since 1970 UTC."""

    at: int
    metric: Metric
    value: float


class Verdict(Struct, frozen=True):
    """The state of an alarm at a time, and its datapoints, newest first; None if missing."""

    at: int
    rings: bool
    datapoints: tuple[float | None, ...]


def evaluate(alarm: Alarm, values: Iterable[Value], at: int) -> Verdict:
    """Return the verdict on an alarm at a time in ms; its periods are counted back from there.

    Raises:
        KeyError: its statistic or comparison is not one that the template uses.
    """
    datapoints = tuple(_datapoints(alarm, [v for v in values if v.metric == alarm.metric], at))
    breaching = sum(_breaches(alarm, datapoint) for datapoint in datapoints)
    return Verdict(at, breaching >= alarm.periods_to_alarm, datapoints)


def _datapoints(alarm: Alarm, values: Sequence[Value], at: int) -> Iterator[float | None]:
    period_ms = 1000 * alarm.period_s
    for end in range(at, at - alarm.window_ms, -period_ms):
        within = [v.value for v in values if end - period_ms < v.at <= end]
        yield STATISTICS[alarm.statistic](within) if within else None


def _breaches(alarm: Alarm, datapoint: float | None) -> bool:
    if datapoint is None:
        return alarm.missing_data == "breaching"
    return COMPARISONS[alarm.comparison](datapoint, alarm.threshold)


def embedded_values(line: LogLine) -> Iterator[Value]:
    """Yield the values of a log line in CloudWatch's embedded metric format."""
    try:
        fields = json.loads(line.message)
        metadata: Any = fields["_aws"]
    except (ValueError, TypeError, KeyError):  # any other line
        return
    for directive in metadata["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = tuple((name, fields[name]) for name in names)
            for described in directive["Metrics"]:
                metric = Metric(directive["Namespace"], described["Name"], dimensions)
                values = fields[described["Name"]]
                for value in values if isinstance(values, list) else [values]:
                    yield Value(metadata["Timestamp"], metric, value)


def filtered_values(log_metric: LogMetric, line: LogLine) -> Iterator[Value]:
    """Yield the value of a metric filter for a log line, if it matches."""
    if log_metric.matches(line.message):
        yield Value(line.at, log_metric.metric, log_metric.value)
