"""Create, update and delete a stack through CloudFormation change sets."""

from collections.abc import Callable, Mapping

from botocore.exceptions import ClientError

from mocktailverse.deployment import absence_alarms, artifacts, changes, events, rehearsal_mark
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.changes import ChangeSet, DeploymentError
from mocktailverse.deployment.events import Reporter
from mocktailverse.errors import UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import error_code

POLL_S = 2.0

# The stack has changed since the change set was made.
_OBSOLETE = ("InvalidChangeSetStatus", "ChangeSetNotFound")


def deploy(  # noqa: PLR0913  keyword-only; each is a separate choice of the caller
    clients: Clients,
    *,
    stack_name: str,
    template: str,
    parameters: Mapping[str, str | None],
    confirm: Callable[[ChangeSet], bool] = lambda _change_set: True,
    on_progress: Reporter = lambda _step: None,
    on_event: Reporter | None = None,
    rehearsal: str | None = None,
    poll_s: float = POLL_S,
) -> dict[str, str]:
    """Create or update a stack and wait for it; return its outputs.

    A stack that is up to date is left as it is. A stack whose creation failed is replaced.

    None as the value of a parameter keeps the stack's value; `ArtifactBucket` and `FunctionsKey`
    name a zip that exists. `confirm` receives the changes; if it returns False or raises, nothing
    is changed. `on_event` receives a line for each resource that is ready or failed. `rehearsal` is
    the mark of a rehearsal: a stack with another mark is not changed, nor one without.

    Raises:
        ForeignStackError: the stack has another mark than `rehearsal`.
        UsageError: the code's zip is missing, another deployment is under way, the stack cannot
            be updated, or CloudFormation refuses the template; the text says what to do.
        DeploymentError: CloudFormation rolled back, or `confirm` returned False.
    """
    _require_code(clients, parameters)
    description = stack.describe(clients, stack_name)
    rehearsal_mark.require_own(description, stack_name, rehearsal)
    if description and description["StackStatus"] == "ROLLBACK_COMPLETE":
        on_progress("removing what a failed creation left")
        delete(clients, description["StackId"], poll_s=poll_s)
    creates = stack.is_to_be_made(clients, stack_name)
    change_set = changes.propose(
        clients,
        stack_name=stack_name,
        template=template,
        parameters=parameters,
        creates=creates,
        rehearsal=rehearsal,
        poll_s=poll_s,
    )
    if change_set is None:
        return stack.outputs(clients, stack_name)
    with changes.discarded_on_failure(clients, change_set):
        if not confirm(change_set):
            raise DeploymentError("Nothing was changed.")
        values = {name: value for name, value in parameters.items() if value is not None}
        absence_alarms.start_new(clients, template, values)
        # Again, because the embedded AWS also creates a stack that exists by now.
        description = stack.describe(clients, stack_name)
        rehearsal_mark.require_own(description, stack_name, rehearsal)
    before = events.last_event_id(clients, stack_name)
    _execute(clients, change_set)
    on_progress(f"{'creating' if creates else 'updating'} stack {stack_name}")
    status = events.wait_for_stack(
        clients, stack_name, after=before, poll_s=poll_s, on_progress=on_progress, on_event=on_event
    )
    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise DeploymentError(events.failure_message(clients, stack_name, status, before))
    return stack.outputs(clients, stack_name)


def delete(
    clients: Clients, stack_name: str, *, on_event: Reporter | None = None, poll_s: float = POLL_S
) -> None:
    """Delete a stack and wait until it is gone; DeploymentError if a resource is left."""
    description = stack.describe(clients, stack_name)
    if description is None:
        return
    stack_id = description["StackId"]  # CloudFormation knows a deleted stack by its id only
    before = events.last_event_id(clients, stack_id)
    clients.cloudformation.delete_stack(StackName=stack_id)  # never one that follows it
    status = events.wait_for_stack(
        clients, stack_id, after=before, poll_s=poll_s, on_event=on_event
    )
    if status not in (None, "DELETE_COMPLETE"):
        raise DeploymentError(events.failure_message(clients, stack_id, status, before))


def _require_code(clients: Clients, parameters: Mapping[str, str | None]) -> None:
    bucket, key = parameters["ArtifactBucket"], parameters["FunctionsKey"]
    if not bucket or not key or not artifacts.exists(clients, Artifact(bucket, key)):
        # The embedded AWS would deploy functions without code, whose calls "succeed".
        raise UsageError(f"The functions' code, s3://{bucket}/{key}, is missing. Upload it first.")


def _execute(clients: Clients, change_set: ChangeSet) -> None:
    try:
        clients.cloudformation.execute_change_set(
            ChangeSetName=change_set.id,
            # A failed creation deletes its new resources, also those with a Retain policy.
            RetainExceptOnCreate=True,
        )
    except ClientError as error:
        if error_code(error) not in _OBSOLETE:
            raise
        raise UsageError(
            f"Another deployment changed `{change_set.stack}` in the meantime, so nothing was"
            " changed. Check with `mocktailverse diff`, then deploy again."
        ) from error
