"""Removes an environment: its stack, and what keeps the stack from going."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mocktailverse.deployment import stack
from mocktailverse.deployment.environments import stack_name
from mocktailverse.errors import UsageError

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import ObjectIdentifierTypeDef

    from mocktailverse.stores.clients import Clients

BATCH = 1000
"""What S3 deletes in one call."""


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


def buckets(clients: "Clients", env: str) -> list[str]:
    """The stack's buckets; S3 deletes none that is not empty."""
    return sorted(stack.resources(clients, stack_name(env), "AWS::S3::Bucket").values())


def empty(clients: "Clients", bucket: str) -> int:
    """Delete all objects of a bucket, every version; returns how many."""
    deleted = 0
    pages = clients.s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    for page in pages:
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        keys: list[ObjectIdentifierTypeDef] = [
            {"Key": version["Key"], "VersionId": version["VersionId"]} for version in found
        ]
        for first in range(0, len(keys), BATCH):
            chunk = keys[first : first + BATCH]
            clients.s3.delete_objects(Bucket=bucket, Delete={"Objects": chunk, "Quiet": True})
        deleted += len(keys)
    return deleted


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
            stack.delete(clients, name, on_event=on_event, poll_s=poll_s)
        except stack.DeploymentError:
            if last_try or not emptied:
                raise
        else:
            return
