"""What `mocktailverse deploy` and `diff` call themselves, with the deploying role.

A new call of these commands is a new line here, with the module that makes it, and the same action
in infrastructure/deployer.yaml. The other commands run with the credentials of a person.
"""

from typing import NamedTuple

from policies.deployer import ACCOUNT, REGION
from policies.simulation import Request


class OwnUse(NamedTuple):
    """A call of our own code."""

    request: Request
    module: str
    """The file below src/mocktailverse that makes the call."""
    call: str
    """How it reads there."""


def own_uses(env: str) -> list[OwnUse]:
    """Return the calls of a deployment of an environment."""
    names = {"env": env, "account": ACCOUNT, "place": f"{REGION}:{ACCOUNT}", "region": REGION}
    return [
        OwnUse(Request(action, arn.format_map(names), _context(action, arn, env)), module, call)
        for action, arn, module, call in _TABLE
    ]


def _context(action: str, arn: str, env: str) -> dict[str, str]:
    """Return the keys that IAM knows about a call besides its ARN."""
    if action == "cloudwatch:PutMetricData":
        return {"cloudwatch:namespace": f"mocktailverse-{env}"}
    return {"s3:if-none-match": "*"} if (action, arn) == ("s3:PutObject", _ZIP) else {}


_STACK = "arn:aws:cloudformation:{place}:stack/mocktailverse-{env}/0a"
_STAGING = "arn:aws:cloudformation:{place}:stack/mocktailverse-staging/0a"
_TRANSFORM = "arn:aws:cloudformation:{region}:aws:transform/"
_ARTIFACTS = "arn:aws:s3:::mocktailverse-artifacts-{account}-{region}"
_ZIP = _ARTIFACTS + "/functions/0a.zip"
_FUNCTION = "arn:aws:lambda:{place}:function:mocktailverse-api-{env}"
_PROMOTED = "arn:aws:lambda:{place}:function:mocktailverse-api-staging"
_LOADS = "arn:aws:dynamodb:{place}:table/mocktailverse-loads-{env}"
_DRINKS = "arn:aws:dynamodb:{place}:table/mocktailverse-drinks-{env}"
_CATALOGUE = "arn:aws:s3:::mocktailverse-catalogue-{env}-{account}-{region}/catalogue-4.sqlite"
_PUBLISH = "arn:aws:lambda:{place}:function:mocktailverse-publish-{env}"
_CANARY = "arn:aws:s3:::mocktailverse-data-{env}-{account}-{region}/raw/thecocktaildb/canary/1.json"

# Action, ARN, module, call.
_TABLE = [
    ("cloudformation:CreateChangeSet", _STACK, "deployment/changes.py", "create_change_set("),
    # A template with macros is expanded by them: each is a resource of its own.
    (
        "cloudformation:CreateChangeSet",
        _TRANSFORM + "Serverless-2016-10-31",
        "deployment/changes.py",
        "create_change_set(",
    ),
    (
        "cloudformation:CreateChangeSet",
        _TRANSFORM + "LanguageExtensions",
        "deployment/changes.py",
        "create_change_set(",
    ),
    ("cloudformation:DescribeChangeSet", _STACK, "deployment/changes.py", "describe_change_set("),
    ("cloudformation:DeleteChangeSet", _STACK, "deployment/changes.py", "delete_change_set("),
    ("cloudformation:ExecuteChangeSet", _STACK, "deployment/apply.py", "execute_change_set("),
    # The empty stack of a declined change set, and what a failed creation left.
    ("cloudformation:DeleteStack", _STACK, "deployment/apply.py", "delete_stack("),
    ("cloudformation:DescribeEvents", _STACK, "deployment/events.py", "describe_events("),
    ("cloudformation:DescribeStackEvents", _STACK, "deployment/events.py", "describe_stack_events"),
    (
        "cloudformation:DescribeStackResources",
        _STACK,
        "deployment/events.py",
        "describe_stack_resources(",
    ),
    (
        "cloudformation:DescribeStacks",
        _STACK,
        "stores/cloudformation_stack.py",
        "describe_stacks(",
    ),
    (
        "cloudformation:ListStackResources",
        _STACK,
        "stores/cloudformation_stack.py",
        "list_stack_resources",
    ),
    (
        "cloudformation:UpdateTerminationProtection",
        _STACK,
        "deployment/completion.py",
        "update_termination_protection(",
    ),
    # --from staging
    ("cloudformation:DescribeStacks", _STAGING, "deployment/release.py", "stack.describe("),
    (
        "cloudformation:ListStackResources",
        _STAGING,
        "deployment/release.py",
        "function_code.function_codes(",
    ),
    (
        "lambda:GetFunctionConfiguration",
        _PROMOTED,
        "deployment/release.py",
        "function_code.function_codes(",
    ),
    ("s3:GetObject", _ZIP, "deployment/artifacts.py", "get_object("),
    ("s3:PutObject", _ZIP, "deployment/artifacts.py", "put_object("),
    ("s3:ListBucket", _ARTIFACTS, "deployment/artifacts.py", "head_bucket("),
    ("s3:GetBucketVersioning", _ARTIFACTS, "deployment/artifacts.py", "get_bucket_versioning("),
    # --function, and functions whose code was replaced since
    (
        "lambda:GetFunctionConfiguration",
        _FUNCTION,
        "deployment/function_code.py",
        "get_function_configuration(",
    ),
    (
        "lambda:UpdateFunctionCode",
        _FUNCTION,
        "deployment/function_code.py",
        "update_function_code(",
    ),
    (
        "ssm:PutParameter",
        "arn:aws:ssm:{place}:parameter/mocktailverse/{env}/ops-key",
        "stores/ops_key.py",
        "put_parameter(",
    ),
    # The file of a new catalogue format, and what changed while it was built
    ("s3:GetObject", _CATALOGUE, "stores/catalogue_object.py", "get_object("),
    ("s3:PutObject", _CATALOGUE, "stores/catalogue_object.py", "put_object("),
    ("s3:DeleteObject", _CATALOGUE, "stores/catalogue_object.py", "delete_object("),
    ("dynamodb:Scan", _DRINKS, "stores/drinks_table.py", ".scan("),
    ("dynamodb:BatchGetItem", _DRINKS, "stores/drinks_table.py", "batch_get_item("),
    ("lambda:InvokeFunction", _PUBLISH, "deployment/catalogue_switch.py", "functions.invoke("),
    # The first value of a metric whose absence is an alarm
    ("cloudwatch:PutMetricData", "*", "deployment/absence_alarms.py", "put_metric_data("),
    # The canary and its load
    ("s3:PutObject", _CANARY, "cli/load_waiting.py", "stores.bucket.put("),
    ("dynamodb:Query", _LOADS, "stores/load_queries.py", ".query("),
]
