"""What the command `rehearse` deletes at the end, whatever state the stack is in by then."""

from types import SimpleNamespace
from typing import Any

import pytest

from mocktailverse.cli import destroy_command, rehearse_command


class CloudFormation:
    """A stack whose states follow one another, one for each time that it is described."""

    def __init__(self, *states: str) -> None:
        self.states = list(states)

    def describe_stacks(self, **_: Any) -> Any:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"Stacks": [{"StackStatus": state}]}

    def describe_stack_resources(self, **_: Any) -> Any:
        return {"StackResources": []}

    def get_paginator(self, _: str) -> Any:
        return SimpleNamespace(paginate=lambda **_: [])


@pytest.mark.parametrize(
    ("states", "deleted_in"),
    [
        (["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"], ["CREATE_COMPLETE"]),
        (["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"], ["UPDATE_COMPLETE"]),
        (["REVIEW_IN_PROGRESS"], []),
        (["CREATE_COMPLETE"], ["CREATE_COMPLETE"]),
    ],
    ids=str,
)
def test_what_ctrl_c_interrupted_is_deleted_once_cloudformation_has_ended_it(
    states, deleted_in, monkeypatch
):
    client = CloudFormation(*states)
    deleted: list[str] = []
    monkeypatch.setattr(
        destroy_command, "destroy", lambda *_, **__: deleted.append(client.states[0])
    )
    target: Any = SimpleNamespace(
        env="dev",
        stack="mocktailverse-dev",
        clients=SimpleNamespace(cloudformation=client),
        poll_s=0.0,
    )
    rehearse_command._destroy(target)  # noqa: SLF001 - the rest of the command needs a stack
    assert deleted == deleted_in
