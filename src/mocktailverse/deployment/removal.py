"""Delete an environment: empty its buckets, then delete its stack."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from mocktailverse.deployment import apply
from mocktailverse.deployment.changes import DeploymentError
from mocktailverse.errors import UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import ignored

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import ListObjectVersionsOutputTypeDef, ObjectIdentifierTypeDef

_BATCH_SIZE = 1000
"""The most objects that S3 deletes in one request."""

_RETAINED_BUCKET = "DataBucket"
"""The bucket of raw objects, which the template retains if an environment is protected."""


def require_unprotected(clients: Clients, env: str) -> None:
    """Raise UsageError unless the stack exists, is not protected, and is not being changed."""
    name = stack.stack_name(env)
    description = stack.describe(clients, name)
    if description is None or description["StackStatus"] == "DELETE_COMPLETE":
        raise UsageError(f"There is no stack `{name}` in {clients.region}. Nothing was deleted.")
    if description.get("EnableTerminationProtection"):
        raise UsageError(
            f"{env} is protected. To delete it anyway, remove the protection manually:"
            f" `aws cloudformation update-termination-protection --stack-name {name}"
            " --no-enable-termination-protection`, then run this again. Its tables and its raw"
            " objects are kept even then."
        )
    status = description["StackStatus"]
    if status.endswith("_IN_PROGRESS") and status not in stack.NOT_THERE:
        raise UsageError(f"Stack `{name}` is in {status}. Wait until it is done, then start again.")


def buckets(clients: Clients, stack_name: str, *, protected: bool) -> list[str]:
    """Return the buckets that are deleted with the stack: they have to be emptied first."""
    names = stack.resources(clients, stack_name, "AWS::S3::Bucket")
    return sorted(
        bucket for name, bucket in names.items() if not (protected and name == _RETAINED_BUCKET)
    )


def empty(clients: Clients, bucket: str) -> int:
    """Delete all object versions of a bucket; return how many, 0 if the bucket does not exist.

    Raises:
        DeploymentError: S3 refused to delete an object.
    """
    deleted = 0
    for page in _versions(clients, bucket):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        keys: list[ObjectIdentifierTypeDef] = [
            {"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions
        ]
        for first in range(0, len(keys), _BATCH_SIZE):
            batch = keys[first : first + _BATCH_SIZE]
            response = clients.s3.delete_objects(
                Bucket=bucket, Delete={"Objects": batch, "Quiet": True}
            )
            for error in response.get("Errors", []):
                raise DeploymentError(
                    f"S3 did not delete `{error['Key']}` in `{bucket}`: {error['Message']}"
                )
        deleted += len(keys)
    return deleted


def _versions(clients: Clients, bucket: str) -> "Iterator[ListObjectVersionsOutputTypeDef]":
    with ignored("NoSuchBucket"):
        yield from clients.s3.get_paginator("list_object_versions").paginate(Bucket=bucket)


def destroy(
    clients: Clients,
    stack_name: str,
    bucket_names: Sequence[str],
    *,
    on_event: Callable[[str], None],
    poll_s: float,
) -> None:
    """Empty the given buckets, then delete the stack (its name or id) and wait until it is gone.

    A running function may write to a bucket after it was emptied, and S3 deletes empty buckets
    only. Then all of it is repeated once. DeploymentError if a resource is left after that.
    """
    for is_last_attempt in (False, True):
        for bucket in bucket_names:
            on_event(f"emptying {bucket}: {empty(clients, bucket)} object versions")
        try:
            apply.delete(clients, stack_name, on_event=on_event, poll_s=poll_s)
        except DeploymentError:
            if is_last_attempt or not bucket_names:
                raise
        else:
            return
