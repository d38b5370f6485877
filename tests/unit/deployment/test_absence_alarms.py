"""A new alarm on missing data does not ring before the first value is due."""

from types import SimpleNamespace
from typing import Any

import pytest

from mocktailverse.deployment import absence_alarms

TEMPLATE = """
Parameters: {Stage: {Type: String}}
Resources:
  Other:
    Type: AWS::CloudWatch::Alarm
    Properties: {AlarmName: other, Namespace: n, MetricName: M, TreatMissingData: notBreaching}
  Absence:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: !Sub absence-${Stage}
      Namespace: !Sub app-${Stage}
      MetricName: Fetched
      Dimensions: [{Name: service, Value: fetch}]
      TreatMissingData: breaching
"""
ALARM = {
    "AlarmName": "absence-prod",
    "Namespace": "app-prod",
    "MetricName": "Fetched",
    "Dimensions": [{"Name": "service", "Value": "fetch"}],
    "Statistic": "SampleCount",
    "Period": 3600,
    "EvaluationPeriods": 36,
    "ComparisonOperator": "LessThanThreshold",
    "Threshold": 1.0,
}


@pytest.fixture
def cloudwatch(stubbed):
    return stubbed("cloudwatch")


def start_new(cloudwatch: Any, *deployed: dict[str, Any]) -> None:
    """Deploy the template where these alarms exist; the stub refuses calls it does not expect."""
    clients: Any = SimpleNamespace(cloudwatch=cloudwatch.client)
    asked = {"AlarmNames": ["absence-prod"]}
    cloudwatch.add_response("describe_alarms", {"MetricAlarms": list(deployed)}, asked)
    if not any(alarm == ALARM for alarm in deployed):
        value = {"MetricName": "Fetched", "Dimensions": ALARM["Dimensions"], "Value": 0}
        data = {"Namespace": "app-prod", "MetricData": [{**value, "Unit": "Count"}]}
        cloudwatch.add_response("put_metric_data", {}, data)
    absence_alarms.start_new(clients, TEMPLATE, {"Stage": "prod"})
    cloudwatch.assert_no_pending_responses()


@pytest.mark.parametrize("deployed", [[], [ALARM | {"MetricName": "LoadsDone"}]])
def test_the_time_of_a_new_alarm_runs_from_its_deployment(cloudwatch, deployed):
    start_new(cloudwatch, *deployed)


def test_another_deployment_does_not_hide_that_values_are_missing(cloudwatch):
    start_new(cloudwatch, ALARM)
