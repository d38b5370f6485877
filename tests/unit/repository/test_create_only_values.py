"""A value that CloudFormation cannot change in place changes only on purpose.

`create_only_values.json` has the values of the create-only properties of all resources on AWS, with
the template's defaults. AWS decides which properties these are: see `deployment/create_only.json`.
`deploy` refuses most of these changes, too, but only when it meets the stack.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Template
from mocktailverse.deployment.create_only import schema_type, table

ROOT = Path(__file__).parents[3]
SNAPSHOT = Path(__file__).with_name("create_only_values.json")
RENEW = f".venv/bin/pytest {Path(__file__).relative_to(ROOT)} --renew-golden"
MEANING = f"""
These are create-only properties: CloudFormation replaces the resource. It refuses that for a name
that stays, and `deploy` refuses it for what holds data; any other resource is created again, and
the old one deleted. For a table, read docs/how-to/migrate-a-table.md first. If the change is meant,
or the resource is new, run this and commit {SNAPSHOT.name}:
  {RENEW}"""
STAGES = ("dev", "staging", "prod")

Values = dict[str, dict[str, Any]]
"""The values by stage and resource, then by property."""

pytestmark = pytest.mark.aws_gate


def at(properties: dict[str, Any], path: str) -> Any:
    value: Any = properties
    for key in path.split("/"):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def values(template: Template) -> Values:
    """Return what is set of the create-only properties of every resource."""
    current: Values = {}
    for stage in STAGES:
        parameters = {"Stage": stage, "Target": "aws", "AlarmEmail": "operators@example.org"}
        for one in template.resources(parameters):
            fixed = table().get(schema_type(one.type))
            set_values = {
                path: value
                for path in (fixed.properties if fixed else ())
                if (value := at(one.properties, path)) is not None
            }
            if set_values:
                current[f"{stage} {one.name} ({one.type})"] = set_values
    return current


def differences(before: Values, after: Values) -> list[str]:
    """Return a line for each property whose value is another one, or is there only once."""
    lines = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, {}), after.get(name, {})
        lines += [
            f"{name}: {path}: {old.get(path)!r} -> {new.get(path)!r}"
            for path in sorted(old.keys() | new.keys())
            if old.get(path) != new.get(path)
        ]
    return lines


def require_equal(before: Values, after: Values) -> None:
    changed = differences(before, after)
    if changed:
        pytest.fail("\n".join([*changed, MEANING]), pytrace=False)


def renewed(current: Values) -> str:
    """Return the snapshot's text: a line for each resource."""
    lines = (f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in current.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def snapshot() -> Values:
    content: Values = json.loads(SNAPSHOT.read_text())
    return content


def test_the_values_of_create_only_properties_are_those_of_the_snapshot(request, record_property):
    current = values(Template.read(find_checkout().template))
    if request.config.getoption("--renew-golden"):
        SNAPSHOT.write_text(renewed(current))
    require_equal(snapshot(), current)
    record_property("proved", f"create-only values: the {len(current)} resources are as committed")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (
            "KeySchema: [{AttributeName: id, KeyType: HASH}]",
            "KeySchema: [{AttributeName: key, KeyType: HASH}]",
            "prod DrinksTable (AWS::DynamoDB::Table): KeySchema: ",
        ),
        (
            "TableName: !Sub mocktailverse-loads-",
            "TableName: !Sub mocktailverse-jobs-",
            "dev LoadsTable (AWS::DynamoDB::Table): TableName: ",
        ),
        (
            "BucketName: !Sub mocktailverse-data-",
            "BucketName: !Sub mocktailverse-raw-",
            "staging DataBucket (AWS::S3::Bucket): BucketName: ",
        ),
        (
            "FunctionName: !Sub mocktailverse-api-",
            "FunctionName: !Sub mocktailverse-web-",
            "dev ApiFunction (AWS::Serverless::Function): FunctionName: ",
        ),
        ("AlarmName: !Sub mocktailverse-no-load", "AlarmName: !Sub mocktailverse-idle", "NoLoad"),
    ],
)
def test_a_changed_value_fails_and_says_what_it_means(old, new, named):
    text = find_checkout().template.read_text()
    assert text.count(old) == 1
    with pytest.raises(pytest.fail.Exception) as failed:
        require_equal(snapshot(), values(Template.parse(text.replace(old, new))))
    assert named in str(failed.value)
    assert "docs/how-to/migrate-a-table.md" in str(failed.value)
    assert RENEW in str(failed.value)


def test_a_change_of_anything_else_is_free():
    text = find_checkout().template.read_text()
    changed = text.replace("      Timeout: 300", "      Timeout: 299")
    assert changed != text
    require_equal(snapshot(), values(Template.parse(changed)))
