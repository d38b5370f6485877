"""Several environments on one embedded AWS, deployed with the commands that deploy to AWS.

The functions are the real ones. Everything runs as the deployer, with IAM enforced.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx2
import msgspec
import pytest

from mocktailverse.catalogue.changes.publication import PublishedCatalogue
from mocktailverse.catalogue.schema import FORMAT
from mocktailverse.checkout import Checkout, find_checkout
from mocktailverse.cli import deploy_target
from mocktailverse.deployment import removal
from mocktailverse.local.state import LocalStack
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.catalogue_objects import CatalogueObjects
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.ops_key import parameter_name
from mocktailverse.waiting import wait_until
from worlds.commands import run
from worlds.deployments import broken_zip, zip_with

ENVIRONMENTS = ("dev", "staging", "prod")


@pytest.fixture(scope="module")
def deployed(aws: LocalStack, built: Path) -> dict[str, dict[str, str]]:
    """The outputs of dev, staging and prod, after the zip was promoted from one to the next."""
    assert run("deploy", "--env", "dev", "--zip", built, "--json") == 0
    assert run("deploy", "--env", "staging", "--from", "dev", "--json") == 0
    assert run("deploy", "--env", "prod", "--from", "staging", "--json") == 0
    clients = aws.clients()
    return {env: stack.outputs(clients, f"mocktailverse-{env}") for env in ENVIRONMENTS}


@pytest.fixture
def clients(aws: LocalStack) -> Clients:
    return aws.clients()


@pytest.fixture(scope="module")
def other_zip(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The functions' zip with one more file."""
    return zip_with(
        built, tmp_path_factory.mktemp("zip") / "other.zip", {"note.txt": "another zip"}
    )


def code_of(clients: Clients, env: str) -> set[str]:
    functions = stack.resources(clients, f"mocktailverse-{env}", "AWS::Lambda::Function").values()
    configurations = [
        clients.lambda_.get_function_configuration(FunctionName=f"{name}:live")
        for name in functions
    ]
    return {configuration["CodeSha256"] for configuration in configurations}


def test_three_environments_and_the_local_one_share_no_resource_name(aws, deployed):
    for one in (aws.outputs, *deployed.values()):
        others = [o for o in (aws.outputs, *deployed.values()) if o is not one]
        for name, value in one.items():
            assert value not in [other[name] for other in others], name


def test_promotion_deploys_the_same_zip(clients, deployed):
    assert code_of(clients, "dev") == code_of(clients, "staging") == code_of(clients, "prod")
    assert len(code_of(clients, "prod")) == 1
    keys = {
        stack.parameters(stack.describe(clients, f"mocktailverse-{env}"))["FunctionsKey"]
        for env in deployed
    }
    assert len(keys) == 1


def test_an_environment_that_is_up_to_date_has_no_difference(command, deployed):  # noqa: ARG001  it is deployed
    result = command("diff", "--env", "prod", "--from", "staging", "--json")
    assert result.code == 0
    assert result.json == {"items": [], "next": None, "apart": []}


def test_a_repeated_deployment_changes_nothing_and_sends_another_canary(command, deployed, built):
    result = command("deploy", "--env", "dev", "--zip", built, "--json")
    assert result.code == 0
    assert result.json["changes"] == []
    assert result.json["outputs"] == deployed["dev"]
    assert result.json["account"] == "000000000000"
    assert "the embedded AWS at http://127.0.0.1" in result.err
    assert result.json["api_url"].startswith(result.json["endpoint"])


def test_a_deployment_shows_what_it_changes_in_the_drinks(command, deployed, built, clients):
    first = command("deploy", "--env", "dev", "--zip", built, "--json")
    assert first.json["plan"]["unchanged"] == 0  # the catalogue is empty
    samples = find_checkout().template.parents[1] / "data" / "raw" / "mocktails.json"
    published = PublishedCatalogue(CatalogueObjects(clients, deployed["dev"]["CatalogueBucket"]))
    empty = published.etag()
    assert command("ingest", samples, "--env", "dev", "--wait").code == 0
    assert wait_until(lambda: published.etag() != empty, timeout_s=60)
    again = command("deploy", "--env", "dev", "--zip", built, "--json")
    assert (again.code, again.json["plan"]["changed"]) == (0, 0)
    assert again.json["plan"]["unchanged"] > 0
    assert "Plan of this checkout's code: 0 of" in again.err
    assert command("plan", "--env", "dev").code == 0
    without = command("deploy", "--env", "dev", "--zip", built, "--json", "--no-plan")
    assert (without.code, without.json["plan"]) == (0, None)


def test_each_environment_has_a_separate_operators_key(clients, deployed):
    parameters = [
        clients.ssm.get_parameter(Name=parameter_name(env), WithDecryption=True) for env in deployed
    ]
    assert {parameter["Parameter"]["Type"] for parameter in parameters} == {"SecureString"}
    assert len({parameter["Parameter"]["Value"] for parameter in parameters}) == 3


def test_loads_expire_except_in_prod(clients, deployed):
    def expires(env: str) -> bool:
        ttl = clients.dynamodb.describe_time_to_live(TableName=deployed[env]["LoadsTable"])
        return ttl["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"

    assert [expires(env) for env in ENVIRONMENTS] == [True, True, False]


def test_the_artifact_bucket_is_private_encrypted_and_versioned(clients, deployed):  # noqa: ARG001  it is deployed
    name = "mocktailverse-artifacts-000000000000-us-east-1"
    blocked = clients.s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert all(blocked.values())
    rules = clients.s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
    assert rules["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert clients.s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"


def test_status_and_outputs_show_the_state_of_an_environment(command, deployed):
    status = command("status", "--env", "prod", "--json")
    assert status.code == 0
    assert status.json["protected"] is True
    assert status.json["dead_letters"] == 0
    assert {f["name"] for f in status.json["functions"]} >= {"transform", "fetch", "reconcile"}
    assert not any(f["apart"] for f in status.json["functions"])
    assert command("outputs", "--env", "prod", "--json").json == deployed["prod"]
    assert command("status", "--env", "qa").code == 2


def with_alarm_email(patch: pytest.MonkeyPatch, folder: Path, env: str, value: str) -> None:
    """Let the commands read an environments.toml with another value."""
    checkout = find_checkout()
    path = folder / "environments.toml"
    before = rf"(\[{env}\]\n(?s:.*?)alarm_email = )\".*\""
    path.write_text(re.sub(before, rf'\1"{value}"', checkout.environments.read_text()))
    changed = msgspec.structs.replace(checkout, environments=path)
    patch.setattr(deploy_target, "find_checkout", lambda: changed)


def test_prod_is_not_deployed_if_its_alarms_would_reach_nobody(
    command,
    deployed,  # noqa: ARG001  it is deployed
    monkeypatch,
    tmp_path,
):
    with_alarm_email(monkeypatch, tmp_path, "prod", "")
    result = command("deploy", "--env", "prod", "--from", "staging")
    assert result.code == 2
    assert "The alarms of prod would reach nobody" in result.err
    assert str(tmp_path / "environments.toml") in result.err
    status = command("status", "--env", "prod", "--json").json["alarm_subscription"]
    assert (status["state"], status["email"]) == ("none", "")


def test_status_shows_whether_the_address_receives_the_alarms(
    command, clients, deployed, built, tmp_path
):
    with pytest.MonkeyPatch.context() as patch:
        with_alarm_email(patch, tmp_path, "dev", "me@example.org")
        # The emulator reports that the subscription is replaced, although it is new.
        result = command("deploy", "--env", "dev", "--zip", built, "--yes", "--json")
        assert result.json["alarm_subscription"]["state"] == "confirmed"  # as the emulator says
    topic = deployed["dev"]["AlarmTopic"]
    (subscription,) = clients.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    clients.sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    key = result.json["artifact"]["key"]
    result = command("status", "--env", "dev")
    assert "deleted: me@example.org" in result.out
    assert result.out.count(key.removeprefix("functions/")[:12]) == 5
    assert "aws sns subscribe" in " ".join(result.out.split())
    restored = command("deploy", "--env", "dev", "--zip", built, "--yes")  # as the others expect it
    assert restored.code == 0


def test_a_new_prod_has_36_hours_until_missing_fetches_are_an_alarm(
    command,
    clients,
    deployed,  # noqa: ARG001  it is deployed
):
    assert command("deploy", "--env", "prod", "--from", "staging", "--json").code == 0
    now = datetime.now(UTC)
    statistics = clients.cloudwatch.get_metric_statistics(
        Namespace="mocktailverse-prod",
        MetricName="RecordsFetched",
        Dimensions=[{"Name": "service", "Value": "fetch"}],
        StartTime=now - timedelta(hours=36),
        EndTime=now + timedelta(hours=1),
        Period=3600,
        Statistics=["SampleCount", "Sum"],
    )
    points = [(point["SampleCount"], point["Sum"]) for point in statistics["Datapoints"]]
    assert points == [(1, 0)], "of the first deployment, and of no other"


def test_outputs_exports_the_variables_that_point_tools_at_the_local_stack(aws, command):
    lines = command("outputs", "--exports").out.splitlines()
    assert f"export AWS_ENDPOINT_URL={aws.endpoint}" in lines
    assert f"export AWS_ACCESS_KEY_ID={aws.access_key_id}" in lines


def test_logs_are_those_of_one_function_and_one_environment(command, deployed):
    result = command("logs", "--env", "dev", "--function", "transform", "--json")
    assert result.code == 0
    assert any('"service":"transform"' in line["message"] for line in result.json["items"])
    assert not any("mocktailverse-prod" in line["message"] for line in result.json["items"])
    times = [line["at"] for line in result.json["items"]]
    assert times == sorted(times)
    assert command("logs", "--env", "dev", "--function", deployed["dev"]["FetchFunction"]).code == 0
    assert command("logs", "--env", "dev", "--function", "nonsense").code == 2
    assert command("logs", "--env", "dev", "--function", "fetch", "--since", "soon").code == 2


def test_a_replaced_function_is_reported_until_the_next_full_deployment(
    command, clients, deployed, built, other_zip
):
    one = command("deploy", "--env", "dev", "--function", "reconcile", "--zip", other_zip, "--json")
    assert one.code == 0
    assert one.json["function"] == deployed["dev"]["ReconcileFunction"]
    assert "next full deploy" in one.err
    assert len(code_of(clients, "dev")) == 2

    status = command("status", "--env", "dev", "--json").json
    assert [f["name"] for f in status["functions"] if f["apart"]] == ["reconcile"]
    shown = command("diff", "--env", "dev", "--zip", built, "--json")
    assert shown.json == {"items": [], "next": None, "apart": ["reconcile"]}
    refused = command("deploy", "--env", "staging", "--from", "dev")
    assert refused.code == 2
    assert "reconcile" in refused.err

    assert command("deploy", "--env", "dev", "--zip", built).code == 0
    assert len(code_of(clients, "dev")) == 1


@pytest.mark.usefixtures("deployed")
def test_one_function_cannot_change_the_catalogue_format(command, clients, built, tmp_path):
    schema = "mocktailverse/catalogue/schema.py"
    text = (find_checkout().source / "catalogue" / "schema.py").read_text()
    changed = text.replace(f"\nFORMAT = {FORMAT}\n", f"\nFORMAT = {FORMAT + 1}\n")
    assert changed != text
    other = zip_with(built, tmp_path / "other.zip", {schema: changed})
    result = command("deploy", "--env", "dev", "--function", "publish", "--zip", other)
    assert result.code == 2
    assert "another catalogue format" in result.err
    assert len(code_of(clients, "dev")) == 1


def test_prod_refuses_to_deploy_a_single_function(command, deployed, other_zip):  # noqa: ARG001  it is deployed
    result = command("deploy", "--env", "prod", "--function", "fetch", "--zip", other_zip)
    assert result.code == 2
    assert "as a whole" in result.err


def test_a_changed_zip_updates_only_the_functions(command, deployed, other_zip):  # noqa: ARG001  it is deployed
    result = command("diff", "--env", "staging", "--zip", other_zip, "--json")
    assert result.code == 1
    assert {item["action"] for item in result.json["items"]} == {"modify"}
    code = [i["resource"] for i in result.json["items"] if "Code" in i["because"]]
    assert {"TransformFunction", "FetchFunction", "ReconcileFunction"} <= set(code)
    again = command("diff", "--env", "staging", "--from", "dev", "--json")
    assert again.code == 0  # diff changed nothing


def test_a_change_that_loses_data_needs_a_confirmation(command, clients, deployed, template):
    template("TopicName: !Sub mocktailverse-alarms-", "TopicName: !Sub mocktailverse-other-")
    topic = deployed["staging"]["AlarmTopic"]
    shown = command("diff", "--env", "staging", "--from", "dev", "--json")
    assert {i["resource"] for i in shown.json["items"] if i["action"] == "replace"} == {
        "AlarmTopic"
    }
    refused = command("deploy", "--env", "staging", "--from", "dev")
    assert refused.code == 2
    assert "replace or remove" in refused.err
    assert "AlarmTopic" in refused.err
    assert "--yes" in refused.err
    assert stack.outputs(clients, "mocktailverse-staging")["AlarmTopic"] == topic
    # The deployment can be tried again.
    assert command("diff", "--env", "staging", "--from", "dev").code == 1


def test_a_failed_update_is_reported_and_the_previous_version_still_runs(
    command, clients, deployed, template
):
    template("Queue: !GetAtt Queue.Arn", "Queue: arn:aws:sqs:us-east-1:000000000000:none")
    failed = command("deploy", "--env", "staging", "--from", "dev", "--yes")
    assert failed.code == 1
    assert "DataBucket (AWS::S3::Bucket)" in failed.err
    assert "the update was rolled back; the previous version still runs" in failed.err
    assert command("status", "--env", "staging", "--json").json["state"] == (
        "UPDATE_ROLLBACK_COMPLETE"
    )
    assert stack.outputs(clients, "mocktailverse-staging") == deployed["staging"]


def test_after_a_rollback_the_next_deployment_works(command, deployed):
    result = command("deploy", "--env", "staging", "--from", "dev", "--json")
    assert result.code == 0
    assert result.json["outputs"] == deployed["staging"]


def test_a_change_of_the_environments_file_takes_effect_at_once(
    command, clients, deployed, monkeypatch, tmp_path
):
    """It loses nothing, so it needs no confirmation."""
    checkout = find_checkout()
    path = tmp_path / "environments.toml"
    text = checkout.environments.read_text()
    head, staging = text.split("[staging]")
    longer = staging.replace("logs = 14", "logs = 60", 1).replace(
        "transform = 1024", "transform = 2048", 1
    )
    path.write_text(f"{head}[staging]{longer}")

    def changed() -> Checkout:
        return msgspec.structs.replace(checkout, environments=path)

    monkeypatch.setattr(deploy_target, "find_checkout", changed)
    assert command("deploy", "--env", "staging", "--from", "dev").code == 0
    name = deployed["staging"]["TransformFunction"]
    live = clients.lambda_.get_function_configuration(FunctionName=f"{name}:live")
    assert live["MemorySize"] == 2048
    groups = clients.logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")
    assert [group["retentionInDays"] for group in groups["logGroups"]] == [60]
    monkeypatch.setattr(deploy_target, "find_checkout", find_checkout)
    assert command("deploy", "--env", "staging", "--from", "dev").code == 0


def test_destroy_needs_the_environment_s_name_and_refuses_prod(command, deployed):
    for name in ([], ["--yes", "staging"]):
        result = command("destroy", "--env", "dev", *name)
        assert result.code == 2
        assert "Nothing was deleted" in result.err
    result = command("destroy", "--env", "prod", "--yes", "prod")
    assert result.code == 2
    assert "--no-enable-termination-protection" in result.err
    for env in deployed:
        assert command("status", "--env", env, "--json").json["dead_letters"] == 0


def test_a_failed_creation_is_reported_and_repeated_and_destroy_deletes_everything(
    command, monkeypatch, built, tmp_path
):
    """This runs in a separate account on the same embedded AWS."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111111111111")
    # The embedded AWS finds the API of an account other than the first only if a request names it.
    scope = "111111111111/20260101/us-east-1/execute-api/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}"}
    monkeypatch.setattr(httpx2, "get", partial(httpx2.get, headers=headers))
    account_clients = Clients()
    shown = command("diff", "--env", "dev", "--zip", built, "--json")
    assert shown.code == 1
    assert {item["action"] for item in shown.json["items"]} == {"add"}
    assert stack.describe(account_clients, "mocktailverse-dev") is None  # diff created nothing
    account_clients.s3.create_bucket(Bucket="mocktailverse-data-dev-111111111111-us-east-1")
    failed = command("deploy", "--env", "dev", "--zip", built)
    assert failed.code == 1
    assert "account 111111111111" in failed.err
    assert "its creation was rolled back, and nothing is left" in failed.err
    assert re.search(r"DataBucket \(AWS::S3::Bucket\): .* already exists", failed.err)
    assert command("diff", "--env", "dev", "--zip", built).code == 2
    # The failed deployment did not adopt the bucket.
    account_clients.s3.delete_bucket(Bucket="mocktailverse-data-dev-111111111111-us-east-1")

    # No canary passes the function that reconciles, and there is nothing before to return to.
    broken = broken_zip(built, tmp_path / "broken.zip", "reconcile", "call")
    failed = command("deploy", "--env", "dev", "--zip", broken)
    assert failed.code == 1
    assert "\n  reconcile: " in failed.err
    assert "nothing to return to" in failed.err
    repaired = command("deploy", "--env", "dev", "--zip", built)
    assert repaired.code == 0, repaired
    # The function is deleted manually.
    account_clients.lambda_.delete_function(FunctionName="mocktailverse-fetch-dev")
    status = command("status", "--env", "dev")
    assert status.code == 0
    assert "deleted manually" in status.out
    removal.empty(account_clients, "mocktailverse-catalogue-dev-111111111111-us-east-1")
    account_clients.s3.delete_bucket(Bucket="mocktailverse-catalogue-dev-111111111111-us-east-1")
    destroyed = command("destroy", "--env", "dev", "--yes", "dev", "--json")
    assert destroyed.code == 0
    assert destroyed.json["destroyed"] == "mocktailverse-dev"
    assert "mocktailverse-data-dev-111111111111-us-east-1" in destroyed.json["emptied"]
    assert command("status", "--env", "dev").code == 2
    assert account_clients.dynamodb.list_tables()["TableNames"] == []
    assert account_clients.lambda_.list_functions()["Functions"] == []
    names = [bucket["Name"] for bucket in account_clients.s3.list_buckets()["Buckets"]]
    assert names == ["mocktailverse-artifacts-111111111111-us-east-1"]
    assert account_clients.ssm.describe_parameters()["Parameters"] == []
