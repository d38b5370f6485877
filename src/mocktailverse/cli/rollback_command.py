"""The command `rollback`: return an environment to a release that was deployed before."""

from typing import Annotated

from typer import Argument

from mocktailverse.cli import options
from mocktailverse.cli.deploy_target import DeployedEnv, find_target
from mocktailverse.cli.deployment_watch import Yes, print_rollout, watching
from mocktailverse.cli.output import say
from mocktailverse.deployment import kept_releases, recorded_rollout, rehearsal_mark
from mocktailverse.errors import UsageError
from mocktailverse.formatting import moment
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.error_translation import translated

_ADVICE = "Nothing was changed. If that is intended, add --yes."
"""`diff` compares the checkout, not a kept release."""


def rollback(
    env: DeployedEnv,
    release: Annotated[
        str | None,
        Argument(help="Beginning of the id of a kept release, or of its zip's hash."),
    ] = None,
    yes: Yes = False,
    as_json: options.Json = False,
) -> None:
    """Return to a kept release: its code, template and settings, tried and checked as a new one.

    Without an id, to the release before the one that runs. Secrets keep the stack's values.
    """
    target = find_target(env)
    with translated(f"Rolling back {env}"):
        rehearsal_mark.require_not_rehearsed(target.clients, target.stack)
        if stack.is_to_be_made(target.clients, target.stack):
            raise UsageError(f"There is no working stack `{target.stack}`. Deploy {env} first.")
        kept = recorded_rollout.kept_releases(target)
        records = kept.all()
        chosen = kept_releases.chosen(records, release, recorded_rollout.stack_id(target))
        new = kept.candidate(chosen)
        running = recorded_rollout.find_running(target, records)
        description = stack.describe(target.clients, target.stack)
        settings = stack.parameters(description) if description else {}
        name = f"release {chosen.id[:12]} of {moment(chosen.at)}, zip {chosen.zip[:12]}"
        if running and running.id == chosen.id and chosen.has_settings_of(settings):
            say(f"checking {name}, which already runs")
        else:
            say(f"returning to {name}")
        with watching(target, yes=yes, as_json=as_json, advice=_ADVICE) as watch:
            done = recorded_rollout.roll_out(target, new, watch, is_rollback=True)
    print_rollout(target, new, done, None, as_json=as_json)
