"""Commands that change a deployed environment, or show what would change: `deploy`, `diff`."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from mocktailverse.cli import options
from mocktailverse.cli.canary import prove_chain
from mocktailverse.cli.following import PATIENCE_S
from mocktailverse.cli.output import print_json, print_table, say, stderr
from mocktailverse.cli.site import (
    Arch,
    DeployedEnv,
    Site,
    chosen_release,
    site_of,
    template_parameters,
    template_text,
)
from mocktailverse.deployment import apply, changes, function_code, ops_key_parameter, release
from mocktailverse.deployment.changes import Change, ChangeSet, DeploymentError
from mocktailverse.deployment.release import Release
from mocktailverse.errors import MocktailverseError, UnreachableError, UsageError
from mocktailverse.loads.load import Load
from mocktailverse.local import emulator
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.errors import translated

EXPIRY_ATTRIBUTE = "expires_at"

EMBEDDED_PATIENCE_S = 90
"""For the canary; its message comes back after 45 s if a worker dies."""

Zip = Annotated[
    Path | None,
    typer.Option(
        "--zip", help="Deploy this zip and build none.", exists=True, dir_okay=False,
        show_default=False,
    ),
]  # fmt: skip
From = Annotated[
    str | None,
    typer.Option(
        "--from", help="Promote the very zip that this environment runs.", show_default=False
    ),
]
Function = Annotated[
    str | None,
    typer.Option(
        "--function", help="Replace this one function's code, in seconds.", show_default=False
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask, even before a loss: for CI.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(deploy)
    app.command()(diff)


def deploy(
    env: DeployedEnv,
    yes: Yes = False,
    arch: Arch = None,
    zip_file: Zip = None,
    source: From = None,
    function: Function = None,
    as_json: options.Json = False,
) -> None:
    """Build and deploy an environment: to AWS, or where AWS_ENDPOINT_URL says.

    Shows what will change, and asks before anything is replaced or removed.
    """
    if sum(bool(choice) for choice in (arch, zip_file, source)) > 1 or (source and function):
        raise UsageError("--arch, --zip and --from are three ways to choose the code: take one.")
    site = site_of(env)
    with translated(f"Deploying {env}"):
        chosen = chosen_release(site, arch, zip_file, source)
        if function:
            _replace_one(site, chosen, function, as_json=as_json)
            return
        release.upload(site.clients, site.account, chosen)
        shown: list[Change] = []

        with stderr.status("making the change set") as state:

            def agrees(change_set: ChangeSet) -> bool:
                shown.extend(change_set.changes)
                state.stop()  # no spinner beside a question
                agreed = _agrees(change_set, env, yes=yes, as_json=as_json)
                state.start()
                return agreed

            with _interruption_told(site):
                outputs = apply.deploy(
                    site.clients,
                    stack_name=site.stack,
                    template=template_text(site),
                    parameters=template_parameters(site, chosen),
                    confirm=agrees,
                    on_progress=state.update,
                    on_event=say,
                    poll_s=site.poll_s,
                )
        if not shown:
            say("The stack is up to date.")
        _finish(site, chosen, outputs)
    load = _canary(site, outputs)
    fields = {
        **_told(site, chosen),
        "changes": msgspec.to_builtins(shown),
        "canary_ms": load.duration_ms,
        "outputs": outputs,
        "api_url": site.account.api_url(outputs),
    }
    _print(f"{env} is deployed", fields, outputs, as_json=as_json)


def diff(
    env: DeployedEnv,
    arch: Arch = None,
    zip_file: Zip = None,
    source: From = None,
    as_json: options.Json = False,
) -> None:
    """Show what `deploy` would change, and change nothing; exit code 1 where it would."""
    site = site_of(env)
    with translated(f"Comparing {env}"):
        chosen = chosen_release(site, arch, zip_file, source)
        creates = stack.is_to_be_made(site.clients, site.stack)
        found = changes.propose(
            site.clients,
            stack_name=site.stack,
            template=template_text(site),
            parameters=template_parameters(site, chosen),
            creates=creates,
            poll_s=site.poll_s,
        )
        if found:
            changes.discard(site.clients, found)
        apart = [] if creates else function_code.functions_with_other_code(site.clients, site.stack)
    shown = found.changes if found else ()
    if as_json:
        print_json({"items": msgspec.to_builtins(shown), "next": None, "apart": apart})
    elif shown:
        _print_changes(site.stack, shown)
    for name in apart:
        say(f"{name} does not run the stack's code: `deploy` makes the stack one again.")
    if shown or apart:
        raise typer.Exit(1)
    say(f"{env} is up to date.")


def _agrees(change_set: ChangeSet, env: str, *, yes: bool, as_json: bool) -> bool:
    """Show the changes; ask where something would be lost."""
    if not as_json:
        _print_changes(change_set.stack, change_set.changes)
    if yes or not change_set.losses:
        return True
    names = ", ".join(change.resource for change in change_set.losses)
    if not sys.stdin.isatty():
        raise UsageError(
            f"This would replace or remove {names}, and nobody is there to ask: look at"
            f" `mocktailverse diff --env {env}`, then add --yes."
        )
    try:
        return typer.confirm(f"This replaces or removes {names}. Go on?", err=True)
    except typer.Abort:  # Ctrl-C and Ctrl-D are no yes
        return False


@contextmanager
def _interruption_told(site: Site) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        found = stack.status(site.clients, site.stack)
        if found and found.endswith("_IN_PROGRESS"):
            say(
                f"Interrupted; CloudFormation goes on without you ({site.stack} is in {found})."
                f" Wait until `mocktailverse status --env {site.env}` says that it is done."
            )
        else:
            say(f"Interrupted; {site.stack} is {'in ' + found if found else 'not made'}.")
        raise


def _print_changes(stack_name: str, shown: Sequence[Change]) -> None:
    rows = [
        (change.action, change.resource, change.type, ", ".join(change.because)) for change in shown
    ]
    print_table(f"Changes to {stack_name}", ("what", "resource", "type", "because of"), rows)


def _finish(site: Site, chosen: Release, outputs: dict[str, str]) -> None:
    """What CloudFormation does not do, or not there; each may be done again."""
    for name in function_code.restore_stack_code(site.clients, site.stack, chosen.artifact):
        say(f"{name} ran code of its own; it runs the stack's again.")
    if site.environment.protected:
        site.clients.cloudformation.update_termination_protection(
            StackName=site.stack, EnableTerminationProtection=True
        )
    if site.account.endpoint and site.environment.days.loads:
        table = outputs["LoadsTable"]
        emulator.expire_items(site.clients, table=table, attribute=EXPIRY_ATTRIBUTE)
    if ops_key_parameter.create_if_missing(site.clients, site.env):
        say(f"Made the key of the API's operations: {ops_key_parameter.parameter_name(site.env)}")


def _canary(site: Site, outputs: dict[str, str]) -> Load:
    patience_s = EMBEDDED_PATIENCE_S if site.account.endpoint else PATIENCE_S
    try:
        with stderr.status("sending a canary through the chain"):
            return prove_chain(Stores(site.clients, outputs), patience_s)
    except UnreachableError:
        raise
    except MocktailverseError as error:
        raise DeploymentError(
            f"{site.stack} runs the new code, but does not work: its canary did not come through."
            f" {error}\nSee `mocktailverse logs --env {site.env} --function transform --since 10m`,"
            " then mend it and deploy again, or deploy the commit that worked."
        ) from error


def _replace_one(site: Site, chosen: Release, name: str, *, as_json: bool) -> None:
    if site.environment.protected:
        raise UsageError(f"{site.env} runs one zip as a whole: deploy it, or promote one to it.")
    if stack.is_to_be_made(site.clients, site.stack):
        raise UsageError(f"There is no stack {site.stack}: deploy all of it first.")
    function = function_code.find_function(
        function_code.function_codes(site.clients, site.stack), name
    )
    function_code.require_same_machine(function, chosen.runtime, chosen.architecture)
    release.upload(site.clients, site.account, chosen)
    function_code.replace_code(site.clients, function.function, chosen.artifact)
    say(f"{function.function} runs the new code; the next full deploy makes the stack one again.")
    if as_json:
        print_json({**_told(site, chosen), "function": function.function})


def _told(site: Site, chosen: Release) -> dict[str, Any]:
    return {
        "env": site.env,
        "stack": site.stack,
        "account": site.account.id,
        "region": site.account.region,
        "endpoint": site.account.endpoint,
        "artifact": msgspec.to_builtins(chosen.artifact),
        "runtime": chosen.runtime,
        "architecture": chosen.architecture,
    }


def _print(title: str, fields: dict[str, Any], rows: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        print_json(fields)
        return
    shown = list(rows.items())
    if fields["api_url"]:
        shown.append(("API", fields["api_url"]))
    print_table(title, ("what", "where"), shown)
