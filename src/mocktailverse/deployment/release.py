"""What is deployed to an environment: which code, for which machine, with which parameters."""

import platform
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from mocktailverse.checkout import Checkout
from mocktailverse.deployment import artifacts, code, package
from mocktailverse.deployment.account import Account
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.environments import Environment
from mocktailverse.deployment.events import Tell
from mocktailverse.deployment.package import Architecture, Target
from mocktailverse.errors import UsageError
from mocktailverse.settings import DeploySettings
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.cloudformation_stack import stack_name

if TYPE_CHECKING:
    from mocktailverse.stores.clients import Clients

RUNTIME = "python3.13"
"""Of the functions on AWS."""

ARCHITECTURE: Architecture = "arm64"
"""Of the functions on AWS, where none is chosen; a fifth cheaper than x86_64."""

COST_WITHOUT_BYTE_CODE = "a cold start takes 0.1 s longer, the API's 0.4 s"
"""Measured on two cores of a server; Lambda gives a function less of a core."""


class Release(Struct, frozen=True):
    """A zip with the code of all functions, and the machine that it was built for."""

    artifact: Artifact
    runtime: str
    architecture: Architecture
    archive: Path | None
    """Its file on this machine; None where it is in the bucket already."""


def target(account: Account, architecture: Architecture | None) -> Target:
    """The machine to build for: Lambda's, or this one, as the embedded AWS runs here.

    Raises:
        UsageError: an architecture is chosen for the embedded AWS.
    """
    if account.endpoint is None:
        return package.aws_lambda(RUNTIME, architecture or ARCHITECTURE)
    if architecture:
        raise UsageError("The embedded AWS runs the functions on this machine: leave --arch out.")
    return package.this_machine()


def built(
    account: Account, checkout: Checkout, architecture: Architecture | None, tell: Tell
) -> Release:
    """The release of the checkout's code, which is built unless it is there already."""
    machine = target(account, architecture)
    tell(f"building the functions for {machine.runtime}: {_byte_code(machine)}")
    archive = package.build(
        machine, source=checkout.source, lock=checkout.lock, cache_dir=checkout.cache_dir
    )
    runs_on = this_architecture() if account.endpoint else architecture or ARCHITECTURE
    return _release(account, archive, machine.runtime, runs_on)


def given(account: Account, archive: Path, architecture: Architecture | None) -> Release:
    """The release of a zip that was built before.

    Raises:
        UsageError: it holds no functions, or was built for another machine.
    """
    fit = artifacts.fit(archive)
    machine = package.this_machine() if account.endpoint else None
    python = machine.python if machine else RUNTIME.removeprefix("python")
    runs_on = this_architecture() if machine else architecture or fit.architecture or ARCHITECTURE
    if fit.architecture not in (None, runs_on):
        raise UsageError(f"{archive} is for {fit.architecture}, and would run on {runs_on}.")
    if machine and fit.python not in (None, python):
        raise UsageError(f"{archive} is for Python {fit.python}; the embedded AWS has {python}.")
    return _release(account, archive, f"python{fit.python or python}", runs_on)


def promoted(clients: "Clients", source: str) -> Release:
    """The very zip that another environment runs, checked byte for byte.

    Raises:
        UsageError: there is no such environment, or its functions run different code.
        PermanentError: the stored zip is not what its name says.
    """
    name = stack_name(source)
    found = stack.describe(clients, name)
    if found is None or found["StackStatus"] not in stack.WORKING:
        raise UsageError(f"There is no working stack {name}: deploy {source} first.")
    values = stack.parameters(found)
    artifact = Artifact(values["ArtifactBucket"], values["FunctionsKey"])
    for function in code.codes(clients, name):
        if function.code_sha256 != artifact.code_sha256:
            raise UsageError(
                f"{source}'s {function.name} does not run the stack's code: `mocktailverse deploy"
                f" --env {source}` makes {source} one again; test it, then promote."
            )
    artifacts.verify(clients, artifact)
    architecture: Architecture = "x86_64" if values["Architecture"] == "x86_64" else "arm64"
    return Release(artifact, values["Runtime"], architecture, None)


def upload(clients: "Clients", account: Account, release: Release) -> None:
    """Put the release's zip into the bucket, unless it is there already."""
    if release.archive:
        bucket = release.artifact.bucket
        artifacts.upload(clients, release.archive, bucket=bucket, owner=account.id)


def parameters(
    env: str,
    environment: Environment,
    account: Account,
    release: Release,
    present: Collection[str],
) -> dict[str, str | None]:
    """The template's parameters; None keeps what the stack has.

    Args:
        env: the environment's name.
        environment: what it is like.
        account: where it goes.
        release: the code.
        present: the parameters that the stack has already.
    """
    settings = DeploySettings.read()
    own = {"SourceKey": settings.source_key, "PermissionsBoundary": settings.permissions_boundary}
    return {
        "Stage": env,
        "Target": "local" if account.endpoint else "aws",
        "Runtime": release.runtime,
        "Architecture": release.architecture,
        "ArtifactBucket": release.artifact.bucket,
        "FunctionsKey": release.artifact.key,
        "AwsEndpointUrl": account.endpoint or "",
        **environment.parameters(),
        **{name: value for name, value in own.items() if value is not None or name in present},
    }


def this_architecture() -> Architecture:
    """This machine's, as Lambda calls it."""
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"


def _release(account: Account, archive: Path, runtime: str, architecture: Architecture) -> Release:
    bucket = artifacts.bucket_name(account.id, account.region)
    artifact = Artifact(bucket, artifacts.key_of(archive))
    return Release(artifact, runtime, architecture, archive)


def _byte_code(machine: Target) -> str:
    if machine.compiler:
        return f"with byte code by Python {machine.compiler.version}"
    return (
        f"without byte code, as no Python {machine.python} was found here; {COST_WITHOUT_BYTE_CODE}"
    )
