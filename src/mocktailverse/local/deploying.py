"""What runs on the embedded AWS: the functions' zip and the template, built and applied."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from mocktailverse.checkout import Checkout
from mocktailverse.deployment import apply, artifacts, environments, ops_key, package, stages
from mocktailverse.local import emulator, file_lock, service_users
from mocktailverse.local.state import LocalStack
from mocktailverse.stores.clients import Clients

STAGE = "local"
STACK_NAME = f"mocktailverse-{STAGE}"
DEPLOY_POLL_S = 0.05
SIMULATION_REQUESTS_PER_S = "100"
"""A real source gets the template's polite default instead."""

LOADS_EXPIRY_ATTRIBUTE = "expires_at"

Progress = Callable[[str], None]


def build(checkout: Checkout, on_progress: Progress) -> Path:
    """The zip of the functions; processes that want the same one build it once."""
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
    launched: LocalStack, checkout: Checkout, archive: Path, on_progress: Progress
) -> LocalStack:
    """Apply the template; the stack with its outputs, and with the services' users."""
    on_progress("deploying the stack")
    clients = launched.clients()
    bucket = f"mocktailverse-artifacts-{STAGE}"
    described = environments.read(checkout.environments).local
    template = checkout.template.read_text(encoding="utf-8")
    outputs = apply.deploy(
        clients,
        stack_name=STACK_NAME,
        template=stages.with_stage(template, STAGE, described.mapping()),
        parameters={
            "Stage": STAGE,
            "Target": "local",
            "Runtime": package.this_machine().runtime,
            "ArtifactBucket": bucket,
            "FunctionsKey": artifacts.upload(clients, archive, bucket=bucket),
            "AwsEndpointUrl": launched.endpoint,
            **described.parameters(),
            "SourceUrl": launched.source_url,
            **({"SourceRequestsPerS": SIMULATION_REQUESTS_PER_S} if launched.simulates else {}),
        },
        on_progress=on_progress,
        poll_s=DEPLOY_POLL_S,
    )
    emulator.expire_items(clients, table=outputs["LoadsTable"], attribute=LOADS_EXPIRY_ATTRIBUTE)
    deployed = fingerprint(checkout, archive)
    launched = msgspec.structs.replace(launched, outputs=outputs, deployed=deployed)
    return service_users.with_users(launched, STAGE)


def make_ops_key(clients: Clients) -> str:
    """The key of the API's operations, made where the API looks for it."""
    ops_key.create_if_missing(clients, STAGE)
    name = ops_key.parameter_name(STAGE)
    key: str = clients.ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    return key


def fingerprint(checkout: Checkout, archive: Path) -> str:
    """Tells one deployment from another, by code, template, environment and services' rights."""
    described = (checkout.template, checkout.environments, Path(service_users.__file__))
    text = b"".join(path.read_bytes() for path in described)
    return f"{archive.name} {hashlib.sha256(text).hexdigest()[:16]}"
