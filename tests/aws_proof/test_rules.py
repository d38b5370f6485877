"""Rules of others for the template and its policies: cdk-nag and parliament.

An exception needs a reason; one that is no longer needed fails. checkov, cfn-lint and zizmor run in
`make check`.
"""

import json
import os
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform

from aws_proof import policies, set_up
from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Template

NAG = Path(__file__).parent / "node" / "nag.js"
ACCOUNT = "123456789012"
PROD: dict[str, Any] = {
    "Stage": "prod",
    "Target": "aws",
    "ArtifactBucket": "artifacts",
    "FunctionsKey": "functions.zip",
    "LiveVersions": ["1"] * 5,  # CloudFormation makes a list of the text
    "AlarmEmail": "operators@example.org",
    "PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/boundary",
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": "eu-west-1",
    "AWS::Partition": "aws",
}
PUBLIC = "the catalogue is public; the operators' routes check a key of their own"
PREFIXES = "keys are not known in advance: prefixes limit them, and test_iam finds unused rights"
RUNTIME = "3.13 is the version that the tests and the zip's byte code are for"
ONE_LOG = "the function logs a line for each request; a second log would double the cost"
DEAD_LETTERS = "it is the dead-letter queue itself, which the rule does not see behind a reference"

NAG_EXCEPTIONS = {
    ("AwsSolutions-APIG1", "ApiStage"): ONE_LOG,
    ("Serverless-APIGWAccessLogging", "ApiStage"): ONE_LOG,
    ("AwsSolutions-APIG4", "*Route"): PUBLIC,
    ("AwsSolutions-IAM5", "*"): PREFIXES,
    ("AwsSolutions-L1", "*Function"): RUNTIME,
    ("Serverless-LambdaLatestVersion", "*Function"): RUNTIME,
    ("AwsSolutions-S1", "*Bucket"): "who read which object is worth less than the log would cost",
    ("AwsSolutions-SNS3", "AlarmTopic"): "only AWS's services may publish, and they use TLS",
    ("AwsSolutions-SQS3", "DeadLetterQueue"): DEAD_LETTERS,
    ("Serverless-SQSRedrivePolicy", "DeadLetterQueue"): DEAD_LETTERS,
    ("Serverless-LambdaDLQ", "*Function"): "invoked by pollers, by the API and by schedules that "
    "run again; nothing is lost with an asynchronous invocation",
    ("Serverless-LambdaEventSourceMappingDestination", "TransformRawObjects"): "its queue has a "
    "dead-letter queue; a mapping of a queue takes no destination",
    ("Serverless-LambdaTracing", "*Function"): "the pipeline logs a trace id of "
    "its own for each raw object, an API request is one invocation, and X-Ray costs",
    ("Serverless-SNSRedrivePolicy", "AlarmSubscription"): "e-mail; the alarm's state remains",
}
"""Rules that resources break, by rule and resource, each with its reason."""

PARLIAMENT_EXCEPTIONS = {
    ("*", "RESOURCE_MISMATCH dynamodb:ListStreams"): "the ARN is that of SAM's policy template "
    "DynamoDBStreamReadPolicy; Lambda asks for the action and is content with it",
    ("*", "UNKNOWN_ACTION *"): "newer than parliament's list of actions; those of the deploying "
    "roles are derived from AWS's schemas",
    ("deploy", "INVALID_ARN *"): "the account of AWS's own macros is `aws`",
    ("deploy", "RESOURCE_STAR *"): "event source mappings have no names, and alarms are listed",
    ("deploy", "MISMATCHED_TYPE_BUT_USABLE *"): "an ARN without wildcards is compared as text",
}
"""Findings of parliament, by policy and issue with its actions, each with its reason."""

pytestmark = [pytest.mark.aws_proof, pytest.mark.xdist_group("sam")]


class NoManagedPolicies:
    """The template names no policy of AWS, which SAM would look up."""

    def load(self) -> dict[str, str]:
        return {}


def expanded_template() -> dict[str, Any]:
    """Return prod's template as CloudFormation gets it: mappings, conditions and SAM resolved."""
    resources = Template.read(find_checkout().template).resources(PROD)
    document = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            resource.name: {"Type": resource.type, "Properties": resource.properties}
            for resource in resources
        },
    }
    expanded: dict[str, Any] = transform(document, {}, NoManagedPolicies())
    return expanded


def without_exceptions(
    findings: set[tuple[str, str]], exceptions: dict[tuple[str, str], str]
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the findings without an exception, and the exceptions without a finding."""
    used = {
        exception
        for exception in exceptions
        for finding in findings
        if all(map(fnmatchcase, finding, exception))
    }
    unexplained = {
        finding
        for finding in findings
        if not any(all(map(fnmatchcase, finding, exception)) for exception in used)
    }
    return unexplained, exceptions.keys() - used


def actions_of(finding: dict[str, Any]) -> str:
    """Return the actions of a finding of parliament, or its text."""
    detail = finding["detail"]
    if isinstance(detail, str):
        return detail
    return ", ".join(part if isinstance(part, str) else part["action"] for part in detail)


def test_cdk_nag_finds_only_what_has_a_reason(environment, tmp_path, monkeypatch, proved):
    monkeypatch.setenv("AWS_DEFAULT_REGION", PROD["AWS::Region"])  # SAM asks for the partition
    modules = environment(set_up.NODE) / "node_modules"
    template = tmp_path / "template.json"
    template.write_text(json.dumps(expanded_template()))
    variables = {"PATH": os.environ["PATH"], "NODE_PATH": str(modules), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        ["node", NAG, template], env=variables, capture_output=True, text=True, check=True
    )
    findings = {
        (violation["ruleName"].partition("[")[0], construct["constructPath"].rpartition("/")[2])
        for report in json.loads(done.stdout)["pluginReports"]
        if report["pluginName"] in {"AwsSolutions", "Serverless"}
        for violation in report["violations"]
        for construct in violation["violatingConstructs"]
    }
    assert without_exceptions(findings, NAG_EXCEPTIONS) == (set(), set())
    proved(f"cdk-nag: {len(NAG_EXCEPTIONS)} exceptions with reasons, nothing else")


def test_parliament_finds_only_what_has_a_reason(environment, stack, tmp_path, proved):
    parliament = environment(set_up.TOOLS) / "bin" / "parliament"
    account = stack.clients().sts.get_caller_identity()["Account"]
    documents = policies.of_the_stack(stack.clients()) | policies.of_the_deployer(account, "prod")
    for name, document in documents.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    done = subprocess.run(
        [parliament, "--json", "--directory", tmp_path],
        env={"PYTHONWARNINGS": "ignore"},  # pkg_resources announces its end
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    findings = {
        (Path(finding["location"]["filepath"]).stem, f"{finding['issue']} {actions_of(finding)}")
        for finding in map(json.loads, done.stdout.splitlines())
    }
    assert without_exceptions(findings, PARLIAMENT_EXCEPTIONS) == (set(), set()), sorted(findings)
    proved(f"parliament: {len(documents)} policies, nothing without a reason")
