"""Rules for every bucket, queue, log and permission of the templates, including new ones."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

UNVERSIONED = {"CatalogueBucket"}
"""Can be rebuilt from the table at any time; see the comment in the template."""

EXPLAINED_PARTS = frozenset({"Action", "Resource", "Principal"})
"""Parts of an Allow statement in which a wildcard needs a comment."""


@pytest.fixture(scope="module")
def resources(template) -> dict[str, Any]:
    return template["Resources"]


def of_type(resources: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    properties = {name: r["Properties"] for name, r in resources.items() if r["Type"] == kind}
    assert properties
    return properties


# ---- Permissions


def allow_statements(text: str) -> Iterator[yaml.MappingNode]:
    """Yield the Allow statements of a template."""
    waiting = [yaml.compose(text, yaml.SafeLoader)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            waiting += [value for _, value in node.value]
            if any(key.value == "Effect" and value.value == "Allow" for key, value in node.value):
                yield node


def scalars(node: yaml.Node) -> Iterator[str]:
    if isinstance(node, yaml.ScalarNode):
        yield node.value
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from scalars(child)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from scalars(value)


def is_wild(part: str, value: str) -> bool:
    """Return whether a wildcard matches more than a bounded set of names.

    Keys below a prefix of a bucket of the template, and names that contain the project's, are.
    """
    if part != "Resource":
        return "*" in value
    is_bounded = ".Arn}/" in value or "mocktailverse" in value
    return value == "*" or ("*" in value and not is_bounded)


def unexplained(text: str) -> list[str]:
    """Return the wildcards of Allow statements without a comment."""
    lines = text.splitlines()
    wildcards = []
    for node in allow_statements(text):
        own = lines[node.start_mark.line : node.end_mark.line]
        if any(" # " in line for line in own):
            continue
        for key, value in node.value:
            assert not key.value.startswith("Not"), f"line {node.start_mark.line}: {key.value}"
            if key.value in EXPLAINED_PARTS:
                wildcards += [f"{key.value}: {v}" for v in scalars(value) if is_wild(key.value, v)]
    return wildcards


@pytest.mark.parametrize("name", ["template.yaml", "deployer.yaml"])
def test_every_wildcard_has_a_comment(template_file, name):
    text = template_file.with_name(name).read_text()
    assert len(list(allow_statements(text))) > 5
    assert unexplained(text) == []


@pytest.mark.parametrize(
    ("statement", "wild"),
    [
        ("Action: s3:*\n  Resource: !Sub '${B.Arn}/a/*'", ["Action: s3:*"]),
        ("Action: [s3:GetObject]\n  Resource: '*'", ["Resource: *"]),
        (
            "Action: a:B\n  Resource: [!GetAtt B.Arn, 'arn:aws:s3:::*']",
            ["Resource: arn:aws:s3:::*"],
        ),
        ("Action: a:B\n  Principal: '*'\n  Resource: !GetAtt B.Arn", ["Principal: *"]),
        ("Action: a:B\n  Principal: {AWS: '*'}\n  Resource: !GetAtt B.Arn", ["Principal: *"]),
        ("Action: s3:* # reason\n  Resource: '*'", []),
        ("Action: a:B\n  Resource: !Sub '${B.Arn}/a/*'", []),
        ("Action: a:B\n  Resource: arn:aws:s3:::mocktailverse-*-dev", []),
    ],
)
def test_a_wildcard_without_a_comment_is_reported(statement, wild):
    assert unexplained(f"- Effect: Allow\n  {statement}\n- Effect: Deny\n  Action: '*'\n") == wild


def test_not_action_is_refused():
    with pytest.raises(AssertionError, match="NotAction"):
        unexplained("- Effect: Allow\n  NotAction: a:B\n  Resource: b\n")


# ---- Data at rest and in transit


def test_every_bucket_is_private_and_encrypted(resources):
    for name, bucket in of_type(resources, "AWS::S3::Bucket").items():
        blocked = bucket["PublicAccessBlockConfiguration"]
        assert set(blocked.values()) == {True}, name
        assert len(blocked) == 4, name
        assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"], name


def test_every_bucket_except_the_catalogue_keeps_versions(resources):
    for name, bucket in of_type(resources, "AWS::S3::Bucket").items():
        expected = None if name in UNVERSIONED else {"Status": "Enabled"}
        assert bucket.get("VersioningConfiguration") == expected, name


def test_every_queue_is_encrypted(resources):
    for name, queue in of_type(resources, "AWS::SQS::Queue").items():
        assert queue["SqsManagedSseEnabled"] is True, name


@pytest.mark.parametrize(
    ("kind", "policy", "names"),
    [
        ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", lambda p: [p["Bucket"]]),
        ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", lambda p: p["Queues"]),
    ],
)
def test_every_bucket_and_queue_requires_tls(resources, kind, policy, names):
    guarded = {
        name["Ref"]
        for properties in of_type(resources, policy).values()
        for name in names(properties)
        if any(_denies_plain_text(s) for s in properties["PolicyDocument"]["Statement"])
    }
    assert guarded == set(of_type(resources, kind))


def _denies_plain_text(statement: dict[str, Any]) -> bool:
    if "If" in statement:
        condition, on_aws, locally = statement["If"]
        assert (condition, locally) == ("IsOnAws", {"Ref": "AWS::NoValue"})
        return _denies_plain_text(on_aws)
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    return (
        statement["Effect"] == "Deny"
        and statement["Principal"] == "*"
        and statement["Condition"] == plain
    )


def test_every_log_has_a_retention_time(resources):
    for name, group in of_type(resources, "AWS::Logs::LogGroup").items():
        assert group["RetentionInDays"], name


def test_only_alarms_of_the_stage_and_budgets_of_the_account_publish_to_the_topic(resources):
    topics = {name for name, r in resources.items() if r["Type"] == "AWS::SNS::Topic"}
    (policy,) = of_type(resources, "AWS::SNS::TopicPolicy").values()
    assert {topic["Ref"] for topic in policy["Topics"]} == topics
    for statement in policy["PolicyDocument"]["Statement"]:
        assert set(statement["Principal"]) == {"Service"}
        assert "aws:SourceAccount" in statement["Condition"]["StringEquals"]
        alarms, budgets = (one["Sub"] for one in statement["Condition"]["ArnLike"]["aws:SourceArn"])
        assert alarms.endswith(":alarm:mocktailverse-*-${Stage}")
        assert budgets.endswith(":budgets::${AWS::AccountId}:*")


def test_every_role_but_of_functions_is_assumed_for_a_resource_of_the_account(resources):
    """Only the function's own configuration names the role of a function: `iam:PassRole`."""
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        if statement["Principal"] != {"Service": "lambda.amazonaws.com"}:
            condition = statement["Condition"]
            assert condition["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
            assert "${AWS::AccountId}" in condition["ArnEquals"]["aws:SourceArn"]["Sub"], name


def test_only_the_queue_of_raw_objects_sends_its_failed_messages_to_the_dead_letters(resources):
    queues = of_type(resources, "AWS::SQS::Queue")
    ours = [q for q in queues.values() if "RedrivePolicy" in q]
    targets = {q["RedrivePolicy"]["deadLetterTargetArn"]["GetAtt"] for q in ours}
    for target in targets:
        policy = queues[target.partition(".")[0]]["RedriveAllowPolicy"]
        assert policy["redrivePermission"] == "byQueue"
        arns = [arn["Sub"].rpartition(":")[2] for arn in policy["sourceQueueArns"]]
        assert arns == [q["QueueName"]["Sub"] for q in ours]


def test_no_function_is_open_to_the_public(resources):
    assert not [r for r in resources.values() if r["Type"] == "AWS::Lambda::Url"]
    for permission in of_type(resources, "AWS::Lambda::Permission").values():
        assert permission["Principal"].endswith(".amazonaws.com")
        assert "SourceArn" in permission
