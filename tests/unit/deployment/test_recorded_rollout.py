"""What is recorded of a deployment, without AWS."""

import io
from types import SimpleNamespace
from typing import Any

import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.deployment import function_code, recorded_rollout, rollout
from mocktailverse.deployment.account import Account
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.candidate import ReleaseCandidate
from mocktailverse.deployment.changes import DeploymentError
from mocktailverse.deployment.environments import environment
from mocktailverse.deployment.kept_releases import KeptRelease
from mocktailverse.deployment.release import Release
from mocktailverse.deployment.rollout import Rollout, Watch
from mocktailverse.deployment.stack_updates import OvertakenError
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.errors import UsageError

A, B, C = "a" * 64, "b" * 64, "c" * 64
DONE = Rollout({}, (), moved=True, canary_ms=5)
CHANGES: Any = None


class Bucket:
    """The artifact bucket and a stack, as far as records need them."""

    def __init__(self) -> None:
        self.s3 = self.cloudformation = self
        self.objects: dict[str, bytes] = {}
        self.stack: dict[str, Any] = {"StackStatus": "UPDATE_COMPLETE", "StackId": "first"}

    def put_object(self, *, Key: str, Body: bytes, **_: Any) -> None:  # noqa: N803  boto3's names
        self.objects[Key] = Body

    def get_object(self, *, Key: str, **_: Any) -> Any:  # noqa: N803  boto3's names
        return {"Body": io.BytesIO(self.objects[Key])}

    def get_paginator(self, _: str) -> Any:
        page = {"Contents": [{"Key": key} for key in self.objects]}
        return SimpleNamespace(paginate=lambda **_: [page])

    def describe_stacks(self, **_: Any) -> Any:
        return {"Stacks": [self.stack]}


def artifact(id_: str) -> Artifact:
    return Artifact("artifacts", f"functions/{id_}.zip")


class World:
    """An environment whose deployments do what a test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bucket: Any = Bucket()
        self.serving = A
        self.passed: Any = None
        self.roll_out: Any = lambda watch: (watch.confirm(CHANGES), DONE)[1]
        monkeypatch.setattr(rollout, "roll_out", self._roll_out)
        monkeypatch.setattr(function_code, "function_codes", self._codes)

    def _codes(self, *_: Any) -> list[Any]:
        return [SimpleNamespace(code_sha256=artifact(self.serving).code_sha256)]

    def _roll_out(self, _: Any, __: Any, watch: Watch, running_id: str | None) -> Rollout:
        self.passed = running_id
        return self.roll_out(watch)

    @property
    def target(self) -> DeployTarget:
        checkout = find_checkout()
        dev = environment(checkout.environments, "dev")
        return DeployTarget("dev", dev, checkout, self.bucket, Account("1", "eu", "me", None))

    def deploy(self, id_: str, **options: Any) -> None:
        """Deploy a release whose zip has its id as hash."""
        new = Release(artifact(id_), "python3.13", "arm64", None)
        candidate = ReleaseCandidate(new, "template", {"Stage": "dev"}, id_)
        watch = Watch(lambda _: True, lambda _: None, lambda _: None, lambda _: None)
        recorded_rollout.roll_out(self.target, candidate, watch, **options)
        self.serving = id_

    @property
    def records(self) -> list[KeptRelease]:
        return recorded_rollout.kept_releases(self.target).all()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    times = iter(range(1, 100))
    monkeypatch.setattr(recorded_rollout, "now", lambda: next(times))
    return World(monkeypatch)


def test_a_deployment_gets_the_id_of_the_kept_release_that_runs_before(world):
    world.deploy(A)
    assert world.passed is None
    world.deploy(B)
    assert world.passed == A


def test_no_id_is_passed_of_a_release_that_was_never_proven(world):
    def interrupted(watch: Watch) -> Rollout:
        watch.confirm(CHANGES)
        raise KeyboardInterrupt

    right, world.roll_out = world.roll_out, interrupted
    with pytest.raises(KeyboardInterrupt):
        world.deploy(A)
    world.roll_out = right
    world.deploy(B)
    assert world.passed is None
    assert [one.result for one in world.records] == ["deployed", "unfinished"]


def test_a_plan_is_kept_with_its_release(world):
    world.deploy(A, plan={"changed": 1})
    assert [one.plan for one in world.records] == [{"changed": 1}]


@pytest.mark.parametrize("error", [OvertakenError("Overtaken."), DeploymentError("It failed.")])
def test_a_deployment_that_another_one_overtakes_is_kept_as_failed_with_its_problem(world, error):
    def fail(watch: Watch) -> Rollout:
        watch.confirm(CHANGES)
        raise error

    world.roll_out = fail
    with pytest.raises(type(error)):
        world.deploy(A)
    assert [(one.result, one.problem) for one in world.records] == [("failed", str(error))]


def test_a_deployment_that_is_refused_before_it_begins_is_not_kept(world):
    def refuse(_: Watch) -> Rollout:
        raise UsageError("CloudFormation refuses the template.")

    world.roll_out = refuse
    with pytest.raises(UsageError):
        world.deploy(A)
    assert world.records == []


def test_a_record_notes_the_stack_and_the_versions_that_served_before(world):
    def apply(watch: Watch) -> Rollout:
        watch.confirm(CHANGES)
        versions["ParameterValue"] = "4"
        return DONE

    versions = {"ParameterKey": "LiveVersions", "ParameterValue": "3"}
    world.bucket.stack["Parameters"] = [versions]
    world.roll_out = apply
    world.deploy(A)
    (one,) = world.records
    assert (one.result, one.stack_id, one.versions_before) == ("deployed", "first", "3")


@pytest.mark.parametrize(("serving", "result"), [("3", "deployed"), ("4", "unfinished")])
def test_an_interrupted_deployment_of_the_same_code_runs_once_its_versions_serve(
    world, serving, result
):
    def interrupted(watch: Watch) -> Rollout:
        watch.confirm(CHANGES)
        raise KeyboardInterrupt

    versions = {"ParameterKey": "LiveVersions", "ParameterValue": "3"}
    stage = {"ParameterKey": "Stage", "ParameterValue": "dev"}
    world.bucket.stack["Parameters"] = [versions, stage]
    world.deploy(A)
    world.roll_out = interrupted
    with pytest.raises(KeyboardInterrupt):
        world.deploy(A)
    versions["ParameterValue"] = serving
    running = recorded_rollout.find_running(world.target, world.records)
    assert running
    assert running.result == result
