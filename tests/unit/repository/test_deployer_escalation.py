"""An attacker who has the deploying role: what it cannot do, simulated."""

import re

import pytest

from policies.deployer import ACCOUNT, ENVIRONMENTS, deployer
from policies.handlers import needs
from policies.own_uses import own_uses
from policies.simulation import Request, actions, decide

BOUNDARY = "iam:PermissionsBoundary"


def policy_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/{name}"


def role_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def is_allowed(env: str, action: str, arn: str, **context: str | list[str]) -> bool:
    return decide(deployer(env).statements, Request(action, arn, context)) == "allowed"


def allowed_actions(env: str) -> set[str]:
    statements = deployer(env).statements
    return {a for s in statements for a in actions(s) if s["Effect"] == "Allow"}


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_no_call_of_iam_reaches_a_deploying_role_or_a_boundary(env):
    own = [role_arn(f"github-mocktailverse-{other}") for other in ENVIRONMENTS]
    for name in ("boundary-mocktailverse", "github-mocktailverse"):
        own += [policy_arn(f"{name}-{other}") for other in ENVIRONMENTS]
    context = {BOUNDARY: policy_arn(f"boundary-mocktailverse-{env}")}
    context["iam:PassedToService"] = "lambda.amazonaws.com"
    for action in allowed_actions(env):
        if action.startswith("iam:"):
            assert not [arn for arn in own if is_allowed(env, action, arn, **context)], action


@pytest.mark.parametrize("env", ENVIRONMENTS)
@pytest.mark.parametrize(
    "action", ["CreateRole", "PutRolePolicy", "DeleteRolePolicy", "PutRolePermissionsBoundary"]
)
def test_a_role_is_written_only_with_the_boundary_of_its_environment(env, action):
    role = role_arn(f"mocktailverse-x-{env}-eu-central-1")
    own, other = (policy_arn(f"boundary-mocktailverse-{name}") for name in (env, "other"))
    assert is_allowed(env, f"iam:{action}", role, **{BOUNDARY: own})
    assert not is_allowed(env, f"iam:{action}", role, **{BOUNDARY: other})
    assert not is_allowed(env, f"iam:{action}", role)
    assert "iam:DeleteRolePermissionsBoundary" not in allowed_actions(env)


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_a_role_reaches_nothing_that_has_the_name_of_another_environment(env):
    statements = deployer(env, ProdData="open").statements
    for other in {*ENVIRONMENTS} - {env}:
        named = re.compile(rf".*[-/]{other}([-/:].*)?")
        reached = {
            request.action
            for request in requests_of(other)
            if named.fullmatch(request.arn) and decide(statements, request) == "allowed"
        }
        assert reached == (PROMOTION if other == "staging" else set())


def test_what_has_no_name_is_what_environments_share():
    named = re.compile(r".*[-/](dev|staging|prod)([-/:].*)?")
    statements = deployer("prod").statements
    requests = [one for one in requests_of("prod") if not named.fullmatch(one.arn)]
    assert {one.action for one in requests if decide(statements, one) == "allowed"} == NAMELESS


def requests_of(env: str) -> list[Request]:
    requests = [need.request for need in needs(env, "a@example.org")]
    return [*requests, *(use.request for use in own_uses(env))]


NAMELESS = {
    *("apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST"),
    *("apigateway:PUT", "apigateway:TagResource", "apigateway:UntagResource"),
    *("billing:GetBillingViewData", "cloudwatch:DescribeAlarms"),
    "cloudwatch:PutMetricData",  # of the own namespace
    *("lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping"),  # of own functions
    *("lambda:GetEventSourceMapping", "lambda:UpdateEventSourceMapping"),
    *("lambda:ListTags", "lambda:TagResource", "lambda:UntagResource"),  # of event sources
    *("logs:DescribeIndexPolicies", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies"),
    *("sns:GetSubscriptionAttributes", "sns:Unsubscribe"),
    # The transforms and the bucket of zips.
    *("cloudformation:CreateChangeSet", "s3:GetBucketVersioning", "s3:GetObject", "s3:ListBucket"),
    "s3:PutObject",
}
PROMOTION = {
    *("cloudformation:DescribeStacks", "cloudformation:ListStackResources"),
    "lambda:GetFunctionConfiguration",
}


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_no_identity_and_no_policy_but_of_bounded_roles_is_written(env):
    written = {a for a in allowed_actions(env) if a.startswith(("iam:", "sts:"))}
    assert {a for a in written if not a.startswith(("iam:Get", "iam:List"))} == {
        *("iam:CreateRole", "iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:PassRole"),
        *("iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary"),
    }


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_a_role_is_passed_only_to_functions_and_schedules_and_only_one_of_the_environment(env):
    own = role_arn(f"mocktailverse-x-{env}-eu-central-1")

    def passes(arn: str, service: str) -> bool:
        return is_allowed(env, "iam:PassRole", arn, **{"iam:PassedToService": service})

    assert passes(own, "lambda.amazonaws.com")
    assert passes(own, "scheduler.amazonaws.com")
    for service in ("cloudformation", "ec2", "ecs-tasks", "codebuild", "states", "events"):
        assert not passes(own, f"{service}.amazonaws.com")
    for name in ("admin", "mocktailverse-x-other-eu-central-1", f"github-mocktailverse-{env}"):
        assert not passes(role_arn(name), "lambda.amazonaws.com")


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_no_environment_changes_the_shared_bucket_or_a_zip_in_it(env):
    bucket = f"arn:aws:s3:::mocktailverse-artifacts-{ACCOUNT}-eu-central-1"
    files = [f"{bucket}/functions/0a.zip", f"{bucket}/templates/0a.yaml"]
    for file in files:
        assert is_allowed(env, "s3:PutObject", file, **{"s3:if-none-match": "*"})
    for action in allowed_actions(env):
        if action.startswith(("s3:Put", "s3:Delete", "s3:Create", "s3:Tag", "s3:Untag")):
            for arn in (bucket, *files):
                assert not is_allowed(env, action, arn), action


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_release_records_are_read_and_written_by_their_environment_and_deleted_by_none(env):
    bucket = f"arn:aws:s3:::mocktailverse-artifacts-{ACCOUNT}-eu-central-1"
    for other in ENVIRONMENTS:
        record = f"{bucket}/releases/{other}/1764547200000-0a.json"
        for action in ("s3:GetObject", "s3:PutObject"):
            assert is_allowed(env, action, record, **{"s3:if-none-match": "*"}) == (env == other)
        for action in ("s3:DeleteObject", "s3:DeleteObjectVersion"):
            assert not is_allowed(env, action, record)


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_of_drinks_loads_and_raw_objects_only_the_canary_is_deleted(env):
    data = f"mocktailverse-data-{env}-{ACCOUNT}-eu-central-1"
    other = f"mocktailverse-data-other-{ACCOUNT}-eu-central-1"
    canary, drink = "raw/thecocktaildb/canary/1.json", "thecocktaildb:999999999999"

    def deletes(table: str, *keys: str) -> bool:
        arn = f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/mocktailverse-{table}-{env}"
        return is_allowed(env, "dynamodb:DeleteItem", arn, **{"dynamodb:LeadingKeys": [*keys]})

    assert deletes("drinks", drink)
    for keys in (["thecocktaildb:11007"], [f"{drink}9"], [drink, "thecocktaildb:11007"]):
        assert not deletes("drinks", *keys)
    assert deletes("loads", f"v1/{data}/{canary}")
    for key in (
        f"v1/{data}/raw/thecocktaildb/lookup/1.json",
        f"v1/{data}/raw/other/canary/1.json",
        f"v1/{data}/raw/thecocktaildb/canary.json",
        f"v1/{other}/{canary}",
        canary,
        drink,
    ):
        assert not deletes("loads", key)
        assert not deletes("loads", f"v1/{data}/{canary}", key)
    for name, key, expected in (
        (data, canary, True),
        (data, "raw/thecocktaildb/lookup/1.json", False),
        (data, "raw/other/canary/1.json", False),
        (data, "rejected/0a-1/0001.ndjson", False),
        (other, canary, False),
    ):
        for action in ("s3:DeleteObjectVersion", "s3:PutObject"):
            assert is_allowed(env, action, f"arn:aws:s3:::{name}/{key}") == expected
        # A deleted version leaves no marker that hides others.
        assert not is_allowed(env, "s3:DeleteObject", f"arn:aws:s3:::{name}/{key}")


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_no_item_is_deleted_or_read_by_a_call_that_names_no_key(env):
    for table in ("drinks", "loads"):
        arn = f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/mocktailverse-{table}-{env}"
        for action in ("dynamodb:DeleteItem", "dynamodb:GetItem"):
            assert not is_allowed(env, action, arn)


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_only_raw_and_rejected_objects_of_the_environment_are_listed_and_read(env):
    for other in (env, "other"):
        bucket = f"arn:aws:s3:::mocktailverse-data-{other}-{ACCOUNT}-eu-central-1"
        for prefix, is_ours in (("raw/", True), ("rejected/", True), ("state/", False)):
            expected = is_ours and other == env
            listing = {"s3:prefix": prefix}
            assert is_allowed(env, "s3:ListBucketVersions", bucket, **listing) == expected
            assert is_allowed(env, "s3:GetObject", f"{bucket}/{prefix}1.json") == expected
        assert not is_allowed(env, "s3:ListBucketVersions", bucket)


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_versions_and_aliases_are_changed_and_invoked_in_the_environment_only(env):
    for other in ENVIRONMENTS:
        function = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:mocktailverse-api-{other}"
        for action in ("InvokeFunction", "DeleteFunction", "UpdateAlias", "PublishVersion"):
            for arn in (function, f"{function}:live", f"{function}:2"):
                assert is_allowed(env, f"lambda:{action}", arn) == (env == other)


@pytest.mark.parametrize("prod_data", ["kept", "open"])
def test_prod_s_raw_objects_and_tables_cannot_be_deleted(prod_data):
    bucket = f"arn:aws:s3:::mocktailverse-data-prod-{ACCOUNT}-eu-central-1"
    table = f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/mocktailverse-drinks-prod"
    stack = f"arn:aws:cloudformation:eu-central-1:{ACCOUNT}:stack/mocktailverse-prod/0a"
    statements = deployer("prod", ProdData=prod_data).statements
    for action, arn in (
        ("s3:DeleteBucket", bucket),
        ("s3:DeleteObject", f"{bucket}/raw/thecocktaildb/2026/01/01/1/1"),
        ("s3:DeleteObjectVersion", f"{bucket}/raw/thecocktaildb/2026/01/01/1/1"),
        ("s3:PutObject", f"{bucket}/raw/thecocktaildb/2026/01/01/1/1"),
        ("dynamodb:DeleteTable", table),
        ("dynamodb:DeleteItem", table),
        ("dynamodb:PutItem", table),
        ("cloudformation:DeleteStack", stack),
    ):
        assert decide(statements, Request(action, arn)) != "allowed", action


def test_nothing_makes_prod_s_raw_objects_expire_or_opens_their_bucket():
    bucket = f"arn:aws:s3:::mocktailverse-data-prod-{ACCOUNT}-eu-central-1"
    changing = {a for a in allowed_actions("prod") if a.startswith(("s3:Put", "s3:Delete"))}
    changed = {action for action in changing if is_allowed("prod", action, bucket)}
    assert changed == {"s3:PutBucketNotification", "s3:PutBucketTagging"}


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_what_a_created_role_can_do_at_most_is_data_of_its_environment(env):
    boundary = deployer(env).boundary_statements
    for other in {*ENVIRONMENTS} - {env}:
        requests = [need.request for need in needs(other)]
        assert not [one for one in requests if decide(boundary, one) == "allowed"]
    allowed = {action for statement in boundary for action in actions(statement)}
    assert not [a for a in allowed if a.startswith(("iam:", "sts:", "cloudformation:"))]
    deleting = {action for action in allowed if "Delete" in action}
    assert deleting == {"sqs:DeleteMessage", "s3:DeleteObject"}
    (superseded,) = [one for one in boundary if actions(one) == ["s3:DeleteObject"]]
    assert superseded["Resource"].endswith("/catalogue-*/*"), "parts of a catalogue, not data"
