"""Where the commands that deploy work: an environment, in an account, from a checkout."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from mocktailverse.checkout import Checkout, find_checkout
from mocktailverse.cli.connection import deployed_clients
from mocktailverse.cli.output import say
from mocktailverse.deployment import account, apply, environments, release, stage_mapping
from mocktailverse.deployment.account import Account
from mocktailverse.deployment.environments import Environment
from mocktailverse.deployment.package import Architecture
from mocktailverse.deployment.release import Release
from mocktailverse.errors import UsageError
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.cloudformation_stack import stack_name

FAST_POLL_S = 0.1
"""Between two looks at the embedded AWS, which takes seconds where AWS takes minutes."""

DeployedEnv = Annotated[str, typer.Option("--env", help="Environment: dev, staging or prod.")]
Arch = Annotated[
    Architecture | None,
    typer.Option(
        "--arch", help="For which machines (on AWS arm64, unless said).", show_default=False
    ),
]


class Site(msgspec.Struct, frozen=True):
    """An environment that is or will be deployed, and all that it takes."""

    env: str
    environment: Environment
    checkout: Checkout
    clients: Clients
    account: Account

    @property
    def stack(self) -> str:
        """The stack's name."""
        return stack_name(self.env)

    @property
    def poll_s(self) -> float:
        """Seconds between two looks at CloudFormation."""
        return FAST_POLL_S if self.account.endpoint else apply.POLL_S


def site_of(env: str) -> Site:
    """Where an environment is, which is said to people, too.

    Raises:
        UsageError: there is no such environment, no checkout, or AWS does not let us in.
    """
    checkout = find_checkout()
    environment = environments.environment(checkout.environments, env)
    clients = deployed_clients()
    who = account.identify(clients)
    say(f"{env}: {who}")
    return Site(env, environment, checkout, clients, who)


def template_text(site: Site) -> str:
    """The template, with what environments.toml says of the environment."""
    text = site.checkout.template.read_text(encoding="utf-8")
    return stage_mapping.with_stage(text, site.env, site.environment)


def chosen_release(
    site: Site, arch: Architecture | None, zip_file: Path | None, source: str | None
) -> Release:
    """The release that the options ask for: promoted, given as a zip, or built."""
    if source:
        if source == site.env:
            raise UsageError(f"{source} runs its own zip already: promote from another.")
        promoted = release.from_environment(site.clients, source)
        say(f"promoting the zip that {source} runs: {promoted.artifact.sha256[:12]}")
        return promoted
    if zip_file:
        return release.from_zip(site.account, zip_file, arch)
    return release.from_checkout(site.account, site.checkout, arch, say)


def template_parameters(site: Site, chosen: Release) -> dict[str, str | None]:
    """The template's parameters for a release; None keeps what the stack has."""
    found = stack.describe(site.clients, site.stack)
    present = stack.parameters(found) if found else {}
    return release.parameters(site.env, site.environment, site.account, chosen, present)
