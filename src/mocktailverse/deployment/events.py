"""What CloudFormation tells while it works on a stack, and why it failed."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mocktailverse.deployment.changes import DeploymentError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.waiting import wait_until

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackEventTypeDef

    from mocktailverse.stores.clients import Clients

TIMEOUT_S = 1800.0
SHOWN_FAILURES = 5

# What CloudFormation says of resources that it stopped because of another's failure.
_CANCELLED = ("Resource creation cancelled", "Resource update cancelled")

_ENDINGS = {
    "ROLLBACK_COMPLETE": "its creation was rolled back, and nothing is left",
    "UPDATE_ROLLBACK_COMPLETE": "the update was rolled back, and what ran before runs on",
    "DELETE_FAILED": "a part of it is still there",
}

_EXISTS = "already exists"
_EXISTING = (
    "\nWhat exists already is no part of this stack. An earlier stack may have left it on purpose,"
    ' as prod does: see "Destroy" in docs/how-to/deploy.md.'
)

Tell = Callable[[str], None]


def latest(clients: "Clients", stack_name: str) -> str | None:
    """The id of a stack's last event; None where it has none."""
    event = next(_events(clients, stack_name, None), None)
    return event["EventId"] if event else None


def follow(  # noqa: PLR0913  keyword-only but for what is followed
    clients: "Clients",
    stack_name: str,
    *,
    after: str | None,
    poll_s: float,
    on_progress: Tell,
    on_event: Tell | None,
) -> str | None:
    """Wait until nothing changes any longer; return the stack's status, None without a stack.

    Args:
        clients: the account and region.
        stack_name: the stack, or its ARN.
        after: the last event that is known; those that follow are told.
        poll_s: seconds between two looks.
        on_progress: told how many resources are ready.
        on_event: told each resource that is ready or failed.

    Raises:
        DeploymentError: it takes too long.
    """
    last_event, status = after, None

    def has_settled() -> bool:
        nonlocal last_event, status
        status = stack.status(clients, stack_name)  # before the events, so that none is missed
        if on_event:
            news = list(_events(clients, stack_name, last_event)) if status else []
            for event in reversed(news):
                _tell(event, on_event)
            last_event = news[0]["EventId"] if news else last_event
        if status is None or not status.endswith("_IN_PROGRESS"):
            return True
        answer = clients.cloudformation.describe_stack_resources(StackName=stack_name)
        states = [resource["ResourceStatus"] for resource in answer["StackResources"]]
        ready = sum(state.endswith("_COMPLETE") for state in states)
        on_progress(f"stack {stack_name}: {ready} of {len(states)} resources are ready")
        return False

    if not wait_until(has_settled, TIMEOUT_S, poll_s):
        raise DeploymentError(f"Stack {stack_name} did not settle in {TIMEOUT_S:.0f} s.")
    return status


def failure(clients: "Clients", stack_name: str, status: str | None, after: str | None) -> str:
    """How a stack ended, and what failed first; what follows a failure is its consequence."""
    found = [
        (event, event.get("ResourceStatusReason", ""))
        for event in _events(clients, stack_name, after)
        if event.get("ResourceStatus", "").endswith("_FAILED") and not _is_stack(event)
    ]
    told = [
        f"\n  {event.get('LogicalResourceId')} ({event.get('ResourceType')}): {reason}"
        for event, reason in reversed(found)
        if not reason.startswith(_CANCELLED)
    ]
    told = told[:SHOWN_FAILURES] or _refused(clients, stack_name)
    advice = _EXISTING if any(_EXISTS in reason for reason in told) else ""
    reasons = "".join(told or ["\n  Its events do not say why."])
    return _ending(stack_name, status) + reasons + advice


def _tell(event: "StackEventTypeDef", on_event: Tell) -> None:
    state = event.get("ResourceStatus", "")
    if state.endswith("_IN_PROGRESS") and not _is_stack(event):
        return
    name = f"{event.get('LogicalResourceId')} ({event.get('ResourceType')})"
    reason = event.get("ResourceStatusReason")
    because = f": {reason}" if reason and not state.endswith("_COMPLETE") else ""
    on_event(f"{event['Timestamp']:%H:%M:%S} {state} {name}{because}")


def _events(
    clients: "Clients", stack_name: str, after: str | None
) -> "Iterator[StackEventTypeDef]":
    """The events that came after the one with the given id, the latest first."""
    for page in clients.cloudformation.get_paginator("describe_stack_events").paginate(
        StackName=stack_name
    ):
        for event in page["StackEvents"]:
            if event["EventId"] == after:
                return
            yield event


def _refused(clients: "Clients", stack_name: str) -> list[str]:
    """What CloudFormation found wrong before it began, such as a name that is taken already."""
    events = clients.cloudformation.describe_events(
        StackName=stack_name, Filters={"FailedEvents": True}
    )["OperationEvents"]
    operation = events[0].get("OperationId") if events else None
    return [
        f"\n  {event.get('LogicalResourceId')} ({event.get('ResourceType')}):"
        f" {event.get('ValidationStatusReason')}"
        for event in events
        if event.get("EventType") == "VALIDATION_ERROR" and event.get("OperationId") == operation
    ][:SHOWN_FAILURES]


def _ending(stack_name: str, status: str | None) -> str:
    meaning = _ENDINGS.get(status or "", "see it in CloudFormation before you deploy again")
    name = stack_name.rpartition("stack/")[2].partition("/")[0]  # of an ARN, too
    return f"Stack {name} ended in {status}: {meaning}."


def _is_stack(event: "StackEventTypeDef") -> bool:
    return event.get("PhysicalResourceId") == event["StackId"]
