"""Deployed stacks: what CloudFormation says of them."""

from mocktailverse.stores.clients import Clients
from mocktailverse.stores.errors import translated


def stack_outputs(clients: Clients, name: str) -> dict[str, str]:
    """The outputs of a deployed stack, by name.

    Raises:
        PermanentError: there is no such stack.
    """
    with translated(f"Reading the stack {name}"):
        (stack,) = clients.cloudformation.describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
