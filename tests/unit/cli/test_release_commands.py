"""What `releases` and `rollback` print, without AWS."""

import io
import json
import sys
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.cli import deployment_watch, releases_command, rollback_command
from mocktailverse.deployment import recorded_rollout
from mocktailverse.deployment.account import Account
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.candidate import ReleaseCandidate
from mocktailverse.deployment.changes import Change, ChangeSet
from mocktailverse.deployment.environments import environment
from mocktailverse.deployment.kept_releases import KeptRelease
from mocktailverse.deployment.release import Release
from mocktailverse.deployment.rollout import Rollout, Watch
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.errors import UsageError


def kept(at: int, name: str, *, back: bool = False) -> KeptRelease:
    code = f"{ord(name):x}" * 32
    return KeptRelease(
        id=name * 64,
        env="dev",
        at=at,
        by="arn:aws:iam::1:user/me",
        zip=code,
        artifact=Artifact("artifacts", f"functions/{code}.zip"),
        runtime="python3.13",
        architecture="arm64",
        template="templates/a.yaml",
        parameters={"Capacity": "1", "SourceKey": None},
        result="deployed",
        is_rollback=back,
        stack_id="first",
    )


class World:
    """An environment with kept releases. The newest one runs."""

    def __init__(self) -> None:
        self.cloudformation = self
        self.records = [kept(3, "a", back=True), kept(2, "b"), kept(1, "a")]
        self.parameters: dict[str, str] = {}
        self.sns = SimpleNamespace(
            get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: [{"Subscriptions": []}])
        )

    def describe_stacks(self, **_: Any) -> Any:
        parameters = [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in self.parameters.items()
        ]
        stack = {"StackStatus": "UPDATE_COMPLETE", "StackId": "first", "Parameters": parameters}
        return {"Stacks": [stack]}

    @property
    def target(self) -> DeployTarget:
        checkout = find_checkout()
        clients: Any = self
        dev = environment(checkout.environments, "dev")
        return DeployTarget("dev", dev, checkout, clients, Account("1", "eu", "me", None))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    for module in (releases_command, rollback_command):
        monkeypatch.setattr(module, "find_target", lambda _: world.target)
    bucket = SimpleNamespace(all=lambda: world.records, candidate=lambda one: one)
    monkeypatch.setattr(recorded_rollout, "kept_releases", lambda _: bucket)
    monkeypatch.setattr(recorded_rollout, "find_running", lambda _, records: records[0])
    return world


@pytest.mark.usefixtures("world")
def test_releases_shows_which_deployment_was_a_rollback_and_which_release_runs(capfd):
    releases_command.releases("dev")
    lines = [line for line in capfd.readouterr().out.splitlines() if "me" in line]
    assert "deployed, rollback, running" in lines[0]
    assert not any("rollback" in line or "running" in line for line in lines[1:])
    # not in line and "running" not in line for line in lines[1:])


def test_a_rollback_without_an_id_does_not_return_to_what_was_destroyed(world):
    world.records = [kept(2, "b"), msgspec.structs.replace(kept(1, "a"), stack_id="earlier")]
    with pytest.raises(UsageError, match="no kept release before"):
        rollback_command.rollback("dev")


@pytest.mark.parametrize("email", ["then@example.org", ""])
def test_after_a_rollback_the_address_of_the_alarms_is_that_of_the_stack(world, capfd, email):
    world.parameters = {"AlarmEmail": email}
    new = ReleaseCandidate(Release(kept(1, "a").artifact, "python3.13", "arm64", None), "", {}, "a")
    done = Rollout({"AlarmTopic": "topic"}, (), moved=True, canary_ms=5)
    deployment_watch.print_rollout(world.target, new, done, None, as_json=True)
    assert json.loads(capfd.readouterr().out)["alarm_subscription"]["email"] == email


@pytest.mark.usefixtures("world")
def test_a_rollback_that_would_lose_something_says_what_to_do_without_a_terminal(monkeypatch):
    lost = Change("replace", "Topic", "AWS::SNS::Topic", ("TopicName",))
    change_set = ChangeSet("id", "mocktailverse-dev", creates=False, changes=(lost,))

    def roll_out(_: Any, __: Any, watch: Watch, **___: Any) -> None:
        watch.confirm(change_set)

    monkeypatch.setattr(recorded_rollout, "roll_out", roll_out)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(UsageError) as raised:
        rollback_command.rollback("dev", "bbb")
    assert str(raised.value).endswith("Nothing was changed. If that is intended, add --yes.")
    assert "diff" not in str(raised.value)


@pytest.mark.parametrize(
    ("release", "capacity", "line"),
    [
        (
            "aaa",
            "1",
            "checking release aaaaaaaaaaaa of 1970-01-01 00:00:00, zip 616161616161, which",
        ),
        ("aaa", "2", "returning to release aaaaaaaaaaaa of"),  # its code runs with other settings
        ("bbb", "1", "returning to release bbbbbbbbbbbb of"),
    ],
)
def test_a_rollback_to_the_release_that_runs_says_so(
    world, monkeypatch, capfd, release, capacity, line
):
    world.parameters = {"Capacity": capacity, "LiveVersions": "4"}
    monkeypatch.setattr(recorded_rollout, "roll_out", lambda *_, **__: None)
    monkeypatch.setattr(rollback_command, "print_rollout", lambda *_, **__: None)
    rollback_command.rollback("dev", release)
    err = capfd.readouterr().err
    assert line in err
    assert ("which already runs" in err) is line.startswith("checking")
