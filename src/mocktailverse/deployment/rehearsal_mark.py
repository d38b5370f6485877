"""The mark of a rehearsal: a tag of the stack that it creates, and the only stack it may delete."""

import uuid
from typing import TYPE_CHECKING

from mocktailverse.errors import UsageError
from mocktailverse.formatting import moment
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients
from mocktailverse.times import now

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackTypeDef

TAG = "rehearsal"


class ForeignStackError(UsageError):
    """A rehearsal found a stack that it did not create, or a deployment found a rehearsal's."""


def new_mark() -> str:
    """Return when a rehearsal begins (UTC), then an id that no other rehearsal has."""
    return f"{moment(now())} {uuid.uuid4().hex}"


def mark_of(description: "StackTypeDef") -> str | None:
    """Return the mark of the rehearsal that created a stack; None if no rehearsal did."""
    return {tag["Key"]: tag["Value"] for tag in description.get("Tags", [])}.get(TAG)


def require_own(description: "StackTypeDef | None", stack_name: str, mark: str | None) -> None:
    """Raise ForeignStackError if a stack exists and has another mark.

    None is the mark of a stack that no rehearsal created. A rehearsal may thus change and delete
    only what it created itself, and a deployment cannot change what a rehearsal will delete.
    """
    if description is None or description["StackStatus"] in stack.NOT_THERE:
        return
    present = mark_of(description)
    if present == mark:
        return
    if mark is not None:
        raise ForeignStackError(
            f"`{stack_name}` exists, and this rehearsal did not create it, so it was neither"
            " changed nor deleted. Rehearse with an environment that is not deployed."
        )
    raise ForeignStackError(
        f"`{stack_name}` is being rehearsed, since {str(present).rpartition(' ')[0]} UTC, and is"
        " deleted at the end. Wait for that, or delete it with `mocktailverse destroy`."
    )


def require_not_rehearsed(clients: Clients, stack_name: str) -> None:
    """Raise ForeignStackError if a rehearsal has created the stack."""
    require_own(stack.describe(clients, stack_name), stack_name, None)
