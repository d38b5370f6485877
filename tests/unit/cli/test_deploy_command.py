"""The prompts, errors and exit codes of `deploy` and similar commands, without AWS."""

import io
import re
import sys
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError

from mocktailverse.checkout import find_checkout
from mocktailverse.cli import deployment_watch, package_command
from mocktailverse.cli.deploy_target import require_alarm_recipient
from mocktailverse.cli.main import run
from mocktailverse.deployment import release
from mocktailverse.deployment.account import Account
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.changes import Change, ChangeSet
from mocktailverse.deployment.environments import environment
from mocktailverse.deployment.release import Release
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.errors import UsageError

ADDED = Change("add", "Table", "AWS::DynamoDB::Table", ())
REPLACED = Change("replace", "Topic", "AWS::SNS::Topic", ("TopicName",))
REMOVED = Change("remove", "Queue", "AWS::SQS::Queue", ())

AWS_SETTINGS = ("PROFILE", "DEFAULT_REGION", "ENDPOINT_URL", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY")


class Terminal(io.StringIO):
    """Standard input that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def run_cli(monkeypatch, capfd, tmp_path):
    """Return a function that runs the command without AWS settings: exit code, stdout, stderr."""
    for name in AWS_SETTINGS:
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def run_command(*arguments: str) -> tuple[Any, str, str]:
        monkeypatch.setattr(sys, "argv", ["mocktailverse", *arguments])
        with pytest.raises(SystemExit) as exit_:
            run()
        return exit_.value.code, *capfd.readouterr()

    return run_command


def confirms(*changes: Change, yes: bool = False, as_json: bool = True) -> bool:
    change_set = ChangeSet("id", "mocktailverse-dev", creates=False, changes=changes)
    return deployment_watch.agrees(change_set, "Add --yes.", yes=yes, as_json=as_json)


def test_a_change_without_data_loss_needs_no_confirmation(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert confirms(ADDED)


@pytest.mark.parametrize("loss", [REPLACED, REMOVED])
def test_data_loss_needs_a_confirmation_whose_default_is_no(monkeypatch, capfd, loss):
    for typed, is_confirmed in (("y\n", True), ("n\n", False), ("\n", False)):
        monkeypatch.setattr(sys, "stdin", Terminal(typed))
        assert confirms(ADDED, loss) is is_confirmed
    assert loss.resource in capfd.readouterr().err


def test_ctrl_c_or_ctrl_d_at_the_prompt_means_no(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal(""))  # end of input is Ctrl-D
    assert confirms(REPLACED) is False


class ClientsOfStack:
    """AWS clients with a stack in a given state."""

    def __init__(self, state: str | None) -> None:
        self.cloudformation = self
        self.state = state

    def describe_stacks(self, **_: Any) -> Any:
        if self.state is None:
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": self.state}]}


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ("UPDATE_IN_PROGRESS", "CloudFormation continues"),
        ("UPDATE_COMPLETE", "mocktailverse-dev is in UPDATE_COMPLETE"),
        (None, "mocktailverse-dev was not created"),
    ],
)
def test_ctrl_c_prints_the_state_of_the_stack(state, message, capfd):
    clients: Any = ClientsOfStack(state)
    checkout = find_checkout()
    dev = environment(checkout.environments, "dev")
    target = DeployTarget("dev", dev, checkout, clients, Account("1", "eu-central-1", "me", None))
    with pytest.raises(KeyboardInterrupt), deployment_watch.interruption_reported(target):
        raise KeyboardInterrupt
    assert message in capfd.readouterr().err


def test_without_a_terminal_each_step_is_a_line(capfd):
    with deployment_watch.watching(prod("", None), yes=True, as_json=True) as watch:
        watch.on_step("switching to the release")
        watch.on_progress("stack mocktailverse-dev: 3 of 40 resources are ready")
        watch.on_step("[magenta] stays as it is")
    assert capfd.readouterr().err.splitlines() == [
        "switching to the release",
        "[magenta] stays as it is",
    ]


def test_without_a_terminal_data_loss_needs_the_option_yes(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(UsageError, match=r"remove Topic, Queue, .* terminal to ask on\. Add --yes"):
        confirms(REPLACED, REMOVED)
    assert confirms(REPLACED, REMOVED, yes=True)


@pytest.mark.parametrize(
    ("advice", "printed"),
    [(None, "Check `mocktailverse diff --env prod`, then add --yes."), ("Read it.", "Read it.")],
)
def test_what_to_do_without_a_terminal_depends_on_the_command(monkeypatch, advice, printed):
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    change_set = ChangeSet("id", "mocktailverse-prod", creates=False, changes=(REPLACED,))
    with (
        pytest.raises(UsageError, match=re.escape(printed)),
        deployment_watch.watching(prod("", None), yes=False, as_json=True, advice=advice) as watch,
    ):
        watch.confirm(change_set)


def test_a_change_that_keeps_the_old_resource_says_so(capfd):
    table = Change("replace", "DrinksTable", "AWS::DynamoDB::Table", ("TableName",), is_kept=True)
    deployment_watch.print_changes("mocktailverse-dev", [table, REPLACED])
    lines = capfd.readouterr().out.splitlines()
    (kept,) = [line for line in lines if "DrinksTable" in line]
    assert kept.split()[:5] == ["replace,", "keep", "the", "old", "one"]
    assert "keep" not in next(line for line in lines if "Topic" in line)


def test_changes_are_shown_as_a_table(capfd):
    confirms(ADDED, REPLACED, yes=True, as_json=False)
    out = capfd.readouterr().out
    assert "Changes to mocktailverse-dev" in out
    row = next(line for line in out.splitlines() if "Topic" in line)
    assert row.split() == ["replace", "Topic", "AWS::SNS::Topic", "TopicName"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["deploy", "--env", "local"], "mocktailverse up"),
        (["deploy", "--env", "qa"], "dev, staging, prod"),
        (["deploy", "--env", "dev", "--from", "staging", "--arch", "arm64"], "only one of"),
        (["deploy", "--env", "dev", "--from", "staging", "--function", "fetch"], "only one of"),
        (["deploy", "--env", "dev", "--arch", "sparc"], "--arch"),
        (["deploy"], "--env"),
        (["destroy", "--env", "local"], "mocktailverse up"),
        (["diff", "--env", "dev"], "AWS_DEFAULT_REGION"),
        (["package", "--upload", "dev"], "AWS_DEFAULT_REGION"),
        (["status", "--env", "dev"], "AWS_DEFAULT_REGION"),
        (["outputs", "--env", "prod"], "AWS_DEFAULT_REGION"),
        (["outputs", "--env", "prod", "--exports"], "local stack"),
        (["logs", "--env", "dev", "--function", "fetch"], "AWS_DEFAULT_REGION"),
        (["logs", "--function", "fetch", "--since", "5x"], "ISO 8601"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_ends_with_2_and_says_what_to_do(run_cli, arguments, message):
    code, out, err = run_cli(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_missing_credentials_are_reported_with_what_to_do(run_cli, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    code, _, err = run_cli("deploy", "--env", "dev")
    assert code == 2
    assert "Unable to locate credentials" in err
    assert "aws sso login" in err


def test_an_unreachable_aws_ends_with_3(run_cli, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    code, _, err = run_cli("deploy", "--env", "dev")
    assert code == 3
    assert "http://127.0.0.1:9" in err


def test_an_invalid_endpoint_ends_with_2(run_cli, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "127.0.0.1:4566")
    for command in ("deploy", "status"):
        code, _, err = run_cli(command, "--env", "dev")
        assert code == 2
        assert "Invalid endpoint: 127.0.0.1:4566. It must look like http://" in err


def prod(alarm_email: str, endpoint: str | None) -> DeployTarget:
    checkout = find_checkout()
    settings = msgspec.structs.replace(
        environment(checkout.environments, "prod"), alarm_email=alarm_email
    )
    no_clients: Any = None
    account = Account("1", "eu-central-1", "me", endpoint)
    return DeployTarget("prod", settings, checkout, no_clients, account)


@pytest.mark.parametrize(
    ("alarm_email", "endpoint"),
    [("", None), ("", "http://127.0.0.1:1"), ("rehearsal", None)],
)
def test_prod_without_a_recipient_of_its_alarms_is_refused(alarm_email, endpoint):
    with pytest.raises(UsageError, match=r"\[prod\] has `alarm_email.*environments\.toml.*nobody"):
        require_alarm_recipient(prod(alarm_email, endpoint))


@pytest.mark.parametrize(
    ("alarm_email", "endpoint"),
    [("me@example.org", None), ("nobody", None), ("rehearsal", "http://127.0.0.1:1")],
)
def test_prod_is_deployed_with_an_address_or_without_one_on_purpose(alarm_email, endpoint):
    require_alarm_recipient(prod(alarm_email, endpoint))


def test_other_environments_need_no_recipient():
    target = msgspec.structs.replace(prod("", None), env="dev")
    require_alarm_recipient(target)


def test_a_package_for_prod_without_a_recipient_of_its_alarms_is_refused(run_cli, monkeypatch):
    monkeypatch.setattr(package_command, "find_target", lambda _: prod("", None))
    monkeypatch.setattr(release, "from_checkout", None)
    code, _, err = run_cli("package", "--upload", "prod")
    assert code == 2
    assert "The alarms of prod would reach nobody" in err


def parameters(account: Account, present: tuple[str, ...] = ()) -> dict[str, str | None]:
    dev = environment(find_checkout().environments, "dev")
    chosen = Release(Artifact("artifacts", "functions/a.zip"), "python3.13", "arm64", None)
    return release.parameters("dev", dev, account, chosen, present)


def test_aws_and_the_embedded_aws_get_the_same_template(monkeypatch):
    monkeypatch.delenv("MOCKTAILVERSE_SOURCE_KEY", raising=False)
    on_aws = parameters(Account("1", "eu-central-1", "me", None))
    assert (on_aws["Target"], on_aws["AwsEndpointUrl"]) == ("aws", "")
    embedded = parameters(Account("0", "us-east-1", "me", "http://127.0.0.1:4566"))
    assert (embedded["Target"], embedded["AwsEndpointUrl"]) == ("local", "http://127.0.0.1:4566")
    same = {name for name in on_aws if on_aws[name] == embedded[name]}
    assert set(on_aws) - same == {"Target", "AwsEndpointUrl"}
    assert on_aws["Stage"] == "dev"
    assert on_aws["FunctionsKey"] == "functions/a.zip"


def test_a_secret_is_passed_once_and_kept_by_the_stack(monkeypatch):
    account = Account("1", "eu-central-1", "me", None)
    monkeypatch.delenv("MOCKTAILVERSE_SOURCE_KEY", raising=False)
    assert "SourceKey" not in parameters(account)
    assert parameters(account, present=("SourceKey",))["SourceKey"] is None  # unchanged
    monkeypatch.setenv("MOCKTAILVERSE_SOURCE_KEY", "secret")
    assert parameters(account, present=("SourceKey",))["SourceKey"] == "secret"


def test_the_api_url_is_that_of_the_endpoint():
    outputs = {"ApiId": "abc", "ApiUrl": "https://abc.execute-api.eu-central-1.amazonaws.com"}
    on_aws = Account("1", "eu-central-1", "me", None)
    assert on_aws.api_url(outputs) == outputs["ApiUrl"]
    embedded = Account("0", "us-east-1", "me", "http://127.0.0.1:4566")
    assert embedded.api_url(outputs) == "http://127.0.0.1:4566/_aws/execute-api/abc/$default"
    assert on_aws.api_url({}) is None
