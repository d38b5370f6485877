"""What the command `rehearse` deletes at the end, whatever state the stack is in by then."""

from types import SimpleNamespace
from typing import Any

import pytest

from mocktailverse.cli import rehearse_command
from mocktailverse.deployment.changes import DeploymentError

MARK = "2026-12-02 06:00:00 0a"
STACK_ID = "arn:aws:cloudformation:eu-central-1:1:stack/mocktailverse-dev/1"


class CloudFormation:
    """A stack whose states follow one another, one for each time that it is described."""

    def __init__(self, *states: str, mark: str | None = MARK) -> None:
        self.states = list(states)
        self.tags = [{"Key": "rehearsal", "Value": mark}] if mark else []
        self.deleted: list[str] = []

    def describe_stacks(self, **_: Any) -> Any:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"Stacks": [{"StackStatus": state, "StackId": STACK_ID, "Tags": self.tags}]}

    def describe_stack_resources(self, **_: Any) -> Any:
        return {"StackResources": []}

    def get_paginator(self, _: str) -> Any:
        return SimpleNamespace(paginate=lambda **_: [])

    def delete_stack(self, **given: Any) -> None:
        assert not self.states[0].endswith("_IN_PROGRESS")
        self.deleted.append(given["StackName"])
        self.states = ["DELETE_COMPLETE"]

    def delete_parameters(self, **given: Any) -> None:
        self.deleted += given["Names"]


def destroy(client: CloudFormation) -> list[str]:
    """Let a rehearsal delete what it deployed; return what it deleted."""
    target: Any = SimpleNamespace(
        env="dev",
        stack="mocktailverse-dev",
        clients=SimpleNamespace(cloudformation=client, ssm=client),
        poll_s=0.0,
        rehearsal=MARK,
    )
    rehearse_command._destroy(target)  # noqa: SLF001 - the rest of the command needs a stack
    return client.deleted


@pytest.mark.parametrize(
    "states",
    [
        ["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"],
        ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"],
        ["CREATE_COMPLETE"],
        ["ROLLBACK_COMPLETE"],
    ],
    ids=str,
)
def test_what_a_rehearsal_created_is_deleted_by_its_id_once_cloudformation_has_ended(states):
    assert destroy(CloudFormation(*states)) == ["/mocktailverse/dev/ops-key", STACK_ID]


@pytest.mark.parametrize("state", ["REVIEW_IN_PROGRESS", "DELETE_COMPLETE"])
def test_if_nothing_was_created_nothing_is_deleted(state):
    assert destroy(CloudFormation(state)) == []


@pytest.mark.parametrize("mark", [None, "2026-12-02 06:00:00 0b"])
def test_a_stack_of_others_is_not_deleted(mark):
    client = CloudFormation("CREATE_COMPLETE", mark=mark)
    with pytest.raises(DeploymentError, match="not the stack of this rehearsal"):
        destroy(client)
    assert client.deleted == []
