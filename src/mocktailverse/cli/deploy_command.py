"""The command `deploy`: create or update a deployed environment."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import msgspec
import typer
from typer import Option

from mocktailverse.cli import options
from mocktailverse.cli.deploy_target import (
    Arch,
    DeployedEnv,
    DeployTarget,
    From,
    Zip,
    choose_release,
    find_target,
    require_alarm_recipient,
    template_parameters,
    template_text,
)
from mocktailverse.cli.load_waiting import TIMEOUT_S, send_canary
from mocktailverse.cli.output import print_json, print_table, say, stderr
from mocktailverse.cli.plan_command import plan_before_deployment
from mocktailverse.deployment import apply, catalogue_switch, function_code, release
from mocktailverse.deployment.changes import Change, ChangeSet, DeploymentError
from mocktailverse.deployment.release import Release
from mocktailverse.errors import MocktailverseError, UnreachableError, UsageError
from mocktailverse.loads.load_record import Load
from mocktailverse.local import emulator
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.alarm_subscription import read_subscription
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.error_translation import translated
from mocktailverse.stores.ops_key import OpsKey, parameter_name

_EMULATOR_TIMEOUT_S = 90
"""For the canary. If a worker of the embedded AWS dies, its message is delivered again after 45 s.
"""


def deploy(
    env: DeployedEnv,
    yes: Annotated[
        bool, Option("--yes", help="Do not ask, not even before data is lost: for CI.")
    ] = False,
    arch: Arch = None,
    zip_file: Zip = None,
    source: From = None,
    function: Annotated[
        str | None, Option("--function", help="Replace the code of this function only.")
    ] = None,
    no_plan: Annotated[
        bool, Option("--no-plan", help="Do not compare what the code makes of the raw objects.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Build and deploy an environment, to AWS or to the address in AWS_ENDPOINT_URL.

    Shows the changes, and asks before anything is replaced or removed.
    """
    if sum(bool(choice) for choice in (arch, zip_file, source)) > 1 or (source and function):
        raise UsageError(
            "Choose only one of --arch, --zip and --from, and no --function with --from."
        )
    target = find_target(env)
    require_alarm_recipient(target)
    with translated(f"Deploying {env}"):
        new = choose_release(target, arch, zip_file, source)
        if function:
            _replace_function(target, new, function, as_json=as_json)
            return
        release.upload(target.clients, target.account, new)
        planned = None if no_plan else plan_before_deployment(target)
        number = catalogue_switch.catalogue_format(target.clients, new)
        catalogue_switch.prepare_catalogue(target.clients, target.env, number, say)
        outputs, changes = _update_stack(target, new, yes=yes, as_json=as_json)
        if not changes:
            say("The stack is up to date.")
        _complete(target, new, outputs)
        stores = Stores(target.clients, outputs)
        catalogue_switch.catch_up(stores, target.env, number, say)
        email = target.environment.parameters()["AlarmEmail"]
        alarms = read_subscription(target.clients, outputs["AlarmTopic"], email)
    load = _send_canary(target, outputs)
    if as_json:
        print_json(
            {
                **_release_fields(target, new),
                "changes": msgspec.to_builtins(changes),
                "plan": planned,
                "canary_ms": load.duration_ms,
                "alarm_subscription": msgspec.to_builtins(alarms),
                "outputs": outputs,
                "api_url": target.account.api_url(outputs),
            }
        )
        return
    rows = [("API", target.account.api_url(outputs))]
    print_table(f"{env} is deployed", ("service", "URL"), rows)
    if alarms.advice and (alarms.email or target.environment.protected):
        say(f"Alarms of {env}: {alarms}.")
    say(f"Its buckets, queues, tables and functions: mocktailverse outputs --env {env}")


def _update_stack(
    target: DeployTarget, new: Release, *, yes: bool, as_json: bool
) -> tuple[dict[str, str], list[Change]]:
    """Create or update the stack; return its outputs and what was changed."""
    changes: list[Change] = []
    with stderr.status("creating the change set") as state:

        def agrees(change_set: ChangeSet) -> bool:
            changes.extend(change_set.changes)
            state.stop()  # the spinner would overwrite the question
            agreed = _agrees(change_set, target.env, yes=yes, as_json=as_json)
            state.start()
            return agreed

        with _interruption_reported(target):
            outputs = apply.deploy(
                target.clients,
                stack_name=target.stack,
                template=template_text(target),
                parameters=template_parameters(target, new),
                confirm=agrees,
                on_progress=state.update,
                on_event=say,
                poll_s=target.poll_s,
            )
    return outputs, changes


def _agrees(change_set: ChangeSet, env: str, *, yes: bool, as_json: bool) -> bool:
    """Show the changes; ask for confirmation if something would be lost."""
    if not as_json:
        print_changes(change_set.stack, change_set.changes)
    if yes or not change_set.losses:
        return True
    names = ", ".join(change.resource for change in change_set.losses)
    if not sys.stdin.isatty():
        raise UsageError(
            f"This would replace or remove {names}, and there is no terminal to ask on. Check"
            f" `mocktailverse diff --env {env}`, then add --yes."
        )
    try:
        return typer.confirm(f"This replaces or removes {names}. Continue?", err=True)
    except typer.Abort:  # Ctrl-C or Ctrl-D
        return False


def print_changes(stack_name: str, changes: Sequence[Change]) -> None:
    """Print the changes to a stack as a table."""
    rows = [
        (change.action, change.resource, change.type, ", ".join(change.because))
        for change in changes
    ]
    print_table(f"Changes to {stack_name}", ("action", "resource", "type", "cause"), rows)


@contextmanager
def _interruption_reported(target: DeployTarget) -> Iterator[None]:
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


def _complete(target: DeployTarget, new: Release, outputs: dict[str, str]) -> None:
    """Do what CloudFormation does not; each step may be repeated."""
    for name in function_code.restore_stack_code(target.clients, target.stack, new.artifact):
        say(f"{name} ran other code; it runs the stack's code again.")
    if target.environment.protected:
        target.clients.cloudformation.update_termination_protection(
            StackName=target.stack, EnableTerminationProtection=True
        )
    if target.account.endpoint and target.environment.days.loads:
        emulator.expire_loads(target.clients, outputs["LoadsTable"])
    key = OpsKey(target.clients, parameter_name(target.env))
    if key.create_if_missing():
        say(f"Created the operators' key for the API: {key.name}")


def _send_canary(target: DeployTarget, outputs: dict[str, str]) -> Load:
    timeout_s = _EMULATOR_TIMEOUT_S if target.account.endpoint else TIMEOUT_S
    try:
        with stderr.status("sending a canary through the pipeline"):
            return send_canary(Stores(target.clients, outputs), timeout_s)
    except UnreachableError:
        raise
    except MocktailverseError as error:
        raise DeploymentError(
            f"{target.stack} runs the new code, but its canary was not loaded: {error}\n"
            f"See `mocktailverse logs --env {target.env} --function transform --since 10m`, then"
            " fix the cause and deploy again, or deploy the last working commit."
        ) from error


def _replace_function(target: DeployTarget, new: Release, name: str, *, as_json: bool) -> None:
    if target.environment.protected:
        raise UsageError(
            f"`{target.env}` is protected: deploy or promote a zip as a whole, without --function."
        )
    if stack.is_to_be_made(target.clients, target.stack):
        raise UsageError(
            f"The stack `{target.stack}` does not exist. Deploy it without --function."
        )
    function = function_code.find_function(
        function_code.function_codes(target.clients, target.stack), name
    )
    function_code.require_same_machine(function, new.runtime, new.architecture)
    release.upload(target.clients, target.account, new)
    function_code.replace_code(target.clients, function.function, new.artifact)
    say(f"{function.function} runs the new code until the next full deploy.")
    if as_json:
        print_json({**_release_fields(target, new), "function": function.function})


def _release_fields(target: DeployTarget, new: Release) -> dict[str, Any]:
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
