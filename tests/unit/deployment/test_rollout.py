"""How a failed deployment returns, step by step, without AWS."""

import re
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.deployment import function_versions, rollout, stack_updates
from mocktailverse.deployment.account import Account
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.candidate import ReleaseCandidate, StackState
from mocktailverse.deployment.changes import Change, ChangeSet, DeploymentError
from mocktailverse.deployment.environments import environment
from mocktailverse.deployment.live_check import LiveCheck
from mocktailverse.deployment.release import Release
from mocktailverse.deployment.rollout import Watch
from mocktailverse.deployment.stack_updates import OvertakenError
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.errors import MocktailverseError, TransientError, UsageError
from mocktailverse.stores import cloudformation_stack as stack

CHANGE = Change("modify", "ApiFunction", "AWS::Lambda::Function", ())
BEFORE = dict.fromkeys(function_versions.FUNCTIONS, "3")
NEW = dict.fromkeys(function_versions.FUNCTIONS, "4")
RELEASE = Release(Artifact("artifacts", "functions/a.zip"), "python3.13", "arm64", None)


OVERTAKEN = (
    "Another deployment has changed `mocktailverse-dev` since this one began, so this one changes"
    " nothing more. See `mocktailverse releases --env dev`, then deploy again."
)


class World:
    """A stack whose functions and checks behave as a test says."""

    def __init__(self) -> None:
        self.journal: list[str] = []
        self.updates = self.time = 0
        self.proposed = [CHANGE]
        self.published = NEW
        self.check_errors: list[Exception] = []
        """Raised by one check after another."""
        self.update_errors: dict[int, Exception] = {}
        """By the number of the update, from 1."""
        self.overtaken_after: str | None = None
        """Another deployment changes the stack after this line of the journal."""
        self.steps: list[str] = []
        self.progress: list[str] = []
        self.is_pinned = False
        self.confirm: Callable[[ChangeSet], bool] = lambda _: True

    def describe(self, *_: Any) -> Any:
        if self.journal[-1:] == [self.overtaken_after]:
            self.overtaken_after = None
            self.time += 1
        return {"StackStatus": "UPDATE_COMPLETE", "LastUpdatedTime": self.time}

    def apply(
        self, *_: Any, template: str, parameters: Mapping[str, str], on_progress: Any, **__: Any
    ) -> Any:
        on_progress(f"update {self.updates + 1}")
        self.updates += 1
        self.time += 1  # if it is refused: the update of another deployment
        if error := self.update_errors.get(self.updates):
            raise error
        self.journal.append(f"apply {template} {parameters['LiveVersions'][0]}")
        return {}

    def pin(self, *_: Any) -> Mapping[str, str]:
        self.is_pinned = True
        return BEFORE

    def serve(self, _: Any, __: str, versions: Mapping[str, str]) -> None:
        self.journal.append(f"serve {versions['api']}")

    def complete(self, *_: Any) -> None:
        self.time += 1  # AWS may count it as an update

    def check(self, *_: Any, **__: Any) -> int:
        self.journal.append("check")
        if self.check_errors:
            raise self.check_errors.pop(0)
        return 5

    def roll_out(self, running_id: str | None = None) -> rollout.Rollout:
        checkout = find_checkout()
        dev = environment(checkout.environments, "dev")
        clients: Any = None
        target = DeployTarget("dev", dev, checkout, clients, Account("1", "eu", "me", None))
        new = ReleaseCandidate(RELEASE, "new", {}, "c" * 64)
        watch = Watch(self.confirm, self.steps.append, lambda _: None, self.progress.append)
        return rollout.roll_out(target, new, watch, running_id)

    def failure(self, running_id: str | None = None) -> str:
        """Return the message of a deployment that fails."""
        with pytest.raises(MocktailverseError) as raised:
            self.roll_out(running_id)
        return str(raised.value)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    state = StackState("before", {"LiveVersions": "3,3,3,3,3"}, {})
    change_set = ChangeSet("id", "mocktailverse-dev", creates=False, changes=(CHANGE,))
    check = SimpleNamespace(
        catalogue=SimpleNamespace(prepare=lambda: None, catch_up=lambda *_: {}),
        canary=SimpleNamespace(
            abandon=lambda: None, started_at=1, stores=SimpleNamespace(output=lambda name: name)
        ),
        run=world.check,
    )
    fakes = {
        rollout: {
            "read_state": lambda *_: state,
            "catalogue_format": lambda *_: 3,
            "proposed_changes": lambda *_: change_set if world.proposed else None,
            "complete": world.complete,
            "Prober": lambda *_: SimpleNamespace(failures=list),
        },
        rollout.changes: {"discard": lambda *_: None},
        rollout.create_only: {"require_possible": lambda *_: None},
        rollout.function_code: {"restore_latest_code": lambda *_: []},
        stack_updates.apply: {"deploy": world.apply},
        function_versions: {
            "pin_live": world.pin,
            "publish_all": lambda *_: world.published,
            "serve": world.serve,
            "delete_older": lambda *_: None,
        },
        stack: {"describe": world.describe},
        LiveCheck: {"of": lambda *_: check},
    }
    for owner, values in fakes.items():
        for name, value in values.items():
            monkeypatch.setattr(owner, name, value)
    return world


def test_the_versions_from_before_serve_again_before_the_stack_returns(world):
    world.check_errors = [TransientError("the canary was lost.")]
    message = world.failure()
    assert message == (
        "the canary was lost.\nThe release before serves, and the stack has returned to it."
    )
    assert world.journal == [
        *("apply new 3", "apply new 4", "check"),
        *("serve 3", "apply before 3", "check"),
    ]


def test_steps_are_reported_apart_from_their_progress(world):
    world.roll_out()
    assert world.steps == [
        "creating the change set",
        "applying the release, while the one before serves",
        "trying the release's version of each function",
        "switching to the release",
        "sending a canary through what serves now",
    ]
    assert world.progress == ["update 1", "update 2"]


@pytest.mark.parametrize(
    ("running_id", "advice"),
    [
        ("b" * 64, "Run `mocktailverse rollback --env dev bbbbbbbbbbbb`, or deploy again."),
        (None, "Deploy again."),
    ],
)
def test_if_the_stack_does_not_return_the_message_names_the_release_before(
    world, running_id, advice
):
    world.check_errors = [TransientError("the canary was lost.")]
    world.update_errors = {3: DeploymentError("It was rolled back.")}
    assert world.failure(running_id) == (
        "the canary was lost.\nThe functions' versions from before serve, but the stack did not"
        f" return: It was rolled back. {advice}"
    )
    assert world.journal[-2:] == ["serve 3", "serve 3"]


def test_if_the_stack_is_up_to_date_and_its_check_fails_nothing_is_changed(world):
    world.proposed, world.published = [], BEFORE
    world.check_errors = [TransientError("the canary was lost.")]
    assert "`mocktailverse rollback --env dev` returns to the release before" in world.failure()
    assert world.journal == ["check"]


def test_a_deployment_that_fails_after_another_one_has_changed_the_stack_changes_nothing(world):
    world.check_errors = [TransientError("the canary was lost.")]
    world.overtaken_after = "check"
    assert world.failure() == f"the canary was lost.\n{OVERTAKEN}"
    assert world.journal == ["apply new 3", "apply new 4", "check"]


def test_a_deployment_does_not_switch_once_another_one_has_changed_the_stack(world, monkeypatch):
    def publish(*_: Any) -> Mapping[str, str]:
        world.journal.append("try")
        return NEW

    monkeypatch.setattr(function_versions, "publish_all", publish)
    world.overtaken_after = "try"
    with pytest.raises(OvertakenError, match=re.escape(OVERTAKEN)):
        world.roll_out()
    assert world.journal == ["apply new 3", "try"]
    assert "switching to the release" not in world.steps


def test_a_deployment_does_not_begin_if_another_one_ended_while_a_person_was_asked(world):
    def confirm(_: ChangeSet) -> bool:
        world.time += 1
        return True

    world.confirm = confirm
    with pytest.raises(OvertakenError):
        world.roll_out()
    assert (world.journal, world.is_pinned) == ([], False)


def test_an_update_of_its_own_that_fails_is_returned_from(world):
    world.update_errors = {2: DeploymentError("It was rolled back.")}
    assert world.failure() == (
        "It was rolled back.\nThe release before serves, and the stack has returned to it."
    )
    assert world.journal == ["apply new 3", "serve 3", "apply before 3", "check"]


def test_if_another_deployment_is_in_progress_when_this_one_switches_nothing_is_changed(world):
    world.update_errors = {2: UsageError("The stack is in UPDATE_IN_PROGRESS.")}
    assert world.failure() == f"The stack is in UPDATE_IN_PROGRESS.\n{OVERTAKEN}"
    assert world.journal == ["apply new 3"]


class Lambda:
    """A function with versions; the alias names one of them."""

    def __init__(self, versions: str, live: str) -> None:
        self.cloudformation = self.lambda_ = self
        self.versions, self.live = ["$LATEST", *versions], live

    def get_paginator(self, name: str) -> Any:
        summary = {
            "LogicalResourceId": "ApiFunction",
            "PhysicalResourceId": "api",
            "ResourceType": "AWS::Lambda::Function",
            "ResourceStatus": "UPDATE_COMPLETE",
        }
        versions = [{"Version": version} for version in self.versions]
        pages = {
            "list_stack_resources": {"StackResourceSummaries": [summary]},
            "list_versions_by_function": {"Versions": versions},
        }
        return SimpleNamespace(paginate=lambda **_: [pages[name]])

    def get_alias(self, **_: Any) -> Any:
        return {"FunctionVersion": self.live}

    def delete_function(self, *, Qualifier: str, **_: Any) -> None:  # noqa: N803  boto3's name
        self.versions.remove(Qualifier)


@pytest.mark.parametrize(
    ("live", "than", "kept"),
    [("6", "4", "4567"), ("2", "4", "24567"), ("6", "", "1234567")],
)
def test_only_versions_older_than_those_before_are_deleted_and_none_that_serves(live, than, kept):
    """Version 7 is what another deployment tries."""
    function: Any = Lambda("1234567", live)
    function_versions.delete_older(function, "dev", {"api": than} if than else {})
    assert function.versions == ["$LATEST", *kept]
