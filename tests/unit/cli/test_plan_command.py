"""What `plan` and the plan of a deployment print."""

from types import SimpleNamespace
from typing import Any

import pytest

from mocktailverse.cli import plan_command
from mocktailverse.deployment import release
from mocktailverse.drinks.transform_version import TRANSFORM_VERSION
from mocktailverse.operations import plan_run
from mocktailverse.pipeline.plan import ReleasePlan
from mocktailverse.stores import cloudformation_stack as stack

OLDER = "Served drinks have transform version"


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[ReleasePlan]:
    """The plan that is made next."""
    plans: list[ReleasePlan] = []
    monkeypatch.setattr(plan_run, "plan", lambda *_, **__: plans.pop())
    monkeypatch.setattr(plan_command, "connect", lambda *_: None)
    monkeypatch.setattr(stack, "status", lambda *_: "UPDATE_COMPLETE")
    monkeypatch.setattr(stack, "outputs", lambda *_: {})
    return plans


def plan_of_release(monkeypatch: pytest.MonkeyPatch, *, is_own: bool = True) -> Any:
    monkeypatch.setattr(release, "has_code_of", lambda *_: is_own)
    target: Any = SimpleNamespace(
        env="dev", stack="mocktailverse-dev", clients=None, checkout=SimpleNamespace(source=None)
    )
    new: Any = None
    return plan_command.plan_before_deployment(target, new)


@pytest.mark.parametrize(("served", "is_older"), [(1, True), (0, False), (-1, False)])
def test_a_plan_by_older_code_than_the_served_drinks_says_that_a_replay_changes_nothing(
    planned, monkeypatch, capfd, served, is_older
):
    versions = {TRANSFORM_VERSION - 2: 1, TRANSFORM_VERSION + served: 3}
    rejected: dict[str, Any] = {"now_rejected": [], "now_loads": []}
    plan = ReleasePlan(unchanged=4, served_transform_versions=versions, rejected=rejected)
    planned += [plan, plan]
    plan_command.plan("dev")
    first = capfd.readouterr().err
    plan_of_release(monkeypatch)
    for err in (first, capfd.readouterr().err):
        assert (f"{OLDER} {TRANSFORM_VERSION + 1}, this code {TRANSFORM_VERSION}." in err) is (
            is_older
        )
        assert ('"Going back" in docs/how-to/upgrade.md' in err) is is_older


def test_the_plan_of_a_release_is_kept_with_it_only_if_it_has_this_code(
    planned, monkeypatch, capfd
):
    planned.append(ReleasePlan(unchanged=4))
    assert plan_of_release(monkeypatch).unchanged == 4
    assert "Plan of this checkout's code: 0 of 4 drinks would change" in capfd.readouterr().err
    assert plan_of_release(monkeypatch, is_own=False) is None
    assert "Not planned: the zip has other code than this checkout." in capfd.readouterr().err
