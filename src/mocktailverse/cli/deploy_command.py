"""The command `deploy`: create or update a deployed environment."""

from typing import Annotated

from typer import Option

from mocktailverse.cli import options
from mocktailverse.cli.deploy_target import (
    Arch,
    DeployedEnv,
    From,
    Zip,
    candidate,
    choose_release,
    find_target,
    require_alarm_recipient,
)
from mocktailverse.cli.deployment_watch import Yes, print_rollout, release_fields, watching
from mocktailverse.cli.output import print_json, say
from mocktailverse.cli.plan_command import plan_before_deployment
from mocktailverse.deployment import (
    function_code,
    function_versions,
    recorded_rollout,
    rehearsal_mark,
    release,
)
from mocktailverse.deployment.candidate import read_state
from mocktailverse.deployment.catalogue_switch import catalogue_format
from mocktailverse.deployment.release import Release
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.errors import UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.error_translation import translated


def deploy(
    env: DeployedEnv,
    yes: Yes = False,
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

    Shows the changes, and asks before anything is replaced or removed. The release is tried before
    it serves; if a function fails, the release before keeps serving.
    """
    if sum(bool(choice) for choice in (arch, zip_file, source)) > 1 or (source and function):
        raise UsageError(
            "Choose only one of --arch, --zip and --from, and no --function with --from."
        )
    target = find_target(env)
    require_alarm_recipient(target)
    with translated(f"Deploying {env}"):
        rehearsal_mark.require_not_rehearsed(target.clients, target.stack)
        new = choose_release(target, arch, zip_file, source)
        if function:
            _replace_function(target, new, function, as_json=as_json)
            return
        release.upload(target.clients, target.account, new)
        planned = None if no_plan else plan_before_deployment(target, new)
        chosen = candidate(target, new)
        with watching(target, yes=yes, as_json=as_json) as watch:
            done = recorded_rollout.roll_out(target, chosen, watch, plan=planned)
    print_rollout(target, chosen, done, planned, as_json=as_json)


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
    _require_same_format(target, new)
    function_code.replace_code(target.clients, function.function, new.artifact)
    version = function_versions.publish(target.clients, function.function)
    function_versions.serve(target.clients, target.stack, {function.name: version})
    say(f"{function.function} runs the new code until the next full deploy.")
    if as_json:
        print_json({**release_fields(target, new), "function": function.function})


def _require_same_format(target: DeployTarget, new: Release) -> None:
    """Refuse one function that would write or read another catalogue than the others."""
    before = read_state(target.clients, target.stack)
    artifacts = [new.artifact, *([before.artifact] if before else [])]
    if len({catalogue_format(target.clients, artifact) for artifact in artifacts}) > 1:
        raise UsageError(
            f"The code has another catalogue format than `{target.stack}`, and one function alone"
            " cannot change it. Deploy without --function."
        )
