"""Change sets: what CloudFormation would do to a stack, before it does it."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import msgspec
from botocore.exceptions import ClientError
from msgspec import Struct

from mocktailverse.cost.template import Template
from mocktailverse.errors import PermanentError, UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.error_translation import error_code
from mocktailverse.waiting import wait_until

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import (
        DescribeChangeSetOutputTypeDef,
        ParameterTypeDef,
        ResourceChangeDetailTypeDef,
        ResourceChangeTypeDef,
    )

    from mocktailverse.stores.clients import Clients

TIMEOUT_S = 1800.0

# CloudFormation tells an empty change set from a broken one by its reason's text alone.
_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")

# Attributes that stay as long as their resource does, and what changes those that do not. Of any
# other nothing is known.
_CHANGED_BY: dict[str, str | None] = {
    "": None,  # a reference to the resource as such
    "Arn": None,
    "QueueName": None,
    "StreamArn": "StreamSpecification",
}

# Properties that CloudFormation changes in place, as its reference says, of which the embedded AWS
# says that they may replace their resource: what environments.toml decides.
_IN_PLACE = {
    ("AWS::Logs::LogGroup", "RetentionInDays"),
    ("AWS::S3::Bucket", "LifecycleConfiguration"),
}

Action = Literal["add", "modify", "replace", "may replace", "remove", "import"]


class DeploymentError(PermanentError):
    """CloudFormation rolled back, or did not end; the text says what failed, and why."""


class Change(Struct, frozen=True):
    """What happens to one resource."""

    action: Action
    resource: str
    """Its name in the template."""
    type: str
    because: tuple[str, ...]
    """The properties and attributes that change."""

    @property
    def loses(self) -> bool:
        """Whether the resource that is there now may go."""
        return self.action in ("replace", "may replace", "remove")


class ChangeSet(Struct, frozen=True):
    """All that happens to a stack."""

    id: str
    stack: str
    creates: bool
    """Whether there is no stack yet."""
    changes: tuple[Change, ...]

    @property
    def losses(self) -> tuple[Change, ...]:
        """The changes that somebody should agree to."""
        return tuple(change for change in self.changes if change.loses)


def propose(  # noqa: PLR0913  keyword-only; each is a separate choice of the caller
    clients: "Clients",
    *,
    stack_name: str,
    template: str,
    parameters: Mapping[str, str | None],
    creates: bool,
    poll_s: float,
) -> ChangeSet | None:
    """Make a change set and wait until it is ready; None where nothing would change.

    Whoever is interrupted while waiting leaves nothing behind.

    Args:
        clients: the account and region.
        stack_name: the stack, which `creates` says is to be made.
        template: the template's text.
        parameters: the template's; None keeps the value that the stack has.
        creates: whether there is no stack yet.
        poll_s: seconds between two looks.

    Raises:
        UsageError: CloudFormation refuses the template or its values.
        DeploymentError: it does not finish the change set.
    """
    name = f"deploy-{time.time_ns()}"
    try:
        change_set = clients.cloudformation.create_change_set(
            StackName=stack_name,
            ChangeSetName=name,
            ClientToken=name,
            ChangeSetType="CREATE" if creates else "UPDATE",
            TemplateBody=template,
            Parameters=[_parameter(*given) for given in parameters.items()],
            Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            Tags=[{"Key": "project", "Value": "mocktailverse"}],
        )["Id"]
    except ClientError as error:
        if error_code(error) != "ValidationError":
            raise
        raise UsageError(
            f"CloudFormation refuses the template: {error.response['Error']['Message']}"
        ) from error
    proposed = ChangeSet(change_set, stack_name, creates, ())
    with _discarded_on_failure(clients, proposed):
        if not _has_changes(clients, change_set, poll_s):
            return None
        known = {name: value for name, value in parameters.items() if value is not None}
        # The embedded AWS lists them, too.
        left_out = Template.parse(template).left_out(known)
        found = [
            change
            for change in _changes(clients, change_set)
            if change.action == "remove" or change.resource not in left_out
        ]
    return msgspec.structs.replace(proposed, changes=tuple(found))


def discard(clients: "Clients", change_set: ChangeSet) -> None:
    """Remove a change set that is not to be executed, and the empty stack that it brought."""
    clients.cloudformation.delete_change_set(ChangeSetName=change_set.id)
    # Another deployment may have created it meanwhile: then it is not empty, and not ours.
    if change_set.creates and stack.status(clients, change_set.stack) == stack.IN_REVIEW:
        clients.cloudformation.delete_stack(StackName=change_set.stack)


@contextmanager
def _discarded_on_failure(clients: "Clients", change_set: ChangeSet) -> Iterator[None]:
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            discard(clients, change_set)


def judged(changes: Sequence["ResourceChangeTypeDef"]) -> list[Change]:
    """CloudFormation's changes, in its order, with what becomes of each resource.

    Where CloudFormation cannot tell yet whether a resource is replaced because what it refers
    to might be, this follows the reference: an ARN stays as long as its resource does.
    """
    by_name = {change["LogicalResourceId"]: change for change in changes}
    return [
        Change(
            action=_action(change, by_name, frozenset()),
            resource=change["LogicalResourceId"],
            type=change["ResourceType"],
            because=tuple(dict.fromkeys(map(_property, change.get("Details", [])))),
        )
        for change in changes
    ]


def _parameter(name: str, value: str | None) -> "ParameterTypeDef":
    if value is None:
        return {"ParameterKey": name, "UsePreviousValue": True}
    return {"ParameterKey": name, "ParameterValue": value}


def _has_changes(clients: "Clients", change_set: str, poll_s: float) -> bool:
    """Wait until the change set is ready; one without changes is removed again."""

    def finished() -> "DescribeChangeSetOutputTypeDef | None":
        answer = clients.cloudformation.describe_change_set(ChangeSetName=change_set)
        return answer if answer["Status"] in {"CREATE_COMPLETE", "FAILED"} else None

    answer = wait_until(finished, TIMEOUT_S, poll_s)
    if answer is None:
        raise DeploymentError(f"CloudFormation did not finish the change set in {TIMEOUT_S:.0f} s.")
    if answer["Status"] == "CREATE_COMPLETE":
        return True
    reason = answer.get("StatusReason", "")
    if not any(text in reason for text in _NO_CHANGES):
        raise UsageError(f"CloudFormation refuses the change: {reason}")
    clients.cloudformation.delete_change_set(ChangeSetName=change_set)
    return False


def _changes(clients: "Clients", change_set: str) -> list[Change]:
    pages = clients.cloudformation.get_paginator("describe_change_set").paginate(
        ChangeSetName=change_set
    )
    changes = [change["ResourceChange"] for page in pages for change in page["Changes"]]
    return judged(changes)


def _action(
    change: "ResourceChangeTypeDef",
    by_name: Mapping[str, "ResourceChangeTypeDef"],
    above: frozenset[str],
) -> Action:
    if change["Action"] == "Add":
        return "add"
    if change["Action"] == "Remove":
        return "remove"
    if change["Action"] == "Import":
        return "import"
    replacement = change.get("Replacement", "False")
    if replacement == "True":
        return "replace"
    if replacement == "False":
        return "modify"
    above |= {change["LogicalResourceId"]}
    harmless = all(
        (change["ResourceType"], _property(detail)) in _IN_PLACE or _keeps(detail, by_name, above)
        for detail in change.get("Details", [])
    )
    return "modify" if harmless else "may replace"


def _keeps(
    detail: "ResourceChangeDetailTypeDef",
    by_name: Mapping[str, "ResourceChangeTypeDef"],
    above: frozenset[str],
) -> bool:
    """Whether a detail certainly leaves its resource where it is."""
    if detail.get("Target", {}).get("RequiresRecreation", "Never") == "Never":
        return True
    if detail.get("Evaluation") != "Dynamic":
        return False
    name, _, attribute = detail.get("CausingEntity", "").partition(".")
    cause = by_name.get(name)
    if cause is None or name in above or attribute not in _CHANGED_BY:
        return False
    changed = [_property(each) for each in cause.get("Details", [])]
    if _CHANGED_BY[attribute] in changed:
        return False
    return _action(cause, by_name, above) == "modify"


def _property(detail: "ResourceChangeDetailTypeDef") -> str:
    target = detail.get("Target", {})
    return target.get("Name") or target.get("Attribute", "")
