"""Where a deployment goes: the account and region, on AWS or on the embedded AWS."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from mocktailverse.stores.error_translation import translated

if TYPE_CHECKING:
    from mocktailverse.stores.clients import Clients


class Account(Struct, frozen=True):
    """What the credentials stand for."""

    id: str
    region: str
    caller: str
    """ARN of the user or role."""
    endpoint: str | None
    """Address of the embedded AWS; None is AWS itself."""

    def __str__(self) -> str:
        """Told to people before anything is done."""
        place = f"the embedded AWS at {self.endpoint}" if self.endpoint else "AWS"
        return f"account {self.id}, region {self.region}, on {place}, as {self.caller}"

    def api_url(self, outputs: Mapping[str, str]) -> str | None:
        """The API's address; None for a stack without an API."""
        api = outputs.get("ApiId")
        if api is None:
            return None
        if self.endpoint:
            return f"{self.endpoint}/_aws/execute-api/{api}/$default"
        return outputs.get("ApiUrl") or f"https://{api}.execute-api.{self.region}.amazonaws.com"


NOWHERE = Account("", "", "", None)
"""For what is built for AWS, and goes nowhere yet."""


def identify(clients: "Clients") -> Account:
    """Ask AWS whose credentials these are.

    Raises:
        UsageError: there are none, or they are refused; the text says what to do.
        UnreachableError: nothing answers.
    """
    with translated("Asking AWS whose credentials these are"):
        answer = clients.sts.get_caller_identity()
        return Account(answer["Account"], clients.region, answer["Arn"], clients.endpoint)
