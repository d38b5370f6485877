"""The state that CloudWatch computes for observed values."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.errors import MissingError, PermanentError
from mocktailverse.operations.drills.alarm_evaluation import (
    Value,
    embedded_values,
    evaluate,
    filtered_values,
)
from mocktailverse.stores.alarms import Alarm, LogMetric, Metric, read_alarm, read_log_metrics
from mocktailverse.stores.log_group import LogLine

HOUR_MS = 3_600_000
NOW = 1_000 * HOUR_MS
LOADS = Metric("mocktailverse-prod", "LoadsDone", (("service", "transform"),))
NO_LOAD = Alarm(
    name="no-load",
    description="",
    metric=LOADS,
    statistic="Sum",
    period_s=3_600,
    periods=36,
    periods_to_alarm=36,
    comparison="LessThanThreshold",
    threshold=1,
    missing_data="breaching",
)
SHARE = msgspec.structs.replace(
    NO_LOAD,
    statistic="Average",
    periods=1,
    periods_to_alarm=1,
    comparison="GreaterThanThreshold",
    threshold=5,
    missing_data="notBreaching",
)


def loads(*hours_ago: float, value: float = 1) -> list[Value]:
    return [Value(NOW - round(ago * HOUR_MS), LOADS, value) for ago in hours_ago]


@pytest.mark.parametrize(
    ("hours_ago", "rings"),
    [
        ((), True),
        ((36,), True),
        ((35.9,), False),
        ((0,), False),
        ((40, 50), True),
        ((1, 99), False),
    ],
)
def test_the_alarm_goes_off_without_a_load_in_36_hours(hours_ago, rings):
    assert evaluate(NO_LOAD, loads(*hours_ago), NOW).rings == rings


def test_a_value_after_the_time_of_the_evaluation_does_not_count():
    assert evaluate(NO_LOAD, loads(-0.1), NOW).rings


def test_other_metrics_do_not_count():
    other = [Value(NOW, Metric("mocktailverse-dev", "LoadsDone", LOADS.dimensions), 1)]
    assert evaluate(NO_LOAD, other, NOW).rings


def test_datapoints_are_listed_newest_first_and_missing_ones_are_none():
    verdict = evaluate(msgspec.structs.replace(NO_LOAD, periods=3), loads(0.5, 0.6, 2.5), NOW)
    assert verdict.datapoints == (2, None, 1)


def test_missing_data_breaches_only_if_the_alarm_says_so():
    assert not evaluate(SHARE, [], NOW).rings


@pytest.mark.parametrize(
    ("statistic", "comparison", "threshold", "rings"),
    [
        ("Average", "GreaterThanThreshold", 2, False),
        ("Average", "GreaterThanOrEqualToThreshold", 2, True),
        ("Maximum", "GreaterThanThreshold", 2, True),
        ("Minimum", "LessThanThreshold", 2, True),
        ("Minimum", "LessThanOrEqualToThreshold", 0.9, False),
        ("SampleCount", "GreaterThanThreshold", 1, True),
        ("Sum", "GreaterThanThreshold", 4, False),
    ],
)
def test_statistic_comparison_and_threshold_are_those_of_the_alarm(
    statistic, comparison, threshold, rings
):
    alarm = msgspec.structs.replace(
        SHARE, statistic=statistic, comparison=comparison, threshold=threshold
    )
    assert evaluate(alarm, loads(0.1) + loads(0.2, value=3), NOW).rings == rings


def test_the_alarm_needs_only_its_number_of_breaching_periods():
    alarm = msgspec.structs.replace(SHARE, periods=3, periods_to_alarm=2)
    bad, good = loads(0.5, 1.5, value=50), loads(2.5)
    assert evaluate(alarm, [*bad, *good], NOW).rings
    assert not evaluate(alarm, [*bad[:1], *good], NOW).rings


@given(st.lists(st.integers(min_value=0, max_value=60 * HOUR_MS)))
def test_the_alarm_goes_off_exactly_if_no_load_is_younger_than_36_hours(ages):
    values = [Value(NOW - age, LOADS, 1) for age in ages]
    assert evaluate(NO_LOAD, values, NOW).rings == all(age >= 36 * HOUR_MS for age in ages)


# ---- values from log lines


def line(message: str) -> LogLine:
    return LogLine(NOW, "stream", message)


def test_metrics_are_read_from_a_line_in_the_embedded_format():
    content = {
        "_aws": {
            "Timestamp": 5,
            "CloudWatchMetrics": [
                {
                    "Namespace": LOADS.namespace,
                    "Dimensions": [["service"]],
                    "Metrics": [{"Name": "LoadsDone"}, {"Name": "RecordsRead"}],
                }
            ],
        },
        "service": "transform",
        "LoadsDone": [1.0, 1.0],
        "RecordsRead": 25,
    }
    values = list(embedded_values(line(json.dumps(content))))
    read = Metric(LOADS.namespace, "RecordsRead", LOADS.dimensions)
    assert values == [Value(5, LOADS, 1), Value(5, LOADS, 1), Value(5, read, 25)]


@pytest.mark.parametrize("message", ["START RequestId: 1", "[]", "{}", '"_aws"', "7", "null", ""])
def test_other_lines_contain_no_metrics(message):
    assert list(embedded_values(line(message))) == []


def test_a_filter_counts_the_lines_with_one_of_its_fields():
    errors = Metric("mocktailverse-prod", "FunctionErrors")
    conditions = (("level", "ERROR"), ("record.status", "timeout"))
    log_metric = LogMetric("/aws/lambda/api", conditions, errors, 1)
    for message in ('{"level": "ERROR"}', '{"record": {"status": "timeout"}}'):
        assert list(filtered_values(log_metric, line(message))) == [Value(NOW, errors, 1)]
    for message in (
        '{"message": "level = ERROR"}', '{"record": "timeout"}', '{"record.status": "timeout"}',
        '{"level": ["ERROR"]}', '[{"level": "ERROR"}]', "ERROR", "", "null", '{"level": "ERROR"',
    ):  # fmt: skip
        assert list(filtered_values(log_metric, line(message))) == [], message


# ---- definitions as deployed


class FakeAws:
    """CloudWatch and its logs with fixed responses."""

    def __init__(self, *alarms: dict[str, object], pattern: str = "") -> None:
        self.cloudwatch = self.logs = self
        self._alarms = alarms
        self._pattern = pattern

    def describe_alarms(self, **_parameters: object) -> dict[str, object]:
        return {"MetricAlarms": list(self._alarms)}

    def describe_metric_filters(self, **_parameters: object) -> dict[str, object]:
        transformation = {"metricNamespace": "n", "metricName": "m", "metricValue": "1"}
        return {
            "metricFilters": [
                {"filterPattern": self._pattern, "metricTransformations": [transformation]}
            ]
        }


def test_a_deployed_alarm_is_read():
    alarm = read_alarm(
        FakeAws(
            {
                "AlarmName": "no-load",
                "Namespace": LOADS.namespace,
                "MetricName": LOADS.name,
                "Dimensions": [{"Name": "service", "Value": "transform"}],
                "Statistic": "Sum",
                "Period": 3_600,
                "EvaluationPeriods": 36,
                "ComparisonOperator": "LessThanThreshold",
                "Threshold": 1.0,
                "TreatMissingData": "breaching",
            }
        ),
        "no-load",
    )
    assert alarm == NO_LOAD
    assert alarm.window_ms == 36 * HOUR_MS


def test_a_missing_alarm_is_an_error():
    with pytest.raises(MissingError, match="alarm `other` does not exist"):
        read_alarm(FakeAws(), "other")


def test_the_fields_of_a_filter_are_read():
    pattern = '{($.level = "ERROR") || ($.record.status = "timed out")}'
    (log_metric,) = read_log_metrics(FakeAws(pattern=pattern), "g")
    conditions = (("level", "ERROR"), ("record.status", "timed out"))
    assert log_metric == LogMetric("g", conditions, Metric("n", "m"), 1)


@pytest.mark.parametrize(
    "pattern",
    ["", "ERROR", '?"a" ?"b"', '{($.a = "b") && ($.c = "d")}', '{($.a != "b")}', '{($.a = "b*"'],
)
def test_a_pattern_that_cannot_be_emulated_is_refused(pattern):
    with pytest.raises(PermanentError, match="alternative fields"):
        read_log_metrics(FakeAws(pattern=pattern), "g")
