"""Environments side by side on one embedded AWS, by the commands that deploy to AWS, too.

The functions are the real ones; all of this runs with IAM enforced, as the deployer.
"""

import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from mocktailverse.checkout import Checkout, find_checkout
from mocktailverse.cli import deploy_target, main
from mocktailverse.deployment import package, removal
from mocktailverse.local import lifecycle
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.state import LocalStack
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.ops_key import parameter_name

ENVIRONMENTS = ("dev", "staging", "prod")
NOBODYS_URL = "http://127.0.0.1:9"


class Answer(NamedTuple):
    """What a command did; stdout read as JSON where it is JSON."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The embedded AWS; what points the AWS tools at it stands in the environment."""
    home = tmp_path_factory.mktemp("aws")
    with (
        lifecycle.running(home, Options(source_url=NOBODYS_URL)) as running,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("AWS_ENDPOINT_URL", running.endpoint)
        patch.setenv("AWS_DEFAULT_REGION", running.region)
        patch.setenv("AWS_ACCESS_KEY_ID", running.access_key_id)
        patch.setenv("AWS_SECRET_ACCESS_KEY", running.secret_access_key)
        patch.delenv("AWS_PROFILE", raising=False)
        patch.setenv("MOCKTAILVERSE_STATE_DIR", str(home))
        yield running


def run(*arguments: object) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["mocktailverse", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main.run()
    return int(ended.value.code or 0)


@pytest.fixture
def command(aws: LocalStack, capfd: pytest.CaptureFixture[str]) -> Callable[..., Answer]:  # noqa: ARG001  it has to run
    """Runs `mocktailverse ...` without a terminal."""

    def answer(*arguments: object) -> Answer:
        capfd.readouterr()
        return Answer(run(*arguments), *capfd.readouterr())

    return answer


@pytest.fixture(scope="module")
def built() -> Path:
    """The functions' zip; built once, so that the tests have the same one."""
    checkout = find_checkout()
    return package.build(
        package.this_machine(),
        source=checkout.source,
        lock=checkout.lock,
        cache_dir=checkout.cache_dir,
    )


@pytest.fixture(scope="module")
def deployed(aws: LocalStack, built: Path) -> dict[str, dict[str, str]]:
    """The zip given to dev, promoted to staging, and from there to prod; their outputs."""
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
    """The functions' zip with one file more."""
    other = tmp_path_factory.mktemp("zip") / "other.zip"
    other.write_bytes(built.read_bytes())
    with zipfile.ZipFile(other, "a") as bundle:
        bundle.writestr("note.txt", "another zip")
    return other


@pytest.fixture
def template(monkeypatch, tmp_path) -> Callable[[str, str], None]:
    """Lets commands deploy the template with one text in place of another."""

    def change(old: str, new: str) -> None:
        found = find_checkout()
        text = found.template.read_text()
        assert text.count(old) == 1, old
        path = tmp_path / "template.yaml"
        path.write_text(text.replace(old, new))

        def changed() -> Checkout:
            return msgspec.structs.replace(found, template=path)

        monkeypatch.setattr(deploy_target, "find_checkout", changed)

    return change


def code_of(clients: Clients, env: str) -> set[str]:
    functions = stack.resources(clients, f"mocktailverse-{env}", "AWS::Lambda::Function").values()
    found = [clients.lambda_.get_function_configuration(FunctionName=name) for name in functions]
    return {configuration["CodeSha256"] for configuration in found}


def test_three_environments_live_beside_the_local_one_and_share_no_name(aws, deployed):
    for one in (aws.outputs, *deployed.values()):
        others = [o for o in (aws.outputs, *deployed.values()) if o is not one]
        for name, value in one.items():
            assert value not in [other[name] for other in others], name


def test_promotion_takes_the_very_same_zip(clients, deployed):
    assert code_of(clients, "dev") == code_of(clients, "staging") == code_of(clients, "prod")
    assert len(code_of(clients, "prod")) == 1
    keys = {
        stack.parameters(stack.describe(clients, f"mocktailverse-{env}"))["FunctionsKey"]
        for env in deployed
    }
    assert len(keys) == 1


def test_an_environment_that_is_up_to_date_has_no_difference(command, deployed):  # noqa: ARG001  it is deployed
    answer = command("diff", "--env", "prod", "--from", "staging", "--json")
    assert answer.code == 0
    assert answer.json == {"items": [], "next": None, "apart": []}


def test_deploying_again_changes_nothing_and_sends_another_canary(command, deployed, built):
    answer = command("deploy", "--env", "dev", "--zip", built, "--json")
    assert answer.code == 0
    assert answer.json["changes"] == []
    assert answer.json["outputs"] == deployed["dev"]
    assert answer.json["account"] == "000000000000"
    assert "the embedded AWS at http://127.0.0.1" in answer.err
    assert answer.json["api_url"].startswith(answer.json["endpoint"])


def test_each_environment_has_a_key_of_its_own_for_operations(clients, deployed):
    found = [
        clients.ssm.get_parameter(Name=parameter_name(env), WithDecryption=True) for env in deployed
    ]
    assert {answer["Parameter"]["Type"] for answer in found} == {"SecureString"}
    assert len({answer["Parameter"]["Value"] for answer in found}) == 3


def test_loads_expire_but_in_prod(clients, deployed):
    def expires(env: str) -> bool:
        answer = clients.dynamodb.describe_time_to_live(TableName=deployed[env]["LoadsTable"])
        return answer["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"

    assert [expires(env) for env in ENVIRONMENTS] == [True, True, False]


def test_the_artifact_bucket_is_private_encrypted_and_versioned(clients, deployed):  # noqa: ARG001  it is deployed
    name = "mocktailverse-artifacts-000000000000-us-east-1"
    blocked = clients.s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert all(blocked.values())
    rules = clients.s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
    assert rules["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert clients.s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"


def test_status_and_outputs_tell_how_an_environment_is(command, deployed):
    status = command("status", "--env", "prod", "--json")
    assert status.code == 0
    assert status.json["protected"] is True
    assert status.json["dead_letters"] == 0
    assert {f["name"] for f in status.json["functions"]} >= {"transform", "fetch", "reconcile"}
    assert not any(f["apart"] for f in status.json["functions"])
    assert command("outputs", "--env", "prod", "--json").json == deployed["prod"]
    assert command("status", "--env", "qa").code == 2


def test_the_local_stack_gives_what_points_the_tools_at_it(aws, command):
    lines = command("outputs", "--exports").out.splitlines()
    assert f"export AWS_ENDPOINT_URL={aws.endpoint}" in lines
    assert f"export AWS_ACCESS_KEY_ID={aws.access_key_id}" in lines


def test_logs_are_those_of_one_function_and_one_environment(command, deployed):
    answer = command("logs", "--env", "dev", "--function", "transform", "--json")
    assert answer.code == 0
    assert any('"service":"transform"' in line["message"] for line in answer.json["items"])
    assert not any("mocktailverse-prod" in line["message"] for line in answer.json["items"])
    times = [line["at"] for line in answer.json["items"]]
    assert times == sorted(times)
    assert command("logs", "--env", "dev", "--function", deployed["dev"]["FetchFunction"]).code == 0
    assert command("logs", "--env", "dev", "--function", "nonsense").code == 2
    assert command("logs", "--env", "dev", "--function", "fetch", "--since", "soon").code == 2


def test_one_functions_code_is_replaced_told_and_made_one_again(
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


def test_prod_takes_no_single_function(command, deployed, other_zip):  # noqa: ARG001  it is deployed
    answer = command("deploy", "--env", "prod", "--function", "fetch", "--zip", other_zip)
    assert answer.code == 2
    assert "as a whole" in answer.err


def test_a_changed_zip_is_an_update_of_the_functions_alone(command, deployed, other_zip):  # noqa: ARG001  it is deployed
    answer = command("diff", "--env", "staging", "--zip", other_zip, "--json")
    assert answer.code == 1
    assert {item["action"] for item in answer.json["items"]} == {"modify"}
    code = [i["resource"] for i in answer.json["items"] if "Code" in i["because"]]
    assert {"TransformFunction", "FetchFunction", "ReconcileFunction"} <= set(code)
    again = command("diff", "--env", "staging", "--from", "dev", "--json")
    assert again.code == 0  # looking changed nothing


def test_a_loss_is_not_agreed_to_by_nobody(command, clients, deployed, template):
    template("TopicName: !Sub mocktailverse-alarms-", "TopicName: !Sub mocktailverse-bells-")
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
    assert command("diff", "--env", "staging", "--from", "dev").code == 1  # and may be tried again


def test_a_failed_update_is_shown_and_the_previous_version_still_runs(
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
    answer = command("deploy", "--env", "staging", "--from", "dev", "--json")
    assert answer.code == 0
    assert answer.json["outputs"] == deployed["staging"]


def test_a_change_of_the_environments_file_counts_at_once(
    command, clients, deployed, monkeypatch, tmp_path
):
    """And is no loss, so that nobody is asked."""
    found = find_checkout()
    path = tmp_path / "environments.toml"
    text = found.environments.read_text()
    head, staging = text.split("[staging]")
    longer = staging.replace("logs = 14", "logs = 60", 1).replace(
        "transform = 1024", "transform = 2048", 1
    )
    path.write_text(f"{head}[staging]{longer}")

    def changed() -> Checkout:
        return msgspec.structs.replace(found, environments=path)

    monkeypatch.setattr(deploy_target, "find_checkout", changed)
    assert command("deploy", "--env", "staging", "--from", "dev").code == 0
    name = deployed["staging"]["TransformFunction"]
    assert clients.lambda_.get_function_configuration(FunctionName=name)["MemorySize"] == 2048
    groups = clients.logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")
    assert [group["retentionInDays"] for group in groups["logGroups"]] == [60]
    monkeypatch.setattr(deploy_target, "find_checkout", find_checkout)
    assert command("deploy", "--env", "staging", "--from", "dev").code == 0


def test_an_environment_goes_by_its_name_only_and_prod_not_at_all(command, deployed):
    for name in ([], ["--yes", "staging"]):
        answer = command("destroy", "--env", "dev", *name)
        assert answer.code == 2
        assert "Nothing was deleted" in answer.err
    answer = command("destroy", "--env", "prod", "--yes", "prod")
    assert answer.code == 2
    assert "--no-enable-termination-protection" in answer.err
    for env in deployed:
        assert command("status", "--env", env, "--json").json["dead_letters"] == 0


def test_a_failed_creation_is_told_and_replaced_and_all_of_an_environment_goes(
    command, monkeypatch, built
):
    """In an account of its own, beside the others on the same embedded AWS."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "111111111111")
    theirs = Clients()
    shown = command("diff", "--env", "dev", "--zip", built, "--json")
    assert shown.code == 1
    assert {item["action"] for item in shown.json["items"]} == {"add"}
    assert stack.describe(theirs, "mocktailverse-dev") is None  # looking leaves nothing
    theirs.s3.create_bucket(Bucket="mocktailverse-data-dev-111111111111")
    failed = command("deploy", "--env", "dev", "--zip", built)
    assert failed.code == 1
    assert "account 111111111111" in failed.err
    assert "its creation was rolled back, and nothing is left" in failed.err
    assert re.search(r"DataBucket \(AWS::S3::Bucket\): .* already exists", failed.err)
    assert command("diff", "--env", "dev", "--zip", built).code == 2
    theirs.s3.delete_bucket(Bucket="mocktailverse-data-dev-111111111111")  # it was not taken over

    repaired = command("deploy", "--env", "dev", "--zip", built)
    assert repaired.code == 0, repaired
    # The function is deleted manually.
    theirs.lambda_.delete_function(FunctionName="mocktailverse-fetch-dev")
    status = command("status", "--env", "dev")
    assert status.code == 0
    assert "deleted manually" in status.out
    removal.empty(theirs, "mocktailverse-catalogue-dev-111111111111")
    theirs.s3.delete_bucket(Bucket="mocktailverse-catalogue-dev-111111111111")
    gone = command("destroy", "--env", "dev", "--yes", "dev", "--json")
    assert gone.code == 0
    assert gone.json["destroyed"] == "mocktailverse-dev"
    assert "mocktailverse-data-dev-111111111111" in gone.json["emptied"]
    assert command("status", "--env", "dev").code == 2
    assert theirs.dynamodb.list_tables()["TableNames"] == []
    assert theirs.lambda_.list_functions()["Functions"] == []
    names = [bucket["Name"] for bucket in theirs.s3.list_buckets()["Buckets"]]
    assert names == ["mocktailverse-artifacts-111111111111-us-east-1"]
    assert theirs.ssm.describe_parameters()["Parameters"] == []
