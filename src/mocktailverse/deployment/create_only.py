"""Create-only properties: CloudFormation changes them only by replacing the resource.

It creates the new resource first, so a replacement fails if the resource has a name that stays:
"CloudFormation cannot update a stack when a custom-named resource requires replacing".
`create_only.json` holds the properties of the template's types, and the one that names the
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
    name: str | None = None
    """The path of the one that names the resource; None if AWS names it."""


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
    """Raise UsageError if an update would replace a resource whose name stays.

    The message names the resource, the property and the way out.
    """
    present = {one.name: one for one in _resources(before)}
    refused = [
        f"\n  {one.name} ({one.type}): {path}"
        for one in _resources(after)
        if one.name in present
        for path in _impossible(present[one.name], one)
    ]
    if refused:
        raise UsageError(
            "CloudFormation refuses this update: it would have to replace resources whose names"
            f" stay. Nothing was changed. Their properties that cannot change:{''.join(refused)}\n"
            "Restore these values, or give each resource another name as well: for a table, raise"
            " its generation (docs/how-to/migrate-a-table.md)."
        )


def _resources(state: "StackState | ReleaseCandidate") -> list[Resource]:
    given = {name: value for name, value in state.parameters.items() if value is not None}
    return Template.parse(state.template).resources(given)


def _impossible(before: Resource, after: Resource) -> list[str]:
    """Return the changed create-only properties of a named resource that keeps its name."""
    fixed = table().get(schema_type(after.type))
    if fixed is None or fixed.name is None or before.type != after.type:
        return []
    name = _at(after, fixed.name)
    if name is None or name != _at(before, fixed.name):
        return []
    return [path for path in fixed.properties if _at(before, path) != _at(after, path)]


def schema_type(resource_type: str) -> str:
    """Return the type whose schema holds for a resource, after the transform of AWS SAM."""
    is_function = resource_type == "AWS::Serverless::Function"
    return "AWS::Lambda::Function" if is_function else resource_type


def _at(resource: Resource, path: str) -> Any:  # noqa: ANN401  any value of a template
    value: Any = resource.properties
    for key in path.split("/"):
        value = value.get(key) if isinstance(value, dict) else None
    return value
