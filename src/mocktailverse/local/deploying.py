"""Deploy to the embedded AWS: build the functions' zip, and apply the template."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from mocktailverse.checkout import Checkout
from mocktailverse.deployment import apply, artifacts, environments, package, stage_mapping
from mocktailverse.deployment.changes import ChangeSet
from mocktailverse.deployment.environments import Environment
from mocktailverse.errors import UsageError
from mocktailverse.loads.object_version import DEFAULT_SOURCE
from mocktailverse.local import file_lock, service_users
from mocktailverse.local.state import LocalStack
from mocktailverse.sources import SOURCES
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.ops_key import OpsKey, parameter_name

STAGE = "local"
STACK_NAME = f"mocktailverse-{STAGE}"
DEPLOY_POLL_S = 0.05
_WITH_DATA = ("AWS::S3::Bucket", "AWS::DynamoDB::Table")
SIMULATION_REQUESTS_PER_S = "100"
"""Rate limit towards the simulated source; a real one gets the template's lower default."""

Progress = Callable[[str], None]


def build(checkout: Checkout, on_progress: Progress) -> Path:
    """Return the functions' zip; concurrent processes build the same one only once."""
    on_progress("building the functions")
    checkout.cache_dir.mkdir(parents=True, exist_ok=True)
    with file_lock.exclusive(checkout.cache_dir / "lock"):
        return package.build(
            package.this_machine(),
            source=checkout.source,
            lock=checkout.lock,
            cache_dir=checkout.cache_dir,
        )


def deploy(
    stack: LocalStack, checkout: Checkout, archive: Path, on_progress: Progress
) -> LocalStack:
    """Apply the template; return the stack with its outputs and its services' credentials.

    Raises:
        UsageError: the template could replace a bucket or table of a running stack.
        DeploymentError: the template could not be applied.
    """
    on_progress("deploying the stack")
    clients = stack.clients()
    bucket = f"mocktailverse-artifacts-{STAGE}"
    environment = environment_of(stack, checkout)
    template = checkout.template.read_text(encoding="utf-8")
    outputs = apply.deploy(
        clients,
        stack_name=STACK_NAME,
        template=stage_mapping.with_stage(template, STAGE, environment),
        parameters={
            "Stage": STAGE,
            "Target": "local",
            "Runtime": package.this_machine().runtime,
            "ArtifactBucket": bucket,
            "FunctionsKey": artifacts.upload(clients, archive, bucket=bucket),
            "AwsEndpointUrl": stack.endpoint,
            **environment.parameters(),
            "SourceUrls": _source_urls(stack),
            **({"SourceRequestsPerS": SIMULATION_REQUESTS_PER_S} if stack.simulates else {}),
        },
        confirm=keeps_data,
        on_progress=on_progress,
        poll_s=DEPLOY_POLL_S,
    )
    stack = msgspec.structs.replace(stack, outputs=outputs, deployed=fingerprint(checkout, archive))
    return service_users.with_users(stack, checkout.dashboard_access, STAGE)


def keeps_data(change_set: ChangeSet) -> bool:
    """Return True, or raise UsageError if a bucket or table with the stack's data could go."""
    lost = [change.resource for change in change_set.losses if change.type in _WITH_DATA]
    if lost:
        raise UsageError(
            f"This version could replace {', '.join(lost)} of the running stack. Nothing was"
            " changed. Run `mocktailverse down`, then `mocktailverse up`: that keeps the data."
        )
    return True


def environment_of(stack: LocalStack, checkout: Checkout) -> Environment:
    """Return the settings of a stack; a real source, which changes, is fetched on its schedule."""
    environment = environments.read(checkout.environments).local
    if stack.simulates:
        return environment
    fetch = {
        name: msgspec.structs.replace(one, enabled=one.enabled or name == DEFAULT_SOURCE)
        for name, one in environment.fetch.items()
    }
    return msgspec.structs.replace(environment, fetch=fetch)


def _source_urls(stack: LocalStack) -> str:
    """Return the addresses that replace those of real sources, as the template takes them."""
    if not stack.simulates:  # one address was given, in place of the simulation
        return f"{DEFAULT_SOURCE}={stack.source_url}"
    return " ".join(
        f"{source.name}={stack.source_url}{simulation.path}"
        for source in SOURCES.values()
        if (simulation := source.simulation)
    )


def make_ops_key(clients: Clients) -> str:
    """Return the key of the API's operations, stored where the API reads it."""
    key = OpsKey(clients, parameter_name(STAGE))
    key.create_if_missing()
    return clients.ssm.get_parameter(Name=key.name, WithDecryption=True)["Parameter"]["Value"]


def fingerprint(checkout: Checkout, archive: Path) -> str:
    """Return a hash of what is deployed: code, template, environment and services' rights."""
    settings = (checkout.template, checkout.dashboard_access, checkout.environments)
    files = (*settings, Path(service_users.__file__))
    text = b"".join(path.read_bytes() for path in files)
    return f"{archive.name} {hashlib.sha256(text).hexdigest()[:16]}"
