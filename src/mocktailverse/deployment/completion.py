"""What a deployment needs besides CloudFormation; each step may be repeated."""

from collections.abc import Mapping

from mocktailverse.deployment.events import Reporter
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.ops_key import OpsKey, parameter_name


def complete(target: DeployTarget, outputs: Mapping[str, str], on_event: Reporter) -> None:
    """Protect the stack, and create the API's key."""
    clients = target.clients
    if target.environment.protected:
        clients.cloudformation.update_termination_protection(
            StackName=target.stack, EnableTerminationProtection=True
        )
    if target.account.endpoint and target.environment.days.loads:
        expire_loads(clients, outputs["LoadsTable"])
    key = OpsKey(clients, parameter_name(target.env))
    if key.create_if_missing():
        on_event(f"Created the operators' key for the API: {key.name}")


def expire_loads(clients: Clients, table: str) -> None:
    """Enable the time to live of the loads table, which the embedded AWS does not do by itself."""
    clients.dynamodb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": True}
    )
