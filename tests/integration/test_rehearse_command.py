"""The command `rehearse` on the embedded AWS."""

from functools import partial
from typing import Any

import pytest

from mocktailverse.cli import rehearse_command
from mocktailverse.deployment.rehearsal.assumption import Assumption
from mocktailverse.deployment.rehearsal.rehearsing import ASSUMPTIONS
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients
from worlds.commands import run

TABLE: Any = {
    "TableName": "mocktailverse-loads-dev",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}


@pytest.fixture
def clients(aws) -> Clients:
    return aws.clients()


def create_other_stack(clients: Clients, name: str) -> str:
    """Create a stack as somebody else would; return its id."""
    template = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    stack_id = clients.cloudformation.create_stack(StackName=name, TemplateBody=template)["StackId"]
    clients.cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    return stack_id


def remaining_stack(clients: Clients, name: str) -> str | None:
    """Return the id of the stack with a name, and delete it."""
    description = stack.describe(clients, name)
    clients.cloudformation.delete_stack(StackName=name)
    return description["StackId"] if description else None


def test_a_rehearsal_confirms_what_the_embedded_aws_does_and_leaves_no_stack(
    clients, tmp_path, command
):
    report = tmp_path / "report.md"
    result = command("rehearse", "--env", "staging", "--yes", "--json", "-o", report)
    rehearsal = result.json
    assert (result.code, rehearsal["ok"]) == (0, True), rehearsal
    states = [result["state"] for result in rehearsal["results"]]
    checkable = sum(each.emulated for each in ASSUMPTIONS)
    assert states.count("confirmed") == checkable
    assert states.count("not checkable here") == len(ASSUMPTIONS) - checkable
    assert [step["name"] for step in rehearsal["steps"]] == ["deploy", "check", "destroy"]
    assert stack.status(clients, "mocktailverse-staging") is None
    parameters = clients.ssm.describe_parameters()["Parameters"]
    assert [each["Name"] for each in parameters] == ["/mocktailverse/local/ops-key"]
    assert command("releases", "--env", "staging", "--json").json["items"] == []
    text = report.read_text()
    assert "Not checkable here" in text
    assert rehearsal["account"]["id"] not in text
    assert rehearsal["account"]["caller"] not in text


def test_what_is_protected_is_not_rehearsed(clients, command):
    result = command("rehearse", "--env", "prod", "--yes")
    assert result.code == 2
    assert "prod is protected" in result.err
    assert stack.status(clients, "mocktailverse-prod") is None


def test_without_a_terminal_nothing_is_created_unless_confirmed(clients, command):
    result = command("rehearse", "--env", "dev")
    assert result.code == 2
    assert "--yes" in result.err
    assert stack.status(clients, "mocktailverse-dev") is None


def test_what_an_earlier_stack_left_is_neither_taken_over_nor_deleted(clients, command):
    account = clients.sts.get_caller_identity()["Account"]
    bucket = f"mocktailverse-data-dev-{account}-{clients.region}"
    clients.s3.create_bucket(Bucket=bucket)
    clients.dynamodb.create_table(**TABLE)
    result = command("rehearse", "--env", "dev", "--yes")
    assert result.code == 2
    assert f"{bucket}, mocktailverse-loads-dev: an earlier stack has left" in result.err
    clients.s3.delete_bucket(Bucket=bucket)
    clients.dynamodb.delete_table(TableName="mocktailverse-loads-dev")


def test_an_environment_that_is_deployed_while_a_rehearsal_asks_or_builds_is_kept(
    clients, command, monkeypatch
):
    """A deployment from another shell, after the rehearsal has found no stack."""
    others = []

    def overtaken(*arguments: Any) -> Any:
        others.append(create_other_stack(clients, "mocktailverse-dev"))
        return choose_release(*arguments)

    choose_release = rehearse_command.choose_release
    monkeypatch.setattr(rehearse_command, "choose_release", overtaken)

    result = command("rehearse", "--env", "dev", "--yes")

    assert result.code == 2
    assert "`mocktailverse-dev` exists, and this rehearsal did not create it" in result.err
    assert remaining_stack(clients, "mocktailverse-dev") == others[0]


def test_others_cannot_deploy_to_what_is_rehearsed_and_what_follows_it_is_kept(
    clients, command, monkeypatch
):
    exit_codes: list[int] = []
    others: list[str] = []

    def act(_: object) -> str:
        """Do in another shell what people might do during the checks."""
        commands = (
            ("deploy", "--env", "dev", "--no-plan", "--yes"),
            ("deploy", "--env", "dev", "--function", "transform"),
            ("rollback", "--env", "dev", "--yes"),
            ("rehearse", "--env", "dev", "--yes"),
            ("destroy", "--env", "dev", "--yes", "dev"),
        )
        exit_codes.extend(run(*arguments) for arguments in commands)
        others.append(create_other_stack(clients, "mocktailverse-dev"))
        return "done"

    check = Assumption("Others wait.", "none", act, emulated=True)
    monkeypatch.setattr(
        rehearse_command,
        "run_rehearsal",
        partial(rehearse_command.run_rehearsal, assumptions=[check]),
    )

    result = command("rehearse", "--env", "dev", "--yes")

    assert exit_codes == [2, 2, 2, 2, 0]
    assert result.err.count("`mocktailverse-dev` is being rehearsed, since ") == 3, result.err
    assert result.code == 1
    assert "not the stack of this rehearsal, so it was not deleted" in result.err
    assert remaining_stack(clients, "mocktailverse-dev") == others[0]
