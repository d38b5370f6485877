"""A stack as it is: its state, outputs, parameters and resources."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from mocktailverse.errors import UsageError
from mocktailverse.stores.error_translation import error_code

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import StackTypeDef

    from mocktailverse.stores.clients import Clients

IN_REVIEW = "REVIEW_IN_PROGRESS"
"""The state of a stack that has nothing but change sets."""

NOT_THERE = (None, IN_REVIEW, "DELETE_COMPLETE")
"""States of a stack that is still to be made."""

WORKING = (
    *("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"),
    *("IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"),
)
"""States in which all of a stack's resources are there."""


def stack_name(env: str) -> str:
    """Return the name of an environment's stack."""
    return f"mocktailverse-{env}"


def describe(clients: "Clients", stack_name: str) -> "StackTypeDef | None":
    """A stack as CloudFormation tells it; None where there is none."""
    try:
        return clients.cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    except ClientError as error:
        if error_code(error) != "ValidationError":  # CloudFormation's "not found"
            raise
        return None


def status(clients: "Clients", stack_name: str) -> str | None:
    """A stack's state in CloudFormation's words; None where there is no stack."""
    found = describe(clients, stack_name)
    return found["StackStatus"] if found else None


def outputs(clients: "Clients", stack_name: str) -> dict[str, str]:
    """The outputs of a deployed stack, by name.

    Raises:
        UsageError: there is no such stack.
    """
    found = describe(clients, stack_name)
    if found is None or found["StackStatus"] in NOT_THERE:
        raise UsageError(f"There is no stack {stack_name} in {clients.region}: deploy it first.")
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}


def parameters(found: "StackTypeDef") -> dict[str, str]:
    """The parameters that a stack has."""
    return {
        parameter["ParameterKey"]: parameter["ParameterValue"]
        for parameter in found.get("Parameters", [])
    }


def resources(clients: "Clients", stack_name: str, kind: str) -> dict[str, str]:
    """The physical ids of a stack's resources of one type, by logical id."""
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


def is_to_be_made(clients: "Clients", stack_name: str) -> bool:
    """Whether there is no such stack yet.

    Raises:
        UsageError: there is one that can be neither created nor changed.
    """
    found = status(clients, stack_name)
    if found in NOT_THERE or found in WORKING:
        return found not in WORKING
    if found == "UPDATE_ROLLBACK_FAILED":
        advice = "`aws cloudformation continue-update-rollback --stack-name` it, then deploy again"
    elif found == "ROLLBACK_COMPLETE":
        advice = "`mocktailverse deploy` removes what the failed creation left, and makes it anew"
    elif found and found.endswith("_IN_PROGRESS"):
        advice = "another deployment is under way; wait for it, then start again"
    else:
        advice = "`mocktailverse destroy` what is left of it, then deploy again"
    raise UsageError(f"Stack {stack_name} is in {found}: {advice}.")
