"""Applies a template to AWS or to the embedded AWS, through a change set."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from mocktailverse.errors import PermanentError, UsageError

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackTypeDef

    from mocktailverse.stores.clients import Clients

POLL_S = 2.0
TIMEOUT_S = 1800.0

# CloudFormation tells an empty change set from a broken one by its reason's text alone.
_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")


class DeploymentError(PermanentError):
    """CloudFormation refused or rolled back; the text says which resource failed, and why."""


def upload(clients: "Clients", archive: Path, *, bucket: str) -> str:
    """Put a zip into the artifact bucket, which is made if missing; returns its key.

    A zip's name holds the hash of its content, so one that is there already stays.
    """
    key = f"functions/{archive.name}"
    if not _bucket_exists(clients, bucket):
        _create_bucket(clients, bucket)
    if not _object_exists(clients, bucket, key):
        clients.s3.put_object(Bucket=bucket, Key=key, Body=archive.read_bytes())
    return key


def deploy(  # noqa: PLR0913  keyword-only; each is a separate choice of the caller
    clients: "Clients",
    *,
    stack_name: str,
    template: Path,
    parameters: Mapping[str, str],
    on_progress: Callable[[str], None] = lambda _step: None,
    poll_s: float = POLL_S,
) -> dict[str, str]:
    """Create or update a stack and wait for it; returns its outputs.

    A stack that is up to date already stays as it is. One whose creation failed is replaced.

    Args:
        clients: the account and region.
        stack_name: `mocktailverse-<stage>`.
        template: file with the template.
        parameters: the template's; `ArtifactBucket` and `FunctionsKey` name a zip that exists.
        on_progress: told what is being done, in words for people.
        poll_s: seconds between two looks at CloudFormation.

    Raises:
        UsageError: the code's zip is missing, or another deployment is under way.
        DeploymentError: CloudFormation refused or rolled back.
    """
    bucket, key = parameters["ArtifactBucket"], parameters["FunctionsKey"]
    if not _object_exists(clients, bucket, key):
        # The embedded AWS would deploy functions without code, whose calls "succeed".
        raise UsageError(f"s3://{bucket}/{key}, the functions' code, is missing: upload it first.")
    status = _status(clients, stack_name)
    if status == "ROLLBACK_COMPLETE":
        on_progress("removing what a failed creation left")
        clients.cloudformation.delete_stack(StackName=stack_name)
        status = _settled(clients, stack_name, poll_s)
    if status and status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        raise UsageError(f"Stack {stack_name} is in {status}: wait for the other deployment.")
    creates = status in (None, "REVIEW_IN_PROGRESS", "DELETE_COMPLETE")
    change_set = _propose(clients, stack_name, template, parameters, creates=creates)
    if _has_changes(clients, change_set, poll_s):
        clients.cloudformation.execute_change_set(ChangeSetName=change_set)
        on_progress(f"{'creating' if creates else 'updating'} stack {stack_name}")
        status = _settled(clients, stack_name, poll_s, on_progress)
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise DeploymentError(_failure(clients, stack_name, status))
    return outputs(clients, stack_name)


def outputs(clients: "Clients", stack_name: str) -> dict[str, str]:
    """The outputs of a deployed stack, by name.

    Raises:
        UsageError: there is no such stack.
    """
    stack = _describe(clients, stack_name)
    if stack is None:
        raise UsageError(f"There is no stack {stack_name} in {clients.region}: deploy it first.")
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def _propose(
    clients: "Clients",
    stack_name: str,
    template: Path,
    parameters: Mapping[str, str],
    *,
    creates: bool,
) -> str:
    try:
        return clients.cloudformation.create_change_set(
            StackName=stack_name,
            ChangeSetName=f"deploy-{time.time_ns()}",
            ChangeSetType="CREATE" if creates else "UPDATE",
            TemplateBody=template.read_text(encoding="utf-8"),
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in parameters.items()
            ],
            Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            Tags=[{"Key": "project", "Value": "mocktailverse"}],
        )["Id"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        raise DeploymentError(
            f"CloudFormation refuses the template: {error.response['Error']['Message']}"
        ) from error


def _has_changes(clients: "Clients", change_set: str, poll_s: float) -> bool:
    """Wait until the change set is ready; one without changes is removed again."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        answer = clients.cloudformation.describe_change_set(ChangeSetName=change_set)
        if answer["Status"] == "CREATE_COMPLETE":
            return True
        if answer["Status"] == "FAILED":
            reason = answer.get("StatusReason", "")
            if not any(text in reason for text in _NO_CHANGES):
                raise DeploymentError(f"CloudFormation refuses the change: {reason}")
            clients.cloudformation.delete_change_set(ChangeSetName=change_set)
            return False
        time.sleep(poll_s)
    raise DeploymentError(f"CloudFormation did not finish the change set in {TIMEOUT_S:.0f} s.")


def _settled(
    clients: "Clients",
    stack_name: str,
    poll_s: float,
    on_progress: Callable[[str], None] = lambda _step: None,
) -> str | None:
    """Wait until nothing changes any more; returns the stack's status, None without a stack."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        status = _status(clients, stack_name)
        if status is None or not status.endswith("_IN_PROGRESS"):
            return status
        resources = clients.cloudformation.describe_stack_resources(StackName=stack_name)
        states = [resource["ResourceStatus"] for resource in resources["StackResources"]]
        ready = sum(state.endswith("_COMPLETE") for state in states)
        on_progress(f"stack {stack_name}: {ready} of {len(states)} resources are ready")
        time.sleep(poll_s)
    raise DeploymentError(f"Stack {stack_name} did not settle in {TIMEOUT_S:.0f} s.")


def _failure(clients: "Clients", stack_name: str, status: str | None) -> str:
    """The first failure of the latest operation; what follows it is its consequence."""
    first = "no resource says why"
    for page in clients.cloudformation.get_paginator("describe_stack_events").paginate(
        StackName=stack_name
    ):
        for event in page["StackEvents"]:  # the latest comes first
            state = event.get("ResourceStatus", "")
            is_stack = event.get("PhysicalResourceId") == event["StackId"]
            if is_stack and state in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"):
                return f"Stack {stack_name} ended in {status}: {first}"
            if state.endswith("_FAILED") and not is_stack:
                name, kind = event.get("LogicalResourceId"), event.get("ResourceType")
                first = f"{name} ({kind}): {event.get('ResourceStatusReason')}"
    return f"Stack {stack_name} ended in {status}: {first}"


def _status(clients: "Clients", stack_name: str) -> str | None:
    stack = _describe(clients, stack_name)
    return stack["StackStatus"] if stack else None


def _describe(clients: "Clients", stack_name: str) -> "StackTypeDef | None":
    try:
        return clients.cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":  # CloudFormation's "not found"
            raise
        return None


def _bucket_exists(clients: "Clients", bucket: str) -> bool:
    try:
        clients.s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
        return False
    return True


def _create_bucket(clients: "Clients", bucket: str) -> None:
    if clients.region == "us-east-1":  # the one region that S3 refuses to be named
        clients.s3.create_bucket(Bucket=bucket)
    else:
        clients.s3.create_bucket(
            Bucket=bucket,
            CreateBucketConfiguration={"LocationConstraint": clients.region},  # type: ignore[typeddict-item]  # any region, not only those known when the types were made
        )


def _object_exists(clients: "Clients", bucket: str, key: str) -> bool:
    try:
        clients.s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchKey", "NoSuchBucket"):
            raise
        return False
    return True
