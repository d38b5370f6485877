"""The SSM parameter with the key of the API's operations: random, created once for each stage."""

import secrets

from botocore.exceptions import ClientError

from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import error_code


def parameter_name(stage: str) -> str:
    """Return the name of the SSM parameter (a SecureString) that holds a stage's key."""
    return f"/mocktailverse/{stage}/ops-key"


def create_if_missing(clients: Clients, stage: str) -> bool:
    """Create a stage's key unless it exists; return whether it was created.

    Of two concurrent calls one creates the key: SSM refuses the other.
    """
    try:
        clients.ssm.put_parameter(
            Name=parameter_name(stage),
            Description="Gives access to the operations of Mocktailverse's API",
            Value=secrets.token_urlsafe(),
            Type="SecureString",
        )
    except ClientError as error:
        if error_code(error) != "ParameterAlreadyExists":
            raise
        return False
    return True


def delete(clients: Clients, stage: str) -> None:
    """Delete a stage's key, if it exists."""
    clients.ssm.delete_parameters(Names=[parameter_name(stage)])
