"""Applies a template to AWS or to the embedded AWS, through a change set; removes it again."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from mocktailverse.deployment import artifacts, changes, events
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.changes import ChangeSet, DeploymentError
from mocktailverse.deployment.events import Tell
from mocktailverse.errors import UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.error_translation import error_code

if TYPE_CHECKING:
    from mocktailverse.stores.clients import Clients

POLL_S = 2.0

# The stack is no longer as it was when the change set was made.
_OVERTAKEN = ("InvalidChangeSetStatus", "ChangeSetNotFound")


def _silent(_step: str) -> None:
    """Tell nobody."""


def _agree(_change_set: ChangeSet) -> bool:
    return True


def deploy(  # noqa: PLR0913  keyword-only; each is a separate choice of the caller
    clients: "Clients",
    *,
    stack_name: str,
    template: str,
    parameters: Mapping[str, str | None],
    agrees: Callable[[ChangeSet], bool] = _agree,
    on_progress: Tell = _silent,
    on_event: Tell | None = None,
    poll_s: float = POLL_S,
) -> dict[str, str]:
    """Create or update a stack and wait for it; returns its outputs.

    A stack that is up to date already stays as it is. One whose creation failed is replaced.

    Args:
        clients: the account and region.
        stack_name: `mocktailverse-<stage>`.
        template: the template's text.
        parameters: the template's, where None keeps what the stack has; `ArtifactBucket` and
            `FunctionsKey` name a zip that exists.
        agrees: shown the changes; where it does not agree or raises, nothing is changed.
        on_progress: told what is being done, in words for people.
        on_event: told each resource that is ready or failed, in words for people.
        poll_s: seconds between two looks at CloudFormation.

    Raises:
        UsageError: the code's zip is missing, another deployment is under way, the stack is stuck,
            or CloudFormation refuses the template; the text says what to do.
        DeploymentError: CloudFormation rolled back, or `agrees` did not.
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
        return stack.outputs(clients, stack_name)
    agreed = False
    try:
        agreed = agrees(change_set)
    finally:
        if not agreed:
            changes.discard(clients, change_set)
    if not agreed:
        raise DeploymentError("Nothing was changed.")
    before = events.latest(clients, stack_name)
    _execute(clients, change_set)
    on_progress(f"{'creating' if creates else 'updating'} stack {stack_name}")
    status = events.follow(
        clients,
        stack_name,
        after=before,
        poll_s=poll_s,
        on_progress=on_progress,
        on_event=on_event,
    )
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise DeploymentError(events.failure(clients, stack_name, status, before))
    return stack.outputs(clients, stack_name)


def delete(
    clients: "Clients",
    stack_name: str,
    *,
    on_event: Tell | None = None,
    poll_s: float = POLL_S,
) -> None:
    """Delete a stack and wait until it is gone.

    Raises:
        DeploymentError: something in it could not be deleted.
    """
    description = stack.describe(clients, stack_name)
    if description is None:
        return
    stack_id = description["StackId"]  # a deleted stack is found by its id alone
    before = events.latest(clients, stack_id)
    clients.cloudformation.delete_stack(StackName=stack_name)
    status = events.follow(
        clients, stack_id, after=before, poll_s=poll_s, on_progress=_silent, on_event=on_event
    )
    if status not in (None, "DELETE_COMPLETE"):
        raise DeploymentError(events.failure(clients, stack_id, status, before))


def _require_code(clients: "Clients", given: Mapping[str, str | None]) -> None:
    bucket, key = given["ArtifactBucket"], given["FunctionsKey"]
    if not bucket or not key or not artifacts.exists(clients, Artifact(bucket, key)):
        # The embedded AWS would deploy functions without code, whose calls "succeed".
        raise UsageError(f"s3://{bucket}/{key}, the functions' code, is missing: upload it first.")


def _prepare(clients: "Clients", stack_name: str, on_progress: Tell, poll_s: float) -> bool:
    """Make sure that the stack can be changed; returns whether it is to be created."""
    if stack.status(clients, stack_name) == "ROLLBACK_COMPLETE":
        on_progress("removing what a failed creation left")
        delete(clients, stack_name, poll_s=poll_s)
    return stack.is_to_be_made(clients, stack_name)


def _execute(clients: "Clients", change_set: ChangeSet) -> None:
    try:
        clients.cloudformation.execute_change_set(
            ChangeSetName=change_set.id,
            # What a failed creation made goes again, even where it is to outlive a deletion.
            RetainExceptOnCreate=True,
        )
    except ClientError as error:
        if error_code(error) not in _OVERTAKEN:
            raise
        raise UsageError(
            f"Another deployment changed {change_set.stack} meanwhile, so that nothing was changed"
            " here: look at `mocktailverse diff`, then deploy again."
        ) from error
