"""SSM parameters: secrets that a deployment stores outside of the stack."""

from mocktailverse.errors import MissingError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import translated


class Parameter:
    """One parameter of type SecureString, read at each call."""

    def __init__(self, clients: Clients, name: str) -> None:
        self._clients = clients
        self._name = name

    def value(self) -> str | None:
        """Return the parameter's text; None if it does not exist.

        Raises:
            TransientError, PermanentError: it cannot be read.
        """
        try:
            with translated(f"Reading the parameter {self._name}"):
                response = self._clients.ssm.get_parameter(Name=self._name, WithDecryption=True)
        except MissingError:
            return None
        return response["Parameter"]["Value"]
