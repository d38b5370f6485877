"""How a failed deployment returns, step by step, without AWS."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.deployment import function_versions, rollout
from mocktailverse.deployment.account import Account
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.candidate import ReleaseCandidate, StackState
from mocktailverse.deployment.changes import Change, ChangeSet, DeploymentError
from mocktailverse.deployment.environments import environment
from mocktailverse.deployment.live_check import LiveCheck
from mocktailverse.deployment.release import Release
from mocktailverse.deployment.rollout import Watch
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.errors import MocktailverseError, TransientError
from mocktailverse.stores import cloudformation_stack as stack

CHANGE = Change("modify", "ApiFunction", "AWS::Lambda::Function", ())
BEFORE = dict.fromkeys(function_versions.FUNCTIONS, "3")
NEW = dict.fromkeys(function_versions.FUNCTIONS, "4")
RELEASE = Release(Artifact("artifacts", "functions/a.zip"), "python3.13", "arm64", None)


class World:
    """A stack whose functions and checks behave as a test says."""

    def __init__(self) -> None:
        self.journal: list[str] = []
        self.updates = 0
        self.proposed = [CHANGE]
        self.published = NEW
        self.check_errors: list[Exception] = []
        """Raised by one check after another."""
        self.update_errors: dict[int, Exception] = {}
        """By the number of the update, from 1."""
        self.steps: list[str] = []

    def describe(self, *_: Any) -> Any:
        return {"LastUpdatedTime": self.updates}

    def apply(self, *_: Any, template: str, parameters: Mapping[str, str], **__: Any) -> Any:
        self.updates += 1
        self.journal.append(f"apply {template} {parameters['LiveVersions'][0]}")
        if error := self.update_errors.get(self.updates):
            raise error
        return {}

    def serve(self, _: Any, __: str, versions: Mapping[str, str]) -> None:
        self.journal.append(f"serve {versions['api']}")

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
        watch = Watch(lambda _: True, self.steps.append, lambda _: None)
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
            "complete": lambda *_: None,
            "Prober": lambda *_: SimpleNamespace(failures=list),
        },
        rollout.changes: {"discard": lambda *_: None},
        rollout.create_only: {"require_possible": lambda *_: None},
        rollout.function_code: {"restore_latest_code": lambda *_: []},
        rollout.apply: {"deploy": world.apply},
        function_versions: {
            "pin_live": lambda *_: BEFORE,
            "publish_all": lambda *_: world.published,
            "serve": world.serve,
            "delete_unused": lambda *_: None,
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
    assert world.journal[-3:] == ["serve 3", "apply before 3", "serve 3"]


def test_if_the_stack_is_up_to_date_and_its_check_fails_nothing_is_changed(world):
    world.proposed, world.published = [], BEFORE
    world.check_errors = [TransientError("the canary was lost.")]
    assert "`mocktailverse rollback --env dev` returns to the release before" in world.failure()
    assert world.journal == ["check"]
