"""What `mocktailverse deploy` and `diff` call themselves, with the deploying role.

A new call of these commands is a new line here, with the module that makes it, and the same action
in infrastructure/deployer.yaml. The other commands run with the credentials of a person.
"""

import re
from collections.abc import Mapping
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

    def filled(value: str | list[str]) -> str | list[str]:
        if isinstance(value, str):
            return value.format_map(names)
        return [each.format_map(names) for each in value]

    uses = []
    for action, arn, module, call in _TABLE:
        keys = _CONTEXT.get((arn, call), {})
        context = {key: filled(value) for key, value in keys.items()}
        # A table may have a later generation (docs/how-to/migrate-a-table.md).
        arns = sorted({arn, re.sub(r"(/mocktailverse-(drinks|loads))-", r"\1-2-", arn)})
        uses += [
            OwnUse(Request(action, one.format_map(names), context), module, call) for one in arns
        ]
    return uses


_STACK = "arn:aws:cloudformation:{place}:stack/mocktailverse-{env}/0a"
_STAGING = "arn:aws:cloudformation:{place}:stack/mocktailverse-staging/0a"
_TRANSFORM = "arn:aws:cloudformation:{region}:aws:transform/"
_ARTIFACTS = "arn:aws:s3:::mocktailverse-artifacts-{account}-{region}"
_ZIP = _ARTIFACTS + "/functions/0a.zip"
_TEMPLATE = _ARTIFACTS + "/templates/0a.yaml"
_RELEASE = _ARTIFACTS + "/releases/{env}/1764547200000-0a.json"
_FUNCTION = "arn:aws:lambda:{place}:function:mocktailverse-api-{env}"
_PROMOTED = "arn:aws:lambda:{place}:function:mocktailverse-api-staging"
_VERSION = _FUNCTION + ":2"
_LOADS = "arn:aws:dynamodb:{place}:table/mocktailverse-loads-{env}"
_DRINKS = "arn:aws:dynamodb:{place}:table/mocktailverse-drinks-{env}"
_CATALOGUE = "arn:aws:s3:::mocktailverse-catalogue-{env}-{account}-{region}/catalogue-4.json"
_PUBLISH = "arn:aws:lambda:{place}:function:mocktailverse-publish-{env}:live"
_DATA_BUCKET = "mocktailverse-data-{env}-{account}-{region}"
_DATA = "arn:aws:s3:::" + _DATA_BUCKET
_CANARY_KEY = "/raw/thecocktaildb/canary/1.json"

_DRINK_KEYS = {"dynamodb:LeadingKeys": ["thecocktaildb:999999999999"]}
_LOAD_KEYS = {"dynamodb:LeadingKeys": ["v1/" + _DATA_BUCKET + _CANARY_KEY]}
_IF_NONE = {"s3:if-none-match": "*"}

# The keys that IAM knows about a call besides its ARN: by ARN and call.
_CONTEXT: dict[tuple[str, str], Mapping[str, str | list[str]]] = {
    ("*", "put_metric_data("): {"cloudwatch:namespace": "mocktailverse-{env}"},
    (_ZIP, "put_object("): _IF_NONE,
    (_TEMPLATE, "_add(clients, artifact"): _IF_NONE,
    (_DATA, "bucket.versions(CANARY_PREFIX"): {"s3:prefix": "raw/thecocktaildb/canary/"},
    (_DATA, "bucket.versions()"): {"s3:prefix": "raw/"},
    (_DATA, 'bucket.versions("rejected/"'): {"s3:prefix": "rejected/"},
    (_DRINKS, "drinks.get(DRINK_ID"): _DRINK_KEYS,
    (_DRINKS, "client.delete_item("): _DRINK_KEYS,
    (_LOADS, "client.delete_item("): _LOAD_KEYS,
}

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
    # The template to which a failed deployment returns
    ("cloudformation:GetTemplate", _STACK, "deployment/candidate.py", "get_template("),
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
    (
        "lambda:GetFunctionConfiguration",
        _PROMOTED + ":live",
        "deployment/function_code.py",
        "{function}:{LIVE}",
    ),
    ("s3:GetObject", _ZIP, "deployment/artifacts.py", "get_object("),
    ("s3:PutObject", _ZIP, "deployment/artifacts.py", "put_object("),
    # CloudFormation reads the template with the same role
    ("s3:GetObject", _TEMPLATE, "deployment/artifacts.py", "get_object("),
    ("s3:PutObject", _TEMPLATE, "deployment/artifacts.py", "_add(clients, artifact"),
    ("s3:PutObject", _RELEASE, "deployment/kept_releases.py", "put_object("),
    ("s3:GetObject", _RELEASE, "deployment/kept_releases.py", "get_object("),
    ("s3:ListBucket", _ARTIFACTS, "deployment/kept_releases.py", "list_objects_v2"),
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
    # The versions of a release, and the aliases that name what serves
    ("lambda:GetAlias", _FUNCTION, "deployment/function_versions.py", "get_alias("),
    ("lambda:UpdateAlias", _FUNCTION, "deployment/function_versions.py", "update_alias("),
    ("lambda:PublishVersion", _FUNCTION, "deployment/function_versions.py", "publish_version("),
    (
        "lambda:GetFunctionConfiguration",
        _VERSION,
        "deployment/function_versions.py",
        "published_version_active",
    ),
    (
        "lambda:ListVersionsByFunction",
        _FUNCTION,
        "deployment/function_versions.py",
        "list_versions",
    ),
    ("lambda:DeleteFunction", _VERSION, "deployment/function_versions.py", "delete_function("),
    ("lambda:InvokeFunction", _VERSION, "deployment/probes.py", "functions.run("),
    (
        "ssm:PutParameter",
        "arn:aws:ssm:{place}:parameter/mocktailverse/{env}/ops-key",
        "stores/ops_key.py",
        "put_parameter(",
    ),
    # The file of a new catalogue format, and what changed while it was built
    ("s3:GetObject", _CATALOGUE, "stores/catalogue_objects.py", "get_object("),
    ("s3:PutObject", _CATALOGUE, "stores/catalogue_objects.py", "put_object("),
    ("s3:DeleteObject", _CATALOGUE, "stores/catalogue_objects.py", "delete_object("),
    ("dynamodb:Scan", _DRINKS, "stores/drinks_table.py", ".scan("),
    ("dynamodb:BatchGetItem", _DRINKS, "stores/drinks_table.py", "batch_get_item("),
    (
        "lambda:InvokeFunction",
        _PUBLISH,
        "deployment/catalogue_switch.py",
        "functions.invoke(function",
    ),
    # The first value of a metric whose absence is an alarm
    ("cloudwatch:PutMetricData", "*", "deployment/absence_alarms.py", "put_metric_data("),
    # The canary, and its removal
    ("s3:PutObject", _DATA + _CANARY_KEY, "deployment/canary.py", "bucket.put("),
    ("s3:ListBucketVersions", _DATA, "deployment/canary.py", "bucket.versions(CANARY_PREFIX"),
    ("s3:DeleteObjectVersion", _DATA + _CANARY_KEY, "deployment/canary.py", "delete_object("),
    ("dynamodb:GetItem", _DRINKS, "deployment/canary.py", "drinks.get(DRINK_ID"),
    ("dynamodb:DeleteItem", _DRINKS, "deployment/canary.py", "client.delete_item("),
    ("dynamodb:Query", _LOADS, "deployment/canary.py", 'get_paginator("query")'),
    ("dynamodb:DeleteItem", _LOADS, "deployment/canary.py", "client.delete_item("),
    # The plan of what a release would change
    ("s3:ListBucketVersions", _DATA, "operations/plan_run.py", "bucket.versions()"),
    ("s3:ListBucketVersions", _DATA, "operations/plan_run.py", 'bucket.versions("rejected/"'),
    ("s3:GetObjectVersion", _DATA + "/raw/a/1.json", "stores/data_bucket.py", "get_object("),
    # An object from before the bucket had versions
    ("s3:GetObject", _DATA + "/raw/a/1.json", "stores/data_bucket.py", "get_object("),
    ("s3:GetObject", _DATA + "/rejected/0a-1/0001.ndjson", "stores/data_bucket.py", "get_object("),
    ("dynamodb:Query", _LOADS + "/index/by-day", "stores/load_queries.py", ".query("),
    ("dynamodb:Query", _LOADS, "stores/load_queries.py", 'paginator("query")'),
]
