"""A deployed CloudFormation stack: its state, outputs, parameters and resources."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from mocktailverse.errors import UsageError
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.error_translation import error_code

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackTypeDef

IN_REVIEW = "REVIEW_IN_PROGRESS"
"""The state of a stack that has only change sets."""

NOT_THERE = (None, IN_REVIEW, "DELETE_COMPLETE")
"""States in which a stack does not exist yet."""

WORKING = (
    *("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"),
    *("IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"),
)
"""States in which all resources of a stack exist."""


def stack_name(env: str) -> str:
    """Return the name of an environment's stack."""
    return f"mocktailverse-{env}"


def describe(clients: Clients, stack_name: str) -> "StackTypeDef | None":
    """Return CloudFormation's description of a stack; None if it does not exist."""
    try:
        return clients.cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    except ClientError as error:
        if error_code(error) != "ValidationError":  # CloudFormation's "not found"
            raise
        return None


def status(clients: Clients, stack_name: str) -> str | None:
    """Return a stack's state, such as `CREATE_COMPLETE`; None if it does not exist."""
    stack = describe(clients, stack_name)
    return stack["StackStatus"] if stack else None


def outputs(clients: Clients, stack_name: str) -> dict[str, str]:
    """Return the outputs of a deployed stack by name; UsageError if the stack does not exist."""
    stack = describe(clients, stack_name)
    if stack is None or stack["StackStatus"] in NOT_THERE:
        raise UsageError(
            f"The stack `{stack_name}` does not exist in {clients.region}. Deploy it first."
        )
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def parameters(stack: "StackTypeDef") -> dict[str, str]:
    """Return the parameters of a stack."""
    return {
        parameter["ParameterKey"]: parameter["ParameterValue"]
        for parameter in stack.get("Parameters", [])
    }


def resources(clients: Clients, stack_name: str, kind: str) -> dict[str, str]:
    """Return the physical ids of a stack's resources of one type, by logical id."""
    pages = clients.cloudformation.get_paginator("list_stack_resources").paginate(
        StackName=stack_name
    )
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == kind
        and resource["ResourceStatus"] != "DELETE_COMPLETE"
        and resource.get("PhysicalResourceId")
    }


def is_to_be_made(clients: Clients, stack_name: str) -> bool:
    """Return whether a stack does not exist yet; UsageError if it exists but cannot be updated."""
    state = status(clients, stack_name)
    if state in NOT_THERE or state in WORKING:
        return state not in WORKING
    advice = "Remove it with `mocktailverse destroy`, then deploy again"
    if state == "UPDATE_ROLLBACK_FAILED":
        command = f"aws cloudformation continue-update-rollback --stack-name {stack_name}"
        advice = f"Run `{command}`, then deploy again"
    elif state == "ROLLBACK_COMPLETE":
        advice = "`mocktailverse deploy` removes the failed stack and creates it again"
    elif state and state.endswith("_IN_PROGRESS"):
        advice = "Another deployment is in progress: wait for it, then try again"
    raise UsageError(f"The stack `{stack_name}` is in {state}. {advice}.")
