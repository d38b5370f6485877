"""Alarms that ring when a metric has no values: a dead man's switch.

A new one would ring at once, long before the first value is due. So a deployment that creates it
puts a first value of 0, from which its time runs; its statistic is the number of values. A later
deployment puts none, or it would hide that the values stopped.
"""

from collections.abc import Mapping
from typing import Any

from mocktailverse.cost.template import Template
from mocktailverse.errors import MissingError
from mocktailverse.stores.alarms import Metric, read_alarm
from mocktailverse.stores.clients import Clients


def start_new(clients: Clients, template: str, parameters: Mapping[str, str]) -> None:
    """Put a value of 0 into the metric of each such alarm that is not deployed yet."""
    for resource in Template.parse(template).resources(parameters):
        if resource.type == "AWS::CloudWatch::Alarm":
            alarm = resource.properties
            if alarm["TreatMissingData"] == "breaching" and _is_new(clients, alarm):
                clients.cloudwatch.put_metric_data(
                    Namespace=alarm["Namespace"],
                    MetricData=[
                        {
                            "MetricName": alarm["MetricName"],
                            "Dimensions": alarm.get("Dimensions", []),
                            "Value": 0,
                            "Unit": "Count",
                        }
                    ],
                )


def _is_new(clients: Clients, alarm: Mapping[str, Any]) -> bool:
    """Return whether no deployed alarm of this name watches the metric."""
    dimensions = tuple((d["Name"], d["Value"]) for d in alarm.get("Dimensions", []))
    metric = Metric(alarm["Namespace"], alarm["MetricName"], dimensions)
    try:
        return read_alarm(clients, alarm["AlarmName"]).metric != metric
    except MissingError:
        return True
