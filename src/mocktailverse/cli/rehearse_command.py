"""The command `rehearse`: deploy, check what only AWS can confirm, delete, and report."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from typer import Exit, Option

from mocktailverse.cli import options
from mocktailverse.cli.deploy_target import candidate, choose_release, find_target
from mocktailverse.cli.deployment_watch import watching
from mocktailverse.cli.output import print_json, print_table, say
from mocktailverse.deployment import events, rehearsal_mark, release, removal, rollout
from mocktailverse.deployment.changes import DeploymentError
from mocktailverse.deployment.rehearsal import leftovers
from mocktailverse.deployment.rehearsal.assumption import CheckResult, Subject
from mocktailverse.deployment.rehearsal.rehearsal_report import Rehearsal, as_markdown
from mocktailverse.deployment.rehearsal.rehearsing import ASSUMPTIONS
from mocktailverse.deployment.rehearsal.rehearsing import rehearse as run_rehearsal
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.errors import UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.error_translation import translated
from mocktailverse.stores.ops_key import OpsKey, parameter_name
from mocktailverse.times import now


def rehearse(
    env: Annotated[str, Option("--env", help="Environment that is not deployed: dev or staging.")],
    output: Annotated[
        Path | None, Option("--output", "-o", help="Write the report, as Markdown, to this file.")
    ] = None,
    yes: Annotated[bool, Option("--yes", help="Do not ask before creating anything.")] = False,
    as_json: options.Json = False,
) -> None:
    """Deploy an environment that does not exist, check assumptions about AWS on it, and delete it.

    The environment must not exist, and prod is refused: what is deployed is deleted at the end.
    On AWS it takes 10 to 20 minutes and costs at most about a cent. On the embedded AWS it lists
    the assumptions that only AWS can confirm. Exit code 1 if a step failed, or if an assumption
    does not hold.
    """
    target = msgspec.structs.replace(find_target(env), rehearsal=rehearsal_mark.new_mark())
    with translated(f"Looking for {env}"):
        _require_absent(target)
    say(
        f"Deploys {target.stack}, checks {len(ASSUMPTIONS)} assumptions about AWS, and deletes it."
        " On AWS this takes 10 to 20 minutes and costs at most about a cent."
    )
    if not yes and not (sys.stdin.isatty() and typer.confirm("Continue?", err=True)):
        raise UsageError("Nothing was created. Confirm with --yes.")
    rehearsal = run_rehearsal(
        env,
        target.account,
        deploy=lambda: _deploy(target),
        destroy=lambda: _destroy(target),
        on_result=_say_result,
    )
    _print(rehearsal, as_json=as_json)
    if output:
        output.write_text(as_markdown(rehearsal), encoding="utf-8")
        say(f"{output} written")
    if not rehearsal.ok:
        raise Exit(1)


def _require_absent(target: DeployTarget) -> None:
    """Raise UsageError if the environment or a part of it exists, or if it is protected."""
    if target.environment.protected:
        raise UsageError(f"{target.env} is protected. Rehearse with dev or staging.")
    if not stack.is_to_be_made(target.clients, target.stack):
        raise UsageError(
            f"{target.stack} exists, and a rehearsal deletes what it deploys. Choose an"
            " environment that is not deployed."
        )
    if names := leftovers.find(target):
        raise UsageError(
            f"{', '.join(names)}: an earlier stack has left this, and a rehearsal must not take it"
            " over. Choose another environment, or delete it manually."
        )


def _deploy(target: DeployTarget) -> Subject:
    with translated(f"Deploying {target.env}"):
        new = choose_release(target, None, None, None)
        release.upload(target.clients, target.account, new)
        with watching(target, yes=True, as_json=True) as watch:
            # Without a record: `rollback` must not choose a release that was only rehearsed.
            outputs = rollout.roll_out(target, candidate(target, new), watch).outputs
    stores = Stores(target.clients, outputs)
    api_url = target.account.api_url(outputs) or ""
    return Subject(target.env, target.stack, stores, api_url, f"rehearsal-{now()}")


def _destroy(target: DeployTarget) -> None:
    """Delete the stack that this rehearsal created, after CloudFormation has ended its work on it.

    Raises:
        DeploymentError: the stack is another one, or a part of it is left.
    """
    clients = target.clients
    with translated(f"Deleting {target.stack}"):
        description = stack.describe(clients, target.stack)
        if description is None or description["StackStatus"] in stack.NOT_THERE:
            say(f"{target.stack} does not exist; there is nothing to delete.")
            return
        if rehearsal_mark.mark_of(description) != target.rehearsal:
            raise DeploymentError(
                f"{target.stack} is not the stack of this rehearsal, so it was not deleted."
            )
        stack_id = description["StackId"]
        after = events.last_event_id(clients, stack_id)
        events.wait_for_stack(clients, stack_id, after=after, poll_s=target.poll_s, on_event=say)
        OpsKey(clients, parameter_name(target.env)).delete()  # while nobody else can create it
        buckets = removal.buckets(clients, stack_id, protected=False)
        removal.destroy(clients, stack_id, buckets, on_event=say, poll_s=target.poll_s)


def _say_result(result: CheckResult) -> None:
    say(f"{result.state}: {result.text} {result.evidence}")


def _print(rehearsal: Rehearsal, *, as_json: bool) -> None:
    if as_json:
        print_json({"ok": rehearsal.ok, **msgspec.to_builtins(rehearsal)})
        return
    rows = [(result.state, result.text, result.evidence) for result in rehearsal.results]
    print_table(f"Rehearsal of {rehearsal.env}", ("state", "assumption", "seen"), rows)
    for step in rehearsal.steps:
        say(f"{step.name}: {step.failure or 'done'} ({step.seconds:.0f} s)")
