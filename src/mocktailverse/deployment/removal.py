"""Removes an environment: its stack, and what keeps the stack from going."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from mocktailverse.deployment import apply
from mocktailverse.deployment.changes import DeploymentError
from mocktailverse.errors import UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.cloudformation_stack import stack_name
from mocktailverse.stores.error_translation import error_code

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import (
        ListObjectVersionsOutputTypeDef,
        ObjectIdentifierTypeDef,
    )

    from mocktailverse.stores.clients import Clients

BATCH = 1000
"""What S3 deletes in one call."""

OUTLIVES_PROTECTED = "DataBucket"
"""The bucket of raw objects, which the template keeps where an environment is protected."""


def require_unprotected(clients: "Clients", env: str) -> None:
    """Make sure that the stack is there and may go.

    Raises:
        UsageError: it is not, or is protected; the text says what to do.
    """
    name = stack_name(env)
    found = stack.describe(clients, name)
    if found is None or found["StackStatus"] == "DELETE_COMPLETE":
        raise UsageError(f"There is no stack {name} in {clients.region}: nothing to destroy.")
    if found.get("EnableTerminationProtection"):
        raise UsageError(
            f"{env} is protected. If it really is to go, lift the protection by hand:"
            f" `aws cloudformation update-termination-protection --stack-name {name}"
            " --no-enable-termination-protection`, then run this again. Its tables and its raw"
            " objects outlive it even then."
        )
    if (
        found["StackStatus"].endswith("_IN_PROGRESS")
        and found["StackStatus"] not in stack.NOT_THERE
    ):
        raise UsageError(
            f"Stack {name} is in {found['StackStatus']}: wait until that is over, then start again."
        )


def buckets(clients: "Clients", env: str, *, protected: bool) -> list[str]:
    """The buckets that go with the stack; S3 deletes none that is not empty."""
    found = stack.resources(clients, stack_name(env), "AWS::S3::Bucket")
    return sorted(
        bucket for name, bucket in found.items() if not (protected and name == OUTLIVES_PROTECTED)
    )


def empty(clients: "Clients", bucket: str) -> int:
    """Delete all objects of a bucket, every version; returns how many.

    A bucket that is gone already has none.

    Raises:
        DeploymentError: S3 kept an object.
    """
    deleted = 0
    for page in _versions(clients, bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        keys: list[ObjectIdentifierTypeDef] = [
            {"Key": version["Key"], "VersionId": version["VersionId"]} for version in found
        ]
        for first in range(0, len(keys), BATCH):
            chunk = keys[first : first + BATCH]
            answer = clients.s3.delete_objects(
                Bucket=bucket, Delete={"Objects": chunk, "Quiet": True}
            )
            for kept in answer.get("Errors", []):
                raise DeploymentError(f"S3 keeps {kept['Key']} in {bucket}: {kept['Message']}")
        deleted += len(keys)
    return deleted


def _versions(clients: "Clients", bucket: str) -> "Iterator[ListObjectVersionsOutputTypeDef]":
    try:
        yield from clients.s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    except ClientError as error:
        if error_code(error) != "NoSuchBucket":
            raise


def destroy(
    clients: "Clients",
    env: str,
    emptied: Sequence[str],
    *,
    on_event: Callable[[str], None],
    poll_s: float,
) -> None:
    """Empty the given buckets, then delete the stack and wait until it is gone.

    Functions at work may write meanwhile, so that a bucket is not empty any more when it is its
    turn: then it is done once more.

    Raises:
        DeploymentError: something could not be deleted.
    """
    name = stack_name(env)
    for last_try in (False, True):
        for bucket in emptied:
            on_event(f"emptying {bucket}: {empty(clients, bucket)} object versions")
        try:
            apply.delete(clients, name, on_event=on_event, poll_s=poll_s)
        except DeploymentError:
            if last_try or not emptied:
                raise
        else:
            return
