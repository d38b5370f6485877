"""Assumptions about CloudFormation and CloudWatch."""

from typing import TYPE_CHECKING

from mocktailverse.deployment.rehearsal.assumption import Assumptions, Subject, require
from mocktailverse.errors import PermanentError
from mocktailverse.stores.error_translation import translated
from mocktailverse.waiting import wait_until

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import (
        DescribeStackDriftDetectionStatusOutputTypeDef,
    )

_DRIFT_TIMEOUT_S = 300.0
_ALARM_TIMEOUT_S = 600.0
_POLL_S = 5.0

STACK = Assumptions()


@STACK.add(
    "CloudFormation reads each resource as the template describes it.",
    "AWS CloudFormation User Guide, Detect unmanaged configuration changes (drift)",
    emulated=False,
)
def nothing_has_drifted(subject: Subject) -> str:
    """Let CloudFormation compare every resource with the template."""
    client = subject.stores.clients.cloudformation
    with translated("Comparing the stack with its template"):
        detection = client.detect_stack_drift(StackName=subject.stack)["StackDriftDetectionId"]

        def finished() -> "DescribeStackDriftDetectionStatusOutputTypeDef | None":
            status = client.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
            return None if status["DetectionStatus"] == "DETECTION_IN_PROGRESS" else status

        status = wait_until(finished, _DRIFT_TIMEOUT_S, _POLL_S)
        if status is None:
            return require(None, f"The comparison did not end within {_DRIFT_TIMEOUT_S:.0f} s.")
        drifts = client.describe_stack_resource_drifts(
            StackName=subject.stack, StackResourceDriftStatusFilters=["MODIFIED", "DELETED"]
        )["StackResourceDrifts"]
    names = ", ".join(drift["LogicalResourceId"] for drift in drifts) or "nothing"
    in_sync = status.get("StackDriftStatus") == "IN_SYNC"
    return require(in_sync, f"CloudFormation says {status.get('StackDriftStatus')}: {names}.")


@STACK.add(
    "A failed invocation rings the alarm, by the filter on the function's log.",
    "Amazon CloudWatch Logs User Guide, Creating metrics from log events using filters",
    emulated=False,
)
def failure_rings_the_alarm(subject: Subject) -> str:
    """Make a function fail, and wait until the alarm on failures rings."""
    stores, name = subject.stores, f"mocktailverse-function-errors-{subject.env}"

    def state() -> str | None:
        with translated("Reading the alarm's state"):
            alarms = stores.clients.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return alarms[0]["StateValue"] if alarms else None

    before = state()
    if before not in ("OK", "INSUFFICIENT_DATA"):
        return require(None, f"{name} is in the state {before} before any function fails.")
    try:
        stores.functions.invoke(stores.output("TransformFunction"), {"Records": [{}]})
    except PermanentError:
        pass
    else:
        return require(None, "The function accepted an event without content.")
    rang = wait_until(lambda: state() == "ALARM", _ALARM_TIMEOUT_S, _POLL_S)
    return require(rang, f"{name} {'rang' if rang else 'did not ring'} after a failed invocation.")
