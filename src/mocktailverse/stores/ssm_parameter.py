"""SSM parameters: secrets that a deployment keeps outside the stack."""

from typing import TYPE_CHECKING

from mocktailverse.errors import MissingError
from mocktailverse.stores.error_translation import translated

if TYPE_CHECKING:
    from mocktailverse.stores.clients import Clients


class Parameter:
    """One parameter, a SecureString; nothing is read before it is asked for."""

    def __init__(self, clients: "Clients", name: str) -> None:
        self._clients = clients
        self._name = name

    def value(self) -> str | None:
        """The parameter's text; None where it does not exist.

        Raises:
            TransientError, PermanentError: it cannot be read.
        """
        try:
            with translated(f"Reading the parameter {self._name}"):
                answer = self._clients.ssm.get_parameter(Name=self._name, WithDecryption=True)
        except MissingError:
            return None
        value: str = answer["Parameter"]["Value"]
        return value
