"""Write the table of create-only properties from the schemas of AWS that cfn-lint ships."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

from mocktailverse.cost.template import Template
from mocktailverse.deployment.create_only import schema_type

PATH = Path("deployment", "create_only.json")
"""Within the package."""
_REGION = "us-east-1"

_IDENTITIES = {
    "AWS::ApiGatewayV2::Stage": ["ApiId", "StageName"],
    "AWS::Lambda::Alias": ["FunctionName", "Name"],
    "AWS::Lambda::EventSourceMapping": ["EventSourceArn", "FunctionName"],
}
"""Identities that are not a name alone: the schemas do not say them.

Lambda refuses a second mapping of one event source to one function as a conflict: "already exists".
"""


def create_only_json(template: Template) -> str:
    """Return the table's text for all resource types of a template."""
    types = {schema_type(one["Type"]) for one in template.document["Resources"].values()}
    entries = {name: _entry(name) for name in sorted(types)}
    lines = (f'  "{name}": {json.dumps(entry)}' for name, entry in entries.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _entry(name: str) -> dict[str, Any]:
    schema = _schema(name)
    # `conditionalCreateOnlyProperties` replace the resource in some cases: a table's key always.
    pointers = [
        *schema.get("createOnlyProperties", []),
        *schema.get("conditionalCreateOnlyProperties", []),
    ]
    paths = sorted(pointer.removeprefix("/properties/") for pointer in pointers)
    named = {"Name", f"{name.rpartition(':')[2]}Name"}
    own_name = [path for path in paths if path.rpartition("/")[2] in named]
    identity = _IDENTITIES.get(name, own_name)
    return {"properties": paths} | ({"identity": identity} if identity else {})


def _schema(name: str) -> dict[str, Any]:
    schemas = resources.files("cfnlint").joinpath("data", "schemas")
    providers = json.loads(schemas.joinpath("providers", f"{_REGION}.json").read_text())
    prefix = providers[name]
    (path,) = (
        one for one in schemas.joinpath("resources").iterdir() if one.name.startswith(prefix)
    )
    schema: dict[str, Any] = json.loads(path.read_text())
    return schema
