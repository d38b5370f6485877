"""Rules for infrastructure/template.yaml that the checks of AWS do not cover."""

import json
import re
from collections import Counter
from itertools import chain
from typing import Any

import pytest
import yaml

from mocktailverse.stores.transfer_counter import COUNTER_KEY

FUNCTIONS = ("Transform", "Publish", "Fetch", "Reconcile", "Api")
AWS = ("dev", "staging", "prod")
"""The stages that are not on a laptop."""
MOST_BYTES = 48_200
"""Of a template; CloudFormation takes 51,200 in a request. See docs/decisions/0044."""


class LongForms(yaml.SafeLoader):
    """Reads `!Sub x` as `{"Fn::Sub": x}`, and `!GetAtt A.b` as a list, as SAM does."""

    def function(self, suffix: str, node: Any) -> dict[str, Any]:
        name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
        if isinstance(node, yaml.ScalarNode):
            text = self.construct_scalar(node)
            return {name: text.split(".", 1) if suffix == "GetAtt" else text}
        if isinstance(node, yaml.SequenceNode):
            return {name: self.construct_sequence(node, deep=True)}
        return {name: self.construct_mapping(node, deep=True)}


LongForms.add_multi_constructor("!", LongForms.function)


class NoAliases(yaml.SafeDumper):
    """Repeats what occurs several times."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def as_sam_writes_it(text: str) -> str:
    """Return the template that `sam deploy` and `sam package` send: the size is SAM's own.

    SAM expands short and flow forms, drops comments, gives each resource its id, and copies the
    shared CodeUri to each function.
    """
    document = yaml.load(text, LongForms)  # noqa: S506  a SafeLoader
    for name, resource in document["Resources"].items():
        resource["Metadata"] = {"SamResourceId": name}
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = document["Globals"]["Function"]["CodeUri"]
    return yaml.dump(document, default_flow_style=False, Dumper=NoAliases)


@pytest.fixture(scope="module")
def resources(template) -> dict[str, Any]:
    return template["Resources"]


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: r["Properties"] for name, r in resources.items() if r["Type"] == kind}


def statements(resources: dict[str, Any], role: str) -> list[dict[str, Any]]:
    policies = resources[role]["Properties"]["Policies"]
    return [s for policy in policies for s in policy["PolicyDocument"]["Statement"]]


def actions(statement: dict[str, Any]) -> list[str]:
    action = statement["Action"]
    return [action] if isinstance(action, str) else action


def test_the_metrics_of_stages_have_separate_namespaces(template, resources):
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    assert shared["POWERTOOLS_METRICS_NAMESPACE"] == {"Sub": "mocktailverse-${Stage}"}
    for properties in of_type(resources, "AWS::Serverless::Function").values():
        assert "POWERTOOLS_METRICS_NAMESPACE" not in properties["Environment"]["Variables"]


def test_every_function_has_its_own_role(resources):
    functions = of_type(resources, "AWS::Serverless::Function")
    roles = [properties["Role"]["GetAtt"] for properties in functions.values()]
    assert sorted(roles) == sorted(f"{name}Role.Arn" for name in FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_writes_only_to_its_own_log(resources, name):
    function = resources[f"{name}Function"]
    log_group = resources[f"{name}Logs"]["Properties"]
    expected = "/aws/lambda/" + function["Properties"]["FunctionName"]["Sub"]
    assert log_group["LogGroupName"]["Sub"] == expected
    assert "RetentionInDays" in log_group
    assert f"{name}Logs" in function["DependsOn"]
    logs = [s for s in statements(resources, f"{name}Role") if actions(s)[0].startswith("logs:")]
    assert [s["Resource"] for s in logs] == [{"Sub": f"${{{name}Logs.Arn}}"}]


@pytest.mark.parametrize("role", [*(f"{name}Role" for name in FUNCTIONS), "ScheduleRole"])
def test_no_role_has_a_wildcard_permission(resources, role):
    for statement in statements(resources, role):
        assert statement["Effect"] == "Allow"
        for action in actions(statement):
            assert "*" not in action, statement["Sid"]
        targets = statement["Resource"]
        for target in targets if isinstance(targets, list) else [targets]:
            # A resource of this template, or keys below one of its prefixes.
            assert re.fullmatch(
                r"\$\{\w+(\.Arn)?\}"
                r"|\$\{DataBucket\.Arn\}/[a-z]+/([a-z]+/)?\*"
                r"|\$\{CatalogueBucket\.Arn\}/(catalogue(-\*/)?\*|exports/\*|state/transfer\.json)"
                r"|arn:.*:parameter/mocktailverse/\$\{Stage\}/ops-key"
                r"|\$\{LoadsTable\.Arn\}/index/by-day"
                r"|\$\{DrinksTable\.Arn\}/stream/\*",
                target["Sub"],
            ), statement["Sid"]


def test_no_role_may_delete_data(resources):
    granted = {
        (action, json.dumps(statement["Resource"]))
        for role in of_type(resources, "AWS::IAM::Role")
        for statement in statements(resources, role)
        for action in actions(statement)
    }
    deleting = {(action, target) for action, target in granted if "Delete" in action}
    superseded = ("s3:DeleteObject", '{"Sub": "${CatalogueBucket.Arn}/catalogue-*/*"}')
    assert superseded in deleting
    assert {action for action, _ in deleting - {superseded}} == {"sqs:DeleteMessage"}


def test_only_transform_writes_drinks(resources):
    writers = [
        role
        for role in of_type(resources, "AWS::IAM::Role")
        for statement in statements(resources, role)
        if "dynamodb:PutItem" in actions(statement)
        and "DrinksTable" in json.dumps(statement["Resource"])
    ]
    assert writers == ["TransformRole"]


NEEDED = {
    "Transform": {"DATA_BUCKET", "DRINKS_TABLE", "LOADS_TABLE", "QUEUE_URL", "MAX_RECEIVE_COUNT"}
    | {"STAGE", "LOADS_EXPIRE_DAYS"},
    "Publish": {"CATALOGUE_BUCKET", "DRINKS_TABLE", "STAGE"},
    "Fetch": {"DATA_BUCKET", "SOURCE_URLS", "SOURCE_KEY", "SOURCE_REQUESTS_PER_S", "STAGE"},
    "Reconcile": {"DATA_BUCKET", "LOADS_TABLE", "QUEUE_URL", "MAX_RECEIVE_COUNT", "STAGE"}
    | {"VISIBILITY_TIMEOUT_S", "LOADS_EXPIRE_DAYS"},
    "Api": {"CATALOGUE_BUCKET", "CATALOGUE_MAX_AGE_S", "DATA_BUCKET", "LOADS_TABLE", "STAGE"}
    | {"OPS_KEY_PARAMETER", "API_GB_PER_DAY"},
}
"""The settings that each function reads."""


def settings(variables: dict[str, Any]) -> set[str]:
    return {n.removeprefix("MOCKTAILVERSE_") for n in variables if n.startswith("MOCKTAILVERSE_")}


def test_the_settings_that_all_functions_get_are_those_that_several_need(template):
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    several = {name for name, times in Counter(chain(*NEEDED.values())).items() if times > 1}
    assert settings(shared) == several
    secrets = {name for name, p in template["Parameters"].items() if p.get("NoEcho")}
    assert secrets
    assert not [name for name in secrets if name in json.dumps(shared)]


@pytest.mark.parametrize(("name", "variables"), NEEDED.items())
def test_a_function_gets_no_setting_of_its_own_that_it_does_not_need(template, name, variables):
    function = template["Resources"][f"{name}Function"]["Properties"]
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    own = function["Environment"]["Variables"]
    assert settings(own) == variables - settings(shared)
    assert own["POWERTOOLS_SERVICE_NAME"] == name.lower()
    assert shared["AWS_ENDPOINT_URL"]["If"][0] == "HasEndpoint"


def test_the_functions_know_how_often_the_queue_delivers_a_message(template, resources):
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    redrive = resources["Queue"]["Properties"]["RedrivePolicy"]
    assert shared["MOCKTAILVERSE_MAX_RECEIVE_COUNT"] == str(redrive["maxReceiveCount"])


def test_capacity_stays_within_the_always_free_units_of_an_account(template):
    stages = template["Mappings"]["Stages"]
    on_aws = (stages[units][stage] for units in ("Drinks", "Loads", "LoadsByDay") for stage in AWS)
    assert sum(on_aws) <= 25


@pytest.mark.parametrize("table", ["DrinksTable", "LoadsTable"])
def test_production_data_outlives_its_stack(template, table):
    assert template["Mappings"]["Stages"]["Deletion"]["prod"] == "Retain"
    deletion = {"FindInMap": ["Stages", "Deletion", {"Ref": "Stage"}]}
    for resource in (template["Resources"][table], template["Resources"]["DataBucket"]):
        assert resource["DeletionPolicy"] == deletion
        # A table of a new generation is filled while the one before is still read, in every stage.
        assert resource["UpdateReplacePolicy"] == "Retain"
    properties = template["Resources"][table]["Properties"]
    assert properties["DeletionProtectionEnabled"] == {"If": ["IsProtected", True, False]}


def test_the_catalogue_is_private_and_has_one_version(resources):
    properties = resources["CatalogueBucket"]["Properties"]
    assert "VersioningConfiguration" not in properties
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert resources["CatalogueBucketPolicy"]["Condition"] == "IsOnAws"


def test_no_change_notification_is_dropped(resources):
    mapping = resources["PublishChangedDrinks"]["Properties"]
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert not {"MaximumRetryAttempts", "FunctionResponseTypes"} & set(mapping)


def test_a_batch_that_keeps_failing_is_reported_while_the_stream_has_it(resources):
    mapping = resources["PublishChangedDrinks"]["Properties"]
    assert mapping["MaximumRecordAgeInSeconds"] <= 12 * 3600  # the stream keeps it for 24 hours
    destination = mapping["DestinationConfig"]["OnFailure"]["Destination"]
    assert destination == {"GetAtt": "DeadLetterQueue.Arn"}
    (send,) = [s for s in statements(resources, "PublishRole") if actions(s) == ["sqs:SendMessage"]]
    assert send["Resource"] == {"Sub": "${DeadLetterQueue.Arn}"}


def test_production_raw_objects_never_expire(resources, template):
    assert template["Mappings"]["Stages"]["DataDays"]["prod"] == "0"
    rules = resources["DataBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    for rule in rules:
        if "If" in rule:
            assert rule["If"][:2] == ["KeepsData", {"Ref": "AWS::NoValue"}]
        else:
            assert rule.get("Prefix") in ("state/", "listings/") or set(rule) == {
                *("Id", "Status", "AbortIncompleteMultipartUpload"),
            }


def test_the_message_of_a_running_worker_is_not_redelivered(resources):
    names = (("Queue", "VisibilityTimeout"), ("TransformFunction", "Timeout"))
    hidden, run = (resources[name]["Properties"][key]["If"] for name, key in names)
    assert hidden[0] == run[0] == "IsOnAws"
    assert hidden[1] >= 6 * run[1]
    assert hidden[2] >= 3 * run[2]
    reconcile = resources["ReconcileFunction"]["Properties"]["Environment"]["Variables"]
    assert reconcile["MOCKTAILVERSE_VISIBILITY_TIMEOUT_S"]["If"] == [*map(str, hidden)]


def test_loading_leaves_executions_for_the_api_on_a_new_account(resources):
    """A new account has 10 concurrent executions, of all functions in all environments."""
    queue, stream = (
        resources[name]["Properties"] for name in ("TransformRawObjects", "PublishChangedDrinks")
    )
    assert queue["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert "ParallelizationFactor" not in stream  # one at a time for each shard
    loading = queue["ScalingConfig"]["MaximumConcurrency"] + 1  # a literal: decision 0001
    scheduled = 2  # fetch and reconcile
    assert 10 - loading - scheduled >= 5
    assert 10 - 3 * loading >= 1  # dev, staging and prod at once


def test_the_source_key_is_not_shown(template):
    assert template["Parameters"]["SourceKey"]["NoEcho"] is True


def test_cloudformation_gets_no_yaml_aliases(template_file):
    tokens = yaml.scan(template_file.read_text())
    assert not [t for t in tokens if isinstance(t, yaml.AliasToken | yaml.AnchorToken)]


@pytest.mark.aws_gate
def test_the_template_is_small_enough_for_one_request(template_file):
    assert template_file.stat().st_size <= MOST_BYTES


@pytest.mark.aws_gate
def test_the_template_is_small_enough_as_sam_writes_it(template_file, record_property):
    size = len(as_sam_writes_it(template_file.read_text()).encode())
    assert size <= MOST_BYTES
    record_property("proved", f"template: {size:,} bytes as SAM writes it, of 51,200")


def test_the_api_is_throttled_and_what_it_sends_is_limited(template):
    function = template["Resources"]["ApiFunction"]["Properties"]["Environment"]["Variables"]
    assert function["MOCKTAILVERSE_API_GB_PER_DAY"]["FindInMap"][1] == "ApiGbPerDay"
    stage = template["Resources"]["ApiStage"]["Properties"]
    settings = stage["DefaultRouteSettings"]
    assert settings["ThrottlingRateLimit"]["FindInMap"][1] == "ApiRequestsPerS"
    assert settings["ThrottlingBurstLimit"]["FindInMap"][1] == "ApiBurst"
    stages = template["Mappings"]["Stages"]
    for stage in AWS:
        assert stages["ApiRequestsPerS"][stage] <= 2
        assert stages["ApiBurst"][stage] <= 10
        assert float(stages["ApiGbPerDay"][stage]) <= 1.5


def test_the_api_writes_only_exports_and_its_counter(resources):
    granted = {
        action: json.dumps(statement["Resource"])
        for statement in statements(resources, "ApiRole")
        for action in actions(statement)
        if not action.startswith("logs:")
    }
    assert set(granted) == {
        *("s3:GetObject", "s3:PutObject", "s3:ListBucket", "dynamodb:Query", "ssm:GetParameter"),
    }
    written = [f"${{CatalogueBucket.Arn}}/{key}" for key in ("exports/*", COUNTER_KEY)]
    assert granted["s3:PutObject"] == json.dumps([{"Sub": arn} for arn in written])


def test_exports_expire_after_a_day(resources):
    rules = resources["CatalogueBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    (exports,) = [rule for rule in rules if rule.get("Prefix") == "exports/"]
    assert (exports["Status"], exports["ExpirationInDays"]) == ("Enabled", 1)
    assert not [rule for rule in rules if "ExpirationInDays" in rule and rule != exports]


def test_the_timeout_of_the_api_function_is_shorter_than_that_of_the_gateway(resources):
    assert resources["ApiFunction"]["Properties"]["Timeout"] < 30


def test_the_reader_of_the_catalogue_is_updated_before_its_writer(resources):
    """New readers read the old format; old ones do not read a new one with the same file name."""
    assert "ApiFunction" in resources["PublishFunction"]["DependsOn"]
