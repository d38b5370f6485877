"""Stack events: follow CloudFormation while it works, and explain why it failed."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mocktailverse.deployment.changes import DeploymentError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients
from mocktailverse.waiting import wait_until

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackEventTypeDef

_TIMEOUT_S = 1800.0
_FAILURES_SHOWN = 5

# How CloudFormation's reason begins for a resource that it stopped because another one failed.
_CANCELLED = ("Resource creation cancelled", "Resource update cancelled")

_MEANINGS = {
    "ROLLBACK_COMPLETE": "its creation was rolled back, and nothing is left",
    "UPDATE_ROLLBACK_COMPLETE": "the update was rolled back; the previous version still runs",
    "DELETE_FAILED": "a part of it still exists",
}

_EXISTS = "already exists"
_EXISTS_ADVICE = (
    "\nA resource that already exists does not belong to this stack. An earlier stack may have"
    ' left it on purpose, as prod does: see "Destroy" in docs/how-to/deploy.md.'
)

Reporter = Callable[[str], None]
"""Receives a line of text for people."""


def last_event_id(clients: Clients, stack_name: str) -> str | None:
    """Return the id of a stack's last event; None if it has no events."""
    event = next(_events(clients, stack_name, None), None)
    return event["EventId"] if event else None


def wait_for_stack(  # noqa: PLR0913  keyword-only but for what is followed
    clients: Clients,
    stack_name: str,
    *,
    after: str | None,
    poll_s: float,
    on_progress: Reporter = lambda _step: None,
    on_event: Reporter | None,
) -> str | None:
    """Wait until a stack stops changing; return its status, None if there is no stack.

    `stack_name` may be an ARN. `on_progress` receives how many resources are ready, `on_event` a
    line for each resource that is ready or failed later than the event with the id `after`.

    Raises:
        DeploymentError: it takes too long.
    """
    last_event, status = after, None

    def has_settled() -> bool:
        nonlocal last_event, status
        # Read before the events: those that come in between are reported by the next call.
        status = stack.status(clients, stack_name)
        if on_event:
            new_events = list(_events(clients, stack_name, last_event)) if status else []
            for event in reversed(new_events):
                _report(event, on_event)
            last_event = new_events[0]["EventId"] if new_events else last_event
        if status is None or not status.endswith("_IN_PROGRESS"):
            return True
        response = clients.cloudformation.describe_stack_resources(StackName=stack_name)
        states = [resource["ResourceStatus"] for resource in response["StackResources"]]
        ready = sum(state.endswith("_COMPLETE") for state in states)
        on_progress(f"stack {stack_name}: {ready} of {len(states)} resources are ready")
        return False

    if not wait_until(has_settled, _TIMEOUT_S, poll_s):
        raise DeploymentError(
            f"Timed out after {_TIMEOUT_S:.0f} s waiting for stack {stack_name} to settle."
        )
    return status


def failure_message(
    clients: Clients, stack_name: str, status: str | None, after: str | None
) -> str:
    """Return how a stack ended and its first failures; later ones are consequences of those."""
    reasons = [
        f"\n  {event.get('LogicalResourceId')} ({event.get('ResourceType')}): {reason}"
        for event in reversed(list(_events(clients, stack_name, after)))
        if event.get("ResourceStatus", "").endswith("_FAILED")
        and not _is_stack(event)
        and not (reason := event.get("ResourceStatusReason", "")).startswith(_CANCELLED)
    ]
    reasons = reasons[:_FAILURES_SHOWN] or _validation_errors(clients, stack_name)
    advice = _EXISTS_ADVICE if any(_EXISTS in reason for reason in reasons) else ""
    details = "".join(reasons or ["\n  Its events do not give a reason."])
    meaning = _MEANINGS.get(status or "", "look at it in CloudFormation before you deploy again")
    name = stack_name.rpartition("stack/")[2].partition("/")[0]  # also of an ARN
    return f"Stack {name} ended in {status}: {meaning}.{details}{advice}"


def _report(event: "StackEventTypeDef", on_event: Reporter) -> None:
    state = event.get("ResourceStatus", "")
    if state.endswith("_IN_PROGRESS") and not _is_stack(event):
        return
    name = f"{event.get('LogicalResourceId')} ({event.get('ResourceType')})"
    reason = event.get("ResourceStatusReason")
    because = f": {reason}" if reason and not state.endswith("_COMPLETE") else ""
    on_event(f"{event['Timestamp']:%H:%M:%S} {state} {name}{because}")


def _events(clients: Clients, stack_name: str, after: str | None) -> "Iterator[StackEventTypeDef]":
    """Yield the events after the one with the given id, newest first."""
    for page in clients.cloudformation.get_paginator("describe_stack_events").paginate(
        StackName=stack_name
    ):
        for event in page["StackEvents"]:
            if event["EventId"] == after:
                return
            yield event


def _validation_errors(clients: Clients, stack_name: str) -> list[str]:
    """Return what CloudFormation refused before it began, such as a name that is taken."""
    events = clients.cloudformation.describe_events(
        StackName=stack_name, Filters={"FailedEvents": True}
    )["OperationEvents"]
    operation = events[0].get("OperationId") if events else None
    return [
        f"\n  {event.get('LogicalResourceId')} ({event.get('ResourceType')}):"
        f" {event.get('ValidationStatusReason')}"
        for event in events
        if event.get("EventType") == "VALIDATION_ERROR" and event.get("OperationId") == operation
    ][:_FAILURES_SHOWN]


def _is_stack(event: "StackEventTypeDef") -> bool:
    return event.get("PhysicalResourceId") == event["StackId"]
