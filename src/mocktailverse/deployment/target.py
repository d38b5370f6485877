"""The target of a deployment: an environment, its checkout, and the account that it goes to."""

from msgspec import Struct

from mocktailverse.checkout import Checkout
from mocktailverse.deployment import apply
from mocktailverse.deployment.account import Account
from mocktailverse.deployment.environments import Environment
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.cloudformation_stack import stack_name

_EMULATOR_POLL_S = 0.1
"""The embedded AWS takes seconds for what takes AWS minutes."""


class DeployTarget(Struct, frozen=True):
    """An environment that is or will be deployed."""

    env: str
    environment: Environment
    checkout: Checkout
    clients: Clients
    account: Account
    rehearsal: str | None = None
    """The mark of the rehearsal that deploys it."""

    @property
    def stack(self) -> str:
        """The stack's name."""
        return stack_name(self.env)

    @property
    def poll_s(self) -> float:
        """Seconds between two requests for the stack's state."""
        return _EMULATOR_POLL_S if self.account.endpoint else apply.POLL_S
