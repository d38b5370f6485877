"""The SSM parameter with the key of the API's operations: random, created once for each stage."""

import secrets

from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import ignored


def parameter_name(stage: str) -> str:
    """Return the name of the SSM parameter (a SecureString) that holds a stage's key."""
    return f"/mocktailverse/{stage}/ops-key"


def create_if_missing(clients: Clients, stage: str) -> bool:
    """Create a stage's key unless it exists; return whether it was created.

    Of two concurrent calls one creates the key: SSM refuses the other.
    """
    with ignored("ParameterAlreadyExists"):
        clients.ssm.put_parameter(
            Name=parameter_name(stage),
            Description="Gives access to the operations of Mocktailverse's API",
            Value=secrets.token_urlsafe(),
            Type="SecureString",
        )
        return True
    return False


def delete(clients: Clients, stage: str) -> None:
    """Delete a stage's key, if it exists."""
    clients.ssm.delete_parameters(Names=[parameter_name(stage)])
