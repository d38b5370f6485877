"""The deployment target: an account and region, on AWS or on the embedded AWS."""

from collections.abc import Mapping

from msgspec import Struct

from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import translated


class Account(Struct, frozen=True):
    """The account and region that the credentials give access to."""

    id: str
    region: str
    caller: str
    """ARN of the user or role."""
    endpoint: str | None
    """Address of the embedded AWS; None for AWS itself."""

    def __str__(self) -> str:
        """Return the line that the commands print before they do anything."""
        place = f"the embedded AWS at {self.endpoint}" if self.endpoint else "AWS"
        return f"account {self.id}, region {self.region}, on {place}, as {self.caller}"

    def api_url(self, outputs: Mapping[str, str]) -> str | None:
        """Return the API's address; None for a stack without an API."""
        api = outputs.get("ApiId")
        if api is None:
            return None
        if self.endpoint:
            return f"{self.endpoint}/_aws/execute-api/{api}/$default"
        return outputs.get("ApiUrl") or f"https://{api}.execute-api.{self.region}.amazonaws.com"


NO_ACCOUNT = Account("", "", "", None)
"""For a zip that is built for AWS without uploading it."""


def identify(clients: Clients) -> Account:
    """Return the account of the credentials; UsageError if there are none, or AWS refuses them."""
    with translated("Asking AWS whose credentials these are"):
        identity = clients.sts.get_caller_identity()
        return Account(identity["Account"], clients.region, identity["Arn"], clients.endpoint)
