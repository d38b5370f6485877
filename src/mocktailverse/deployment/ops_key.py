"""The key of the API's operations: random, made once a stage, kept by SSM alone."""

import secrets
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from mocktailverse.stores.error_translation import error_code

if TYPE_CHECKING:
    from mocktailverse.stores.clients import Clients


def parameter_name(stage: str) -> str:
    """The SSM parameter (a SecureString) that holds a stage's key."""
    return f"/mocktailverse/{stage}/ops-key"


def create_if_missing(clients: "Clients", stage: str) -> bool:
    """Make a stage's key unless it has one; returns whether it was made.

    Two who do so at the same time make one key: SSM refuses the second.
    """
    try:
        clients.ssm.put_parameter(
            Name=parameter_name(stage),
            Description="Opens the operations of Mocktailverse's API",
            Value=secrets.token_urlsafe(),
            Type="SecureString",
        )
    except ClientError as error:
        if error_code(error) != "ParameterAlreadyExists":
            raise
        return False
    return True


def delete(clients: "Clients", stage: str) -> None:
    """Remove a stage's key, if it has one."""
    clients.ssm.delete_parameters(Names=[parameter_name(stage)])
