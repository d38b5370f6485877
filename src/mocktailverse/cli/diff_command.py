"""The command `diff`: what `deploy` would change."""

import msgspec
import typer

from mocktailverse.cli import options
from mocktailverse.cli.deploy_target import (
    Arch,
    DeployedEnv,
    From,
    Zip,
    candidate,
    choose_release,
    find_target,
)
from mocktailverse.cli.deployment_watch import print_changes
from mocktailverse.cli.output import print_json, say
from mocktailverse.deployment import changes, function_code
from mocktailverse.deployment.candidate import read_state
from mocktailverse.deployment.create_only import require_possible
from mocktailverse.deployment.rollout import proposed_changes
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.error_translation import translated


def diff(
    env: DeployedEnv,
    arch: Arch = None,
    zip_file: Zip = None,
    source: From = None,
    as_json: options.Json = False,
) -> None:
    """Show what `deploy` would change, without changing it; exit code 1 if there is anything."""
    target = find_target(env)
    with translated(f"Comparing {env}"):
        new = candidate(target, choose_release(target, arch, zip_file, source))
        before = read_state(target.clients, target.stack)
        if before:
            require_possible(before, new)
        is_new = stack.is_to_be_made(target.clients, target.stack)
        change_set = proposed_changes(target, before, new)
        if change_set:
            changes.discard(target.clients, change_set)
        apart = (
            [] if is_new else function_code.functions_with_other_code(target.clients, target.stack)
        )
    proposed = change_set.changes if change_set else ()
    if as_json:
        print_json({"items": msgspec.to_builtins(proposed), "next": None, "apart": apart})
    elif proposed:
        print_changes(target.stack, proposed)
    for name in apart:
        say(f"{name} does not run the stack's code. `deploy` replaces its code.")
    if proposed or apart:
        raise typer.Exit(1)
    say(f"{env} is up to date.")
