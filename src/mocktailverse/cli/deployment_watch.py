"""What a person sees of a deployment: the changes, a question, its steps and its result."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import msgspec
import typer
from typer import Option

from mocktailverse.cli.output import print_json, print_table, say, stderr
from mocktailverse.deployment.candidate import ReleaseCandidate
from mocktailverse.deployment.changes import Change, ChangeSet
from mocktailverse.deployment.release import Release
from mocktailverse.deployment.rollout import Rollout, Watch
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.errors import UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.alarm_subscription import read_subscription
from mocktailverse.stores.error_translation import translated

Yes = Annotated[bool, Option("--yes", help="Do not ask, not even before data is lost: for CI.")]


@contextmanager
def watching(
    target: DeployTarget, *, yes: bool, as_json: bool, advice: str | None = None
) -> Iterator[Watch]:
    """Show a deployment's steps within the block, and ask before something is lost.

    A terminal shows the present step with its progress; elsewhere, each step is a line. `advice`
    says what to do where nobody can be asked: by default, to check `diff`.
    """
    advice = advice or f"Check `mocktailverse diff --env {target.env}`, then add --yes."
    with stderr.status("starting") as state, interruption_reported(target):

        def confirm(change_set: ChangeSet) -> bool:
            state.stop()  # the spinner would overwrite the question
            agreed = agrees(change_set, advice, yes=yes, as_json=as_json)
            state.start()
            return agreed

        if stderr.is_terminal:
            yield Watch(confirm, state.update, say, state.update)
        else:
            yield Watch(confirm, say, say, lambda _: None)


def print_rollout(
    target: DeployTarget,
    new: ReleaseCandidate,
    done: Rollout,
    plan: Any,  # noqa: ANN401  whatever was planned, as JSON
    *,
    as_json: bool,
) -> None:
    """Print the result of a deployment, and whether its alarms reach somebody."""
    with translated("Reading the subscription of the alarms"):
        description = stack.describe(target.clients, target.stack)
        # Of the stack, as a rollback has other settings than environments.toml today.
        email = stack.parameters(description).get("AlarmEmail", "") if description else ""
        alarms = read_subscription(target.clients, done.outputs["AlarmTopic"], email)
    if as_json:
        print_json(
            {
                **release_fields(target, new.release),
                "release": new.id,
                "changes": msgspec.to_builtins(done.changes),
                "plan": plan,
                "canary_ms": done.canary_ms,
                "alarm_subscription": msgspec.to_builtins(alarms),
                "outputs": done.outputs,
                "api_url": target.account.api_url(done.outputs),
            }
        )
        return
    if not done.changes:
        say("The stack is up to date.")
    rows = [("API", target.account.api_url(done.outputs))]
    print_table(f"{target.env} is deployed", ("service", "URL"), rows)
    if alarms.advice and (alarms.email or target.environment.protected):
        say(f"Alarms of {target.env}: {alarms}.")
    say(f"Its buckets, queues, tables and functions: mocktailverse outputs --env {target.env}")


def agrees(change_set: ChangeSet, advice: str, *, yes: bool, as_json: bool) -> bool:
    """Show the changes; ask for confirmation if something would be lost."""
    if not as_json:
        print_changes(change_set.stack, change_set.changes)
    if yes or not change_set.losses:
        return True
    names = ", ".join(change.resource for change in change_set.losses)
    if not sys.stdin.isatty():
        raise UsageError(
            f"This would replace or remove {names}, and there is no terminal to ask on. {advice}"
        )
    try:
        return typer.confirm(f"This replaces or removes {names}. Continue?", err=True)
    except typer.Abort:  # Ctrl-C or Ctrl-D
        return False


def print_changes(stack_name: str, changes: Sequence[Change]) -> None:
    """Print the changes to a stack as a table."""
    rows = [
        (_action(change), change.resource, change.type, ", ".join(change.because))
        for change in changes
    ]
    print_table(f"Changes to {stack_name}", ("action", "resource", "type", "cause"), rows)


def _action(change: Change) -> str:
    return (
        f"{change.action}, keep the old one" if change.loses and change.is_kept else change.action
    )


@contextmanager
def interruption_reported(target: DeployTarget) -> Iterator[None]:
    """Print the stack's state on Ctrl-C within the block."""
    try:
        yield
    except KeyboardInterrupt:
        state = stack.status(target.clients, target.stack)
        if state and state.endswith("_IN_PROGRESS"):
            say(
                f"Interrupted, but CloudFormation continues ({target.stack} is in {state})."
                f" Check `mocktailverse status --env {target.env}` until it is done."
            )
        elif state:
            say(f"Interrupted; {target.stack} is in {state}.")
        else:
            say(f"Interrupted; {target.stack} was not created.")
        raise


def release_fields(target: DeployTarget, new: Release) -> dict[str, Any]:
    """Return where a release was deployed, as JSON."""
    return {
        "env": target.env,
        "stack": target.stack,
        "account": target.account.id,
        "region": target.account.region,
        "endpoint": target.account.endpoint,
        "artifact": msgspec.to_builtins(new.artifact),
        "runtime": new.runtime,
        "architecture": new.architecture,
    }
