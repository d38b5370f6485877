"""Applies a template to AWS or to the embedded AWS, through a change set; removes it again."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from mocktailverse.deployment import artifacts, changes
from mocktailverse.deployment.artifacts import Artifact, upload
from mocktailverse.deployment.changes import ChangeSet, DeploymentError
from mocktailverse.errors import UsageError

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackEventTypeDef, StackTypeDef

    from mocktailverse.stores.clients import Clients

__all__ = ["DeploymentError", "delete", "deploy", "describe", "outputs", "resources", "upload"]

POLL_S = 2.0
TIMEOUT_S = 1800.0
SHOWN_FAILURES = 5

NOT_THERE = (None, "REVIEW_IN_PROGRESS", "DELETE_COMPLETE")
"""States of a stack that is still to be made."""

WORKING = (
    *("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"),
    *("IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"),
)
"""States in which all of a stack's resources are there."""

# What CloudFormation says of resources that it stopped because of another's failure.
_CANCELLED = ("Resource creation cancelled", "Resource update cancelled")

Report = Callable[[str], None]


def _silent(_step: str) -> None:
    """Tell nobody."""


def _agree(_change_set: ChangeSet) -> bool:
    return True


def deploy(  # noqa: PLR0913  keyword-only; each is a separate choice of the caller
    clients: "Clients",
    *,
    stack_name: str,
    template: Path,
    parameters: Mapping[str, str | None],
    agrees: Callable[[ChangeSet], bool] = _agree,
    on_progress: Report = _silent,
    on_event: Report | None = None,
    poll_s: float = POLL_S,
) -> dict[str, str]:
    """Create or update a stack and wait for it; returns its outputs.

    A stack that is up to date already stays as it is. One whose creation failed is replaced.

    Args:
        clients: the account and region.
        stack_name: `mocktailverse-<stage>`.
        template: file with the template.
        parameters: the template's, where None keeps what the stack has; `ArtifactBucket` and
            `FunctionsKey` name a zip that exists.
        agrees: shown the changes; where it does not agree or raises, nothing is changed.
        on_progress: told what is being done, in words for people.
        on_event: told each resource that is ready or failed, in words for people.
        poll_s: seconds between two looks at CloudFormation.

    Raises:
        UsageError: the code's zip is missing, another deployment is under way, or the stack is
            stuck; the text says what to do.
        DeploymentError: CloudFormation refused or rolled back, or `agrees` did not.
    """
    _require_code(clients, parameters)
    creates = _prepare(clients, stack_name, on_progress, poll_s)
    change_set = changes.propose(
        clients,
        stack_name=stack_name,
        template=template,
        parameters=parameters,
        creates=creates,
        poll_s=poll_s,
    )
    if change_set is None:
        return outputs(clients, stack_name)
    agreed = False
    try:
        agreed = agrees(change_set)
    finally:
        if not agreed:
            changes.discard(clients, change_set)
    if not agreed:
        raise DeploymentError("Nothing was changed.")
    before = _last_event(clients, stack_name)
    clients.cloudformation.execute_change_set(
        ChangeSetName=change_set.id,
        # What a failed creation made goes again, even where it is to outlive a deletion.
        RetainExceptOnCreate=True,
    )
    on_progress(f"{'creating' if creates else 'updating'} stack {stack_name}")
    status = _settled(clients, stack_name, poll_s, on_progress, on_event, before)
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise DeploymentError(_failure(clients, stack_name, status, before))
    return outputs(clients, stack_name)


def delete(
    clients: "Clients",
    stack_name: str,
    *,
    on_event: Report | None = None,
    poll_s: float = POLL_S,
) -> None:
    """Delete a stack and wait until it is gone.

    Raises:
        DeploymentError: something in it could not be deleted.
    """
    description = describe(clients, stack_name)
    if description is None:
        return
    stack_id = description["StackId"]  # a deleted stack is found by its id alone
    before = _last_event(clients, stack_id)
    clients.cloudformation.delete_stack(StackName=stack_name)
    status = _settled(clients, stack_id, poll_s, _silent, on_event, before)
    if status not in (None, "DELETE_COMPLETE"):
        raise DeploymentError(_failure(clients, stack_id, status, before))


def outputs(clients: "Clients", stack_name: str) -> dict[str, str]:
    """The outputs of a deployed stack, by name.

    Raises:
        UsageError: there is no such stack.
    """
    stack = describe(clients, stack_name)
    if stack is None or stack["StackStatus"] in NOT_THERE:
        raise UsageError(f"There is no stack {stack_name} in {clients.region}: deploy it first.")
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def parameters(stack: "StackTypeDef") -> dict[str, str]:
    """The parameters that a stack has."""
    return {
        parameter["ParameterKey"]: parameter["ParameterValue"]
        for parameter in stack.get("Parameters", [])
    }


def resources(clients: "Clients", stack_name: str, kind: str) -> dict[str, str]:
    """The physical ids of a stack's resources of one type, by logical id."""
    pages = clients.cloudformation.get_paginator("list_stack_resources").paginate(
        StackName=stack_name
    )
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == kind
        and resource["ResourceStatus"] != "DELETE_COMPLETE"
        and resource.get("PhysicalResourceId")
    }


def describe(clients: "Clients", stack_name: str) -> "StackTypeDef | None":
    """A stack as CloudFormation tells it; None where there is none."""
    try:
        return clients.cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":  # CloudFormation's "not found"
            raise
        return None


def is_to_be_made(clients: "Clients", stack_name: str) -> bool:
    """Whether there is no such stack yet.

    Raises:
        UsageError: there is one that can be neither created nor changed.
    """
    status = _status(clients, stack_name)
    if status in NOT_THERE or status in WORKING:
        return status not in WORKING
    if status == "UPDATE_ROLLBACK_FAILED":
        advice = "`aws cloudformation continue-update-rollback --stack-name` it, then deploy again"
    elif status == "ROLLBACK_COMPLETE":
        advice = "`mocktailverse deploy` removes what the failed creation left, and makes it anew"
    elif status and status.endswith("_IN_PROGRESS"):
        advice = "wait for the other deployment"
    else:
        advice = "`mocktailverse destroy` what is left of it, then deploy again"
    raise UsageError(f"Stack {stack_name} is in {status}: {advice}.")


def _require_code(clients: "Clients", given: Mapping[str, str | None]) -> None:
    bucket, key = given["ArtifactBucket"], given["FunctionsKey"]
    if not bucket or not key or not artifacts.exists(clients, Artifact(bucket, key)):
        # The embedded AWS would deploy functions without code, whose calls "succeed".
        raise UsageError(f"s3://{bucket}/{key}, the functions' code, is missing: upload it first.")


def _prepare(clients: "Clients", stack_name: str, on_progress: Report, poll_s: float) -> bool:
    """Make sure that the stack can be changed; returns whether it is to be created."""
    if _status(clients, stack_name) == "ROLLBACK_COMPLETE":
        on_progress("removing what a failed creation left")
        delete(clients, stack_name, poll_s=poll_s)
    return is_to_be_made(clients, stack_name)


def _settled(  # noqa: PLR0913, PLR0917  one wait with all that is told meanwhile
    clients: "Clients",
    stack_name: str,
    poll_s: float,
    on_progress: Report,
    on_event: Report | None,
    before: str | None,
) -> str | None:
    """Wait until nothing changes any more; returns the stack's status, None without a stack."""
    deadline = time.monotonic() + TIMEOUT_S
    told = before
    while time.monotonic() < deadline:
        status = _status(clients, stack_name)  # before the events, so that none is missed
        if on_event:
            news = list(_events(clients, stack_name, told)) if status else []
            for event in reversed(news):
                _tell(event, on_event)
            told = news[0]["EventId"] if news else told
        if status is None or not status.endswith("_IN_PROGRESS"):
            return status
        answer = clients.cloudformation.describe_stack_resources(StackName=stack_name)
        states = [resource["ResourceStatus"] for resource in answer["StackResources"]]
        ready = sum(state.endswith("_COMPLETE") for state in states)
        on_progress(f"stack {stack_name}: {ready} of {len(states)} resources are ready")
        time.sleep(poll_s)
    raise DeploymentError(f"Stack {stack_name} did not settle in {TIMEOUT_S:.0f} s.")


def _tell(event: "StackEventTypeDef", on_event: Report) -> None:
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


def _last_event(clients: "Clients", stack_name: str) -> str | None:
    event = next(_events(clients, stack_name, None), None)
    return event["EventId"] if event else None


def _failure(clients: "Clients", stack_name: str, status: str | None, before: str | None) -> str:
    """What failed first, and how the stack is now; what follows a failure is its consequence."""
    found = [
        (event, event.get("ResourceStatusReason", ""))
        for event in _events(clients, stack_name, before)
        if event.get("ResourceStatus", "").endswith("_FAILED") and not _is_stack(event)
    ]
    told = [
        f"\n  {event.get('LogicalResourceId')} ({event.get('ResourceType')}): {reason}"
        for event, reason in reversed(found)
        if not reason.startswith(_CANCELLED)
    ]
    told = told[:SHOWN_FAILURES] or _refused(clients, stack_name)
    return _ending(stack_name, status) + "".join(told or ["\n  Its events do not say why."])


def _refused(clients: "Clients", stack_name: str) -> list[str]:
    """What CloudFormation found wrong before it began, such as a name that is taken already."""
    events = clients.cloudformation.describe_events(
        StackName=stack_name, Filters={"FailedEvents": True}
    )["OperationEvents"]
    latest = events[0].get("OperationId") if events else None
    return [
        f"\n  {event.get('LogicalResourceId')} ({event.get('ResourceType')}):"
        f" {event.get('ValidationStatusReason')}"
        for event in events
        if event.get("EventType") == "VALIDATION_ERROR" and event.get("OperationId") == latest
    ][:SHOWN_FAILURES]


def _ending(stack_name: str, status: str | None) -> str:
    meaning = {
        "ROLLBACK_COMPLETE": "its creation was rolled back, and nothing is left",
        "UPDATE_ROLLBACK_COMPLETE": "the update was rolled back, and what ran before runs on",
        "DELETE_FAILED": "a part of it is still there",
    }.get(status or "", "see it in CloudFormation before you deploy again")
    name = stack_name.rpartition("stack/")[2].partition("/")[0]  # of an ARN, too
    return f"Stack {name} ended in {status}: {meaning}."


def _is_stack(event: "StackEventTypeDef") -> bool:
    return event.get("PhysicalResourceId") == event["StackId"]


def _status(clients: "Clients", stack_name: str) -> str | None:
    stack = describe(clients, stack_name)
    return stack["StackStatus"] if stack else None
