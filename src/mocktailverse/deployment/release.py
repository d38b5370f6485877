"""A release: the code to deploy, the machine that it is for, and the template's parameters."""

import io
import platform
import zipfile
from collections.abc import Collection
from pathlib import Path

from msgspec import Struct

from mocktailverse.checkout import Checkout
from mocktailverse.deployment import artifacts, function_code, package
from mocktailverse.deployment.account import Account
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.environments import Environment
from mocktailverse.deployment.events import Reporter
from mocktailverse.deployment.package import ARCHITECTURE, RUNTIME, Architecture, Target
from mocktailverse.errors import UsageError
from mocktailverse.settings import DeploySettings
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.cloudformation_stack import stack_name

COST_WITHOUT_BYTE_CODE = "a cold start takes 0.1 s longer, the API's 0.4 s"
"""Measured on two cores of a server; a Lambda function gets less CPU."""


class Release(Struct, frozen=True):
    """A zip with the code of all functions, and the machine that it was built for."""

    artifact: Artifact
    runtime: str
    architecture: Architecture
    archive: Path | None
    """Its file on this machine; None if it is stored in the bucket only."""


def target(account: Account, architecture: Architecture | None) -> Target:
    """Return the machine to build for; UsageError if one is chosen for the embedded AWS."""
    if account.endpoint is None:
        return package.aws_lambda(RUNTIME, architecture or ARCHITECTURE)
    if architecture:
        raise UsageError("Leave out --arch: the embedded AWS runs the functions on this machine.")
    return package.this_machine()


def from_checkout(
    account: Account, checkout: Checkout, architecture: Architecture | None, report: Reporter
) -> Release:
    """Return the release of the checkout's code; build it unless it is in the cache."""
    machine = target(account, architecture)
    report(f"building the functions for {machine.runtime}: {_byte_code(machine)}")
    archive = package.build(
        machine, source=checkout.source, lock=checkout.lock, cache_dir=checkout.cache_dir
    )
    runs_on = this_architecture() if account.endpoint else architecture or ARCHITECTURE
    return _release(account, archive, machine.runtime, runs_on)


def from_zip(account: Account, archive: Path, architecture: Architecture | None) -> Release:
    """Return the release of a zip; UsageError if it holds no functions or is for other machines."""
    needs = artifacts.machine_requirements(archive)
    machine = package.this_machine() if account.endpoint else None
    python = machine.python if machine else RUNTIME.removeprefix("python")
    runs_on = this_architecture() if machine else architecture or needs.architecture or ARCHITECTURE
    if needs.architecture not in (None, runs_on):
        raise UsageError(f"`{archive}` is for {needs.architecture}, but would run on {runs_on}.")
    if machine and needs.python not in (None, python):
        raise UsageError(
            f"`{archive}` is for Python {needs.python}; the embedded AWS has {python}."
        )
    return _release(account, archive, f"python{needs.python or python}", runs_on)


def from_environment(clients: Clients, source: str) -> Release:
    """Return the release that another environment runs, for promotion.

    Raises:
        UsageError: that environment is not deployed, or its functions run other code.
        PermanentError: the stored zip does not have the hash in its name.
    """
    name = stack_name(source)
    description = stack.describe(clients, name)
    if description is None or description["StackStatus"] not in stack.WORKING:
        raise UsageError(f"There is no working stack `{name}`. Deploy {source} first.")
    values = stack.parameters(description)
    artifact = Artifact(values["ArtifactBucket"], values["FunctionsKey"])
    for function in function_code.function_codes(clients, name):
        if function.code_sha256 != artifact.code_sha256:
            raise UsageError(
                f"The function {function.name} of {source} does not run the stack's code. Run"
                f" `mocktailverse deploy --env {source}`, test {source}, then promote it."
            )
    artifacts.verify(clients, artifact)
    architecture: Architecture = "x86_64" if values["Architecture"] == "x86_64" else "arm64"
    return Release(artifact, values["Runtime"], architecture, None)


def has_code_of(clients: Clients, release: Release, source: Path) -> bool:
    """Return whether a release holds the package in the folder `source`, byte code aside."""
    archive: Path | io.BytesIO | None = release.archive
    if archive is None:
        bucket, key = release.artifact.bucket, release.artifact.key
        archive = io.BytesIO(clients.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    with zipfile.ZipFile(archive) as bundle:
        code = {
            name: bundle.read(name)
            for name in bundle.namelist()
            if name.startswith(f"{source.name}/") and "/__pycache__/" not in name
        }
    files = package.source_files(source)
    return code == {file.relative_to(source.parent).as_posix(): file.read_bytes() for file in files}


def upload(clients: Clients, account: Account, release: Release) -> None:
    """Upload the release's zip to the bucket, unless it is stored already."""
    if release.archive:
        bucket = release.artifact.bucket
        artifacts.upload(clients, release.archive, bucket=bucket, owner=account.id)


def parameters(
    env: str, environment: Environment, account: Account, release: Release, present: Collection[str]
) -> dict[str, str | None]:
    """Return the template's parameters; None keeps the stack's value.

    `present` are the names of the parameters that the stack has already.
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
    """Return the architecture of this machine, as Lambda calls it."""
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
