"""Create-only properties: CloudFormation changes them only by replacing the resource.

It creates the new resource first, so a replacement fails if there may be no second resource like
it: "CloudFormation cannot update a stack when a custom-named resource requires replacing". It also
adds resources before it removes any, so a new logical id cannot take over a name.
`create_only.json` holds the properties of the template's types, and those that identify a
resource. `make docs` writes it from AWS's schemas, which cfn-lint ships.
"""

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec

from mocktailverse.cost.template import Resource, Template
from mocktailverse.errors import UsageError

if TYPE_CHECKING:  # they need this module
    from mocktailverse.deployment.candidate import ReleaseCandidate, StackState


class CreateOnly(msgspec.Struct, frozen=True):
    """The create-only properties of a resource type."""

    properties: tuple[str, ...]
    """Paths such as `TableName`, or `Budget/BudgetName`."""
    identity: tuple[str, ...] = ()
    """The paths whose values no two resources share; none if AWS names the resource."""


@cache
def table() -> dict[str, CreateOnly]:
    """Return the create-only properties by resource type."""
    text = resources.files(__package__).joinpath("create_only.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, CreateOnly])


def is_changed_in_place(resource_type: str, property_name: str) -> bool:
    """Return whether AWS's schema says that a change of the property keeps the resource."""
    fixed = table().get(resource_type)
    tops = {path.partition("/")[0] for path in fixed.properties} if fixed else set()
    return fixed is not None and bool(property_name) and property_name not in tops


def require_possible(before: "StackState", after: "ReleaseCandidate") -> None:
    """Raise UsageError if an update would create again what exists, or replace what holds data.

    A replaced table would be retained, but outside the stack: a return to the release before would
    have to create a table whose name exists. The message names the resource and the property.
    """
    old = _resources(before)
    by_name = {one.name: one for one in old}
    by_identity = {key: one for one in old if (key := _identity(one))}
    refused = [
        f"\n  {one.name} ({one.type}): {reason}"
        for one in _resources(after)
        if (same := by_identity.get(_identity(one)) or (one.is_retained and by_name.get(one.name)))
        for reason in _impossible(same, one)
    ]
    if refused:
        raise UsageError(
            "CloudFormation refuses this update or the way back: it would have to replace resources"
            f" whose names stay, or that hold data. Nothing was changed.{''.join(refused)}\n"
            "Restore these values. A table gets another key or name as another resource beside the"
            " old one: docs/how-to/migrate-a-table.md."
        )


def _resources(state: "StackState | ReleaseCandidate") -> list[Resource]:
    given = {name: value for name, value in state.parameters.items() if value is not None}
    return Template.parse(state.template).resources(given)


def _identity(resource: Resource) -> str:
    """Return the type and the values that no other resource shares; empty if AWS names it."""
    fixed = table().get(schema_type(resource.type))
    values = [_at(resource, path) for path in fixed.identity] if fixed else []
    if None in values or not values:
        return ""
    return msgspec.json.encode([schema_type(resource.type), *values], order="sorted").decode()


def _impossible(before: Resource, after: Resource) -> list[str]:
    """Return why a resource cannot take the place of the one from before."""
    if before.name != after.name:
        return [f"its logical id was {before.name}"]
    paths = table()[schema_type(after.type)].properties
    return [path for path in paths if _at(before, path) != _at(after, path)]


def schema_type(resource_type: str) -> str:
    """Return the type whose schema holds for a resource, after the transform of AWS SAM."""
    is_function = resource_type == "AWS::Serverless::Function"
    return "AWS::Lambda::Function" if is_function else resource_type


def _at(resource: Resource, path: str) -> Any:  # noqa: ANN401  any value of a template
    value: Any = resource.properties
    for key in path.split("/"):
        value = value.get(key) if isinstance(value, dict) else None
    return value
