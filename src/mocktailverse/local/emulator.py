"""The embedded AWS: MiniStack in a process of ours, with IAM enforced.

The facts behind its settings are in docs/decisions/0001-local-stack.md.
"""

import http.client
from collections.abc import Mapping
from pathlib import Path

import msgspec

from mocktailverse.errors import UnreachableError
from mocktailverse.local.kept_resources import ATTACH_PATH, KeptResources
from mocktailverse.local.processes import Launcher, Process
from mocktailverse.local.state import EMULATOR
from mocktailverse.local.tcp_ports import HOST
from mocktailverse.stores.clients import Clients

REGION = "us-east-1"
ROOT_KEY = "test"
"""MiniStack takes the owner of this key for the account's root user, whom no policy binds."""

GUARDED = "mocktailverse.local.guarded_emulator"
DEPLOYER = "mocktailverse-deployer"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"

ATTACH_TIMEOUT_S = 120.0

WARM_WORKERS_S = 60
"""How long idle function processes beyond the first are kept (MiniStack's default: 300 s)."""


def start(launcher: Launcher, port: int, data: Path, code_cache: Path) -> Process:
    """Start MiniStack on a free port, without waiting until it is ready.

    `data` is the folder of its data; `code_cache` may be shared by several.
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
        # Functions inherit this environment, and their logger would read LOG_LEVEL otherwise.
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "PYTHONFAULTHANDLER": "1",  # a function that crashes logs a traceback
        "LAMBDA_WARM_TTL_SECONDS": str(WARM_WORKERS_S),
        # Otherwise it removes the containers of other MiniStacks of this machine.
        "DOCKER_HOST": f"unix://{launcher.directory}/no-docker.sock",
    }
    return launcher.start(EMULATOR, [GUARDED, str(data), str(code_cache)], port, environment)


def create_deployer(endpoint: str) -> tuple[str, str]:
    """Create the user that deploys; return its access key id and secret.

    The root user does nothing else: policies do not bind it, so it would hide missing rights.
    """
    root = Clients(
        endpoint_url=endpoint, region=REGION, access_key_id=ROOT_KEY, secret_access_key=ROOT_KEY
    )
    root.iam.create_user(UserName=DEPLOYER)
    root.iam.attach_user_policy(UserName=DEPLOYER, PolicyArn=ADMINISTRATOR)
    key = root.iam.create_access_key(UserName=DEPLOYER)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def attach_data(port: int, outputs: Mapping[str, str]) -> None:
    """Restore the kept data into the resources of a stack, and keep their data from now on.

    Raises:
        UnreachableError: the data cannot be read.
    """
    resources = KeptResources(
        outputs["DataBucket"],
        outputs["CatalogueBucket"],
        (outputs["DrinksTable"], outputs["LoadsTable"]),
    )
    connection = http.client.HTTPConnection(HOST, port, timeout=ATTACH_TIMEOUT_S)
    try:
        connection.request("POST", ATTACH_PATH, msgspec.json.encode(resources))
        response = connection.getresponse()
        text = response.read().decode()
    except (OSError, http.client.HTTPException) as error:
        raise UnreachableError(f"The embedded AWS did not restore its data: {error!r}.") from error
    finally:
        connection.close()
    if response.status != http.HTTPStatus.OK:
        raise UnreachableError(text)
