"""All functions of a stack in Lambda's runtime interface client, from the built zip.

Each runs with its own role's credentials, and a recorder of its calls to AWS. The stack's own
event sources are off, so that nothing else takes the work.
"""

import platform
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from aws_proof import lambda_runtime
from aws_proof.lambda_runtime import Answer, RunningFunction
from mocktailverse.checkout import find_checkout
from mocktailverse.deployment import package
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.local.emulator import REGION, ROOT_KEY
from mocktailverse.local.state import LocalStack
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.environment import Stores
from mocktailverse.waiting import wait_until

RECORDER = Path(__file__).parent / "recorder"
MACHINES: dict[str, package.Architecture] = {"x86_64": "x86_64", "aarch64": "arm64"}


class RecordedCall(NamedTuple):
    """A call of a function to AWS."""

    function: str
    service: str
    operation: str
    parameters: dict[str, Any]


class Functions(NamedTuple):
    """The running functions by their short names, and what they work on."""

    running: dict[str, RunningFunction]
    stack: LocalStack
    stores: Stores
    task_root: Path
    calls_folder: Path

    def invoke(self, name: str, event: object, time_left_s: float | None = None) -> Answer:
        return self.running[name].invoke(event, time_left_s)

    def put(self, key: str, body: bytes, **metadata: str) -> ObjectVersion:
        """Store a raw object; nothing loads it by itself."""
        return self.stores.bucket.put(key, body, metadata=metadata, content_type="application/json")

    def calls(self) -> list[RecordedCall]:
        """Return the calls to AWS until now."""
        return [
            RecordedCall(file.stem, *msgspec.json.decode(line))
            for file in sorted(self.calls_folder.iterdir())
            for line in file.read_bytes().splitlines()
        ]


def unpack(folder: Path) -> Path:
    """Build the zip for Lambda's Python on this machine; return the folder of its content."""
    checkout = find_checkout()
    archive = package.build(
        package.aws_lambda(package.RUNTIME, MACHINES[platform.machine()]),
        source=checkout.source,
        lock=checkout.lock,
        cache_dir=checkout.cache_dir / "proof",
    )
    with zipfile.ZipFile(archive) as bundle:
        bundle.extractall(folder)
    return folder


def content_of(folder: Path) -> set[tuple[str, int, int]]:
    """Return path, size and time of every file: equal if nothing was written."""
    return {(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


@contextmanager
def running(stack: LocalStack, python: Path, task_root: Path, folder: Path) -> Iterator[Functions]:
    """Run every function of the stack within the block.

    Args:
        stack: the embedded AWS.
        python: interpreter with `awslambdaric` and a boto3.
        task_root: the unpacked zip.
        folder: empty; for logs, calls and the functions' temporary files.
    """
    stop_event_sources(stack.clients())
    stores = Stores(stack.clients(), stack.outputs)
    calls = folder / "calls"
    calls.mkdir()
    with ExitStack() as running_functions:
        started = {}
        for name, function in stores.function_names.items():
            configuration = stack.clients().lambda_.get_function_configuration(
                FunctionName=function
            )
            scratch = folder / name
            scratch.mkdir()
            started[name] = running_functions.enter_context(
                lambda_runtime.running(
                    python,
                    configuration,
                    task_root,
                    folder / f"{name}.log",
                    **_credentials(stack, configuration["Role"]),
                    PYTHONPATH=str(RECORDER),
                    PROOF_CALLS=str(calls / f"{name}.ndjson"),
                    TMPDIR=str(scratch),
                    # A load counts as lost at once, so that reconcile has work to do.
                    MOCKTAILVERSE_VISIBILITY_TIMEOUT_S="0",
                )
            )
        yield Functions(started, stack, stores, task_root, calls)


def stop_event_sources(clients: Clients) -> None:
    """Disable all event source mappings, and wait until they are."""

    def states() -> set[str]:
        mappings = clients.lambda_.list_event_source_mappings()["EventSourceMappings"]
        return {mapping["State"] for mapping in mappings}

    for mapping in clients.lambda_.list_event_source_mappings()["EventSourceMappings"]:
        clients.lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    assert wait_until(lambda: states() <= {"Disabled"}, 30)


def _credentials(stack: LocalStack, role: str) -> dict[str, str]:
    """Return credentials of a role, as Lambda puts them into the environment.

    A role trusts Lambda only; the embedded AWS's root user is bound by no policy.
    """
    root = Clients(
        endpoint_url=stack.endpoint,
        region=REGION,
        access_key_id=ROOT_KEY,
        secret_access_key=ROOT_KEY,
    )
    keys = root.sts.assume_role(RoleArn=role, RoleSessionName="proof")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }
