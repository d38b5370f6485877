"""The embedded AWS: MiniStack as a process of ours, with IAM enforced.

The facts and idioms behind it stand in docs/decisions/0001-local-stack.md.
"""

from pathlib import Path

from mocktailverse.local import processes
from mocktailverse.local.leashes import Leash
from mocktailverse.local.processes import HOST, Process
from mocktailverse.local.state import EMULATOR
from mocktailverse.stores.clients import Clients

REGION = "us-east-1"
ROOT_KEY = "test"
"""The key whose owner MiniStack takes for the account's root, whom no policy binds."""

DEPLOYER = "mocktailverse-deployer"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"

HEALTH_PATH = "/_ministack/health"
START_TIMEOUT_S = 60.0
WARM_WORKERS_S = 60
"""Idle function processes beyond the first are kept this long (MiniStack's default: 300)."""


def start(*, port: int, directory: Path, log: Path) -> tuple[Process, Leash]:
    """Start MiniStack, without waiting for it.

    Args:
        port: free port on 127.0.0.1.
        directory: its working and temporary directory; it leaves files there.
        log: file for its log.
    """
    environment = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,  # in queue URLs; `localhost` may mean IPv6
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        # Functions see this environment, too, and their logger would take LOG_LEVEL for its own.
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "PYTHONFAULTHANDLER": "1",  # a function that crashes logs where
        "LAMBDA_WARM_TTL_SECONDS": str(WARM_WORKERS_S),
        # Otherwise it removes the containers of other MiniStacks of this machine.
        "DOCKER_HOST": f"unix://{directory}/no-docker.sock",
    }
    return processes.start(
        name=EMULATOR,
        module="mocktailverse.local.guarded_emulator",
        arguments=(),
        environment=environment,
        directory=directory,
        log=log,
        port=port,
    )


def wait_until_ready(process: Process, log: Path) -> None:
    """Wait until MiniStack answers.

    Raises:
        UnreachableError: it ended, or did not answer in time.
    """
    processes.wait_until_listening(process, log, START_TIMEOUT_S)


def create_deployer(endpoint: str) -> tuple[str, str]:
    """Create the user that deploys; returns its access key id and secret.

    Root is used for this alone: policies do not bind it, so it would hide missing permissions.
    """
    root = Clients(
        endpoint_url=endpoint,
        region=REGION,
        access_key_id=ROOT_KEY,
        secret_access_key=ROOT_KEY,
    )
    root.iam.create_user(UserName=DEPLOYER)
    root.iam.attach_user_policy(UserName=DEPLOYER, PolicyArn=ADMINISTRATOR)
    key = root.iam.create_access_key(UserName=DEPLOYER)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def expire_items(clients: Clients, *, table: str, attribute: str) -> None:
    """Switch a table's time to live on, which MiniStack's CloudFormation leaves out."""
    clients.dynamodb.update_time_to_live(
        TableName=table,
        TimeToLiveSpecification={"AttributeName": attribute, "Enabled": True},
    )
