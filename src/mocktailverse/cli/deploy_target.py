"""The target of `deploy`, `diff`, `package` and `destroy`: an environment on AWS."""

from pathlib import Path
from typing import Annotated

from typer import Option

from mocktailverse.checkout import find_checkout
from mocktailverse.cli.connection import deployed_clients
from mocktailverse.cli.output import say
from mocktailverse.deployment import account, environments, release, stage_mapping
from mocktailverse.deployment import candidate as candidates
from mocktailverse.deployment.candidate import ReleaseCandidate
from mocktailverse.deployment.package import Architecture
from mocktailverse.deployment.release import Release
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.errors import UsageError
from mocktailverse.stores import cloudformation_stack as stack

REHEARSAL = "rehearsal"
"""Value of `alarm_email` for the embedded AWS, which sends no e-mails."""

DeployedEnv = Annotated[str, Option("--env", help="Environment: dev, staging or prod.")]
Arch = Annotated[
    Architecture | None, Option("--arch", help="Processor architecture (on AWS, arm64 by default).")
]
Zip = Annotated[
    Path | None,
    Option("--zip", help="Deploy this zip instead of building one.", exists=True, dir_okay=False),
]
From = Annotated[str | None, Option("--from", help="Promote the zip that this environment runs.")]


def find_target(env: str) -> DeployTarget:
    """Return the environment to deploy, and print its account and region.

    Raises:
        UsageError: the environment is unknown, there is no checkout, or AWS refuses the
            credentials.
    """
    checkout = find_checkout()
    environment = environments.environment(checkout.environments, env)
    clients = deployed_clients()
    identity = account.identify(clients)
    say(f"{env}: {identity}")
    return DeployTarget(env, environment, checkout, clients, identity)


def require_alarm_recipient(target: DeployTarget) -> None:
    """Raise UsageError if prod's alarms would reach nobody without somebody having chosen that."""
    email = target.environment.alarm_email
    is_rehearsal = email == REHEARSAL and target.account.endpoint is not None
    if target.env == "prod" and email in ("", REHEARSAL) and not is_rehearsal:
        raise UsageError(
            f'The alarms of prod would reach nobody: [prod] has `alarm_email = "{email}"` in'
            f' `{target.checkout.environments}`. Write your address there, or "nobody" if prod is'
            " to run without e-mails."
        )


def choose_release(
    target: DeployTarget, arch: Architecture | None, zip_file: Path | None, source: str | None
) -> Release:
    """Return the release to deploy: promoted from another environment, a given zip, or built."""
    if source:
        if source == target.env:
            raise UsageError(f"`{source}` already runs its own zip. Promote from another one.")
        promoted = release.from_environment(target.clients, source)
        say(f"promoting the zip that {source} runs: {promoted.artifact.sha256[:12]}")
        return promoted
    if zip_file:
        return release.from_zip(target.account, zip_file, arch)
    return release.from_checkout(target.account, target.checkout, arch, say)


def candidate(target: DeployTarget, new: Release) -> ReleaseCandidate:
    """Return what deploys a release: the template with the environment's values, and parameters."""
    description = stack.describe(target.clients, target.stack)
    present = stack.parameters(description) if description else {}
    parameters = release.parameters(target.env, target.environment, target.account, new, present)
    text = target.checkout.template.read_text(encoding="utf-8")
    template = stage_mapping.with_stage(text, target.env, target.environment)
    return candidates.candidate(new, template, parameters)
