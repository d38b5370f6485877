"""The key of the API's operations: a random SSM parameter outside of the stack, one a stage."""

import secrets

from mocktailverse.errors import MissingError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import ignored, translated


def parameter_name(stage: str) -> str:
    """Return the name of the parameter that holds a stage's key."""
    return f"/mocktailverse/{stage}/ops-key"


class OpsKey:
    """The SSM parameter (a SecureString) of this name, read at each call."""

    def __init__(self, clients: Clients, name: str) -> None:
        self._clients = clients
        self.name = name

    def value(self) -> str | None:
        """Return the key; None if it does not exist."""
        try:
            with translated(f"Reading the parameter {self.name}"):
                response = self._clients.ssm.get_parameter(Name=self.name, WithDecryption=True)
        except MissingError:
            return None
        return response["Parameter"]["Value"]

    def create_if_missing(self) -> bool:
        """Create the key unless it exists; return whether it was created.

        Of two concurrent calls one creates the key: SSM refuses the other.
        """
        with ignored("ParameterAlreadyExists"):
            self._clients.ssm.put_parameter(
                Name=self.name,
                Description="Gives access to the operations of Mocktailverse's API",
                Value=secrets.token_urlsafe(),
                Type="SecureString",
            )
            return True
        return False

    def delete(self) -> None:
        """Delete the key, if it exists."""
        self._clients.ssm.delete_parameters(Names=[self.name])
