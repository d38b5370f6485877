"""Change sets: propose changes to a stack, and classify what happens to each resource."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import msgspec
from botocore.exceptions import ClientError
from msgspec import Struct

from mocktailverse.cost.template import Template
from mocktailverse.deployment import artifacts, rehearsal_mark
from mocktailverse.deployment.create_only import is_changed_in_place
from mocktailverse.errors import PermanentError, UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import error_code
from mocktailverse.waiting import wait_until

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import (
        DescribeChangeSetOutputTypeDef,
        ParameterTypeDef,
        ResourceChangeDetailTypeDef,
        ResourceChangeTypeDef,
        TagTypeDef,
    )

_TIMEOUT_S = 1800.0

# CloudFormation reports an empty change set as a failed one; only the text of the reason differs.
_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")

# Attributes that keep their value while their resource is kept, each with the property whose change
# gives it a new value (None: no property does). Nothing is known about other attributes.
_CHANGED_BY: dict[str, str | None] = {
    "": None,  # a reference to the resource as such
    "Arn": None,
    "QueueName": None,
    "StreamArn": "StreamSpecification",
}

Action = Literal["add", "modify", "replace", "may replace", "remove", "import"]
_ACTIONS: dict[str, Action] = {"Add": "add", "Remove": "remove", "Import": "import"}


class DeploymentError(PermanentError):
    """CloudFormation rolled back or timed out; the text says what failed, and why."""


class Change(Struct, frozen=True):
    """A change of one resource."""

    action: Action
    resource: str
    """Its logical id: the name in the template."""
    type: str
    because: tuple[str, ...]
    """The properties and attributes that change."""
    is_kept: bool = False
    """Whether a resource that is replaced or removed stays, with its data, outside of the stack."""

    @property
    def loses(self) -> bool:
        """Whether the existing resource is removed, or may be."""
        return self.action in ("replace", "may replace", "remove")


class ChangeSet(Struct, frozen=True):
    """All changes of a stack, proposed to CloudFormation."""

    id: str
    stack: str
    creates: bool
    """Whether it creates the stack."""
    changes: tuple[Change, ...]

    @property
    def losses(self) -> tuple[Change, ...]:
        """The changes that a person should confirm."""
        return tuple(change for change in self.changes if change.loses)


def propose(  # noqa: PLR0913  keyword-only; each is a separate choice of the caller
    clients: Clients,
    *,
    stack_name: str,
    template: str,
    parameters: Mapping[str, str | None],
    creates: bool,
    rehearsal: str | None = None,
    poll_s: float,
) -> ChangeSet | None:
    """Create a change set and wait until it is ready; return None if nothing would change.

    None as the value of a parameter keeps the stack's value. `creates` is whether the change set
    creates the stack; `rehearsal` is the mark that the stack gets. An interruption or an error
    while waiting deletes the change set.

    Raises:
        UsageError: CloudFormation refuses the template or its parameters.
        DeploymentError: it does not finish the change set in time.
    """
    name = f"deploy-{time.time_ns()}"
    tags: list[TagTypeDef] = [{"Key": "project", "Value": "mocktailverse"}]
    if rehearsal:
        tags.append({"Key": rehearsal_mark.TAG, "Value": rehearsal})
    try:
        change_set = clients.cloudformation.create_change_set(
            StackName=stack_name,
            ChangeSetName=name,
            ClientToken=name,
            ChangeSetType="CREATE" if creates else "UPDATE",
            TemplateURL=artifacts.upload_template(
                clients, template, bucket=parameters["ArtifactBucket"] or ""
            ),
            Parameters=[_parameter(*pair) for pair in parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            Tags=tags,
        )["Id"]
    except ClientError as error:
        if error_code(error) not in ("ValidationError", "AlreadyExistsException"):
            raise
        raise UsageError(
            f"CloudFormation refuses the template: {error.response['Error']['Message']}"
        ) from error
    proposed = ChangeSet(change_set, stack_name, creates, ())
    with discarded_on_failure(clients, proposed):
        if not _has_changes(clients, change_set, poll_s):
            return None
        values = {name: value for name, value in parameters.items() if value is not None}
        # The embedded AWS also lists the resources whose condition is false.
        excluded = Template.parse(template).excluded_resources(values)
        changes = tuple(
            change
            for change in _changes(clients, change_set)
            if change.action == "remove" or change.resource not in excluded
        )
    return msgspec.structs.replace(proposed, changes=changes)


def discard(clients: Clients, change_set: ChangeSet) -> None:
    """Delete a change set without executing it, and the empty stack that it created."""
    clients.cloudformation.delete_change_set(ChangeSetName=change_set.id)
    # If another deployment has created the stack in the meantime, it is not empty: keep it.
    if change_set.creates and stack.status(clients, change_set.stack) == stack.IN_REVIEW:
        clients.cloudformation.delete_stack(StackName=change_set.stack)


@contextmanager
def discarded_on_failure(clients: Clients, change_set: ChangeSet) -> Iterator[None]:
    """Delete a change set if the block raises, also if it is interrupted."""
    try:
        yield
    except BaseException:
        discard(clients, change_set)
        raise


def classify_changes(changes: Sequence["ResourceChangeTypeDef"]) -> list[Change]:
    """Return CloudFormation's changes, in its order, with what happens to each resource.

    CloudFormation reports "may replace" for a resource that refers to an attribute of another
    changed resource, as it does not know yet whether that attribute gets a new value. This follows
    the reference. Example: a permission refers to `Function.Arn`, and only the function's code
    changes. The function is kept, so its ARN is, so the permission is modified and not replaced.
    """
    by_name = {change["LogicalResourceId"]: change for change in changes}
    return [
        Change(
            action=_action(change, by_name, frozenset()),
            resource=change["LogicalResourceId"],
            type=change["ResourceType"],
            because=tuple(dict.fromkeys(map(_property, change.get("Details", [])))),
            is_kept=change.get("PolicyAction") in ("Retain", "ReplaceAndRetain"),
        )
        for change in changes
    ]


def _parameter(name: str, value: str | None) -> "ParameterTypeDef":
    if value is None:
        return {"ParameterKey": name, "UsePreviousValue": True}
    return {"ParameterKey": name, "ParameterValue": value}


def _has_changes(clients: Clients, change_set: str, poll_s: float) -> bool:
    """Wait until the change set is ready; delete it if it has no changes."""

    def finished() -> "DescribeChangeSetOutputTypeDef | None":
        description = clients.cloudformation.describe_change_set(ChangeSetName=change_set)
        return description if description["Status"] in {"CREATE_COMPLETE", "FAILED"} else None

    description = wait_until(finished, _TIMEOUT_S, poll_s)
    if description is None:
        raise DeploymentError(f"Timed out after {_TIMEOUT_S:.0f} s waiting for the change set.")
    if description["Status"] == "CREATE_COMPLETE":
        return True
    reason = description.get("StatusReason", "")
    if not any(text in reason for text in _NO_CHANGES):
        raise UsageError(f"CloudFormation refuses the change: {reason}")
    clients.cloudformation.delete_change_set(ChangeSetName=change_set)
    return False


def _changes(clients: Clients, change_set: str) -> list[Change]:
    pages = clients.cloudformation.get_paginator("describe_change_set").paginate(
        ChangeSetName=change_set
    )
    changes = [change["ResourceChange"] for page in pages for change in page["Changes"]]
    return classify_changes(changes)


def _action(
    change: "ResourceChangeTypeDef",
    by_name: Mapping[str, "ResourceChangeTypeDef"],
    visited: frozenset[str],
) -> Action:
    """Return what happens to a resource; `visited` ends circular references."""
    if change["Action"] in _ACTIONS:
        return _ACTIONS[change["Action"]]
    replacement = change.get("Replacement", "False")
    if replacement == "True":
        return "replace"
    if replacement == "False":
        return "modify"
    visited |= {change["LogicalResourceId"]}
    is_harmless = all(
        is_changed_in_place(change["ResourceType"], _property(detail))
        or _keeps_resource(detail, by_name, visited)
        for detail in change.get("Details", [])
    )
    return "modify" if is_harmless else "may replace"


def _keeps_resource(
    detail: "ResourceChangeDetailTypeDef",
    by_name: Mapping[str, "ResourceChangeTypeDef"],
    visited: frozenset[str],
) -> bool:
    """Return whether a detail of a change certainly does not replace the resource."""
    if detail.get("Target", {}).get("RequiresRecreation", "Never") == "Never":
        return True
    if detail.get("Evaluation") != "Dynamic":
        return False
    name, _, attribute = detail.get("CausingEntity", "").partition(".")
    cause = by_name.get(name)
    if cause is None or name in visited or attribute not in _CHANGED_BY:
        return False
    changed = [_property(each) for each in cause.get("Details", [])]
    if _CHANGED_BY[attribute] in changed:
        return False
    return _action(cause, by_name, visited) == "modify"


def _property(detail: "ResourceChangeDetailTypeDef") -> str:
    target = detail.get("Target", {})
    return target.get("Name") or target.get("Attribute", "")
