"""The command `releases`: list the deployments of an environment."""

import msgspec

from mocktailverse.cli import options
from mocktailverse.cli.deploy_target import DeployedEnv, find_target
from mocktailverse.cli.output import print_listing, print_table, say
from mocktailverse.deployment import recorded_rollout
from mocktailverse.formatting import moment
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.error_translation import translated


def releases(env: DeployedEnv, as_json: options.Json = False) -> None:
    """List the releases that were deployed, the newest first; `rollback` returns to any of them."""
    target = find_target(env)
    with translated(f"Listing the releases of {env}"):
        kept = recorded_rollout.kept_releases(target).all()
        is_deployed = stack.status(target.clients, target.stack) not in stack.NOT_THERE
        running = recorded_rollout.find_running(target, kept)
    if as_json:
        print_listing([{**msgspec.to_builtins(one), "running": one == running} for one in kept])
        return
    rows = [
        (
            one.id[:12],
            moment(one.at),
            one.zip[:12],
            f"{one.result}{', rollback' * one.is_rollback}{', running' * (one == running)}",
            one.by.rpartition("/")[2],
        )
        for one in kept
    ]
    print_table(f"Releases of {env}", ("release", "deployed at", "zip", "result", "by"), rows)
    if is_deployed and running is None:
        say("No record is kept of what runs: `mocktailverse deploy` did not deploy it.")
